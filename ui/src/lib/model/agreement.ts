/**
 * What is wanted of an environment beside what is there, subject by subject.
 *
 * Whether they differ is for the program to say, which knows what a start would do: each line and the sentence below them follow from
 * its differences, so that neither says anything else than the other.
 */
import type { HookState, StatusResult } from '../api';
import { PARTS } from './changes';

/** `open` where nothing is wanted of the subject, so that there is nothing to agree with. */
export type Verdict = 'same' | 'other' | 'open';

/** One subject. `detail` is what it is about where there are several, such as a requirement's property. */
export type Line = { verdict: Verdict } & (
  | { subject: 'state'; wanted: Wanted | undefined; there: string }
  | { subject: 'configuration'; appliedAt: string | undefined; changed: boolean | undefined }
  | { subject: 'image'; name: string; id: string | undefined }
  | { subject: 'hooks'; hooks: { name: string; state: HookState }[] }
  | { subject: 'requirement'; detail: string; wanted: string; there: string | undefined }
);

type Wanted = NonNullable<StatusResult['desired']>['wanted'];

/**
 * All of it in one word. `lacking`: nothing is wanted yet, and a start would not find what it needs.
 */
export type Whole = Verdict | 'lacking';

export interface Agreement {
  lines: Line[];
  whole: Whole;
}

export function agreement(status: StatusResult): Agreement {
  const lines = linesOf(status);
  const isOther = lines.some(({ verdict }) => verdict === 'other');
  if (!status.desired) return { lines, whole: isOther ? 'lacking' : 'open' };
  // A difference that has no line of its own is one all the same.
  return { lines, whole: isOther || status.difference.length > 0 ? 'other' : 'same' };
}

function linesOf({ desired, observed, difference, requirements }: StatusResult): Line[] {
  const wanted = desired?.wanted;
  const isToRun = wanted === 'running';
  const differs = (part: string): boolean => difference.some(({ subject }) => subject === part);
  const lines: Line[] = [
    {
      subject: 'state',
      wanted,
      there: observed.container?.state ?? 'gone',
      verdict: judged(wanted, differs('container') ? 'other' : 'same'),
    },
  ];
  if (desired?.appliedConfiguration || observed.configuration) {
    // Applied is what a container was made for: without one there is nothing that the file could differ from.
    const isApplied = !!desired?.appliedConfiguration && !!observed.container;
    const changed = isApplied ? difference.some(({ subject }) => !PARTS.has(subject)) : undefined;
    lines.push({
      subject: 'configuration',
      appliedAt: (isApplied && desired?.appliedAt) || undefined,
      changed,
      verdict: judged(wanted, changed === undefined ? (isToRun ? 'other' : 'open') : changed ? 'other' : 'same'),
    });
  }
  if (observed.image) {
    const { name, id } = observed.image;
    const missing = isToRun ? 'other' : 'open';
    lines.push({ subject: 'image', name, id: id ?? undefined, verdict: judged(wanted, id == null ? missing : 'same') });
  }
  if (observed.hooks && observed.hooks.length > 0) {
    const undone = differs('hooks') || isToRun ? 'other' : 'open';
    const isDone = observed.hooks.every(({ state }) => state === 'done') && !differs('hooks');
    lines.push({ subject: 'hooks', hooks: observed.hooks, verdict: judged(wanted, isDone ? 'same' : undone) });
  }
  for (const { property, needed, found, met } of requirements ?? []) {
    // What cannot be told is taken for enough, which is not the same as knowing it.
    const verdict = !met ? 'other' : found == null ? 'open' : 'same';
    lines.push({ subject: 'requirement', detail: property, wanted: needed, there: found ?? undefined, verdict });
  }
  return lines;
}

function judged(wanted: Wanted | undefined, verdict: Verdict): Verdict {
  return wanted === undefined ? 'open' : verdict;
}
