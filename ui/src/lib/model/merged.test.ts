import { describe, expect, test } from 'vitest';
import type { ValueOrigin } from '../api';
import { FIRST, longLists, searched, shortened, valueRows, type ValueRow } from './merged';

const configuration = {
  image: 'base:3',
  containerEnv: { EDITOR: 'vim', 'A.B': '1' },
  forwardPorts: [3000, 'db:5432'],
  init: true,
  remoteUser: null,
  mounts: [],
};
const origin = (property: string, feature?: string): ValueOrigin => ({
  property,
  from: feature ? 'feature' : 'configuration',
  feature,
});
const origins = [
  origin('image'),
  origin('containerEnv.EDITOR', 'node'),
  origin('forwardPorts'),
  origin('init', 'docker'),
];

function drawn(rows: readonly ValueRow[]): string[] {
  return rows.map(
    ({ depth, name, value, kind, origin: by }) =>
      `${'  '.repeat(depth)}${name} = ${value ?? '-'} (${kind}) ${by?.feature ?? by?.from ?? '-'}`,
  );
}

test('every value has a row, a name and the nearest author', () => {
  expect(drawn(valueRows(configuration, origins))).toEqual([
    'image = base:3 (text) configuration',
    'containerEnv = - (group) -',
    '  EDITOR = vim (text) node',
    '  A.B = 1 (text) -',
    'forwardPorts = - (group) configuration',
    '  [0] = 3000 (number) configuration',
    '  [1] = db:5432 (text) configuration',
    'init = true (truth) docker',
    'remoteUser = null (nothing) -',
    'mounts = [] (nothing) -',
  ]);
});

test.each([
  ['editor', ['containerEnv', 'containerEnv.EDITOR']],
  ['5432', ['forwardPorts', 'forwardPorts[1]']],
  ['node', ['containerEnv', 'containerEnv.EDITOR']],
  ['  ', valueRows(configuration, origins).map(({ property }) => property)],
  ['absent', []],
])('searched for %j', (text, expected) => {
  const rows = searched(valueRows(configuration, origins), text, (row) => row.origin?.feature ?? '');
  expect(rows.map(({ property }) => property)).toEqual(expected);
});

test('what is very deep is written as it is', () => {
  const deep = { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } };
  expect(valueRows(deep, []).at(-1)).toMatchObject({ depth: 6, value: '{"h":1}', kind: 'nothing' });
});

function numbered(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`v${at}`, at]));
}

describe('long lists', () => {
  const rows = valueRows(
    {
      few: numbered(FIRST),
      many: { ...numbered(FIRST - 1), last: { ...numbered(FIRST + 2) }, hidden: { inside: 1 }, end: 0 },
      after: true,
    },
    [],
  );
  const long = longLists(rows);
  const drawnWith = (...opened: string[]): string[] =>
    shortened(rows, long, new Set(opened))
      .map((row) =>
        'rest' in row ? `${'  '.repeat(row.depth)}${row.rest} more` : `${'  '.repeat(row.depth)}${row.name}`,
      )
      .filter((line) => !/^ *v\d+$/.test(line));

  test('are those with more values than are shown to begin with', () => {
    expect([...long]).toEqual([
      ['many', FIRST + 2],
      ['many.last', FIRST + 2],
    ]);
  });

  test('are cut where they are long, each by itself', () => {
    expect(drawnWith()).toEqual(['few', 'many', '  last', '    2 more', '  2 more', 'after']);
    expect(drawnWith('many')).toEqual([
      'few',
      'many',
      '  last',
      '    2 more',
      '  hidden',
      '    inside',
      '  end',
      'after',
    ]);
    expect(drawnWith('many.last')).toEqual(['few', 'many', '  last', '  2 more', 'after']);
    expect(shortened(rows, long, new Set(['many', 'many.last']))).toEqual(rows);
  });
});
