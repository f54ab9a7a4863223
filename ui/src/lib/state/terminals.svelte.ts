/** The terminals of an environment. They belong to the program: a page that is loaded anew finds them again. */
import type { EnvironmentReference, ErrorResult, TerminalEnd, TerminalSize, TerminalSummary } from '../api';
import type { Host } from '../host';
import { sameReference } from '../model/environment';
import { asError } from './problem';

/** What a terminal is opened with before its page knows better. */
const SIZE: TerminalSize = { columns: 80, rows: 24 };

export class Terminals {
  /** None before they are known. */
  open = $state.raw<readonly TerminalSummary[]>();
  chosen = $state<string>();
  error = $state.raw<ErrorResult>();
  opening = $state(false);
  readonly #host: Host;
  readonly #reference: EnvironmentReference;

  constructor(host: Host, reference: EnvironmentReference) {
    this.#host = host;
    this.#reference = reference;
  }

  /** Finds those that are open. */
  async find(): Promise<void> {
    await this.#try(async () => {
      const all = await this.#host.terminals();
      this.open = all.filter(({ reference }) => sameReference(reference, this.#reference));
      if (!this.open.some(({ id }) => id === this.chosen)) this.chosen = this.open.at(-1)?.id;
    });
  }

  async add(size = SIZE): Promise<void> {
    this.opening = true;
    await this.#try(async () => {
      const made = await this.#host.openTerminal({ reference: this.#reference, size, command: [] });
      this.open = [...(this.open ?? []), made];
      this.chosen = made.id;
    });
    this.opening = false;
  }

  /** Ends its program. The one beside it is shown then. */
  async close(id: string): Promise<void> {
    const at = this.open?.findIndex((one) => one.id === id) ?? -1;
    await this.#try(() => this.#host.closeTerminal(id));
    this.open = this.open?.filter((one) => one.id !== id);
    if (this.chosen === id) this.chosen = (this.open?.[at] ?? this.open?.at(-1))?.id;
  }

  ended(id: string, end: TerminalEnd): void {
    this.open = this.open?.map((one) => (one.id === id ? { ...one, end } : one));
  }

  async #try(call: () => Promise<void>): Promise<void> {
    try {
      await call();
      this.error = undefined;
    } catch (reason) {
      this.error = asError(reason);
    }
  }
}
