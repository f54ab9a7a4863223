/** What the pages of an environment show in a day's work: starts, a log, a configuration with many authors, curves, space. */
import type {
  CleanUpPlan,
  ConfigurationReport,
  LogEntry,
  Outcome,
  ResourceSample,
  SpaceReport,
  StartRecord,
  StepName,
  TimedStep,
} from '../../api';
import { docker, TODAY } from './parts';
import type { PageData } from './pages';
import { environmentPorts, portList } from './ports';
import { API_SERVER, CONFIGURATION } from './scripts';

const START = Date.parse(TODAY);
const reference = { folder: API_SERVER, configuration: CONFIGURATION };

type Drawn = [id: number, parent: number, name: StepName, subject: string, begin: number, milliseconds: number];

function step([id, parent, name, subject, begin, milliseconds]: Drawn, outcome: Outcome, lines = 0): TimedStep {
  return { id, parent: parent || null, name, subject: subject || null, begin, milliseconds, outcome, lines };
}

/** A start: `slow` says how much longer the parts that can be slow took than in the last. */
function start(id: string, startedAt: number, slow: number): StartRecord {
  const long = (milliseconds: number): number => Math.round(milliseconds * slow);
  const vertices: [string, number, number][] = [
    ['[base 1/5] FROM ghcr.io/acme/base:3', 12, 0],
    ['[2/5] RUN apt-get update', slow > 1 ? 2400 : 3, 24],
    ['[3/5] RUN apt-get install -y git make postgresql-client', long(6100), 118],
    ['[4/5] RUN /tmp/features/node/install.sh', long(3300), 41],
    ['[5/5] COPY --chown=vscode tools /opt/tools', 60, 0],
  ];
  const steps: TimedStep[] = [];
  let at = 0;
  const add = (drawn: [number, number, StepName, string], took: number, outcome: Outcome = 'done', lines = 0): void => {
    steps.push(step([...drawn, at, took], outcome, lines));
    at += took;
  };
  steps.push(step([1, 0, 'up', '', 0, 0], 'done'));
  add([2, 1, 'configuration', ''], 4);
  add([3, 1, 'features', ''], 9, 'cached');
  add([20, 1, 'image', 'ghcr.io/acme/base:3'], 2, 'cached');
  const build = step([30, 1, 'build', 'vsc-api-server-features', at, 0], 'done');
  steps.push(build);
  for (const [number, [subject, took, lines]] of vertices.entries()) {
    add([31 + number, 30, 'vertex', subject], took, took < 20 ? 'cached' : 'done', lines);
  }
  build.milliseconds = at - build.begin;
  build.detail = slow > 1 ? '1 of 5 steps reused' : '2 of 5 steps reused';
  add([40, 1, 'create', 'keen_lovelace'], 180);
  add([41, 1, 'start', 'keen_lovelace'], 120);
  add([50, 1, 'probe', ''], 160);
  const hooks = step([60, 1, 'hooks', '', at, 0], 'done');
  steps.push(hooks);
  add([61, 60, 'hook', 'onCreateCommand'], 90, 'done', 1);
  add([62, 60, 'hook', 'postCreateCommand'], long(1900), 'done', 22);
  hooks.milliseconds = at - hooks.begin;
  const whole = { ...step([1, 0, 'up', '', 0, at], 'done') };
  return {
    id,
    operation: 'up',
    startedAt,
    milliseconds: at,
    outcome: 'done',
    steps: [whole, ...steps.slice(1)],
  };
}

export const history: StartRecord[] = [start('start-2', START, 1), start('start-1', START - 86_400_000, 1.9)];

