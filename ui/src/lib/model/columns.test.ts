import { expect, test } from 'vitest';
import { columns, rowsOf } from './columns';

test.each([
  ['', 0],
  ['abc', 3],
  ['\tabc', 11],
  ['ab\tc', 9],
  ['日本', 4],
  ['e\u0301', 1],
  ['🚀', 2],
  ['\u202eabc', 3],
])('%j', (text, expected) => expect(columns(text)).toBe(expected));

test('rows', () => {
  expect([rowsOf('', 80), rowsOf('a'.repeat(80), 80), rowsOf('a'.repeat(81), 80), rowsOf('abc', 0)]).toEqual([
    1, 1, 2, 3,
  ]);
});
