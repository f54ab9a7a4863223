/** A configuration as rows: each value with its name, how deep it lies, and who wrote it. */
import type { ValueOrigin } from '../api';

export interface ValueRow {
  /** As a person would write it, such as `containerEnv.EDITOR` or `mounts[1]`. */
  property: string;
  /** The last part of that. */
  name: string;
  depth: number;
  /** In one line; none for what only holds others. */
  value: string | undefined;
  kind: 'text' | 'number' | 'truth' | 'nothing' | 'group';
  origin: ValueOrigin | undefined;
}

/** Stands for the values of a list that are not shown. */
export interface RestRow {
  /** The list that they are in. */
  of: string;
  depth: number;
  /** How many there are. */
  rest: number;
}

/** What is deeper is shown as it is written. */
const DEEPEST = 6;

export function valueRows(configuration: unknown, origins: readonly ValueOrigin[]): ValueRow[] {
  const known = new Map(origins.map((origin) => [origin.property, origin]));
  const rows: ValueRow[] = [];
  add(rows, known, ['', ''], configuration, undefined, -1);
  return rows;
}

function add(
  rows: ValueRow[],
  known: ReadonlyMap<string, ValueOrigin>,
  [property, name]: [string, string],
  value: unknown,
  inherited: ValueOrigin | undefined,
  depth: number,
): void {
  const origin = known.get(property) ?? inherited;
  const inside = depth < DEEPEST ? entries(property, value) : [];
  if (property !== '') {
    const group = inside.length > 0;
    rows.push({
      property,
      name,
      depth,
      value: group ? undefined : written(value),
      kind: group ? 'group' : kind(value),
      // A group whose values have authors of their own has none itself.
      origin: group && !known.has(property) ? undefined : origin,
    });
  }
  for (const [place, part] of inside) add(rows, known, place, part, origin, depth + 1);
}

/** What a value holds: for each part its whole name, its own, and the part. */
function entries(property: string, value: unknown): [[string, string], unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((part, at) => [[`${property}[${at}]`, `[${at}]`], part]);
  return Object.entries(value).map(([key, part]) => [[property === '' ? key : `${property}.${key}`, key], part]);
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function kind(value: unknown): ValueRow['kind'] {
  if (value === null || (typeof value === 'object' && value !== null)) return 'nothing';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'truth' : 'text';
}

/** The rows that have a text in their name, value or author, and the groups that they are in. */
export function searched(rows: readonly ValueRow[], text: string, author: (row: ValueRow) => string): ValueRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [...rows];
  const has = (part: string | undefined): boolean => !!part?.toLowerCase().includes(wanted);
  const keep = new Set<number>();
  const above: number[] = [];
  for (const [at, row] of rows.entries()) {
    above.length = row.depth;
    above[row.depth] = at;
    if (has(row.property) || has(row.value) || has(author(row))) {
      for (const one of above) keep.add(one);
    }
  }
  return rows.filter((_, at) => keep.has(at));
}

/** How many values of one list are shown to begin with. */
export const FIRST = 50;

/** How many values each list has that is too long to be shown at once. */
export function longLists(rows: readonly ValueRow[]): Map<string, number> {
  const sizes = new Map<string, number>();
  const above: ValueRow[] = [];
  for (const row of rows) {
    above.length = row.depth;
    above[row.depth] = row;
    const list = above[row.depth - 1];
    if (list) sizes.set(list.property, (sizes.get(list.property) ?? 0) + 1);
  }
  return new Map([...sizes].filter(([, size]) => size > FIRST));
}

/** The rows without what comes late in long lists that nobody has opened, and how much that is in its place. */
export function shortened(
  rows: readonly ValueRow[],
  long: ReadonlyMap<string, number>,
  opened: ReadonlySet<string>,
): (ValueRow | RestRow)[] {
  const shown: (ValueRow | RestRow)[] = [];
  /** The lists around a row that are cut, with how many of their values were seen. */
  let around: { list: ValueRow; seen: number }[] = [];
  let hiddenBelow = Infinity;
  for (const row of rows) {
    around = around.filter(({ list }) => list.depth < row.depth);
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = Infinity;
    const inside = around.at(-1);
    if (inside?.list.depth === row.depth - 1) {
      inside.seen += 1;
      if (inside.seen > FIRST) {
        hiddenBelow = row.depth;
        const { property } = inside.list;
        const rest = (long.get(property) ?? 0) - FIRST;
        if (inside.seen === FIRST + 1) shown.push({ of: property, depth: row.depth, rest });
        continue;
      }
    }
    shown.push(row);
    if (long.has(row.property) && !opened.has(row.property)) around.push({ list: row, seen: 0 });
  }
  return shown;
}
