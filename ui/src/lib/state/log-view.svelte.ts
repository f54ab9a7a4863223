/** How a person looks at a log: what is shown, what is searched and which match is looked at. */
import type { LogSource, LogText } from '../api';
import type { LogLook } from './log.svelte';

/** A search begins when nothing has been typed for this long, in milliseconds. */
const TYPED = 150;

export class LogView {
  /** Sources that are shown; none means all. */
  sources = $state.raw<readonly LogSource[]>([]);
  wrap = $state(false);
  times = $state(false);
  following = $state(true);
  regex = $state(false);
  caseSensitive = $state(false);
  onlyMatches = $state(false);
  #typed = $state('');
  /** The text that the search is for by now. */
  searched = $state.raw<LogText>();
  /** Which of the matches is looked at, by its place among them. */
  #match = $state<number>();
  readonly #look: LogLook;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(look: LogLook) {
    this.#look = look;
  }

  get text(): string {
    return this.#typed;
  }

  set text(text: string) {
    this.#typed = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.search(), TYPED);
  }

  /** How many lines match, and which of them is looked at, counted from 1. */
  get found(): { total: number; at: number | undefined } | undefined {
    const { matches } = this.#look;
    if (!matches) return undefined;
    return { total: matches.total, at: this.#match === undefined ? undefined : this.#match + 1 };
  }

  /** The position of the match that is looked at. */
  get current(): number | undefined {
    return this.#match === undefined ? undefined : this.#look.matches?.positions[this.#match];
  }

  /** Whether a search is an expression that cannot be read. */
  get wrong(): boolean {
    if (!this.regex || this.#typed === '') return false;
    try {
      new RegExp(this.#typed, 'u');
      return false;
    } catch {
      return true;
    }
  }

  async search(): Promise<void> {
    const { regex, caseSensitive } = this;
    const text = this.#typed;
    this.#match = undefined;
    this.searched = text === '' || this.wrong ? undefined : { text, regex, caseSensitive };
    if (this.onlyMatches) await this.#filter();
    await this.#look.search(this.searched);
    // The newest match is the one that a person most likely means.
    const positions = this.#look.matches?.positions ?? [];
    if (positions.length > 0 && !this.onlyMatches) this.#match = positions.length - 1;
  }

  /** Goes to another match, round and round. */
  step(by: 1 | -1): void {
    const positions = this.#look.matches?.positions ?? [];
    if (positions.length === 0) return;
    const at = this.#match ?? (by === 1 ? -1 : positions.length);
    this.#match = (at + by + positions.length) % positions.length;
  }

  async toggle(source: LogSource): Promise<void> {
    const shown = this.sources;
    this.sources = shown.includes(source) ? shown.filter((one) => one !== source) : [...shown, source];
    await this.#filtered();
  }

  async showOnlyMatches(only: boolean): Promise<void> {
    this.onlyMatches = only;
    await this.#filtered();
  }

  /** Shows all lines. */
  async clear(): Promise<void> {
    this.sources = [];
    this.onlyMatches = false;
    await this.#filtered();
  }

  /** Positions mean other lines now, so what was found is found again. */
  async #filtered(): Promise<void> {
    await this.#filter();
    await this.search();
  }

  #filter(): Promise<void> {
    const text = this.onlyMatches ? this.searched : undefined;
    return this.#look.filter({ sources: [...this.sources], ...(text && { text }) });
  }
}
