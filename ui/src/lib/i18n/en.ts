/** Every text of the window, in English. Another language is another object of the same shape. */

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const all = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export const en = {
  environments: 'Environments',
  ours: 'Environments',
  others: 'From other tools',
  engines: 'Engines',
  openFolder: 'Open a folder',
  openFolderTitle: 'Open a folder',
  dropFolder: 'Drop a folder to open it',
  dropOneFolder: 'Drop one folder at a time.',
  loading: 'Looking for engines and environments',
  notAnswering: 'Wharf does not answer',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  dismiss: 'Dismiss',
  cancel: 'Cancel',
  cancelling: 'Cancelling',
  tryAgain: 'Try again',

  mark: {
    running: 'Running',
    working: 'Working',
    needs: 'Needs you',
    failed: 'Failed',
    stopped: 'Stopped',
    paused: 'Paused',
    created: 'Not started',
    gone: 'No container',
    unreachable: 'Engine does not answer',
  },

  maker: {
    wharf: 'Wharf',
    devcontainer: 'devcontainer CLI',
    vscode: 'Visual Studio Code',
    devpod: 'DevPod',
    unknown: 'another tool',
  },

  engine: {
    usable: 'ready',
    unusable: 'not usable',
    kind: { docker: 'Docker', podman: 'Podman' },
    unnamed: 'Engine',
    remote: 'remote',
    rootless: 'rootless',
    none: 'No engine',
    details: (name: string) => `${name}: details`,
    foundAt: 'Found through',
    address: 'Address',
  },

  welcome: {
    title: 'Open a folder to begin',
    text: 'A folder with a .devcontainer becomes a running environment. Its configuration is shown before anything happens.',
    ready: (engines: readonly string[]) => `${all(engines)} ${engines.length === 1 ? 'is' : 'are'} ready.`,
    drop: 'Or drop one anywhere on this window.',
    noEngine: 'No engine was found',
    noneUsable: 'No engine can be used',
    noEngineText: 'Environments run on Docker or Podman. Wharf looks again by itself as soon as one starts.',
    getOne: 'This gets one:',
    pick: 'Select an environment, or open a folder.',
    places: 'Looked here',
  },

  /** The one command that gets an engine. */
  getEngine: {
    linux: 'sudo apt install podman',
    macos: 'brew install podman && podman machine init --now',
    windows: 'winget install RedHat.Podman',
  },

  folder: {
    reading: (name: string) => `Reading ${name}`,
    choose: (number: number) => `${number} configurations. Which one?`,
    one: 'Configuration',
    none: 'There is no configuration in this folder',
    noneHint:
      'Wharf looks for .devcontainer/devcontainer.json, .devcontainer.json and .devcontainer/<name>/devcontainer.json.',
    start: 'Start',
    another: 'Open another folder',
    problems: 'About the configuration',
    again: 'Read again',
  },

  action: {
    actions: 'Actions',
    start: 'Start',
    stop: 'Stop',
    rebuildMore: 'Rebuild…',
    deleteMore: 'Delete…',
    more: 'More actions',
    showFolder: 'Show folder',
    copyContainer: 'Copy container id',
  },

  facts: {
    title: 'Overview',
    folder: 'Folder',
    volume: 'Volume',
    repository: 'Repository',
    configuration: 'Configuration',
    container: 'Container',
    image: 'Image',
    user: 'User',
    workspace: 'Workspace inside',
    engine: 'Engine',
    maker: 'Made by',
    created: 'Created',
    started: 'Started',
    lastUsed: 'Last used',
  },

  attention: {
    workingElsewhere: (who: string) => `${who} works on this environment.`,
    workingElsewhereHint: 'What it does shows up here when it is done.',
    lock: (who: string, pid: number | null | undefined) =>
      `Waiting for ${who}${pid ? ` (process ${pid})` : ''}, which works on the same environment.`,
    anotherWharf: 'another Wharf',
    engine: (address: string) => `Waiting for the engine at ${address}.`,
    removal: (container: string) => `Waiting until container ${container} is removed.`,
    unreachable: 'The engine that has this environment does not answer',
    unreachableHint: 'The container and its files are not touched. Start the engine, and this page follows.',
    readyWhileRunning: (time: string) => `Ready after ${time}. Later hooks still run.`,
    warnings: (number: number) => count(number, 'warning', 'warnings'),
    cancelled: 'Cancelled. What was done is kept; starting again goes on from there.',
  },

  failure: {
    quotes: 'Last lines',
  },

  consent: {
    title: (name: string) => `${name} wants to do this on your computer`,
    touches: 'What needs a yes',
    tells: 'Also good to know',
    allowFor: (name: string) => `Allow for ${name}`,
    refuse: 'Refuse',
    remembered: 'Asked again as soon as any of this changes.',
    details: 'Details',
    feature: (id: string) => `Feature ${id}`,
    image: (name: string) => `image ${name}`,
    kind: {
      hostCommand: 'Run a command',
      hostMount: 'Mount',
      engineSocket: 'Mount an engine’s socket',
      privileged: 'Privileged container',
      device: 'Open a device',
      hostNamespace: 'Share with the host',
      capability: 'Add a capability',
      unconfinedProfile: 'Switch off a profile',
      publishedPort: 'Publish a port',
      secret: 'Pass a secret',
      rawOption: 'Engine option',
    },
  },

  changes: {
    title: 'The configuration has changed',
    subject: 'Property',
    what: 'Change',
    takes: 'Takes',
    kept: 'Kept',
    lost: 'Lost',
    nothingLost: 'nothing',
    class: { hot: 'no restart', restart: 'restart', recreate: 'new container', rebuild: 'new image' },
    from: (layer: string) => `from ${layer}`,
    effect: {
      hot: 'The running environment takes it over.',
      restart: 'The container is stopped and started.',
      recreate: 'The container is replaced; its image stays.',
      rebuild: 'The image is built again and the container is replaced.',
    },
    apply: {
      hot: 'Apply',
      restart: 'Apply and restart',
      recreate: 'Apply and replace the container',
      rebuild: 'Rebuild and replace the container',
    },
    blocked: 'This stands in the way',
  },

  losses: {
    looking: 'Looking for what would be lost',
    unknown: 'What would be lost could not be found out',
    lost: 'Lost',
    kept: 'Kept',
    nothing: 'Nothing',
    processes: 'What runs inside is ended',
    container: (name: string, size: string | undefined) =>
      size === undefined
        ? `Container ${name} and what was changed in it`
        : `Container ${name}, with ${size} changed in it`,
    keptContainer: (name: string) => `Container ${name} and its files`,
    volume: (name: string) => `Volume ${name}`,
    workspaceFolder: (path: string) => `Your files in ${path}`,
    repository: (folder: string, parts: readonly string[]) => `In ${folder}: ${all(parts)}`,
    uncommitted: (number: number) => count(number, 'file that is not committed', 'files that are not committed'),
    unpushed: (number: number, branches: readonly string[]) =>
      `${count(number, 'commit', 'commits')} not pushed${branches.length ? ` (${branches.join(', ')})` : ''}`,
    stashes: (number: number) => count(number, 'stash', 'stashes'),
  },

  dialog: {
    stopTitle: (name: string) => `Stop ${name}?`,
    stop: 'Stop container',
    rebuildTitle: (name: string) => `Rebuild ${name}?`,
    rebuild: 'Rebuild and replace container',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteVolumes: (number: number) => `Delete ${count(number, 'volume', 'volumes')} as well`,
    delete: (containers: number, volumes: number) => {
      const parts = [
        ...(containers === 0 ? [] : [containers === 1 ? 'container' : `${containers} containers`]),
        ...(volumes === 0 ? [] : [count(volumes, 'volume', 'volumes')]),
      ];
      return parts.length === 0 ? 'Remove from the list' : `Delete ${all(parts)}`;
    },
    keep: { stop: 'Keep running', rebuild: 'Leave as it is', delete: 'Keep' },
  },

  operation: {
    up: 'Start',
    apply: 'Apply',
    start: 'Start',
    stop: 'Stop',
    rebuild: 'Rebuild',
    down: 'Delete',
    title: {
      up: 'Starting',
      apply: 'Applying changes',
      start: 'Starting',
      stop: 'Stopping',
      rebuild: 'Rebuilding',
      down: 'Deleting',
    },
    last: {
      up: 'Last start',
      apply: 'Last change',
      start: 'Last start',
      stop: 'Last stop',
      rebuild: 'Last rebuild',
      down: 'Last delete',
    },
  },

  steps: {
    label: {
      configuration: 'Configuration',
      engine: 'Engine',
      lock: 'Waiting',
      consent: 'Consent',
      initialize: 'Initialize',
      features: 'Features',
      image: 'Image',
      build: 'Build',
      userId: 'User id',
      container: 'Container',
      setUp: 'Set-up',
      hooks: 'Hooks',
      workspace: 'Workspace',
      volumes: 'Volumes',
      work: 'Work',
    },
    state: {
      planned: 'to come',
      running: 'running',
      done: 'done',
      cached: 'reused',
      skipped: 'skipped',
      failed: 'failed',
      cancelled: 'cancelled',
    },
    noHooks: 'none to run',
    partsDone: (done: number, number: number) => `${done} of ${number}`,
    amount: (current: string, total: string) => `${current} of ${total}`,
    truncated: 'Some output before this is not kept.',
  },

  output: {
    label: (label: string) => `Output of ${label}`,
    lines: (number: number) => count(number, 'line', 'lines'),
    dropped: (number: number) => `${count(number, 'earlier line', 'earlier lines')} not kept`,
    toEnd: 'To the end',
    copy: 'Copy output',
  },

  says: {
    done: (operation: string, name: string) => `${operation} of ${name} is done`,
    failed: (operation: string, name: string) => `${operation} of ${name} failed`,
    cancelled: (operation: string, name: string) => `${operation} of ${name} was cancelled`,
  },

  keyList: {
    title: 'Keys',
    open: 'Open a folder',
    nth: 'Go to an environment of the list',
    move: 'Move in the list',
    enter: 'Open what is selected',
    back: 'Go back one level',
    help: 'Show these keys',
  },
};

export type Catalogue = typeof en;
