/** The lines of the list of steps: the steps directly below an operation, and the hooks and build steps inside them. */
import type { StepName } from '../api';
import type { Operation, Progress, Step, StepState } from './operation';
import type { Output } from './output';

export type RowLabel =
  | 'configuration'
  | 'engine'
  | 'lock'
  | 'consent'
  | 'initialize'
  | 'features'
  | 'image'
  | 'build'
  | 'userId'
  | 'container'
  | 'setUp'
  | 'hooks'
  | 'workspace'
  | 'volumes'
  | 'work';

export interface Row {
  /** The first step's id: what tells rows apart for as long as the operation is shown. */
  key: number;
  label: RowLabel;
  /** The first step's own name. */
  name: StepName;
  state: StepState;
  /** When it started; none while it is only planned. */
  startedAt: number | undefined;
  /** When the last of its steps ended; none while one runs. */
  endedAt: number | undefined;
  /** What its ended steps took. */
  milliseconds: number;
  subject: string | undefined;
  detail: string | undefined;
  progress: Progress | undefined;
  /** Whether the progress counts bytes. */
  inBytes: boolean;
  /** Hooks and their commands, or the steps of a build. */
  parts: Row[];
  output: Output | undefined;
  /** Where its lines are in the log, if that is where they are: the step to ask for, and how many there are. */
  logged: { step: number; lines: number } | undefined;
}

/** A step that is not named here is work. */
const LABELS: Partial<Record<StepName, RowLabel>> = {
  clone: 'workspace',
  fill: 'workspace',
  removeVolume: 'volumes',
  containerLog: 'container',
  configuration: 'configuration',
  engine: 'engine',
  lock: 'lock',
  consent: 'consent',
  initialize: 'initialize',
  features: 'features',
  feature: 'features',
  image: 'image',
  pull: 'image',
  removeImage: 'image',
  build: 'build',
  vertex: 'build',
  updateUid: 'userId',
  create: 'container',
  start: 'container',
  compose: 'container',
  removeNetwork: 'container',
  unpause: 'container',
  stop: 'container',
  remove: 'container',
  agent: 'setUp',
  setUp: 'setUp',
  probe: 'setUp',
  hooks: 'hooks',
  hook: 'hooks',
  command: 'hooks',
};

/** The engine stands in the header; waiting and consent speak for themselves. A failure is never hidden. */
const QUIET: ReadonlySet<RowLabel> = new Set(['engine', 'lock', 'consent']);

export function rows(operation: Operation): Row[] {
  const root = operation.root;
  if (!root) return [];
  const inside = new Map<number, Step[]>();
  for (const step of operation.steps.values()) {
    if (step.parent === undefined) continue;
    const siblings = inside.get(step.parent);
    if (siblings) siblings.push(step);
    else inside.set(step.parent, [step]);
  }
  return grouped(inOrder(inside.get(root.id) ?? []))
    .map((steps) => row(steps, inside))
    .filter((row) => !QUIET.has(row.label) || row.state === 'failed');
}

/** The label of the step that an operation is at. */
export function runningLabel(operation: Operation | undefined): RowLabel | undefined {
  const steps = [...(operation?.steps.values() ?? [])];
  const running = steps.findLast(({ state, parent }) => state === 'running' && parent === operation?.root?.id);
  return running && label(running.name);
}

/** What has started, in the order in which it did, and then what is to come. */
function inOrder(steps: Step[]): Step[] {
  return [...steps].sort((one, other) => (one.startedAt ?? Infinity) - (other.startedAt ?? Infinity) || 0);
}

/** Neighbours of one label share a row, as long as only one of them has written something. */
function grouped(steps: Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    const joins =
      last?.[0] && label(last[0].name) === label(step.name) && !(step.output && last.some(({ output }) => output));
    if (last && joins) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** A build comes back to a step that it has looked at before: that is one part, not two. */
function parts(steps: Step[]): Step[][] {
  const found: Step[][] = [];
  for (const step of steps) {
    const same = found.find(([first]) => step.name === 'vertex' && first?.subject === step.subject);
    if (same) same.push(step);
    else found.push([step]);
  }
  return found;
}

function label(name: StepName): RowLabel {
  return LABELS[name] ?? 'work';
}

function row(steps: Step[], inside: Map<number, Step[]>): Row {
  const [first] = steps as [Step, ...Step[]];
  const running = steps.findLast((step) => step.state === 'running');
  const shown = running ?? steps.findLast((step) => step.state !== 'planned') ?? first;
  return {
    key: first.id,
    label: label(first.name),
    name: first.name,
    state: together(steps.map((step) => step.state)),
    startedAt: steps.find((step) => step.startedAt !== undefined)?.startedAt,
    endedAt: running ? undefined : lastEnd(steps),
    milliseconds: steps.reduce((sum, step) => sum + (step.milliseconds ?? 0), 0),
    subject: shown.subject ?? steps.findLast((step) => step.subject !== undefined)?.subject,
    detail: steps.findLast((step) => step.detail !== undefined)?.detail,
    progress: running?.progress,
    inBytes: running?.name === 'pull',
    parts: parts(inOrder(steps.flatMap((step) => inside.get(step.id) ?? []))).map((part) => row(part, inside)),
    output: steps.find((step) => step.output)?.output,
    logged: steps.map((step) => ({ step: step.id, lines: linesOf(step, inside) })).find(({ lines }) => lines > 0),
  };
}

/** What it has written, its parts included. */
function linesOf(step: Step, inside: Map<number, Step[]>): number {
  return (inside.get(step.id) ?? []).reduce((sum, part) => sum + linesOf(part, inside), step.lines ?? 0);
}

function lastEnd(steps: Step[]): number | undefined {
  const ends = steps.flatMap(({ startedAt, milliseconds }) =>
    startedAt === undefined || milliseconds === undefined ? [] : [startedAt + milliseconds],
  );
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** The state of several steps as one: what runs or failed is never hidden, and work is work whatever else was cached. */
function together(states: StepState[]): StepState {
  if (states.every((state) => state === 'planned')) return 'planned';
  for (const state of ['running', 'failed', 'cancelled', 'done', 'cached'] as const) {
    if (states.includes(state)) return state;
  }
  return 'skipped';
}
