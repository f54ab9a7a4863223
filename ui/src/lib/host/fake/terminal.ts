/** Terminals with a shell that can do a little. They are kept for a page that is loaded anew, as the real ones are. */
import type { TerminalEnd, TerminalSummary } from '../../api';
import type { TerminalOutput } from '../pages';

type Reader = (output: TerminalOutput) => void | Promise<void>;

const KEPT = 'fake-terminals';
export const PROMPT = '\u001b[32mvscode\u001b[0m@\u001b[34m/workspaces/api-server\u001b[0m $ ';
const RAINBOW = Array.from({ length: 24 }, (_, at) => `\u001b[48;2;${at * 10};${255 - at * 10};160m `).join('');

/** What commands answer; anything else is not found. */
const COMMANDS: Readonly<Record<string, string>> = {
  '': '',
  ls: '\u001b[34mnode_modules\u001b[0m  package.json  \u001b[34msrc\u001b[0m\r\n',
  pwd: '/workspaces/api-server\r\n',
  rainbow: `${RAINBOW}\u001b[0m\r\n`,
  link: 'listening on http://localhost:3000/health\r\n',
  /** What is written on it is not where it leads. */
  disguised: 'see \u001b]8;;https://evil.example/\u202etaken\u001b\\https://github.com/acme\u001b]8;;\u001b\\\r\n',
  wide: '日本語 漢字 🚀 e\u0301\r\n',
  lines: Array.from({ length: 500 }, (_, at) => `line ${at + 1}\r\n`).join(''),
};

export class FakeTerminal {
  #written: string;
  #typed = '';
  #reader: Reader | undefined;
  #ended: (end: TerminalEnd) => void = () => {};
  readonly #changed: () => void;

  constructor(
    readonly summary: TerminalSummary,
    written: string,
    changed: () => void,
  ) {
    this.#written = written;
    this.#changed = changed;
  }

  get written(): string {
    return this.#written;
  }

  write(text: string): void {
    this.#written += text;
    this.#changed();
    void this.#reader?.(output(text, false));
  }

  /** What is typed is written back, and a line of it is done. */
  type(text: string): void {
    for (const character of text) {
      if (character === '\r') {
        this.write('\r\n');
        this.#run(this.#typed.trim());
        this.#typed = '';
      } else if (character === '\u007f') {
        if (this.#typed === '') continue;
        this.#typed = this.#typed.slice(0, -1);
        this.write('\b \b');
      } else if (character >= ' ') {
        this.#typed += character;
        this.write(character);
      }
    }
  }

  read(reader: Reader): Promise<TerminalEnd> {
    this.#reader = reader;
    if (this.#written !== '') void reader(output(this.#written, true));
    if (this.summary.end) return Promise.resolve(this.summary.end);
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  end(end: TerminalEnd): void {
    this.summary.end = end;
    this.#changed();
    this.#ended(end);
  }

  #run(command: string): void {
    const [word = '', ...rest] = command.split(' ');
    if (word === 'exit') {
      this.end({ code: Number(rest[0] ?? 0) });
      return;
    }
    const said = word === 'echo' ? `${rest.join(' ')}\r\n` : (COMMANDS[word] ?? `sh: 1: ${word}: not found\r\n`);
    this.write(`${said}${PROMPT}`);
  }
}

/** The terminals that a page before this one has opened. */
export function kept(changed: () => void): FakeTerminal[] {
  const known = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as { summary: TerminalSummary; written: string }[];
  return known.map(({ summary, written }) => new FakeTerminal(summary, written, changed));
}

export function keep(terminals: readonly FakeTerminal[]): void {
  sessionStorage.setItem(KEPT, JSON.stringify(terminals.map(({ summary, written }) => ({ summary, written }))));
}

function output(text: string, replayed: boolean): TerminalOutput {
  return { bytes: new TextEncoder().encode(text), replayed, truncated: false };
}
