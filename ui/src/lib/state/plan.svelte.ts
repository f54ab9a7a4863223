/** How the configuration of the environment in view differs from what runs, read when it could have changed. */
import type { EnvironmentReference, EnvironmentSummary, ErrorResult, PlanResult } from '../api';
import type { Host } from '../host';
import { asError } from './problem';

export class PlanLook {
  plan = $state.raw<PlanResult>();
  error = $state.raw<ErrorResult>();
  readonly #host: Host;
  /** What is looked at: a container, so that a new one is looked at anew. */
  #subject: string | undefined;
  #reference: EnvironmentReference | undefined;
  #asked = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Looks at another environment, or at none while there is nothing to compare. */
  at(environment: EnvironmentSummary | undefined): void {
    // The board says when a file of the configuration has changed, so a change is there without anybody coming back to the window.
    const subject =
      environment && `${environment.id} ${environment.container?.id} ${environment.state} ${environment.changed}`;
    this.#reference = environment?.reference;
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.plan = undefined;
    this.error = undefined;
    void this.again();
  }

  /** Looks once more; the answer to an older look is not wanted any more. */
  async again(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    if (!this.#reference) return;
    try {
      const plan = await this.#host.plan(this.#reference);
      if (asked === this.#asked) [this.plan, this.error] = [plan, undefined];
    } catch (reason) {
      if (asked === this.#asked) [this.plan, this.error] = [undefined, asError(reason)];
    }
  }
}
