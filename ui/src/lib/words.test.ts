import { expect, test } from 'vitest';
import { problemText } from './words';

test.each([
  ['The engine does not answer', 'Start it again.', 'The engine does not answer. Start it again.'],
  ['Nothing was done.', 'Try again.', 'Nothing was done. Try again.'],
  ['Is it there?', 'Look.', 'Is it there? Look.'],
  ['gone', undefined, 'gone'],
])('a problem and its hint are sentences: %s', (message, hint, expected) => {
  expect(problemText({ message, hint, description: '' })).toBe(expected);
});
