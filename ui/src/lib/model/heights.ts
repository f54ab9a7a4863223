/**
 * How high each line of a long list is, in rows, when lines wrap. A line counts as one row until it is known better. Sums are kept
 * in a tree of partial sums, so that a million lines are asked for a place, or told of a correction, in twenty steps.
 */
export class Heights {
  #rows = new Int32Array(1024).fill(1);
  /** `#sums[i]` is the sum of the `i & -i` rows that end at line `i - 1`. */
  #sums = new Int32Array(1025);
  #count = 0;

  /** How many lines there are. */
  get count(): number {
    return this.#count;
  }

  /** The rows of all lines together. */
  get total(): number {
    return this.before(this.#count);
  }

  /** Forgets all that was known, as when the width changes. */
  reset(count: number): void {
    this.#rows = new Int32Array(Math.max(1024, 2 ** Math.ceil(Math.log2(count + 1)))).fill(1);
    this.#sums = new Int32Array(this.#rows.length + 1);
    this.#count = 0;
    this.grow(count);
  }

  /** Adds lines at the end. */
  grow(count: number): void {
    if (count > this.#rows.length) {
      const rows = new Int32Array(2 ** Math.ceil(Math.log2(count + 1))).fill(1);
      rows.set(this.#rows);
      this.#rows = rows;
      const sums = new Int32Array(rows.length + 1);
      sums.set(this.#sums);
      this.#sums = sums;
    }
    for (; this.#count < count; this.#count += 1) {
      const at = this.#count + 1;
      // The sum of a new node is its own row and those of the nodes below it.
      let sum = this.#rows[this.#count] ?? 1;
      for (let below = at - 1; below > at - (at & -at); below -= below & -below) sum += this.#sums[below] ?? 0;
      this.#sums[at] = sum;
    }
  }

  /** Says how many rows a line has. The answer is by how many that is more than it was. */
  set(line: number, rows: number): number {
    const difference = rows - (this.#rows[line] ?? 1);
    if (difference === 0 || line >= this.#count) return 0;
    this.#rows[line] = rows;
    for (let at = line + 1; at <= this.#count; at += at & -at) this.#sums[at] = (this.#sums[at] ?? 0) + difference;
    return difference;
  }

  /** The rows of all lines before this one. */
  before(line: number): number {
    let sum = 0;
    for (let at = Math.min(line, this.#count); at > 0; at -= at & -at) sum += this.#sums[at] ?? 0;
    return sum;
  }

  /** The line that has this row, counted from 0. */
  at(row: number): number {
    let line = 0;
    let rest = row;
    for (let step = this.#sums.length - 1; step > 0; step >>= 1) {
      const next = line + step;
      if (next > this.#count) continue;
      const sum = this.#sums[next] ?? 0;
      if (sum > rest) continue;
      line = next;
      rest -= sum;
    }
    return Math.min(line, Math.max(0, this.#count - 1));
  }
}
