import { expect, test } from 'vitest';
import { isOf, sorted, type Entry, type Kind } from './board';
import type { Mark } from './environment';

function entry(
  name: string,
  mark: Mark,
  change: { lastUsed?: number; engine?: string; attention?: boolean } = {},
): Entry {
  const { lastUsed, engine = 'Docker 28.5', attention = false } = change;
  const state = 'running' as const;
  const environment = { id: name, name, reference: {}, state, maker: 'wharf' as const, ours: true, lastUsed };
  return { environment, mark, engine, attention };
}

const entries = [
  entry('web', 'running', { lastUsed: 20 }),
  entry('api', 'failed', { lastUsed: 30, attention: true }),
  entry('docs', 'gone', { engine: '' }),
  entry('lab', 'stopped', { lastUsed: 10, engine: 'Podman 5.8' }),
  entry('jobs', 'working', { lastUsed: 20 }),
];

test.each([
  [{ by: 'name', descending: false }, 'api docs jobs lab web'],
  [{ by: 'name', descending: true }, 'web lab jobs docs api'],
  [{ by: 'state', descending: false }, 'api jobs web lab docs'],
  [{ by: 'engine', descending: false }, 'api jobs web lab docs'],
  [{ by: 'engine', descending: true }, 'lab api jobs web docs'],
  [{ by: 'lastUsed', descending: false }, 'api jobs web lab docs'],
  [{ by: 'lastUsed', descending: true }, 'lab jobs web api docs'],
] as const)('sorted by %j', (sorting, names) => {
  expect(
    sorted(entries, sorting)
      .map(({ environment }) => environment.name)
      .join(' '),
  ).toBe(names);
});

test.each([
  ['all', 'web api docs lab jobs'],
  ['running', 'web jobs'],
  ['attention', 'api'],
  ['stopped', 'docs lab'],
] as [Kind, string][])('narrowed to %s', (kind, names) => {
  expect(
    entries
      .filter((one) => isOf(kind, one))
      .map(({ environment }) => environment.name)
      .join(' '),
  ).toBe(names);
});
