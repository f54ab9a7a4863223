import { expect, test } from 'vitest';
import type { Row } from './model/rows';
import { body, partName } from './step-words';

const plain: Row = {
  key: 1,
  label: 'build',
  name: 'build',
  state: 'done',
  startedAt: 0,
  endedAt: 0,
  milliseconds: 0,
  subject: undefined,
  detail: undefined,
  progress: undefined,
  inBytes: false,
  parts: [],
  output: undefined,
  logged: undefined,
};
const part = (change: Partial<Row>): Row => ({ ...plain, ...change });
const hook = (subject: string, state: Row['state']): Row => part({ label: 'hooks', name: 'hook', subject, state });
const vertex = (subject: string, state: Row['state']): Row => part({ name: 'vertex', subject, state });
const hash = '795535e56e4ed3104852cb0458562e9a4c365bc44ed9802c6c0123456789abcd';

test.each<[string, Partial<Row>]>([
  ['base:3 · present', { subject: 'base:3', detail: 'present' }],
  ['vsc-api-795535e56e4e', { subject: `vsc-api-${hash}` }],
  ['base:3', { subject: 'base:3', state: 'running' }],
  ['2 of 5 · [3/5] RUN make', { state: 'running', progress: { current: 2, total: 5, text: '[3/5] RUN make' } }],
  [
    'RUN make',
    {
      state: 'running',
      progress: { current: undefined, total: undefined, text: 'sent' },
      parts: [hook('RUN make', 'running')],
    },
  ],
  ['34.2 MB of 80.0 MB', { state: 'running', inBytes: true, progress: { current: 34.25e6, total: 8e7, text: '' } }],
  ['34.2 MB', { state: 'running', inBytes: true, progress: { current: 34.25e6, total: undefined, text: '' } }],
  ['1 of 2 · RUN b', { state: 'running', parts: [vertex('RUN a', 'cached'), vertex('RUN b', 'running')] }],
  [
    'onCreate · postCreate',
    { name: 'hooks', parts: [hook('onCreateCommand', 'done'), hook('postCreateCommand', 'failed')] },
  ],
  ['postCreate', { name: 'hooks', parts: [part({ name: 'probe' }), hook('postCreateCommand', 'done')] }],
  ['none to run', { name: 'hooks', parts: [hook('postStartCommand', 'skipped')] }],
  ['', { name: 'hooks', state: 'planned' }],
  ['postStart', { name: 'hooks', state: 'running', parts: [hook('postStartCommand', 'running')] }],
])('%s', (expected, change) => expect(body(part(change))).toBe(expected));

test('parts are called by what they do', () => {
  expect(partName(hook('postAttachCommand', 'done'))).toBe('postAttach');
  expect(partName(part({ name: 'command', subject: 'makeCommand' }))).toBe('makeCommand');
  expect(partName(part({ label: 'hooks', name: 'hook' }))).toBe('Hooks');
});
