/** What lies on a disk, and what goes with a clean-up, in numbers. */
import type { CleanUpItem, CleanUpKind, CleanUpPlan, EngineSpace, EnvironmentSpace, SpaceReport } from '../api';

/** What lies on which engine for one environment. */
export function spaceOf(
  report: SpaceReport,
  id: string,
  address: string | undefined,
): { engine: EngineSpace | undefined; own: EnvironmentSpace | undefined } {
  const holder = report.engines.find(({ environments }) => environments.some((one) => one.id === id));
  const engine = holder ?? report.engines.find((one) => one.engine.address === address);
  return { engine, own: engine?.environments.find((one) => one.id === id) };
}

/** What is chosen before a person chooses: what Wharf made and what can be made again. */
export function chosenAtFirst(plan: CleanUpPlan): Set<string> {
  return new Set(plan.items.filter(({ ours, precious }) => ours && !precious).map(({ id }) => id));
}

export interface Going {
  image: number;
  buildCache: number;
  volume: number;
  bytes: number;
}

/** How many of each kind would go, and how much would be free. */
export function going(items: readonly CleanUpItem[], chosen: ReadonlySet<string>): Going {
  const total: Going = { image: 0, buildCache: 0, volume: 0, bytes: 0 };
  for (const { id, kind, bytes } of items) {
    if (!chosen.has(id)) continue;
    total[kind] += 1;
    total.bytes += bytes ?? 0;
  }
  return total;
}

const ORDER: readonly CleanUpKind[] = ['image', 'buildCache', 'volume'];

/** By kind, and the largest of each first. */
export function inOrder(items: readonly CleanUpItem[]): CleanUpItem[] {
  return [...items].sort(
    (one, other) =>
      ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) ||
      (other.bytes ?? 0) - (one.bytes ?? 0) ||
      one.name.localeCompare(other.name),
  );
}
