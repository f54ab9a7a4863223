/** The board: which environments it shows, and in which order. */
import type { EnvironmentSummary } from '../api';
import type { Mark } from './environment';

export const KINDS = ['all', 'running', 'attention', 'stopped'] as const;
/** What the board is narrowed to. */
export type Kind = (typeof KINDS)[number];

export const COLUMNS = ['name', 'state', 'engine', 'lastUsed'] as const;
/** What the board can be sorted by. */
export type Column = (typeof COLUMNS)[number];

export interface Sorting {
  by: Column;
  descending: boolean;
}

/** An environment with what is shown of it beside what the board says. */
export interface Entry {
  environment: EnvironmentSummary;
  mark: Mark;
  engine: string;
  /** It waits for a person: a question, a failure, a change. */
  attention: boolean;
}

/** What needs a person comes first, what is out of reach last. */
const BY_URGENCY: readonly Mark[] = [
  'needs',
  'failed',
  'working',
  'running',
  'paused',
  'created',
  'stopped',
  'gone',
  'unreachable',
];

export function isOf(kind: Kind, { mark, attention }: Entry): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'running':
      return mark === 'running' || mark === 'working';
    case 'attention':
      return attention;
    case 'stopped':
      return mark === 'stopped' || mark === 'created' || mark === 'gone' || mark === 'paused';
  }
}

/** In order of a column; what is alike there in order of names. What was never used comes last in both directions. */
export function sorted(entries: readonly Entry[], { by, descending }: Sorting): Entry[] {
  const sign = descending ? -1 : 1;
  return [...entries].sort(
    (one, other) =>
      unknown(by, one) - unknown(by, other) ||
      sign * compared(by, one, other) ||
      one.environment.name.localeCompare(other.environment.name) ||
      one.environment.id.localeCompare(other.environment.id),
  );
}

function unknown(by: Column, { environment, engine }: Entry): number {
  if (by === 'lastUsed') return environment.lastUsed == null ? 1 : 0;
  return by === 'engine' && engine === '' ? 1 : 0;
}

function compared(by: Column, one: Entry, other: Entry): number {
  switch (by) {
    case 'name':
      return one.environment.name.localeCompare(other.environment.name);
    case 'state':
      return BY_URGENCY.indexOf(one.mark) - BY_URGENCY.indexOf(other.mark);
    case 'engine':
      return one.engine.localeCompare(other.engine);
    case 'lastUsed':
      // The newest is what one looks for.
      return (other.environment.lastUsed ?? 0) - (one.environment.lastUsed ?? 0);
  }
}