const WRITERS: readonly [LogEntry['source'], string | undefined, readonly string[]][] = [
  ['build', '[2/5] RUN apt-get update', ['Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]']],
  [
    'build',
    '[3/5] RUN apt-get install -y git make postgresql-client',
    [
      'Reading package lists...',
      'Setting up \u001b[32mgit\u001b[0m (1:2.39.5-0+deb12u2) ...',
      'Setting up make (4.3-4.1) ...',
      '\u001b[33mwarning:\u001b[0m apt does not have a stable CLI interface. Use with caution in scripts.',
    ],
  ],
  [
    'hooks',
    'postCreateCommand',
    ['\u001b[36mLockfile is up to date\u001b[39m, resolution step is skipped', 'Done in 1.9s'],
  ],
  ['keeper', undefined, ['port 3000 (node, process 812) is at http://localhost:3000']],
  [
    'container',
    undefined,
    [
      '\u001b[90m09:13:02\u001b[39m \u001b[32mGET\u001b[39m /health 200 2 ms',
      '\u001b[90m09:13:04\u001b[39m \u001b[31mPOST\u001b[39m /orders 500 31 ms: connection to server at "db" failed',
      '\u001b[90m09:13:05\u001b[39m \u001b[32mGET\u001b[39m /orders 200 12 ms',
    ],
  ],
];

/** A line of the log; all of them can be made from their number. */
export function logLine(number: number): LogEntry {
  // The container is what goes on writing.
  const writer = WRITERS[number < 40 ? Math.floor(number / 10) : 4] ?? WRITERS[4];
  const [source, by, texts] = writer ?? ['container', undefined, ['']];
  return {
    timestamp: START + number * 37,
    source,
    step: by,
    stream: number % 17 === 3 ? 'stderr' : 'stdout',
    text: `${texts[number % texts.length] ?? ''} #${number + 1}`,
  };
}

export function logLines(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, number) => logLine(number));
}

const SOURCE = `// The api server and what it needs.
{
  "name": "api-server",
  "workspaceFolder": "/workspaces/api-server",
  "build": { "dockerfile": "Dockerfile" },
  "features": {
    "ghcr.io/devcontainers/features/node:1": { "version": "22" }
  },
  "containerEnv": {
    "EDITOR": "vim",
    "LOG_LEVEL": "debug"
  },
  "forwardPorts": [3000, "db:5432"],
  "postCreateCommand": { "deps": "pnpm install", "db": "make seed" },
  "settings": { "editor.formatOnSave": true },
  "remoteUser": "vscode"
}
`;
const DOCKERFILE = `FROM ghcr.io/acme/base:3
RUN apt-get update \\
 && apt-get install -y git make postgresql-client
COPY --chown=vscode tools /opt/tools
`;
const dockerfile = `${API_SERVER}/.devcontainer/Dockerfile`;
const at = (property: string, line: number, column = 3): ConfigurationReport['origins'][number] => ({
  property,
  from: 'configuration',
  location: { path: CONFIGURATION, line, column },
});

export const configuration: ConfigurationReport = {
  environment: { name: 'api-server', folder: API_SERVER, configuration: CONFIGURATION },
  configuration: {},
  merged: {
    name: 'api-server',
    build: { dockerfile: 'Dockerfile' },
    features: { 'ghcr.io/devcontainers/features/node:1': { version: '22' } },
    containerEnv: { EDITOR: 'vim', LOG_LEVEL: 'debug', NVM_DIR: '/usr/local/share/nvm' },
    forwardPorts: [3000, 'db:5432'],
    mounts: [{ type: 'volume', source: 'cargo', target: '/usr/local/cargo' }],
    postCreateCommands: [{ deps: 'pnpm install', db: 'make seed' }],
    init: true,
    privileged: false,
    remoteUser: 'vscode',
    customizations: { vscode: [{ extensions: ['dbaeumer.vscode-eslint'] }] },
  },
  origins: [
    at('name', 3),
    at('build', 5),
    at('features', 6),
    at('containerEnv.EDITOR', 10, 5),
    {
      property: 'containerEnv.LOG_LEVEL',
      from: 'overlay',
      location: { path: '/home/ada/.config/wharf/overlay.json', line: 4, column: 5 },
    },
    { property: 'containerEnv.NVM_DIR', from: 'feature', feature: 'ghcr.io/devcontainers/features/node:1' },
    at('forwardPorts', 13),
    { property: 'mounts[0]', from: 'image', image: 'ghcr.io/acme/base:3', entry: 1 },
    at('postCreateCommands[0]', 14),
    { property: 'init', from: 'image', image: 'ghcr.io/acme/base:3', entry: 0 },
    at('remoteUser', 16),
    { property: 'customizations.vscode[0]', from: 'feature', feature: 'ghcr.io/devcontainers/features/node:1' },
  ],
  diagnostics: [
    {
      severity: 'warning',
      message: '`settings` is deprecated',
      location: { path: CONFIGURATION, line: 15, column: 3, length: 10 },
      hint: 'move it to `customizations.vscode.settings`',
    },
    {
      severity: 'warning',
      message: 'The base image is not pinned to a digest',
      location: { path: dockerfile, line: 1, column: 6, length: 19 },
    },
  ],
  files: [
    { path: CONFIGURATION, role: 'configuration', text: SOURCE },
    { path: dockerfile, role: 'dockerfile', text: DOCKERFILE },
    {
      path: '/home/ada/.config/wharf/overlay.json',
      role: 'overlay',
      problem: 'The file cannot be read: permission denied',
    },
  ],
};

