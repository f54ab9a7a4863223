/** A log that is looked at: how much there is of it, the pages in view, what is searched in it. It never holds the whole. */
import type { ErrorResult, LogEntry, LogExported, LogFilter, LogMatches, LogRequest, LogState, LogText } from '../api';
import type { Host } from '../host';
import type { OpenLog } from '../host/pages';
import { asError } from './problem';

/** Lines that are asked for at once. */
export const PAGE = 400;
/** Pages that are kept: some screens back and forth, whatever the log's size. */
const KEPT = 48;
/** Questions that are under way at once. */
const AT_ONCE = 3;
/** What is shown follows the log this often. */
const REDRAWN_EVERY = 50;

/** What was refused of a log that is shown all the same. */
export type LogAsk = 'filter' | 'search' | 'export';

export class LogLook {
  state = $state.raw<LogState>();
  /** Why it, or a part of it, could not be read. */
  error = $state.raw<ErrorResult>();
  refused = $state.raw<{ ask: LogAsk; error: ErrorResult }>();
  matches = $state.raw<LogMatches>();
  /** Rises when lines have come. */
  version = $state(0);
  readonly #host: Host;
  readonly #request: LogRequest;
  #log: Promise<OpenLog>;
  /** How often it was opened: what an earlier one says is not wanted any more. */
  #opened = 0;
  #filter: LogFilter;
  #pages = new Map<number, readonly LogEntry[]>();
  #asked = new Set<number>();
  #wanted = { from: 0, to: 0 };
  #searched = 0;
  #latest: LogState | undefined;
  #scheduled = false;
  /** Nothing more is asked for until the log says something new. */
  #stuck = false;
  #closed = false;

  constructor(host: Host, request: LogRequest) {
    this.#host = host;
    this.#request = request;
    this.#filter = request.filter ?? { sources: [] };
    this.#log = this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }

  /** Reads it anew, after it could not be read. */
  again(): void {
    this.#leave();
    this.#pages.clear();
    this.#asked.clear();
    this.#latest = undefined;
    this.#stuck = false;
    this.state = undefined;
    this.error = undefined;
    this.matches = undefined;
    this.#log = this.#open();
  }

  #open(): Promise<OpenLog> {
    this.#opened += 1;
    const opened = this.#opened;
    const log = this.#host.openLog({ ...this.#request, filter: this.#filter }, (state) => {
      if (opened === this.#opened) this.#told(state);
    });
    log.catch((reason) => {
      if (!this.#closed && opened === this.#opened) this.error = asError(reason);
    });
    return log;
  }

  #leave(): void {
    this.#log.then(
      (log) => log.close(),
      () => {},
    );
  }

  get first(): number {
    return this.state?.first ?? 0;
  }

  get end(): number {
    return this.state?.end ?? 0;
  }

  /** A line, if its page is here. Ask with `want` for those that are looked at. */
  at(position: number): LogEntry | undefined {
    const page = Math.floor(position / PAGE);
    return this.#pages.get(page)?.[position - page * PAGE];
  }

  /** These lines are looked at. */
  want(from: number, to: number): void {
    this.#wanted = { from, to };
    this.#pump();
  }

  async filter(filter: LogFilter): Promise<void> {
    this.matches = undefined;
    this.#filter = filter;
    await this.#try('filter', async () => (await this.#log).filter(filter));
  }

  /** Looks for a text; nothing ends the search. The answer to an older search is not wanted any more. */
  async search(text: LogText | undefined): Promise<void> {
    this.#searched += 1;
    const searched = this.#searched;
    if (!text) {
      this.matches = undefined;
      return;
    }
    await this.#try('search', async () => {
      const matches = await (await this.#log).search(text);
      if (searched === this.#searched) this.matches = matches;
    });
  }

  /** Lines one after another, for who copies them. */
  async lines(from: number, to: number): Promise<LogEntry[]> {
    const log = await this.#log;
    const all: LogEntry[] = [];
    while (all.length < to - from) {
      const at = from + all.length;
      const { lines } = await log.page(at, Math.min(PAGE * 5, to - at));
      if (lines.length === 0) break;
      all.push(...lines);
    }
    return all;
  }

  /** Writes what is shown to a file; nothing when the person chooses none. */
  async export(title: string): Promise<LogExported | undefined> {
    return this.#try('export', async () => (await this.#log).export(title));
  }

  async #try<Answer>(ask: LogAsk, call: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await call();
      if (this.refused?.ask === ask) this.refused = undefined;
      return answer;
    } catch (reason) {
      // Of a log that is not there at all, that is said already.
      if (!this.error) this.refused = { ask, error: asError(reason) };
      return undefined;
    }
  }

  #told(state: LogState): void {
    if (this.#closed) return;
    if (state.filter !== this.#latest?.filter) {
      this.#pages.clear();
      this.#asked.clear();
    }
    // Whoever looks at the end sees it move once the lines are there: there is no gap while they are on their way.
    const grown = this.state && state.filter === this.state.filter ? state.end - this.state.end : 0;
    const atEnd = grown > 0 && this.#wanted.to >= state.end - grown;
    this.#latest = state;
    this.#stuck = false;
    if (atEnd) {
      this.#wanted = { from: this.#wanted.from + grown, to: this.#wanted.to + grown };
      this.#pump();
      if (this.#asked.size > 0) return;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.state = this.#latest;
      this.version += 1;
      this.#pump();
    }, REDRAWN_EVERY);
  }

  /** Asks for pages in view that are not here, or that have grown since. */
  #pump(): void {
    const state = this.#latest;
    if (!state || this.#closed || this.#stuck) return;
    const last = Math.floor((Math.min(this.#wanted.to, state.end) - 1) / PAGE);
    const first = Math.floor(Math.max(this.#wanted.from, state.first) / PAGE);
    for (let page = first; page <= last && this.#asked.size < AT_ONCE; page += 1) {
      if (this.#asked.has(page)) continue;
      const lines = this.#pages.get(page);
      const there = page * PAGE + (lines?.length ?? 0);
      if (there >= Math.min(state.end, (page + 1) * PAGE)) continue;
      void this.#ask(page, state.filter);
    }
  }

  async #ask(page: number, filter: number): Promise<void> {
    this.#asked.add(page);
    const log = this.#log;
    try {
      // Lines of this page that had to go are holes at its beginning.
      const answer = await (await log).page(page * PAGE, PAGE);
      if (log !== this.#log) return;
      if (answer.filter === filter && filter === this.#latest?.filter) {
        const holes = Math.max(0, answer.from - page * PAGE);
        const lines: LogEntry[] = [...Array<LogEntry>(holes), ...answer.lines];
        this.#pages.delete(page);
        this.#pages.set(page, lines);
        this.error = undefined;
        this.#forget();
      }
    } catch (reason) {
      if (log !== this.#log) return;
      this.#stuck = true;
      if (!this.#closed) this.error = asError(reason);
    } finally {
      if (log === this.#log) this.#asked.delete(page);
    }
    if (!this.#closed) this.#schedule();
  }

  /** The pages that came first go first, but never those in view. */
  #forget(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) return;
      const visible = (page + 1) * PAGE > this.#wanted.from && page * PAGE < this.#wanted.to;
      if (!visible) this.#pages.delete(page);
    }
  }
}
