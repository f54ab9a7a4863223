/** Words to write down what an operation does: beats, each an event or a pause at which the person decides. */
import type {
  ConsentRequest,
  Engine,
  Environment,
  ErrorResult,
  Event,
  Outcome,
  SecretRequest,
  StepName,
} from '../../api';

type Kind<Type extends Event['type']> = Omit<
  Extract<Event, { type: Type }>,
  'timestamp' | 'workspace' | 'environment' | 'step' | 'parent'
>;

export type Beat =
  /** Something happens; `after` milliseconds have gone by since the beat before. */
  | { after: number; step: number; parent?: number; kind: { [Type in Event['type']]: Kind<Type> }[Event['type']] }
  /** Goes on when the person has allowed it; ends the operation when they have not. */
  | { wait: 'consent' }
  /** Goes on when the person has given a secret, or wants to go on without it. */
  | { wait: 'secret' }
  /** Stands still until the person cancels. */
  | { wait: 'for ever' };

export const OPERATION = 1;

export function begin(step: number, name: StepName, subject?: string, parent = OPERATION, after = 0): Beat {
  const kind = { type: 'stepStarted', name, subject } as const;
  return step === OPERATION ? { after, step, kind } : { after, step, parent, kind };
}

export function planned(step: number, name: StepName, subject?: string, parent = OPERATION): Beat {
  return { after: 0, step, parent, kind: { type: 'stepPlanned', name, subject } };
}

export function end(step: number, milliseconds: number, detail?: string, outcome: Outcome = 'done'): Beat {
  return { after: milliseconds, step, kind: { type: 'stepFinished', outcome, milliseconds, detail } };
}

/** The end of what other steps were part of: their time is its time. */
export function ended(step: number, milliseconds: number, detail?: string): Beat {
  return { ...end(step, milliseconds, detail), after: 0 };
}

export function cached(step: number, milliseconds: number, detail?: string): Beat {
  return end(step, milliseconds, detail, 'cached');
}

export function failed(step: number, milliseconds: number, detail?: string): Beat {
  return { ...end(step, milliseconds, detail, 'failed'), after: 0 };
}

export function wrote(step: number, text: string, after = 0): Beat {
  return { after, step, kind: { type: 'stepOutput', stream: 'stdout', text } };
}

export function progress(step: number, current: number, total: number, text?: string, after = 0): Beat {
  return { after, step, kind: { type: 'stepProgress', current, total, text } };
}

export function found(environment: Environment, engine: Engine): Beat[] {
  return [
    { after: 0, step: OPERATION, kind: { type: 'environmentFound', subject: environment } },
    { after: 0, step: OPERATION, kind: { type: 'engineFound', engine } },
  ];
}

/** A question, and the wait for its answer. */
export function asks(step: number, request: ConsentRequest): Beat[] {
  return [
    begin(step, 'consent'),
    { after: 0, step, kind: { type: 'consentNeeded', request } },
    { wait: 'consent' },
    { after: 0, step, kind: { type: 'consentGranted', by: 'person' } },
    end(step, 0),
  ];
}

/** A question for a secret, and the wait for its answer. */
export function wantsSecret(step: number, request: SecretRequest): Beat[] {
  return [{ after: 0, step, kind: { type: 'secretNeeded', request } }, { wait: 'secret' }];
}

export function fails(error: ErrorResult): Beat {
  return { after: 0, step: OPERATION, kind: { type: 'failed', error } };
}

/** A wait for something outside, such as another Wharf. */
export function waits(step: number, on: Kind<'waiting'>['on']): Beat {
  return { after: 0, step, kind: { type: 'waiting', on } };
}

export function warns(message: string, path: string, line: number, hint?: string): Beat {
  const location = { path, line };
  return { after: 0, step: 2, kind: { type: 'diagnostic', severity: 'warning', message, location, hint } };
}

export function ready(milliseconds: number, containerId: string, remoteUser: string, folder: string): Beat {
  const kind = { type: 'ready', milliseconds, containerId, remoteUser, remoteWorkspaceFolder: folder } as const;
  return { after: 0, step: OPERATION, kind };
}
