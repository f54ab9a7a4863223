/** What the board says about an environment, together with what this window does to it. */
import type { EnvironmentReference, EnvironmentSummary, ListResult, OperationRequest } from '../api';
import { baseName } from '../format';
import type { Operation } from './operation';
import { clonedName } from './repository';

/** The state that a person is shown; each has a shape and a word. */
export type Mark =
  'running' | 'working' | 'needs' | 'failed' | 'stopped' | 'paused' | 'created' | 'gone' | 'unreachable';

/** An operation of this window, as far as it matters here. */
export interface Work {
  request: OperationRequest;
  model: Operation;
  ended: boolean;
  endedAt: number | undefined;
  failed: boolean;
}

/**
 * What the board said at a time, where an operation of this window has ended since: that it worked on the environment is over,
 * and what failed before is put right if it did what was wanted. The next board says the same.
 */
export function since(summary: EnvironmentSummary, seenAt: number, work: Work | undefined): EnvironmentSummary {
  if (work?.endedAt === undefined || work.endedAt < seenAt) return summary;
  return { ...summary, working: undefined, problem: work.failed ? summary.problem : undefined };
}

export function mark(summary: EnvironmentSummary, work: Work | undefined): Mark {
  if (work && !work.ended) return work.model.consent || work.model.secret ? 'needs' : 'working';
  if (summary.working) return 'working';
  if (work?.failed || summary.problem) return 'failed';
  return summary.state === 'failing' ? 'failed' : summary.state;
}

/** Whether an operation is about this environment. */
export function concerns(work: Work, summary: EnvironmentSummary): boolean {
  const { reference } = work.request;
  // A clone has no reference of its own before the board knows it.
  if (reference === summary.reference) return true;
  return work.model.environmentId === summary.id || sameReference(reference, summary.reference);
}

/** Whether two references mean one environment. A configuration that is not named is the folder's only one. */
export function sameReference(one: EnvironmentReference, other: EnvironmentReference): boolean {
  if (one.folder && other.folder) {
    const named = one.configuration && other.configuration;
    return one.folder === other.folder && (!named || one.configuration === other.configuration);
  }
  if (one.volume && other.volume) return one.volume === other.volume;
  return !!one.container && one.container === other.container;
}

/** The board's environments, and those that this window has just begun to make and the board does not know yet. */
export function withNew(board: ListResult, works: readonly Work[]): EnvironmentSummary[] {
  const fresh: EnvironmentSummary[] = [];
  for (const work of works) {
    if (work.ended && !work.failed) continue;
    if ([...board.environments, ...fresh].some((summary) => concerns(work, summary))) continue;
    fresh.push(expected(work));
  }
  return [...board.environments, ...fresh];
}

/** What an environment is called that only an operation speaks of. */
export function newId({ reference, clone }: OperationRequest): string {
  return `new:${clone?.repository ?? reference.folder ?? ''}:${reference.configuration ?? ''}`;
}

/**
 * The environment of this id. One that this window has begun had an id of its own before the board knew it, and whoever looks at it
 * goes on looking: the operation may say which one it is after the board has shown it.
 */
export function byId(
  id: string,
  environments: readonly EnvironmentSummary[],
  works: readonly Work[],
): EnvironmentSummary | undefined {
  const found = environments.find((environment) => environment.id === id);
  if (found) return found;
  const work = works.findLast(({ request }) => newId(request) === id);
  return work && environments.find((environment) => concerns(work, environment));
}

/** What is known of an environment that only an operation speaks of. */
function expected({ request, model }: Work): EnvironmentSummary {
  const { reference, clone } = request;
  const folder = reference.folder ?? '';
  return {
    // Not the real one, even where that is known: what a person looks at keeps its id until the board has it.
    id: newId(request),
    name: model.environment?.name ?? (clone ? clonedName(clone.repository) : baseName(folder)),
    reference,
    configuration: model.environment?.configuration ?? reference.configuration,
    state: 'gone',
    maker: 'wharf',
    ours: true,
    engine: model.engine,
  };
}

/** Whether it can be asked for: what is only being cloned has no name yet. */
export function isNamed({ folder, volume, container }: EnvironmentReference): boolean {
  return !!folder || !!volume || !!container;
}

/** Wharf's own first, each group in the order of names. */
export function groups(environments: EnvironmentSummary[]): {
  ours: EnvironmentSummary[];
  others: EnvironmentSummary[];
} {
  const sorted = [...environments].sort(
    (one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id),
  );
  return {
    ours: sorted.filter((summary) => summary.ours),
    others: sorted.filter((summary) => !summary.ours),
  };
}

/** What a person can do with an environment now. */
export interface Actions {
  start: 'up' | 'start' | undefined;
  stop: boolean;
  restart: boolean;
  rebuild: boolean;
  remove: boolean;
}

/** `retried` says that trying again is offered elsewhere. */
export function actions(summary: EnvironmentSummary, shown: Mark, retried: boolean): Actions {
  const idle = shown !== 'working' && shown !== 'needs' && summary.state !== 'unreachable';
  const has = summary.container != null;
  const configured = !!summary.reference.folder || !!summary.reference.volume;
  const runs = summary.state === 'running';
  return {
    start: !idle || runs || retried ? undefined : configured ? 'up' : has ? 'start' : undefined,
    stop: idle && (runs || summary.state === 'paused' || (summary.state === 'failing' && has)),
    restart: idle && has && runs,
    rebuild: idle && has && configured,
    remove: idle && (has || configured),
  };
}
