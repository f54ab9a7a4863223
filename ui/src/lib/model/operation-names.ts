/** What a recorded operation is called by the window: records name the outermost step. */
import type { OperationName, StepName } from '../api';

const NAMES: Partial<Record<StepName, OperationName>> = { up: 'up', down: 'down', stopEnvironment: 'stop' };

export function operationOf(step: StepName): OperationName {
  return NAMES[step] ?? 'up';
}
