/** What an environment uses, for as long as somebody looks: not while the page or the window is out of view. */
import type { EnvironmentReference, ErrorResult, ResourceSample } from '../api';
import type { Host } from '../host';
import type { Stop } from '../host/pages';
import { added, type Point } from '../model/curve';
import type { Pace } from './pace';
import { asError } from './problem';

export type Measure = 'cpu' | 'memory' | 'received' | 'sent' | 'read' | 'written';

type Series = Readonly<Record<Measure, readonly Point[]>>;

const NOTHING: Series = { cpu: [], memory: [], received: [], sent: [], read: [], written: [] };

export class Measured {
  sample = $state.raw<ResourceSample>();
  series = $state.raw<Series>(NOTHING);
  error = $state.raw<ErrorResult>();
  readonly #host: Host;
  readonly #reference: EnvironmentReference;
  readonly #pace: Pace | undefined;
  #watching: Promise<Stop> | undefined;

  /** @param pace When samples after the first are shown; without one as soon as they come. */
  constructor(host: Host, reference: EnvironmentReference, pace?: Pace) {
    this.#host = host;
    this.#reference = reference;
    this.#pace = pace;
  }

  /** Begins or ends; the same twice is the same as once. */
  watch(wanted: boolean): void {
    if (wanted === (this.#watching !== undefined)) return;
    if (wanted) {
      const watching = this.#host.watchResources(this.#reference, (sample) => {
        if (this.#watching !== watching) return;
        if (this.#pace && this.sample) this.#pace.ask(this, () => this.#take(sample));
        else this.#take(sample);
      });
      this.#watching = watching;
      watching.catch((reason) => {
        if (this.#watching === watching) this.error = asError(reason);
      });
    } else {
      this.#watching?.then((stop) => stop()).catch(() => {});
      this.#watching = undefined;
      this.#pace?.forget(this);
    }
  }

  #take(sample: ResourceSample): void {
    this.error = undefined;
    // Curves of a container that was stopped end; those of the next begin anew.
    if (!sample.running) this.series = NOTHING;
    else {
      const values: Readonly<Record<Measure, number | null | undefined>> = {
        cpu: sample.cpu,
        memory: sample.memory,
        received: sample.received?.perSecond,
        sent: sample.sent?.perSecond,
        read: sample.read?.perSecond,
        written: sample.written?.perSecond,
      };
      const next = { ...this.series };
      for (const [measure, value] of Object.entries(values) as [Measure, number | null | undefined][]) {
        if (value != null) next[measure] = added(this.series[measure], { at: sample.timestamp, value });
      }
      this.series = next;
    }
    this.sample = sample;
  }
}
