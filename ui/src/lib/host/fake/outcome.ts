/** What the board shows once an operation has ended. */
import type { EnvironmentSummary, ListResult, OperationRequest, OperationResult } from '../../api';
import { baseName } from '../../format';
import { clonedName } from '../../model/repository';
import { docker } from './parts';

export function after(board: ListResult, id: string, request: OperationRequest, result: OperationResult): ListResult {
  const known = board.environments.find((environment) => environment.id === id);
  if (request.operation === 'down' && result.outcome === 'done') {
    return { ...board, environments: board.environments.filter((environment) => environment !== known) };
  }
  // Of a clone that failed nothing is there.
  if (!known && request.clone && result.outcome !== 'done') return board;
  const before = known ?? made(id, request);
  const now = changed(before, request, result);
  const others = board.environments.filter((environment) => environment !== known);
  return { ...board, environments: [...others, now] };
}

function changed(
  before: EnvironmentSummary,
  { operation }: OperationRequest,
  { outcome, error }: OperationResult,
): EnvironmentSummary {
  if (outcome === 'cancelled') return before;
  if (outcome === 'failed' && !error?.containerId) return { ...before, problem: error?.message };
  const container = before.container ?? {
    id: 'c0ffee'.repeat(10) + 'c0ff',
    name: `${before.name}-1`,
    image: 'ghcr.io/acme/base:3',
    created: new Date().toISOString(),
  };
  const startedAt = operation === 'stop' ? container.startedAt : new Date().toISOString();
  return {
    ...before,
    problem: outcome === 'failed' ? error?.message : undefined,
    state: operation === 'stop' ? 'stopped' : 'running',
    container: { ...container, startedAt },
  };
}

function made(id: string, { reference, clone }: OperationRequest): EnvironmentSummary {
  return {
    id,
    name: clone ? clonedName(clone.repository) : baseName(reference.folder ?? ''),
    reference,
    configuration: reference.configuration,
    state: 'gone',
    maker: 'wharf',
    ours: true,
    engine: docker,
  };
}
