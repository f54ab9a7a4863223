/** How wide a text is in a font of one width, in characters. */

const TAB = 8;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NONE = /\p{Mn}|\p{Me}|\p{Cf}/u;
const ORDINARY = /^[\u0020-\u007e]*$/;

export function columns(text: string): number {
  if (ORDINARY.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (character === '\t') width += TAB - (width % TAB);
    else if (character <= '\u007e') width += 1;
    else if (!NONE.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** How many rows a line takes where so many characters fit. */
export function rowsOf(text: string, fit: number): number {
  return Math.max(1, Math.ceil(columns(text) / Math.max(1, fit)));
}
