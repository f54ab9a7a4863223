import { expect, test } from 'vitest';
import { contains, score, words } from './search';

function best(query: string, texts: string[]): string[] {
  return texts
    .map((text) => ({ text, score: score(words(query), text) }))
    .filter(({ score }) => score !== undefined)
    .sort((one, other) => (other.score ?? 0) - (one.score ?? 0))
    .map(({ text }) => text);
}

test.each([
  ['api', ['my-api', 'api-server', 'capital', 'web'], ['api-server', 'my-api', 'capital']],
  ['dsys', ['design-system', 'docs', 'dusky sights'], ['design-system']],
  ['stop web', ['Stop: web', 'Start: web', 'Stop: api'], ['Stop: web']],
  ['uber', ['Überweisung', 'tuber'], ['Überweisung', 'tuber']],
  ['环境', ['打开环境', '设置'], ['打开环境']],
  ['', ['one', 'two'], ['one', 'two']],
  ['zz', ['one'], []],
])('%s of %j', (query, texts, found) => {
  expect(best(query, texts)).toEqual(found);
});

test('letters that come again and again are not tried in every order', () => {
  expect(score([`${'a'.repeat(60)}b`], 'a '.repeat(4000))).toBeUndefined();
});

test('a filter wants every word somewhere', () => {
  expect(contains(words('podman stop'), 'warehouse Podman 5.8 Stopped')).toBe(true);
  expect(contains(words('podman run'), 'warehouse Podman 5.8 Stopped')).toBe(false);
});
