import { expect, test } from 'vitest';
import type { StatusResult } from '../api';
import { environment, gone } from '../host/fake/parts';
import { statusOf } from '../host/fake/status';
import { agreement, type Line } from './agreement';

const status = (change: (status: StatusResult) => void = () => {}): StatusResult => {
  const made = statusOf(environment('/home/ada/src/api'));
  change(made);
  return made;
};
const differing = (lines: readonly Line[]): string[] =>
  lines.filter(({ agrees }) => !agrees).map(({ subject }) => subject);

test.each<[string, StatusResult, string[]]>([
  ['all that is wanted is there', status(), []],
  [
    'the container has ended',
    status(({ observed }) => {
      if (observed.container) observed.container.state = 'exited';
    }),
    ['state'],
  ],
  ['the configuration has changed', status(({ observed }) => (observed.configuration = 'c2')), ['configuration']],
  ['nobody has applied it', status(({ desired }) => (desired!.appliedConfiguration = null)), ['configuration']],
  [
    'the image is gone',
    status(({ observed }) => {
      if (observed.image) observed.image.id = null;
    }),
    ['image'],
  ],
  ['a hook has failed', statusOf(environment('/home/ada/src/api', { problem: 'exit 1' })), ['hooks']],
  [
    'the machine is too small',
    status(
      (made) => (made.requirements = [{ property: 'hostRequirements.cpus', needed: '8', found: '4', met: false }]),
    ),
    ['requirement'],
  ],
  ['it is stopped and is to be', statusOf(environment('/home/ada/src/api', { state: 'stopped' })), []],
  ['nothing is there and nothing is wanted', statusOf(gone('/home/ada/src/api')), []],
  ['nothing is wanted yet', status((made) => (made.desired = null)), []],
])('%s', (_, made, expected) => expect(differing(agreement(made))).toEqual(expected));
