/** Every state that the window can be in, as data. */
import type {
  ErrorResult,
  FolderReport,
  ListResult,
  Losses,
  Opened,
  OperationName,
  OperationRequest,
  PlanResult,
  StatusResult,
} from '../../api';
import type { System } from '../types';
import type { Desktop } from './desktop';
import type { PageData } from './pages';
import { alive, logLine } from './alive';
import { hostile, long, much, refused, refusing, stopped } from './extremes';
import type { SettingsData } from './settings';
import {
  docker,
  dockerForbidden,
  dockerFound,
  environment,
  folderReport,
  gone,
  podman,
  podmanFound,
  podmanStopped,
} from './parts';
import { changedByRebuild, changedHot, changedRecreate, changedRestart } from './plans';
import type { Beat } from './script';
import * as scripts from './scripts';
import { API_SERVER, CONFIGURATION } from './scripts';

export interface Scenario extends Desktop {
  /** The person's settings. */
  settings?: SettingsData;
  system?: System;
  board: ListResult;
  /** The board never comes. */
  silent?: boolean;
  /** The program refuses to show a board. */
  broken?: ErrorResult;
  /** What is known of folders, by path. */
  folders?: Record<string, FolderReport | ErrorResult>;
  /** What the person chooses in the system's dialog. */
  chosen?: string;
  /** What was handed over on the command line or by a link. */
  opened?: Opened[];
  /** Plans and losses by the environment's id. */
  plans?: Record<string, PlanResult | ErrorResult>;
  /** What is wanted and what is there; without it, what goes with the board. */
  status?: StatusResult | ErrorResult;
  /** Losses without volumes; these go, and the repositories in them, when they are removed as well. */
  losses?: Record<string, Losses | ErrorResult>;
  /** What operations do, by the environment's id; `*` for all others. */
  scripts?: Record<string, Partial<Record<OperationName, Beat[]>>>;
  /** What the pages of an environment, and the page of new ones, show. */
  pages?: PageData;
  /** Operations that run when the window opens. */
  running?: OperationRequest[];
}

const api = environment(API_SERVER);
const reference = { folder: API_SERVER, configuration: CONFIGURATION };
const folders = { [API_SERVER]: folderReport(API_SERVER) };
const everything = {
  up: scripts.up,
  apply: scripts.up,
  start: scripts.up,
  stop: scripts.stop,
  restart: scripts.up,
  rebuild: scripts.up,
  down: scripts.down,
};
const losses: Losses = {
  containers: [{ id: api.container?.id ?? '', name: 'keen_lovelace', changedBytes: 212_400_000 }],
  lostVolumes: [],
  keptVolumes: ['api-server_db-data', 'api-server_node_modules'],
  repositories: [],
};

/** A machine with one environment that is about to be started, and what its start does. */
function starting(up: Beat[]): Scenario {
  return {
    board: { environments: [], engines: [dockerFound, podmanFound] },
    folders,
    chosen: API_SERVER,
    opened: [{ kind: 'folder', folder: API_SERVER, byLink: false }],
    scripts: { '*': { ...everything, up } },
    losses: { [api.id]: losses },
    pages: { ...alive, history: alive.history },
  };
}

const same: PlanResult = { environment: { name: 'api-server', folder: API_SERVER }, steps: [], differences: [] };

/** One environment that runs, with a configuration that has changed since. */
function changed(plan: PlanResult | ErrorResult): Scenario {
  return {
    pages: { history: alive.history },
    board: { environments: [api], engines: [dockerFound] },
    plans: { [api.id]: plan },
    losses: { [api.id]: losses },
    scripts: { '*': everything },
  };
}

const others = [
  environment('/home/ada/src/ml-lab', { maker: 'vscode', ours: false, state: 'stopped' }),
  environment('/home/ada/src/docs', { maker: 'devcontainer', ours: false, state: 'running' }),
  environment('/home/ada/go/src/sandbox', { maker: 'devpod', ours: false, state: 'paused' }),
  environment('', {
    id: 'container:9c0d',
    name: 'nostalgic_hopper',
    reference: { container: '9c0d'.repeat(16) },
    source: undefined,
    configuration: undefined,
    maker: 'unknown',
    ours: false,
    state: 'stopped',
    engine: podman,
  }),
];

