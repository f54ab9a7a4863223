import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
// @ts-expect-error it is a script, which has no types of its own
import { TARGET, types } from '../../../scripts/types.mjs';

test('the types are those of the schemas; `npm run types` makes them so', async () => {
  expect(await readFile(TARGET, 'utf8')).toBe(await types());
});
