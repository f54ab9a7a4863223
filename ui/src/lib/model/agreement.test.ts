import { describe, expect, test } from 'vitest';
import type { ContainerState, StatusResult, Wanted } from '../api';
import { environment, gone } from '../host/fake/parts';
import { changedHot } from '../host/fake/plans';
import { ofState, statusOf } from '../host/fake/status';
import { agreement, type Line, type Verdict, type Whole } from './agreement';

const status = (change: (status: StatusResult) => void = () => {}): StatusResult => {
  const made = statusOf(environment('/home/ada/src/api'));
  change(made);
  return made;
};
const judgedAs = (verdict: Verdict, made: StatusResult): string[] =>
  agreement(made)
    .lines.filter((line) => line.verdict === verdict)
    .map(({ subject }) => subject);

test.each<[string, StatusResult, string[]]>([
  ['all that is wanted is there', status(), []],
  ['the container has ended', stateOf('running', 'exited'), ['state']],
  ['the configuration has changed', statusOf(environment('/a'), changedHot.differences), ['configuration']],
  [
    'a file that it is made of has changed',
    status((made) => made.difference.push({ subject: 'Dockerfile', change: 'rebuild' })),
    ['configuration'],
  ],
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
  ['nobody has wanted anything yet', statusOf(environment('/a', { ours: false, state: 'created' })), []],
])('%s', (_, made, expected) => expect(judgedAs('other', made)).toEqual(expected));

test('the hash of a configuration says nothing by itself: what is compared leaves out what does not count', () => {
  expect(
    judgedAs(
      'other',
      status(({ observed }) => (observed.configuration = 'c2')),
    ),
  ).toEqual([]);
});

test('what cannot be told is neither there nor missing', () => {
  const made = status((found) => (found.requirements = [{ property: 'gpu', needed: 'one', met: true }]));
  expect(judgedAs('open', made)).toEqual(['requirement']);
  expect(agreement(made).whole).toBe('same');
});

const STATES: readonly (ContainerState | undefined)[] = [
  undefined,
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];
const WANTED: readonly (Wanted | undefined)[] = [undefined, 'running', 'stopped', 'gone'];

function stateOf(wanted: Wanted | undefined, there: ContainerState | undefined): StatusResult {
  return status((made) => {
    made.desired = wanted && made.desired ? { ...made.desired, wanted } : null;
    made.observed.container = there && { id: 'c', state: there };
    made.observed.hooks = [];
    made.requirements = [];
    made.difference = ofState(wanted ?? 'running', there);
  });
}

describe('the lines and the sentence below them say the same', () => {
  const all = WANTED.flatMap((wanted) => STATES.map((there) => ({ wanted, there })));

  test.each(all)('wanted $wanted, there $there', ({ wanted, there }) => {
    const made = stateOf(wanted, there);
    const { lines, whole } = agreement(made);
    const verdicts = lines.map(({ verdict }) => verdict);
    if (wanted === undefined) {
      expect(whole).toBe('open');
      expect(new Set(verdicts)).toEqual(new Set(['open']));
      return;
    }
    const differs = made.difference.length > 0;
    expect(whole).toBe<Whole>(differs ? 'other' : 'same');
    expect(verdicts.includes('other')).toBe(differs);
    const [state] = lines as [Line];
    expect(state).toMatchObject({ subject: 'state', wanted, there: there ?? 'gone' });
    expect(state.verdict).toBe<Verdict>(differs ? 'other' : 'same');
  });

  test('hooks that are not done in what is to be stopped', () => {
    const made = statusOf(environment('/a', { problem: 'exit 1' }));
    made.desired!.wanted = 'stopped';
    made.difference.push(...ofState('stopped', 'running'));
    expect(judgedAs('other', made)).toEqual(['state', 'hooks']);
    expect(agreement(made).whole).toBe('other');
  });

  test('a difference that no line is about', () => {
    const made = status((found) => found.difference.push({ subject: 'hooks', change: 'hot' }));
    made.observed.hooks = [];
    expect(agreement(made).whole).toBe('other');
  });

  test('nothing is wanted yet, and the machine is too small', () => {
    const made = statusOf(environment('/a', { ours: false, state: 'created' }));
    made.requirements = [{ property: 'hostRequirements.cpus', needed: '8', found: '4', met: false }];
    expect(agreement(made).whole).toBe('lacking');
  });
});
