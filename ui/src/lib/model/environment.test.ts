import { describe, expect, test } from 'vitest';
import type { EnvironmentReference, EnvironmentSummary } from '../api';
import { environment, gone } from '../host/fake/parts';
import { consent } from '../host/fake/scripts';
import {
  actions,
  byId,
  concerns,
  groups,
  mark,
  sameReference,
  since,
  withNew,
  type Mark,
  type Work,
} from './environment';
import { Operation } from './operation';

const folder = '/src/api';

function work(change: Partial<Work> = {}, model: Partial<Operation> = {}): Work {
  const request = { operation: 'up', reference: { folder }, removeVolumes: false } as const;
  return {
    request,
    model: Object.assign(new Operation(), model),
    ended: false,
    endedAt: undefined,
    failed: false,
    ...change,
  };
}

describe('marks', () => {
  test.each<[Mark, Partial<EnvironmentSummary>, Work | undefined]>([
    ['running', {}, undefined],
    ['stopped', { state: 'stopped' }, undefined],
    ['unreachable', { state: 'unreachable' }, undefined],
    ['failed', { state: 'failing' }, undefined],
    ['failed', { problem: 'a hook failed' }, undefined],
    ['working', { working: 'wharf up (pid 812)', problem: 'a hook failed' }, undefined],
    ['working', { state: 'gone' }, work()],
    ['needs', { state: 'gone' }, work({}, { consent })],
    ['failed', { state: 'stopped' }, work({ ended: true, failed: true })],
    ['running', {}, work({ ended: true })],
  ])('%s', (expected, change, running) => expect(mark(environment(folder, change), running)).toBe(expected));
});

test.each<[boolean, EnvironmentReference, EnvironmentReference]>([
  [true, { folder }, { folder }],
  [true, { folder }, { folder, configuration: '/src/api/a.json' }],
  [true, { folder, configuration: 'a' }, { folder, configuration: 'a', container: 'c' }],
  [false, { folder, configuration: 'a' }, { folder, configuration: 'b' }],
  [false, { folder }, { folder: '/src/api-two' }],
  [true, { volume: 'v' }, { volume: 'v', container: 'c' }],
  [false, { volume: 'v' }, { volume: 'w' }],
  [true, { container: 'c' }, { container: 'c' }],
  [false, { container: 'c' }, { folder }],
  [false, {}, {}],
])('%s: %j is %j', (expected, one, other) => expect(sameReference(one, other)).toBe(expected));

test('an operation is about the environment whose id its events name, however it was asked for', () => {
  const other = environment('/elsewhere', { id: 'x' });
  expect(concerns(work({}, { environmentId: 'x' }), other)).toBe(true);
  expect(concerns(work(), other)).toBe(false);
});

test('what this window has just begun is on the board before the board knows it', () => {
  const board = { environments: [environment('/src/web')], engines: [] };
  const name = 'API';
  const names = (works: Work[]): string[] => withNew(board, works).map((one) => one.name);
  expect(names([])).toEqual(['web']);
  expect(names([work()])).toEqual(['web', 'api']);
  expect(names([work({}, { environment: { name, folder } })])).toEqual(['web', name]);
  expect(names([work(), work({ ended: true })])).toEqual(['web', 'api']);
  expect(names([work({ ended: true })])).toEqual(['web']);
  expect(
    names([work({ request: { operation: 'stop', reference: { folder: '/src/web' }, removeVolumes: false } })]),
  ).toEqual(['web']);
});

test('what a person looks at stays in view, whichever of board and operation knows first what it is', () => {
  const clone = { repository: 'https://github.com/acme/api.git' };
  const request = { operation: 'up', reference: {}, removeVolumes: false, clone } as const;
  const cloned = environment('/volume', { id: 'x', reference: { volume: 'v' } });
  const shown = (known: EnvironmentSummary[], coming: Work, id: string): string | undefined =>
    byId(id, withNew({ environments: known, engines: [] }, [coming]), [coming])?.id;
  const [begun, told] = [work({ request }), work({ request }, { environmentId: 'x' })];
  const id = shown([], begun, 'new:https://github.com/acme/api.git:');
  expect(id).toBe('new:https://github.com/acme/api.git:');
  expect(shown([cloned], begun, id ?? '')).toBe(id);
  expect(shown([], told, id ?? '')).toBe(id);
  expect(shown([cloned], told, id ?? '')).toBe('x');
  expect(shown([cloned], { ...told, ended: true }, id ?? '')).toBe('x');
  expect(shown([cloned], told, 'y')).toBeUndefined();
});

test('a board from before an operation ended knows nothing of its end', () => {
  const before = environment(folder, { working: 'wharf-desktop (pid 812)', problem: 'a hook failed' });
  const over = { ...before, working: undefined };
  const ended = { ended: true, endedAt: 2_000 };
  expect(since(before, 1_000, undefined)).toBe(before);
  expect(since(before, 1_000, work())).toBe(before);
  expect(since(before, 3_000, work(ended))).toBe(before);
  expect(since(before, 1_000, work(ended))).toEqual({ ...over, problem: undefined });
  expect(since(before, 1_000, work({ ...ended, failed: true }))).toEqual(over);
});

test('ours and those from others, by name', () => {
  const [ours, others] = [true, false].map((is) => ['b', 'a'].map((name) => environment(`/${name}`, { ours: is })));
  const found = groups([...(others ?? []), ...(ours ?? [])]);
  expect(found.ours.map(({ name, ours: is }) => [name, is])).toEqual([
    ['a', true],
    ['b', true],
  ]);
  expect(found.others.map(({ name }) => name)).toEqual(['a', 'b']);
});

describe('actions', () => {
  const none = { start: undefined, stop: false, restart: false, rebuild: false, remove: false };
  const foreign = { reference: { container: 'c' }, ours: false };
  test.each<[string, EnvironmentSummary, Mark, Partial<ReturnType<typeof actions>>]>([
    ['running', environment(folder), 'running', { stop: true, restart: true, rebuild: true, remove: true }],
    ['stopped', environment(folder, { state: 'stopped' }), 'stopped', { start: 'up', rebuild: true, remove: true }],
    [
      'paused',
      environment(folder, { state: 'paused' }),
      'paused',
      { start: 'up', stop: true, rebuild: true, remove: true },
    ],
    ['gone', gone(folder), 'gone', { start: 'up', remove: true }],
    ['at work', environment(folder), 'working', {}],
    ['waiting for a person', gone(folder), 'needs', {}],
    ['out of reach', environment(folder, { state: 'unreachable' }), 'unreachable', {}],
    [
      'a container alone',
      environment('', { ...foreign, state: 'stopped' }),
      'stopped',
      { start: 'start', remove: true },
    ],
    ['a running container alone', environment('', foreign), 'running', { stop: true, restart: true, remove: true }],
  ])('%s', (_, summary, shown, expected) => {
    expect(actions(summary, shown, false)).toEqual({ ...none, ...expected });
  });

  test('what failed is started where the failure is shown', () => {
    expect(actions(gone(folder), 'failed', true).start).toBeUndefined();
  });
});
