import { expect, test } from 'vitest';
import { beginning } from './long';

test.each([
  ['short', undefined],
  ['x'.repeat(500), undefined],
  ['x'.repeat(501), 'x'.repeat(400)],
  [`${'x'.repeat(399)}🚀${'x'.repeat(200)}`, 'x'.repeat(399)],
  [`${'x'.repeat(398)}🚀${'x'.repeat(200)}`, `${'x'.repeat(398)}🚀`],
])('the beginning of %j', (text, expected) => {
  expect(beginning(text)).toBe(expected);
});
