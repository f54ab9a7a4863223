/** What operations do in the scenarios: the api server of a small company, with a Feature or two. */
import type { ConsentRequest, Environment, ErrorResult } from '../../api';
import { docker } from './parts';
import {
  OPERATION,
  asks,
  begin,
  cached,
  end,
  ended,
  failed,
  fails,
  found,
  planned,
  progress,
  ready,
  waits,
  warns,
  wrote,
  type Beat,
} from './script';

export const API_SERVER = '/home/ada/src/api-server';
export const CONFIGURATION = `${API_SERVER}/.devcontainer/devcontainer.json`;

const subject: Environment = { name: 'api-server', folder: API_SERVER, configuration: CONFIGURATION };
const container = '4f1b0c2d9e8a'.padEnd(64, '7');

export const consent: ConsentRequest = {
  environment: subject,
  touches: [
    {
      kind: 'hostCommand',
      subject: 'scripts/bootstrap.sh',
      effect: 'It runs on this computer with your own rights, at every start.',
      origin: { property: 'initializeCommand', location: { path: CONFIGURATION, line: 9 } },
      details: ['scripts/bootstrap.sh: its content is part of this consent'],
    },
    {
      kind: 'engineSocket',
      subject: '/var/run/docker.sock at /var/run/docker-host.sock',
      effect: "Whoever can use an engine's socket can do anything on the engine's machine.",
      origin: { property: 'mounts', feature: 'ghcr.io/devcontainers/features/docker-outside-of-docker:1' },
    },
    {
      kind: 'hostMount',
      subject: '/home/ada/.aws at /home/vscode/.aws (read-only)',
      effect: 'The container can read it.',
      origin: { property: 'mounts[1]', location: { path: CONFIGURATION, line: 22 } },
    },
  ],
  tells: [
    {
      text: 'The image ghcr.io/acme/base is not pinned: what it holds can change.',
      origin: { property: 'image', location: { path: CONFIGURATION, line: 3 } },
    },
    {
      text: 'The variable HTTP_PROXY of this computer flows in.',
      origin: { property: 'remoteEnv.HTTP_PROXY', location: { path: CONFIGURATION, line: 17 } },
    },
  ],
  hash: '7d1f',
};

export const beginning: Beat[] = [
  begin(OPERATION, 'up'),
  begin(2, 'configuration'),
  ...found(subject, docker),
  warns('`settings` is deprecated', CONFIGURATION, 31, 'move it to `customizations.vscode.settings`'),
  end(2, 4, '1 warning'),
  planned(20, 'image', 'ghcr.io/acme/base:3'),
  planned(30, 'build'),
  planned(40, 'create'),
  planned(60, 'hooks'),
];

const image: Beat[] = [begin(20, 'image', 'ghcr.io/acme/base:3'), cached(20, 2, 'present')];

const layers: readonly [subject: string, output: string, milliseconds: number][] = [
  ['[base 1/5] FROM ghcr.io/acme/base:3', '', 12],
  [
    '[2/5] RUN apt-get update',
    'Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\nReading package lists...\n',
    2400,
  ],
  [
    '[3/5] RUN apt-get install -y git make postgresql-client',
    'Selecting previously unselected package git.\nSetting up \u001b[32mgit\u001b[0m (1:2.39.5-0+deb12u2) ...\nSetting up make (4.3-4.1) ...\nSetting up postgresql-client (15+248) ...\n',
    6100,
  ],
  [
    '[4/5] RUN /tmp/features/node/install.sh',
    '\u001b[1mFeature node\u001b[22m 1.6.1\nDownloading node v22.11.0\nInstalled pnpm 9.12.3\n',
    3300,
  ],
  ['[5/5] COPY --chown=vscode tools /opt/tools', '', 60],
];

function layer(at: number): Beat[] {
  const [name, output, milliseconds] = layers[at] ?? ['', '', 0];
  const step = 31 + at;
  const said = output === '' ? [] : output.split(/(?<=\n)/).map((line) => wrote(step, line, milliseconds / 8));
  return [
    begin(step, 'vertex', name, 30),
    progress(30, at, layers.length, name),
    ...said,
    at === 0 ? cached(step, milliseconds) : end(step, milliseconds),
  ];
}

const building: Beat[] = [begin(30, 'build', 'vsc-api-server-features'), layer(0), layer(1)].flat();
export const build: Beat[] = [...building, ...[2, 3, 4].flatMap(layer), ended(30, 12_400, '1 of 5 steps reused')];

const containerSteps: Beat[] = [
  begin(40, 'create', 'keen_lovelace'),
  end(40, 180),
  begin(41, 'start', 'keen_lovelace'),
  end(41, 120),
  begin(50, 'setUp'),
  end(50, 40),
];

const hooksBegin: Beat[] = [
  begin(60, 'hooks'),
  begin(61, 'hook', 'onCreateCommand', 60),
  wrote(61, 'git config --global --add safe.directory /workspaces/api-server\n', 20),
  end(61, 90),
  begin(62, 'hook', 'postCreateCommand', 60),
  begin(63, 'command', 'deps', 62),
  begin(64, 'command', 'db', 62),
];

const hooks: Beat[] = [
  ...hooksBegin,
  wrote(63, '\u001b[36mLockfile is up to date\u001b[39m, resolution step is skipped\n', 200),
  wrote(64, 'waiting for postgres\n', 200),
  wrote(63, 'Packages: \u001b[32m+512\u001b[39m\n', 300),
  wrote(64, 'seeded 3 tables\n', 200),
  end(64, 900),
  wrote(63, 'Done in 1.9s\n', 300),
  ended(63, 1900),
  ended(62, 1950),
  ended(60, 2100),
];