const names = [
  'web',
  'worker',
  'billing',
  'design-system',
  'e2e',
  'gateway',
  'infra',
  'ledger',
  'mobile',
  'notebooks',
  'search',
];

const many: Scenario = {
  board: {
    environments: [
      api,
      environment('/home/ada/src/warehouse', { state: 'stopped', engine: podman }),
      environment('/home/ada/src/importer', { problem: 'postCreateCommand failed (exit 1)' }),
      gone('/home/ada/src/landing-page'),
      environment('/home/ada/src/reports', { state: 'created', working: 'wharf up (pid 812)' }),
      ...names.map((name, at) =>
        environment(`/home/ada/src/${name}`, {
          state: at % 3 === 0 ? 'running' : 'stopped',
          engine: at % 4 === 0 ? podman : docker,
        }),
      ),
      ...others,
    ],
    engines: [dockerFound, podmanFound],
  },
  folders: {
    ...folders,
    [API_SERVER]: folderReport(API_SERVER, { environment: api }),
    '/home/ada/src/choice': folderReport('/home/ada/src/choice', {
      configurations: [
        { path: '/home/ada/src/choice/.devcontainer/devcontainer.json', name: 'Everyday' },
        { path: '/home/ada/src/choice/.devcontainer/gpu/devcontainer.json', name: 'With a GPU' },
        { path: '/home/ada/src/choice/.devcontainer/slim/devcontainer.json', name: 'slim' },
      ],
    }),
    '/home/ada/src/plain': folderReport('/home/ada/src/plain', { configurations: [] }),
    '/home/ada/src/broken': folderReport('/home/ada/src/broken', {
      diagnostics: [
        {
          severity: 'error',
          message: '`postCreateCommand` must be a string, an array of strings or an object of these, but is a number',
          location: { path: '/home/ada/src/broken/.devcontainer/devcontainer.json', line: 4, column: 26 },
          hint: 'Write a command, such as "npm install".',
        },
      ],
    }),
    '/home/ada/src/locked': { message: 'The folder cannot be read', description: '', hint: 'Check its permissions.' },
  },
  chosen: '/home/ada/src/choice',
  scripts: { '*': everything },
  losses: { [api.id]: losses, 'id-of-/home/ada/src/warehouse': { ...losses, keptVolumes: [] } },
};

