/** Where a text that is searched stands in a line, over the pieces that its colours make. */
import type { LogText } from '../api';
import type { Piece } from './ansi';

export interface Highlighted extends Piece {
  match?: boolean;
}

/** As the search itself finds it; none for what is no expression, or finds nothing but emptiness. */
export function matcher({ text, regex, caseSensitive }: LogText): RegExp | undefined {
  if (text === '') return undefined;
  try {
    return new RegExp(regex ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), caseSensitive ? 'gu' : 'giu');
  } catch {
    return undefined;
  }
}

export function highlighted(pieces: readonly Piece[], find: RegExp | undefined): Highlighted[] {
  if (!find) return [...pieces];
  const line = pieces.map(({ text }) => text).join('');
  const found: { from: number; to: number }[] = [];
  for (const match of line.matchAll(find)) {
    if (match[0] !== '') found.push({ from: match.index, to: match.index + match[0].length });
  }
  if (found.length === 0) return [...pieces];
  const cut: Highlighted[] = [];
  let begin = 0;
  for (const piece of pieces) {
    const end = begin + piece.text.length;
    let at = begin;
    const take = (to: number, match: boolean): void => {
      if (to > at) cut.push({ ...piece, text: piece.text.slice(at - begin, to - begin), ...(match && { match }) });
      at = Math.max(at, to);
    };
    for (const { from, to } of found) {
      if (to <= at || from >= end) continue;
      take(Math.max(from, at), false);
      take(Math.min(to, end), true);
    }
    take(end, false);
    begin = end;
  }
  return cut;
}
