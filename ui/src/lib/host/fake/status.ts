/** What is wanted of an environment and what is there, as it goes with what the board says. */
import type {
  ContainerState,
  Difference,
  EnvironmentState,
  EnvironmentSummary,
  ObservedHook,
  StatusResult,
  Wanted,
} from '../../api';
import { TODAY } from './parts';

const HOOKS = ['onCreateCommand', 'updateContentCommand', 'postCreateCommand', 'postStartCommand'];

const STATES: Partial<Record<EnvironmentState, ContainerState>> = {
  running: 'running',
  created: 'created',
  paused: 'paused',
  failing: 'restarting',
};

/** `changes` are those of the configuration, as a plan tells them. */
export function statusOf(summary: EnvironmentSummary, changes: readonly Difference[] = []): StatusResult {
  const { container, state, reference } = summary;
  const runs = state === 'running';
  const there = container ? (STATES[state] ?? 'exited') : undefined;
  const hooks = runs ? hooksOf(!!summary.problem) : [];
  const wanted = wantedOf(summary);
  return {
    environment: { name: summary.name, folder: reference.folder ?? '', configuration: summary.configuration },
    desired: wanted && {
      wanted,
      source: summary.source ?? { kind: 'folder', path: reference.folder ?? '' },
      appliedConfiguration: 'c1',
      appliedAt: TODAY,
    },
    observed: {
      engine: summary.engine,
      configuration: changes.length > 0 ? 'c2' : 'c1',
      image: container ? { name: container.image, id: `sha256:${'5d1e'.repeat(16)}` } : undefined,
      container: container && there && { id: container.id, name: container.name, state: there, image: container.image },
      hooks,
    },
    // Who has not said anything is about to start it.
    difference: [...ofState(wanted ?? 'running', there), ...changes, ...unfinished(hooks)],
    requirements:
      wanted === 'stopped' || wanted === 'gone'
        ? []
        : [{ property: 'hostRequirements.memory', needed: '4 GB', found: '31.2 GB', met: true }],
  };
}

/** Of what another tool made, nobody has wanted anything here. */
function wantedOf({ ours, state, container }: EnvironmentSummary): Wanted | undefined {
  if (!ours) return undefined;
  if (!container) return 'gone';
  return state === 'running' || state === 'created' || state === 'failing' ? 'running' : 'stopped';
}

function hooksOf(failed: boolean): ObservedHook[] {
  return HOOKS.map((name, at) => ({
    name,
    state: failed && at >= 2 ? (at === 2 ? 'failed' : 'pending') : 'done',
  }));
}

/** As the program finds it. */
export function ofState(wanted: Wanted, there: ContainerState | undefined): Difference[] {
  const before = !there || there === 'removing' ? 'none' : there === 'exited' || there === 'dead' ? 'stopped' : there;
  const agrees = {
    running: before === 'running',
    stopped: !['running', 'paused', 'restarting'].includes(before),
    gone: before === 'none',
  }[wanted];
  const after = wanted === 'gone' ? 'none' : wanted;
  const change = wanted === 'gone' || (wanted === 'running' && !there) ? 'recreate' : 'restart';
  return agrees ? [] : [{ subject: 'container', before, after, change }];
}

function unfinished(hooks: readonly ObservedHook[]): Difference[] {
  const named = (state: ObservedHook['state'], word: string): string[] => {
    const names = hooks.filter((hook) => hook.state === state).map(({ name }) => name);
    return names.length > 0 ? [`${names.join(', ')} ${word}`] : [];
  };
  const open = [...named('failed', 'failed'), ...named('pending', 'has not run')];
  if (open.length === 0) return [];
  const effect = 'The next `up` runs it.';
  return [{ subject: 'hooks', before: open.join('; '), after: 'done', change: 'hot', effect }];
}
