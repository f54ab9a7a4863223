/** Plans for each weight of a change. */
import type { Difference, PlanResult } from '../../api';
import { API_SERVER, CONFIGURATION } from './scripts';

const ports: Difference = {
  subject: 'forwardPorts',
  before: [3000],
  after: [3000, 9229],
  change: 'hot',
  effect: 'Forwards follow at once.',
};
const level: Difference = {
  subject: 'remoteEnv.LOG_LEVEL',
  before: 'info',
  after: 'debug',
  change: 'hot',
  effect: 'The next command gets it.',
};
const hook: Difference = {
  subject: 'postStartCommand',
  before: 'make serve',
  after: 'make serve watch',
  change: 'restart',
  effect: 'It runs after the next start of the container.',
};
const mount: Difference = {
  subject: 'mounts',
  after: [{ type: 'volume', source: 'cargo', target: '/usr/local/cargo' }],
  change: 'recreate',
  effect: 'Mounts are settled when the container is made.',
};
const feature: Difference = {
  subject: 'features.ghcr.io/devcontainers/features/go:1',
  after: { version: '1.23' },
  change: 'rebuild',
  effect: 'Features are installed into the image.',
};

function plan(differences: Difference[], change: Partial<PlanResult> = {}): PlanResult {
  const environment = { name: 'api-server', folder: API_SERVER, configuration: CONFIGURATION };
  return { environment, steps: [], differences, ...change };
}

const kept = ['volume api-server_db-data', 'volume api-server_node_modules'];
const lost = ['212.4 MB changed in container keen_lovelace'];

export const changedHot = plan([ports, level]);
export const changedRestart = plan([level, hook]);
export const changedRecreate = plan([ports, mount], { kept, lost });
export const changedByRebuild = plan([ports, level, feature], { kept, lost, expectedMilliseconds: 11_800 });