const withNames = [
  'a-service-whose-name-somebody-thought-about-for-a-very-long-time-and-then-wrote-down-without-a-single-space',
  'מערכת תשלומים',
  'خادم الواجهة',
  '支払いサービスの開発環境',
  '결제 서비스',
  'Überweisungs-Gateway (Größe XXL)',
  '<b>not bold</b> & "quoted"',
];

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  empty: { board: { environments: [], engines: [dockerFound, podmanFound] }, folders, chosen: API_SERVER },
  'no-engine': { system: 'linux', board: { environments: [], engines: [] } },
  'no-engine-usable': { system: 'linux', board: { environments: [], engines: [dockerForbidden, podmanStopped] } },
  loading: { silent: true, board: { environments: [], engines: [] } },
  broken: {
    board: { environments: [], engines: [] },
    broken: {
      message: 'Wharf cannot write to its state folder',
      description: '',
      quotes: ['/home/ada/.local/state/wharf: Permission denied (os error 13)'],
      hint: 'Make the folder yours, or set WHARF_STATE_DIR to another one.',
    },
  },
  one: changed(same),
  'editor-failing': {
    ...changed(same),
    editors: { message: 'Visual Studio Code does not start: permission denied', description: '' },
  },
  many,
  /** Everything that the tabs of an environment can show. */
  alive: { ...changed(same), pages: { ...alive, portsAppear: true, logGrows: { perSecond: 20, line: logLine } } },
  /** The same, but nothing moves by itself. */
  tabs: { ...changed(same), pages: alive },
  'tabs-empty': { ...changed(same), pages: { resources: [{ ...stopped }], cleanUp: { items: [] } } },
  'tabs-failed': { ...changed(same), status: refused, pages: refusing },
  'tabs-much': { ...changed(same), pages: much },
  'tabs-long': { ...changed(same), pages: long },
  'tabs-hostile': { ...changed(same), pages: hostile },
  /** More than anybody can read: 20,000 lines a second. */
  'log-flood': { ...changed(same), pages: { log: [], logGrows: { perSecond: 20_000, line: logLine } } },
  starting: starting(scripts.upWithoutEnd),
  finishing: starting(scripts.up),
  consent: starting(scripts.upWithConsent),
  'failed-hook': starting(scripts.upWithFailedHook),
  'failed-build': starting(scripts.upWithFailedBuild),
  'failed-feature': starting(scripts.upWithDisallowedFeature),
  lock: starting(scripts.upThatWaits),
  output: starting(scripts.upWithMuchOutput),
  'output-flood': starting(scripts.upWithOutputThatGrows),
  'taken-up': {
    board: { environments: [gone(API_SERVER)], engines: [dockerFound] },
    scripts: { '*': { ...everything, up: scripts.upWithoutEnd } },
    running: [{ operation: 'up', reference, removeVolumes: false }],
  },
  /** A day's work, for a picture. */
  showcase: {
    board: {
      environments: [
        gone(API_SERVER),
        environment('/home/ada/src/web'),
        environment('/home/ada/src/warehouse', { state: 'stopped', engine: podman }),
        environment('/home/ada/src/importer', { problem: 'postCreateCommand failed (exit 1)' }),
        environment('/home/ada/src/design-system', { state: 'stopped' }),
        environment('/home/ada/src/gateway', { engine: podman }),
        ...others.slice(0, 2),
      ],
      engines: [dockerFound, podmanFound],
    },
    scripts: { '*': { ...everything, up: scripts.upWithoutEnd } },
    running: [{ operation: 'up', reference, removeVolumes: false }],
  },
  'changed-hot': changed(changedHot),
  'changed-restart': changed(changedRestart),
  'changed-recreate': changed(changedRecreate),
  'changed-rebuild': changed(changedByRebuild),
  'changed-broken': changed({
    message: 'devcontainer.json is not JSON: a comma is missing',
    description: '',
    location: { path: CONFIGURATION, line: 12, column: 3, length: 7, sourceLine: '  "mounts": []' },
    hint: 'Add a comma at the end of line 11.',
  }),
  'engine-gone': {
    board: {
      environments: [
        environment(API_SERVER, { state: 'unreachable', engine: podman }),
        gone('/home/ada/src/landing-page'),
      ],
      engines: [podmanStopped],
    },
  },
  repositories: {
    board: {
      environments: [
        environment('', {
          id: 'id-of-volume',
          name: 'fix-auth',
          reference: { volume: 'wharf-fix-auth' },
          source: {
            kind: 'volume',
            name: 'wharf-fix-auth',
            folder: 'fix-auth',
            repository: { url: 'https://git.example.com/acme/api.git', branch: 'fix-auth' },
          },
          configuration: '/workspaces/fix-auth/.devcontainer/devcontainer.json',
        }),
      ],
      engines: [dockerFound],
    },
    losses: {
      'id-of-volume': {
        containers: [{ id: 'c', name: 'keen_lovelace', changedBytes: 1_400_000 }],
        lostVolumes: [],
        keptVolumes: ['wharf-fix-auth'],
        repositories: [
          {
            folder: '/workspaces/fix-auth',
            uncommittedFiles: 3,
            unpushedCommits: 2,
            unpushedBranches: ['fix-auth'],
            stashes: 1,
          },
          {
            folder: '/workspaces/fix-auth/vendor',
            uncommittedFiles: 0,
            unpushedCommits: 0,
            unpushedBranches: [],
            stashes: 0,
            unknown: 'git stopped with 128',
          },
        ],
      },
    },
    scripts: { '*': everything },
  },
  'losses-unknown': {
    board: { environments: [api], engines: [dockerFound] },
    losses: { [api.id]: { message: 'the engine does not say', description: '' } },
    scripts: { '*': everything },
  },
  names: {
    board: {
      environments: withNames.map((name, at) => environment(`/home/ada/src/${at}/${name}`, { name })),
      engines: [dockerFound],
    },
  },
};
