/** What is too long to be shown at once: a text of thousands of characters, a list of thousands of values. */

/** A text that is longer than this is cut: some lines of a table's column. */
const LONGEST = 400;
/** What is cut away is worth a press: a few characters more are simply shown. */
const WORTH = 100;

/** The beginning of a text that is too long; nothing of one that is not. */
export function beginning(text: string): string | undefined {
  if (text.length <= LONGEST + WORTH) return undefined;
  const last = text.charCodeAt(LONGEST - 1);
  // A character of two halves is not taken apart.
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHalf ? LONGEST - 1 : LONGEST);
}
