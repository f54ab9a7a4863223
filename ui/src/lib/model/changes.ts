/** What a plan means to a person: what has changed, and how much it takes. */
import type { ChangeClass, Difference, PlanResult } from '../api';

const FROM_LEAST: readonly ChangeClass[] = ['hot', 'restart', 'recreate', 'rebuild'];

/** What the parts of an environment are called in a plan, as opposed to properties of the configuration. */
export const PARTS: ReadonlySet<string> = new Set(['container', 'image', 'hooks']);

/** The differences between the configuration as it is and as it was applied. */
export function configurationChanges(plan: PlanResult): Difference[] {
  return plan.differences.filter((difference) => !PARTS.has(difference.subject));
}

/** What it takes to apply all of them; none when nothing differs. */
export function largest(differences: readonly Difference[]): ChangeClass | undefined {
  return FROM_LEAST.findLast((change) => differences.some((difference) => difference.change === change));
}

export function replacesContainer(change: ChangeClass): boolean {
  return change === 'recreate' || change === 'rebuild';
}

/** A value of the configuration in one line. */
export function value(raw: unknown): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw);
}
