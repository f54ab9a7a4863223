import { expect, test } from 'vitest';
import type { Difference } from '../api';
import { changedByRebuild, changedHot, changedRecreate, changedRestart } from '../host/fake/plans';
import { configurationChanges, largest, replacesContainer, value } from './changes';

test.each([
  ['hot', changedHot, false],
  ['restart', changedRestart, false],
  ['recreate', changedRecreate, true],
  ['rebuild', changedByRebuild, true],
] as const)('%s', (expected, plan, replaces) => {
  expect(largest(plan.differences)).toBe(expected);
  expect(replacesContainer(expected)).toBe(replaces);
});

test('nothing differs', () => expect(largest([])).toBeUndefined());

test('a container that is not there yet is no change of the configuration', () => {
  const part: Difference = { subject: 'container', change: 'recreate', after: 'running' };
  expect(configurationChanges({ ...changedHot, differences: [part, ...changedHot.differences] })).toEqual(
    changedHot.differences,
  );
});

test.each([
  ['text', 'text'],
  [[1, 2], '[1,2]'],
  [{ a: null }, '{"a":null}'],
  [false, 'false'],
])('%j is shown as %s', (raw, expected) => expect(value(raw)).toBe(expected));
