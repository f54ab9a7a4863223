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
