/** What the frame of the window can be in: thousands of environments, Templates, settings, links. */
import type { EnvironmentSummary, FeatureSummary, TemplateSummary } from '../../api';
import { docker, dockerForbidden, dockerFound, environment, folderReport, gone, podman, podmanFound } from './parts';
import type { Scenario } from './scenarios';
import { clone, upWithSecrets } from './frame-scripts';

const engines = [dockerFound, podmanFound];

function thousands(): EnvironmentSummary[] {
  const states = ['running', 'stopped', 'stopped', 'paused', 'gone'] as const;
  return Array.from({ length: 3000 }, (_, at) =>
    environment(`/home/ada/src/project-${String(at).padStart(4, '0')}`, {
      state: states[at % states.length],
      engine: at % 7 === 0 ? podman : docker,
      changed: at % 100 === 0,
      ours: at % 10 !== 9,
      maker: at % 10 === 9 ? 'vscode' : 'wharf',
      problem: at % 500 === 3 ? 'postCreateCommand failed (exit 1)' : undefined,
    }),
  );
}

function template(id: string, name: string, change: Partial<TemplateSummary> = {}): TemplateSummary {
  return {
    reference: `builtin/${id}`,
    name,
    description: `${name} with git, a compiler and what one needs on the first day.`,
    version: '1.2.0',
    platforms: [name],
    keywords: [id],
    options: [],
    ...change,
  };
}

const rust = template('rust', 'Rust', {
  documentationUrl: 'https://example.com/rust',
  options: [
    {
      name: 'imageVariant',
      kind: 'text',
      description: 'The system below.',
      default: 'trixie',
      choices: ['trixie', 'bookworm', 'alpine'],
      closed: true,
    },
    {
      name: 'channel',
      kind: 'text',
      description: 'Of the toolchain.',
      default: 'stable',
      choices: ['stable', 'beta'],
      closed: false,
    },
    {
      name: 'installSccache',
      kind: 'boolean',
      description: 'A cache of compilers.',
      default: 'false',
      choices: [],
      closed: false,
    },
  ],
});

const templates = [
  template('debian', 'Debian'),
  rust,
  template('node', 'Node.js and TypeScript', { keywords: ['javascript'] }),
  template('python', 'Python'),
  template('go', 'Go'),
  template('postgres', 'Node.js with PostgreSQL', {
    description: 'Two containers, side by side: a program and its database. '.repeat(4),
  }),
  template('hostile', '<img src=x onerror=alert(1)> & a name that nobody has ever broken into lines of its own', {
    publisher: 'https://example.com/'.repeat(8),
  }),
];

const features: FeatureSummary[] = [
  'go',
  'node',
  'python',
  'rust',
  'docker-in-docker',
  'git',
  'github-cli',
  'java',
  'ruby',
  'php',
].map((id) => ({
  reference: `ghcr.io/devcontainers/features/${id}:1`,
  name: id,
  description: `Installs ${id} and what belongs to it.`,
  deprecated: id === 'php',
  options: [
    { name: 'version', kind: 'text', default: 'latest', choices: ['latest', '1.3'], closed: false },
    { name: 'completion', kind: 'boolean', default: 'true', choices: [], closed: false },
  ],
}));

const TEXT = '{\n  "name": "Rust",\n  "image": "mcr.microsoft.com/devcontainers/rust:1-trixie"\n}\n';

const gallery: Scenario['pages'] = {
  templates: { templates },
  collections: {
    'ghcr.io/devcontainers/templates': {
      templates: [
        template('anaconda', 'Anaconda', {
          reference: 'ghcr.io/devcontainers/templates/anaconda',
          publisher: 'devcontainers',
        }),
      ],
    },
    'ghcr.io/nobody/nothing': {
      message: 'ghcr.io/nobody/nothing is not there, or not for everyone',
      description: '',
      hint: 'Sign in with `docker login ghcr.io`, or look at its spelling.',
    },
  },
  features: { 'ghcr.io/devcontainers/features': { features } },
  preview: {
    files: [
      { path: '.devcontainer/devcontainer.json', text: TEXT, bytes: TEXT.length, replaces: false },
      { path: '.github/dependabot.yml', text: 'version: 2\n', bytes: 11, replaces: true },
      { path: '.devcontainer/logo.png', bytes: 20_480, replaces: false },
    ],
    warnings: ['`.github/dependabot.yml` is there already and would be replaced.'],
    digest: '795535e56e4ed310',
  },
};

