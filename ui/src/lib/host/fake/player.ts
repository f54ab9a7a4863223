/** Plays the script of one operation, as the real one would run. */
import type { ErrorResult, Event, OperationRequest, OperationResult } from '../../api';
import type { Happened } from '../types';
import { OPERATION, type Beat } from './script';

export class Player {
  readonly request: OperationRequest;
  readonly startedAt = Date.now();
  readonly ended: Promise<OperationResult>;
  readonly #beats: readonly Beat[];
  readonly #id: string;
  readonly #speed: number;
  readonly #past: Event[] = [];
  readonly #started = new Map<number, number>();
  #happened: Happened | undefined;
  /** The time of the scenario, however fast it is played. */
  #time = Date.now();
  #answer = Promise.withResolvers<boolean>();
  #secret = Promise.withResolvers<void>();
  #cancelled = Promise.withResolvers<'cancelled'>();

  constructor(request: OperationRequest, environment: string, beats: readonly Beat[], speed: number) {
    this.request = request;
    this.#id = environment;
    this.#beats = beats;
    this.#speed = speed;
    this.ended = this.#play();
  }

  /** Sends what has happened so far, and then what happens. */
  follow(happened: Happened): Promise<OperationResult> {
    this.#happened = happened;
    happened(this.#past, false);
    return this.ended;
  }

  answer(allow: boolean): void {
    this.#answer.resolve(allow);
  }

  answerSecret(): void {
    this.#secret.resolve();
    this.#secret = Promise.withResolvers<void>();
  }

  cancel(): void {
    this.#cancelled.resolve('cancelled');
  }

  async #play(): Promise<OperationResult> {
    let error: ErrorResult | undefined;
    for (const beat of this.#beats) {
      const outcome = await Promise.race([this.#beat(beat), this.#cancelled.promise]);
      if (outcome === 'cancelled') return this.#end({ outcome: 'cancelled' });
      if (outcome === 'refused') return this.#end({ outcome: 'failed', error: REFUSED });
      if ('kind' in beat && beat.kind.type === 'failed') error = beat.kind.error;
    }
    return this.#end(error ? { outcome: 'failed', error } : { outcome: 'done' });
  }

  async #beat(beat: Beat): Promise<'refused' | undefined> {
    if ('wait' in beat) {
      if (beat.wait === 'for ever') await new Promise(() => {});
      if (beat.wait === 'secret') {
        await this.#secret.promise;
        return undefined;
      }
      return (await this.#answer.promise) ? undefined : 'refused';
    }
    this.#time += beat.after;
    if (beat.after > 0 && this.#speed > 0) {
      await new Promise((resolve) => setTimeout(resolve, beat.after / this.#speed));
    }
    this.#send({ ...beat.kind, step: beat.step, parent: beat.parent } as Event);
    return undefined;
  }

  #send(event: Event): void {
    if (event.type === 'stepStarted') this.#started.set(event.step, this.#time);
    const took = event.type === 'stepFinished' && {
      milliseconds: this.#time - (this.#started.get(event.step) ?? this.#time),
    };
    const whole = {
      ...event,
      // What the script says of the time is for who reads the script alone; here it has gone by.
      ...took,
      timestamp: this.#time,
      workspace: this.request.reference.folder ?? '',
      environment: this.#id,
    };
    this.#past.push(whole);
    this.#happened?.([whole], false);
  }

  /** What runs when an operation ends ends with it. */
  #end(result: OperationResult): OperationResult {
    const started = new Map(
      this.#past.filter(({ type }) => type === 'stepStarted').map((event) => [event.step, event]),
    );
    for (const { step, type } of this.#past) if (type === 'stepFinished') started.delete(step);
    for (const { step, timestamp } of [...started.values()].reverse()) {
      const milliseconds = this.#time - timestamp;
      const outcome = step === OPERATION || result.outcome !== 'failed' ? result.outcome : 'cancelled';
      this.#send({ type: 'stepFinished', step, outcome, milliseconds } as Event);
    }
    return result;
  }
}

const REFUSED: ErrorResult = {
  message: 'The configuration was not allowed to do this on your computer',
  description: 'An error occurred setting up the container.',
  hint: 'Nothing was done. Start it again to be asked again.',
};
