/** One operation while it runs and after it, as components see it. */
import type { ErrorResult, Event, OperationRequest, OperationResult } from '../api';
import { Operation } from '../model/operation';

/** Events can come by the thousand; what is shown follows them this often. */
const REDRAWN_EVERY = 33;

export class Work {
  readonly id: string;
  readonly request: OperationRequest;
  readonly startedAt: number;
  result = $state.raw<OperationResult>();
  endedAt = $state<number>();
  cancelling = $state(false);
  /** The answer to its question that is on its way. */
  answering = $state(false);
  /** The failure has been seen and put away. */
  dismissed = $state(false);
  readonly #model = new Operation();
  #version = $state(0);
  #scheduled = false;

  constructor(id: string, request: OperationRequest, startedAt: number) {
    this.id = id;
    this.request = request;
    this.startedAt = startedAt;
  }

  /** What the events tell. It changes in place: whoever reads it here is called again when it has. */
  get model(): Operation {
    void this.#version;
    return this.#model;
  }

  /** Rises when `model` has changed. */
  get version(): number {
    return this.#version;
  }

  get ended(): boolean {
    return this.result !== undefined;
  }

  get failed(): boolean {
    return this.result?.outcome === 'failed' && !this.dismissed;
  }

  get error(): ErrorResult | undefined {
    return this.result?.outcome === 'failed' ? (this.result.error ?? this.model.error) : undefined;
  }

  happened = (events: readonly Event[], truncated: boolean): void => {
    for (const event of events) this.#model.apply(event);
    if (truncated) this.#model.truncated = true;
    if (!this.#model.consent && !this.#model.secret) this.answering = false;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#version += 1;
    }, REDRAWN_EVERY);
  };

  /** Its question about a secret has been answered. No event says so, as none may say anything of a secret. */
  answeredSecret(): void {
    this.#model.secret = undefined;
    this.answering = false;
    this.#version += 1;
  }

  end(result: OperationResult): void {
    this.#model.consent = undefined;
    this.#model.secret = undefined;
    this.#model.waiting = undefined;
    this.#version += 1;
    this.endedAt = Date.now();
    this.result = result;
    this.cancelling = false;
    this.answering = false;
  }
}