const done: Beat[] = [ready(14_900, container, 'vscode', '/workspaces/api-server'), ended(OPERATION, 14_900)];

export const up: Beat[] = [...beginning, ...image, ...build, ...containerSteps, ...hooks, ...done];
export const upWithConsent: Beat[] = [
  ...beginning,
  ...asks(10, consent),
  ...image,
  ...build,
  ...containerSteps,
  ...hooks,
  ...done,
];
/** Stands still in the middle of a build. */
export const upWithoutEnd: Beat[] = [
  ...beginning,
  ...image,
  ...building,
  ...layer(2).slice(0, -2),
  { wait: 'for ever' },
];

export const hookError: ErrorResult = {
  message: 'postCreateCommand failed (exit 127)',
  description: 'The postCreateCommand in the devcontainer.json failed.',
  quotes: ['deps: sh: 1: pnpm: not found', 'db: stopped because deps failed'],
  location: {
    path: CONFIGURATION,
    line: 14,
    column: 34,
    length: 14,
    property: 'postCreateCommand.deps',
    sourceLine: '  "postCreateCommand": { "deps": "pnpm install", "db": "make seed" }',
  },
  hint: 'The container is kept, and nothing after this command has run.\nInstall pnpm in the image or with a Feature, then try again: it goes on from this command.',
  containerId: container,
};

export const upWithFailedHook: Beat[] = [
  ...beginning,
  ...image,
  ...build,
  ...containerSteps,
  ...hooksBegin,
  wrote(64, 'waiting for postgres\n', 60),
  wrote(63, 'sh: 1: \u001b[31mpnpm: not found\u001b[0m\n', 60),
  failed(63, 120, 'exit 127'),
  end(64, 140, 'stopped because deps failed', 'cancelled'),
  failed(62, 150, 'exit 127'),
  failed(60, 300),
  fails(hookError),
  failed(OPERATION, 13_100),
];

export const buildError: ErrorResult = {
  message: 'The image could not be built: `RUN apt-get install -y git mke` failed (exit 100)',
  description: 'An error occurred building the image.',
  quotes: ['Reading package lists...', 'Building dependency tree...', 'E: Unable to locate package mke'],
  location: {
    path: `${API_SERVER}/.devcontainer/Dockerfile`,
    line: 6,
    column: 28,
    length: 3,
    sourceLine: 'RUN apt-get install -y git mke postgresql-client',
  },
  hint: 'Correct line 6 of the Dockerfile, then try again. The steps before it are kept in the cache.',
};

export const upWithFailedBuild: Beat[] = [
  ...beginning,
  ...image,
  ...building,
  begin(33, 'vertex', '[3/5] RUN apt-get install -y git mke postgresql-client', 30),
  wrote(33, 'Reading package lists...\nBuilding dependency tree...\n', 200),
  wrote(33, '\u001b[1;31mE: Unable to locate package mke\u001b[0m\n', 200),
  failed(33, 800, 'exit 100'),
  failed(30, 3300),
  fails(buildError),
  failed(OPERATION, 3400),
];

/** A Feature that its maintainers have withdrawn. */
export const upWithDisallowedFeature: Beat[] = [
  ...beginning,
  begin(20, 'features'),
  failed(20, 40),
  fails({
    message: 'The Feature ghcr.io/acme/features/miner must not be used',
    description: '',
    hint: 'Take it out of `features`.',
    disallowedFeature: {
      id: 'ghcr.io/acme/features/miner',
      didStopContainer: false,
      learnMoreUrl: 'https://containers.dev/advisories/miner',
    },
  }),
  failed(OPERATION, 60),
];

export const upThatWaits: Beat[] = [
  begin(OPERATION, 'up'),
  begin(2, 'configuration'),
  ...found(subject, docker),
  end(2, 4),
  begin(3, 'lock'),
  waits(3, { what: 'lock', pid: 812, command: 'wharf up' }),
  { wait: 'for ever' },
];

/** Fifty thousand lines in one hook, as they come: many at once. */
export const upWithMuchOutput: Beat[] = [
  ...beginning,
  ...image,
  ...containerSteps,
  begin(60, 'hooks'),
  begin(61, 'hook', 'postCreateCommand', 60),
  ...Array.from({ length: 100 }, (_, block) =>
    wrote(
      61,
      Array.from(
        { length: 500 },
        (_, line) => `line ${block * 500 + line + 1} of 50000: compiling unit ${line}\n`,
      ).join(''),
      1,
    ),
  ),
  end(61, 4_000),
  ended(60, 4_000),
  ready(5_000, container, 'vscode', '/workspaces/api-server'),
  ended(OPERATION, 5_000),
];

/** A hook that writes faster than anybody reads, for as long as one looks. */
export const upWithOutputThatGrows: Beat[] = [
  begin(OPERATION, 'up'),
  ...found(subject, docker),
  begin(60, 'hooks'),
  begin(61, 'hook', 'postCreateCommand', 60),
  ...Array.from({ length: 2_000 }, (_, block) =>
    wrote(61, Array.from({ length: 200 }, (_, line) => `line ${block * 200 + line + 1}\n`).join(''), 10),
  ),
  { wait: 'for ever' },
];

function short(operation: 'stop' | 'down', step: 'stop' | 'remove'): Beat[] {
  return [
    begin(OPERATION, operation),
    begin(2, 'configuration'),
    ...found(subject, docker),
    end(2, 3),
    begin(3, step, 'keen_lovelace'),
    end(3, 400),
    ended(OPERATION, 420),
  ];
}

export const stop = short('stop', 'stop');
export const down = short('down', 'remove');
