/** What is wanted of an environment beside what is there, subject by subject. */
import type { HookState, StatusResult } from '../api';

/** One subject. `detail` is what it is about where there are several, such as a requirement's property. */
export type Line =
  | {
      subject: 'state';
      wanted: NonNullable<StatusResult['desired']>['wanted'] | undefined;
      there: string;
      agrees: boolean;
    }
  | { subject: 'configuration'; appliedAt: string | undefined; changed: boolean | undefined; agrees: boolean }
  | { subject: 'image'; name: string; id: string | undefined; agrees: boolean }
  | { subject: 'hooks'; hooks: { name: string; state: HookState }[]; agrees: boolean }
  | { subject: 'requirement'; detail: string; wanted: string; there: string | undefined; agrees: boolean };

export function agreement(status: StatusResult): Line[] {
  const { desired, observed } = status;
  const wanted = desired?.wanted;
  const there = observed.container?.state ?? 'gone';
  const lines: Line[] = [{ subject: 'state', wanted, there, agrees: wanted === undefined || same(wanted, there) }];
  if (desired?.appliedConfiguration || observed.configuration) {
    const applied = desired?.appliedConfiguration ?? undefined;
    const changed = applied && observed.configuration ? applied !== observed.configuration : undefined;
    lines.push({
      subject: 'configuration',
      appliedAt: desired?.appliedAt ?? undefined,
      changed,
      agrees: !changed && (applied !== undefined || wanted !== 'running'),
    });
  }
  if (observed.image) {
    const { name, id } = observed.image;
    lines.push({ subject: 'image', name, id: id ?? undefined, agrees: id != null || wanted !== 'running' });
  }
  if (observed.hooks && observed.hooks.length > 0) {
    const agrees = wanted !== 'running' || observed.hooks.every(({ state }) => state === 'done');
    lines.push({ subject: 'hooks', hooks: observed.hooks, agrees });
  }
  for (const { property, needed, found, met } of status.requirements ?? []) {
    lines.push({ subject: 'requirement', detail: property, wanted: needed, there: found ?? undefined, agrees: met });
  }
  return lines;
}

function same(wanted: string, there: string): boolean {
  if (wanted === 'gone') return there === 'gone';
  return wanted === 'running' ? there === 'running' : there !== 'running' && there !== 'gone';
}
