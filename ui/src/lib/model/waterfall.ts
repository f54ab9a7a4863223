/** Where steps lie in the time of their operation, and how they compare with those of the start before. */
import type { Row } from './rows';

/** The time that an operation covers. */
export interface Scale {
  /** When it began, in milliseconds since 1970-01-01T00:00:00Z. */
  origin: number;
  /** How long it took, or has taken so far. */
  whole: number;
}

/** A part of the whole, both ends between 0 and 1. */
export interface Span {
  from: number;
  to: number;
}

/** Smaller differences are the machine's mood and no news. */
const WORTH_SAYING = { milliseconds: 200, share: 0.1 };

/** How long a row has taken, what runs included. */
export function elapsed(row: Row, now: number): number {
  return row.state === 'running' && row.startedAt !== undefined ? now - row.startedAt : row.milliseconds;
}

/** What a row covers of the whole; none while it is only planned. */
export function span(row: Row, scale: Scale, now: number): Span | undefined {
  if (row.startedAt === undefined || row.state === 'planned') return undefined;
  const whole = Math.max(scale.whole, 1);
  const end = row.state === 'running' ? now : Math.max(row.endedAt ?? 0, row.startedAt + row.milliseconds);
  const from = limited((row.startedAt - scale.origin) / whole);
  return { from, to: Math.max(from, limited((end - scale.origin) / whole)) };
}

function limited(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** For each row, by its key, the one that did the same in the start before. */
export function counterparts(rows: readonly Row[], before: readonly Row[]): Map<number, Row> {
  const found = new Map<number, Row>();
  pair(rows, before, found);
  return found;
}

function pair(rows: readonly Row[], before: readonly Row[], found: Map<number, Row>): void {
  const waiting = new Map<string, Row[]>();
  for (const row of before) {
    const alike = waiting.get(identity(row));
    if (alike) alike.push(row);
    else waiting.set(identity(row), [row]);
  }
  for (const row of rows) {
    const same = waiting.get(identity(row))?.shift();
    if (!same) continue;
    found.set(row.key, same);
    pair(row.parts, same.parts, found);
  }
}

/** What stays the same from one start to the next. The number of a build's step changes when another comes before it. */
function identity(row: Row): string {
  const inside = row.name === 'vertex' || row.name === 'hook' || row.name === 'command';
  return inside ? `${row.name} ${(row.subject ?? '').replace(/^\[([^\]]*?) ?\d+\/\d+\] /, '[$1] ')}` : row.label;
}

/** By how many milliseconds a step was slower (above 0) or quicker than before; none where that says nothing. */
export function change(now: number, before: number | undefined): number | undefined {
  if (before === undefined) return undefined;
  const difference = now - before;
  const worth = Math.max(WORTH_SAYING.milliseconds, WORTH_SAYING.share * before);
  return Math.abs(difference) < worth ? undefined : difference;
}

/** How many steps of a build had to be done, of how many. */
export function cold(row: Row): { done: number; all: number } | undefined {
  const steps = row.parts.filter(({ name, state }) => name === 'vertex' && state !== 'planned');
  if (steps.length === 0) return undefined;
  return { done: steps.filter(({ state }) => state !== 'cached' && state !== 'skipped').length, all: steps.length };
}
