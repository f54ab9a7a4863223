/** What is known of one operation: its steps, what they wrote, and what a person has to do about it. Built from events alone. */
import type {
  ConsentRequest,
  Engine,
  Environment,
  ErrorResult,
  Event,
  Outcome,
  SecretRequest,
  StartRecord,
  StepName,
  WaitingFor,
} from '../api';
import { Output } from './output';

const BOLD = '\u001b[1m';
const ORDINARY = '\u001b[22m';

export type StepState = 'planned' | 'running' | Outcome;

export interface Step {
  id: number;
  parent: number | undefined;
  name: StepName;
  subject: string | undefined;
  state: StepState;
  startedAt: number | undefined;
  milliseconds: number | undefined;
  detail: string | undefined;
  progress: Progress | undefined;
  /** Written by the step itself, or by steps inside it that keep none of their own. */
  output: Output | undefined;
  /** How many lines it has written, where they lie in the log and not here. */
  lines?: number;
}

export interface Progress {
  current: number | undefined;
  total: number | undefined;
  text: string | undefined;
}

export type Diagnostic = Extract<Event, { type: 'diagnostic' }>;
export type Ready = Extract<Event, { type: 'ready' }>;

export class Operation {
  readonly steps = new Map<number, Step>();
  environment: Environment | undefined;
  /** The value of `${devcontainerId}`, as soon as it is known. */
  environmentId: string | undefined;
  engine: Engine | undefined;
  consent: ConsentRequest | undefined;
  /** A secret that it waits for. */
  secret: SecretRequest | undefined;
  waiting: WaitingFor | undefined;
  /** Since when, in milliseconds since 1970-01-01T00:00:00Z. */
  waitingSince = 0;
  ready: Ready | undefined;
  error: ErrorResult | undefined;
  readonly diagnostics: Diagnostic[] = [];
  /** Output was lost before it came here: it was more than is kept. */
  truncated = false;
  /** What stands above the newest lines of a build. */
  #heading: string | undefined;

  /** An operation of which only the record is left. */
  static of(record: StartRecord): Operation {
    const operation = new Operation();
    operation.error = record.error ?? undefined;
    for (const { id, parent, name, subject, begin, milliseconds, outcome, detail, lines } of record.steps) {
      operation.steps.set(id, {
        id,
        parent: parent ?? undefined,
        name,
        subject: subject ?? undefined,
        state: outcome,
        startedAt: record.startedAt + begin,
        milliseconds,
        detail: detail ?? undefined,
        progress: undefined,
        output: undefined,
        lines,
      });
    }
    return operation;
  }

  apply(event: Event): void {
    this.environmentId = event.environment ?? this.environmentId;
    switch (event.type) {
      case 'environmentFound':
        this.environment = event.subject;
        break;
      case 'engineFound':
        this.engine = event.engine;
        break;
      case 'stepPlanned':
        this.#step(event, 'planned');
        break;
      case 'stepStarted':
        this.waiting = undefined;
        this.secret = undefined;
        this.#step(event, 'running').startedAt = event.timestamp;
        // The log of a build shows whose lines follow.
        if (event.name === 'vertex' && event.subject && event.subject !== this.#heading) {
          this.#heading = event.subject;
          this.outputOf(event.step)?.append(event.step, `${BOLD}${event.subject}${ORDINARY}\n`);
        }
        break;
      case 'stepProgress':
        this.#progress(event);
        break;
      case 'stepOutput':
        this.outputOf(event.step)?.append(event.step, event.text);
        break;
      case 'stepFinished':
        this.#finish(event);
        break;
      case 'diagnostic':
        this.diagnostics.push(event);
        break;
      case 'consentNeeded':
        this.consent = event.request;
        break;
      case 'secretNeeded':
        this.secret = event.request;
        break;
      case 'consentGranted':
        this.consent = undefined;
        break;
      case 'waiting':
        if (!this.waiting) this.waitingSince = event.timestamp;
        this.waiting = event.on;
        break;
      case 'ready':
        this.ready = event;
        break;
      case 'failed':
        this.consent = undefined;
        this.secret = undefined;
        this.error = event.error;
        break;
    }
  }

  /** The output that shows what a step writes: a hook's own, otherwise that of the step directly below the operation. */
  outputOf(id: number): Output | undefined {
    const step = this.holder(id);
    if (step) step.output ??= new Output();
    return step?.output;
  }

  /** The step under which another one's output is shown. */
  holder(id: number): Step | undefined {
    let step = this.steps.get(id);
    while (step && step.name !== 'hook') {
      const parent: Step | undefined = step.parent === undefined ? undefined : this.steps.get(step.parent);
      if (!parent || parent.parent === undefined) break;
      step = parent;
    }
    return step;
  }

  /** The whole operation's own step. */
  get root(): Step | undefined {
    for (const step of this.steps.values()) if (step.parent === undefined) return step;
    return undefined;
  }

  #step(event: Extract<Event, { type: 'stepPlanned' | 'stepStarted' }>, state: StepState): Step {
    const known = this.steps.get(event.step);
    const step: Step = {
      id: event.step,
      parent: event.parent ?? undefined,
      name: event.name,
      subject: event.subject ?? known?.subject,
      state,
      startedAt: undefined,
      milliseconds: undefined,
      detail: undefined,
      progress: undefined,
      output: known?.output,
    };
    this.steps.set(event.step, step);
    return step;
  }

  #progress(event: Extract<Event, { type: 'stepProgress' }>): void {
    const step = this.steps.get(event.step);
    if (!step) return;
    step.progress = {
      current: event.current ?? undefined,
      total: event.total ?? undefined,
      text: event.text ?? step.progress?.text,
    };
  }

  #finish(event: Extract<Event, { type: 'stepFinished' }>): void {
    const step = this.steps.get(event.step);
    if (!step) return;
    step.state = event.outcome;
    step.milliseconds = event.milliseconds;
    step.detail = event.detail ?? undefined;
    step.progress = undefined;
    if (step.name === 'consent') this.consent = undefined;
    if (step.name === 'lock') this.waiting = undefined;
  }
}
