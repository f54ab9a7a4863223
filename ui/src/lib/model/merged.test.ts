import { expect, test } from 'vitest';
import type { ValueOrigin } from '../api';
import { searched, valueRows, type ValueRow } from './merged';

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
