/** What is wanted of an environment and what is there, as it goes with what the board says. */
import type { EnvironmentSummary, ObservedContainer, ObservedHook, StatusResult } from '../../api';
import { TODAY } from './parts';

const HOOKS = ['onCreateCommand', 'updateContentCommand', 'postCreateCommand', 'postStartCommand'];

export function statusOf(summary: EnvironmentSummary): StatusResult {
  const { container, state, reference } = summary;
  const runs = state === 'running';
  const observed: ObservedContainer | undefined = container
    ? { id: container.id, name: container.name, state: runs ? 'running' : 'exited', image: container.image }
    : undefined;
  const failed = !!summary.problem;
  const hooks: ObservedHook[] = HOOKS.map((name, at) => ({
    name,
    state: failed && at >= 2 ? (at === 2 ? 'failed' : 'pending') : 'done',
  }));
  return {
    environment: { name: summary.name, folder: reference.folder ?? '', configuration: summary.configuration },
    desired: {
      wanted: runs ? 'running' : container ? 'stopped' : 'gone',
      source: summary.source ?? { kind: 'folder', path: reference.folder ?? '' },
      appliedConfiguration: 'c1',
      appliedAt: TODAY,
    },
    observed: {
      engine: summary.engine,
      configuration: summary.changed ? 'c2' : 'c1',
      image: container ? { name: container.image, id: `sha256:${'5d1e'.repeat(16)}` } : undefined,
      container: observed,
      hooks: container ? hooks : [],
    },
    difference: [],
    requirements: [{ property: 'hostRequirements.memory', needed: '4 GB', found: '31.2 GB', met: true }],
  };
}
