import { expect, test } from 'vitest';
import { pieces, plain, type Piece } from './ansi';

const escape = '\u001b';

test.each<[string, Piece[]]>([
  ['', []],
  ['plain', [{ text: 'plain' }]],
  [`${escape}[32mok${escape}[0m done`, [{ text: 'ok', colour: 2 }, { text: ' done' }]],
  [
    `${escape}[1;91mbad${escape}[22m news`,
    [
      { text: 'bad', bold: true, colour: 9 },
      { text: ' news', colour: 9 },
    ],
  ],
  [`${escape}[38;5;3myellow${escape}[39m.`, [{ text: 'yellow', colour: 3 }, { text: '.' }]],
  [`${escape}[38;2;1;2;3mtrue${escape}[m.`, [{ text: 'true' }, { text: '.' }]],
  [`${escape}[48;5;1;31mred${escape}[m`, [{ text: 'red', colour: 1 }]],
  [`${escape}]0;title\u0007text`, [{ text: 'text' }]],
  [`${escape}[2Ja${escape}[1Gb\u0007`, [{ text: 'a' }, { text: 'b' }]],
  [`cut off ${escape}[3`, [{ text: 'cut off ' }]],
  ['a\tb\u0008', [{ text: 'a\tb' }]],
])('%j', (line, expected) => {
  expect(pieces(line)).toEqual(expected);
  expect(plain(line)).toBe(expected.map((piece) => piece.text).join(''));
});
