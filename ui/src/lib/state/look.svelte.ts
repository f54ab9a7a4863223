/** A question to the program that can be asked again. The answer to an older question is not wanted any more. */
import type { ErrorResult } from '../api';
import { asError } from './problem';

export class Look<Answer> {
  answer = $state.raw<Answer>();
  error = $state.raw<ErrorResult>();
  /** An answer is on its way. */
  asking = $state(false);
  #asked = 0;

  /** Asks, and keeps the answer before until there is a new one. */
  async ask(question: () => Promise<Answer>): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.asking = true;
    try {
      const answer = await question();
      if (asked === this.#asked) [this.answer, this.error] = [answer, undefined];
    } catch (reason) {
      if (asked === this.#asked) [this.answer, this.error] = [undefined, asError(reason)];
    }
    if (asked === this.#asked) this.asking = false;
  }
}
