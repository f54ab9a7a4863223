/** A line of terminal output in pieces of one look each. Only colours and weight are kept: they are all that a line can use. */

export interface Piece {
  text: string;
  /** One of the terminal's sixteen colours; none for the ordinary one. */
  colour?: number;
  bold?: boolean;
  faint?: boolean;
}

// Control sequences (`ESC [ … letter`), operating system commands (`ESC ] … BEL`), and other escapes of two characters.
const SEQUENCE = /\u001b(?:\[([0-9;:?<=>]*)[ -/]*([@-~]|$)|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\^-~])/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function pieces(line: string): Piece[] {
  if (!line.includes('\u001b')) return line === '' ? [] : [{ text: clean(line) }];
  const found: Piece[] = [];
  let look: Omit<Piece, 'text'> = {};
  let from = 0;
  const take = (to: number): void => {
    const text = clean(line.slice(from, to));
    if (text !== '') found.push({ text, ...look });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') look = styled(look, match[1] ?? '');
  }
  take(line.length);
  return found;
}

/** The text alone. */
export function plain(line: string): string {
  return clean(line.replace(SEQUENCE, ''));
}

function clean(text: string): string {
  return text.replace(CONTROL, '');
}

function styled(look: Omit<Piece, 'text'>, parameters: string): Omit<Piece, 'text'> {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = { ...look };
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.faint = true;
    else if (code === 22) (delete next.bold, delete next.faint);
    else if (code >= 30 && code <= 37) next.colour = code - 30;
    else if (code >= 90 && code <= 97) next.colour = code - 82;
    else if (code === 39) delete next.colour;
    else if (code === 38 || code === 48) {
      // Of the 256 colours the first sixteen are the terminal's own; the others have no look that both themes could read.
      if (code === 38) delete next.colour;
      const indexed = codes[index + 1] === 5;
      const colour = codes[index + 2] ?? 16;
      if (code === 38 && indexed && colour < 16) next.colour = colour;
      index += indexed ? 2 : 4;
    }
  }
  return next;
}