const api = environment('/home/ada/src/api-server');

export const FRAME_SCENARIOS: Readonly<Record<string, Scenario>> = {
  thousands: { board: { environments: thousands(), engines } },
  attention: {
    board: {
      environments: [
        { ...api, changed: true },
        environment('/home/ada/src/web', { problem: 'the build failed' }),
        gone('/home/ada/src/docs'),
      ],
      engines,
    },
  },
  gallery: {
    board: { environments: [], engines },
    pages: gallery,
    folders: {
      '/home/ada/src/plain': folderReport('/home/ada/src/plain', {
        configurations: [],
        suggestions: [{ template: rust, because: ['Cargo.toml', 'rust-toolchain.toml'] }],
      }),
    },
    chosen: '/home/ada/src/plain',
  },
  'gallery-failing': {
    board: { environments: [], engines },
    pages: {
      templates: { message: 'The Templates cannot be read', description: '', hint: 'Install Wharf anew.' },
    },
    chosen: '/home/ada/src/plain',
  },
  'template-failing': {
    board: { environments: [], engines },
    pages: {
      ...gallery,
      preview: { message: 'The option “channel” cannot be nightly', description: '', hint: 'Choose stable or beta.' },
    },
    chosen: '/home/ada/src/plain',
  },
  'clone-failing': {
    board: { environments: [], engines },
    scripts: { '*': { up: clone('failed') } },
  },
  cloning: {
    board: { environments: [], engines },
    scripts: { '*': { up: clone('for ever') } },
  },
  secrets: {
    board: { environments: [gone(api.reference.folder ?? '')], engines },
    scripts: { '*': { up: upWithSecrets } },
  },
  'link-folder': {
    board: { environments: [api], engines },
    opened: [{ kind: 'folder', folder: '/home/ada/Downloads/surprise', byLink: true }],
    folders: { '/home/ada/Downloads/surprise': folderReport('/home/ada/Downloads/surprise') },
  },
  'link-repository': {
    board: { environments: [api], engines },
    opened: [{ kind: 'repository', url: 'https://github.com.example.net/acme/api.git' }],
    scripts: { '*': { up: clone('for ever') } },
  },
  'link-hostile': {
    board: { environments: [api], engines },
    opened: [
      {
        kind: 'repository',
        url: `https://github.com@evil.example/acme/\u202egit<img src=x onerror="document.title='taken'">${'long'.repeat(400)}`,
      },
    ],
  },
  'link-refused': {
    board: { environments: [api], engines },
    opened: [{ kind: 'refused', message: 'A wharf:// link asked for something that Wharf never does' }],
  },
  settings: {
    board: { environments: [api], engines: [dockerFound, { ...dockerForbidden, address: 'unix:///run/other.sock' }] },
    settings: {
      values: { 'dotfiles.repository': 'ada/dotfiles', engine: 'an-engine-of-last-year' },
      overruled: { 'dotfiles.installCommand': 'WHARF_DOTFILES_INSTALL_COMMAND' },
    },
  },
  'settings-wrong': {
    board: { environments: [api], engines: [] },
    integration: { message: 'The folder is not yours to write to', description: '', hint: 'Look at its owner.' },
    engines: { message: 'Engines cannot be looked for', description: '' },
    settings: {
      diagnostics: [
        {
          severity: 'warning',
          message: 'appearance.theme is system, light or dark',
          location: { path: '/home/ada/.config/wharf/settings.json', line: 3, column: 12 },
        },
      ],
      unwritable: { message: 'The settings cannot be written', description: '', hint: 'The disk is full.' },
    },
  },
  'settings-unreadable': {
    board: { environments: [api], engines },
    settings: {
      unreadable: {
        message: 'settings.json is not JSON: a comma is missing',
        description: '',
        hint: 'Look at line 4 of ~/.config/wharf/settings.json.',
      },
    },
  },
  dark: { board: { environments: [api], engines }, settings: { values: { 'appearance.theme': 'dark' } } },
  'in-chinese': {
    board: { environments: [api, gone('/home/ada/src/docs')], engines },
    settings: { values: { 'appearance.language': 'zh-CN' } },
    pages: gallery,
  },
};