/** Three minutes of a machine with something to do; the curves of every test are the same. */
export const samples: ResourceSample[] = Array.from({ length: 181 }, (_, second) => {
  const wave = Math.sin(second / 9) + Math.sin(second / 3.7) / 2;
  const busy = second > 60 && second < 95 ? 1.9 : 0;
  return {
    timestamp: 0,
    running: true,
    cpu: Math.max(0.02, 0.35 + 0.2 * wave + busy),
    cpus: 8,
    memory: Math.round(734e6 + 4e6 * second + 30e6 * wave),
    memoryLimit: 4e9,
    processes: 37,
    received: { bytes: 12_582_912 + second * 20_000, perSecond: Math.max(0, 20_000 + 18_000 * wave) },
    sent: { bytes: 1_048_576 + second * 4000, perSecond: Math.max(0, 6000 - 4000 * wave) },
    read: { bytes: 157_286_400, perSecond: busy * 2e6 },
    written: { bytes: 41_943_040 + second * 16_384, perSecond: 16_384 + busy * 5e5 },
  };
});

export const space: SpaceReport = {
  engines: [
    {
      engine: docker,
      environments: [
        {
          id: `id-of-${API_SERVER}`,
          name: 'api-server',
          reference,
          written: 212_400_000,
          ownLayers: 640_000_000,
          sharedLayers: 1_240_000_000,
          volumes: [
            { name: 'api-server_db-data', bytes: 318_000_000 },
            { name: 'api-server_node_modules', bytes: null },
          ],
          own: 1_170_400_000,
        },
      ],
      images: 4_294_967_296,
      containers: 222_298_112,
      volumes: 1_073_741_824,
      buildCache: 2_147_483_648,
    },
  ],
};

export const cleanUp: CleanUpPlan = {
  items: [
    {
      id: 'i1',
      kind: 'image',
      name: 'vsc-api-server-795535e56e4e',
      engine: docker.address,
      bytes: 640_000_000,
      ours: true,
      precious: false,
      environment: 'api-server',
    },
    {
      id: 'i2',
      kind: 'image',
      name: 'postgres:15',
      engine: docker.address,
      bytes: 379_000_000,
      ours: false,
      precious: false,
    },
    {
      id: 'c1',
      kind: 'buildCache',
      name: 'build cache',
      engine: docker.address,
      bytes: 2_147_483_648,
      ours: true,
      precious: false,
    },
    {
      id: 'v1',
      kind: 'volume',
      name: 'old-project_db-data',
      engine: docker.address,
      bytes: 92_000_000,
      ours: true,
      precious: true,
      environment: 'old-project',
    },
  ],
};

export const alive: PageData = {
  history,
  log: logLines(400),
  ports: environmentPorts(portList),
  configuration,
  resources: samples,
  space,
  cleanUp,
};
