import { expect, test } from 'vitest';
import { Output } from './output';

test.each<[string[], string[]]>([
  [['one\ntwo\n'], ['one', 'two']],
  [
    ['on', 'e\ntw', 'o'],
    ['one', 'two'],
  ],
  [
    ['one\r\n', 'two\r', '\n'],
    ['one', 'two'],
  ],
  [
    ['10%\r50%\r', '100%\ndone'],
    ['100%', 'done'],
  ],
  [['10%\r', '50%', ' of it\n'], ['50% of it']],
  [['\n\na'], ['', '', 'a']],
  [['10%\r', '', '\n'], ['10%']],
  [[], []],
])('%j is %j', (parts, expected) => {
  const output = new Output();
  for (const part of parts) output.append(1, part);
  expect(output.lines).toEqual(expected);
});

test('two writers do not break each other’s lines', () => {
  const output = new Output();
  output.append(1, 'install');
  output.append(2, 'seed\n');
  output.append(1, 'ing\n');
  expect(output.lines).toEqual(['installing', 'seed']);
  expect(output.writers).toEqual([1, 2]);
});

test('a line without an end is cut', () => {
  const output = new Output();
  for (let count = 0; count < 5; count += 1) output.append(1, 'x'.repeat(10_000));
  expect(output.lines.map((line) => line.length)).toEqual([16_384, 16_384, 16_384, 848]);
});

test('the oldest lines give way', () => {
  const output = new Output(100);
  for (let count = 0; count < 105; count += 1) output.append(1, `${count}\n`);
  output.append(2, 'open');
  expect(output.dropped).toBe(10);
  expect(output.lines[0]).toBe('10');
  expect(output.lines.length).toBe(96);
  output.append(2, ' still\n');
  expect(output.lines.at(-1)).toBe('open still');
});

test('a million lines take no time to speak of', () => {
  const output = new Output();
  const before = performance.now();
  for (let count = 0; count < 1_000; count += 1) output.append(1, 'a line of output\n'.repeat(1_000));
  expect(output.lines.length).toBe(1_000_000);
  expect(performance.now() - before).toBeLessThan(5_000);
});
