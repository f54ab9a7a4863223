import { expect, test } from 'vitest';
import type { LogText } from '../api';
import { pieces } from './ansi';
import { highlighted, matcher } from './highlight';

function marked(line: string, text: string, change: Partial<LogText> = {}): string {
  const find = matcher({ text, regex: false, caseSensitive: false, ...change });
  return highlighted(pieces(line), find)
    .map((piece) => (piece.match ? `<${piece.text}>` : piece.text))
    .join('|');
}

test.each<[string, string, Partial<LogText>, string]>([
  ['one two one', 'one', {}, '<one>| two |<one>'],
  ['One one', 'One', { caseSensitive: true }, '<One>| one'],
  ['a.b ab', 'a.b', {}, '<a.b>| ab'],
  ['a.b acb', 'a.b', { regex: true }, '<a.b>| |<acb>'],
  ['nothing', 'x*', { regex: true }, 'nothing'],
  ['nothing', '(', { regex: true }, 'nothing'],
  ['nothing', '', {}, 'nothing'],
  ['in \u001b[31mre\u001b[0md lines', 'red', {}, 'in |<re>|<d>| lines'],
])('%j searched for %j', (line, text, change, expected) => expect(marked(line, text, change)).toBe(expected));
