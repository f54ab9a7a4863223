/** What programs have written, in lines. Pieces come as they were read: a line in several, several lines in one. */

/** So many lines are kept; the oldest give way. */
const MOST_LINES = 1_000_000;
/** So many go at a time, so that giving way costs little per line. */
const DROPPED_AT_ONCE = 100_000;
/** A line that never ends is cut into lines of this many characters. */
const LONGEST_LINE = 16_384;

export class Output {
  /** Every line, the last of each writer perhaps still growing. */
  readonly lines: string[] = [];
  /** Who wrote each of them. */
  readonly writers: number[] = [];
  /** How many lines have given way. */
  dropped = 0;
  /** Where each writer's unfinished line is, counted from the first line ever, and whether it is overwritten next. */
  readonly #open = new Map<number, { line: number; overwrite: boolean }>();
  readonly #most: number;

  constructor(most = MOST_LINES) {
    this.#most = most;
  }

  append(writer: number, text: string): void {
    let from = 0;
    while (from < text.length) {
      const end = text.indexOf('\n', from);
      this.#write(writer, text.slice(from, end < 0 ? text.length : end));
      if (end < 0) break;
      this.#open.delete(writer);
      from = end + 1;
    }
    if (this.lines.length > this.#most) this.#drop();
  }

  /** Writes a part of a line. What follows a carriage return replaces the line; nothing may follow. */
  #write(writer: number, part: string): void {
    const open = this.#open.get(writer) ?? this.#begin(writer);
    let index = open.line - this.dropped;
    let line = this.lines[index] ?? '';
    for (const [count, segment] of part.split('\r').entries()) {
      if (count > 0) open.overwrite = true;
      if (segment === '') continue;
      line = open.overwrite ? segment : line + segment;
      open.overwrite = false;
    }
    for (; line.length > LONGEST_LINE; line = line.slice(LONGEST_LINE)) {
      this.lines[index] = line.slice(0, LONGEST_LINE);
      index = this.lines.push('') - 1;
      this.writers.push(writer);
      open.line = index + this.dropped;
    }
    this.lines[index] = line;
  }

  #begin(writer: number): { line: number; overwrite: boolean } {
    const open = { line: this.lines.push('') - 1 + this.dropped, overwrite: false };
    this.writers.push(writer);
    this.#open.set(writer, open);
    return open;
  }

  #drop(): void {
    const count = Math.min(DROPPED_AT_ONCE, Math.ceil(this.#most / 10));
    this.lines.splice(0, count);
    this.writers.splice(0, count);
    this.dropped += count;
    for (const [writer, open] of this.#open) {
      if (open.line < this.dropped) this.#open.delete(writer);
    }
  }
}
