/** Finding things by a few letters of what they are called. */

/** Names are short; of a long text only the beginning is looked at letter by letter. */
const LOOKED_AT = 200;

/** The same for capital and small letters, and for letters with and without accents. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** The words of a query, as `score` takes them. */
export function words(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/**
 * How well a text fits all words of a query, higher being better; nothing when it does not. A word at the beginning counts more
 * than one inside, and that more than letters that are only in the right order.
 */
export function score(wanted: readonly string[], text: string): number | undefined {
  const folded = fold(text);
  let sum = 0;
  for (const word of wanted) {
    const one = scoreOf(word, folded);
    if (one === undefined) return undefined;
    sum += one;
  }
  return sum;
}

function scoreOf(word: string, text: string): number | undefined {
  if (text === word) return 100;
  if (text.startsWith(word)) return 80;
  const at = text.indexOf(word);
  if (at > 0) return isStart(text, at) ? 60 : 40;
  return inOrder(word, text) ? 10 : undefined;
}

function isStart(text: string, at: number): boolean {
  return !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

/** Letters in the right order, each following the one before or beginning a word: `dsys` finds `design-system`. */
function inOrder(word: string, whole: string): boolean {
  if (word.length < 2 || !whole.startsWith(word.charAt(0))) return false;
  const text = whole.slice(0, LOOKED_AT);
  /** Places from which the rest was not found. */
  const dead = new Set<number>();
  const reach = (letter: number, at: number): boolean => {
    if (letter === word.length) return true;
    const place = letter * LOOKED_AT + at;
    if (dead.has(place)) return false;
    if (text.charAt(at) === word.charAt(letter) && reach(letter + 1, at + 1)) return true;
    for (let next = at; next < text.length; next += 1) {
      if (text.charAt(next) === word.charAt(letter) && isStart(text, next) && reach(letter + 1, next + 1)) return true;
    }
    dead.add(place);
    return false;
  };
  return reach(1, 1);
}

/** Whether a text contains all words, for lists that are filtered and keep their order. */
export function contains(wanted: readonly string[], text: string): boolean {
  const folded = fold(text);
  return wanted.every((word) => folded.includes(word));
}
