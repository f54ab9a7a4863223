/** A log that lies in memory and is told of as the real one is: by its size, some times a second. */
import type { LogEntry, LogFilter, LogPage, LogMatches, LogSource, LogState, LogText } from '../../api';

const SOURCES: readonly LogSource[] = ['build', 'hooks', 'container', 'keeper'];
/** How long a log that grows waits before it says so again, in milliseconds. */
const TOLD_EVERY = 100;

export class FakeLog {
  #filter: LogFilter;
  #shown: readonly LogEntry[] = [];
  /** Lines that the filter and the counts know of. */
  #taken = 0;
  readonly #counts = new Map<LogSource, number>();
  #number = 0;
  #filters = 1;
  #scheduled = false;

  constructor(
    private readonly lines: readonly LogEntry[],
    filter: LogFilter | undefined,
    private readonly changed: (state: LogState) => void,
  ) {
    this.#filter = filter ?? { sources: [] };
    this.#take();
    queueMicrotask(() => this.#tell());
  }

  /** There may be more. */
  grown(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#take();
      this.#tell();
    }, TOLD_EVERY);
  }

  page(from: number, count: number): LogPage {
    return { filter: this.#filters, from, lines: this.#shown.slice(from, from + count) };
  }

  get length(): number {
    return this.#shown.length;
  }

  filter(filter: LogFilter): void {
    this.#filter = filter;
    this.#filters += 1;
    this.#taken = 0;
    this.#counts.clear();
    this.#shown = [];
    this.#take();
    this.#tell();
  }

  search(text: LogText): LogMatches {
    const has = matcher(text);
    const positions = [...this.#shown.entries()].filter(([, line]) => has(line)).map(([position]) => position);
    return { filter: this.#filters, positions: positions.slice(0, 10_000), total: positions.length };
  }

  #take(): void {
    const { sources, text } = this.#filter;
    const has = matcher(text ?? undefined);
    const all = sources.length === 0 && !text;
    const more: LogEntry[] = [];
    for (; this.#taken < this.lines.length; this.#taken += 1) {
      const line = this.lines[this.#taken];
      if (!line) continue;
      this.#counts.set(line.source, (this.#counts.get(line.source) ?? 0) + 1);
      if (!all && (sources.length === 0 || sources.includes(line.source)) && has(line)) more.push(line);
    }
    this.#shown = all ? this.lines : [...this.#shown, ...more];
  }

  #tell(): void {
    this.#number += 1;
    this.changed({
      number: this.#number,
      filter: this.#filters,
      first: 0,
      end: this.#shown.length,
      counts: SOURCES.map((source) => ({ source, lines: this.#counts.get(source) ?? 0 })),
      complete: true,
      following: true,
    });
  }
}

/** Whether a line has a text in it. */
function matcher(text: LogText | undefined): (line: LogEntry) => boolean {
  if (!text) return () => true;
  const pattern = text.regex ? text.text : text.text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(pattern, text.caseSensitive ? '' : 'i');
  return (line) => expression.test(line.text);
}
