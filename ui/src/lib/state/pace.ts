/** Brings many small changes to the page at once: each of them alone would have the whole window painted anew. */

export class Pace {
  readonly #waiting = new Map<object, () => void>();
  readonly #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pause Milliseconds between two times that something changes. */
  constructor(pause: number) {
    this.#pause = pause;
  }

  /** Does it when the others do theirs. Of what is asked for one thing meanwhile only the last counts. */
  ask(of: object, act: () => void): void {
    this.#waiting.set(of, act);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const all = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const one of all) one();
    }, this.#pause);
  }

  /** Forgets what was asked for it. */
  forget(of: object): void {
    this.#waiting.delete(of);
  }
}
