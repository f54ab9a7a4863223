/** A hint in its parts: words, names that stand in them as code, and commands that a person may want to run. */

export interface HintPart {
  kind: 'words' | 'code' | 'command';
  text: string;
}

/** What stands in backticks. A backtick without another one in its line is a character like any other. */
const CODE = /`([^`\n]+)`/;

/** A command is told from the name of a property or an option by what stands behind its first word. */
const COMMAND = /^\S+\s+\S/;

export function hintParts(hint: string): HintPart[] {
  return hint
    .split(CODE)
    .map((text, at): HintPart => {
      if (at % 2 === 0) return { kind: 'words', text };
      return { kind: COMMAND.test(text) ? 'command' : 'code', text };
    })
    .filter(({ text }) => text !== '');
}
