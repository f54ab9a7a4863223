/** One environment: what is done with it, what it is made of, what it asks. */
import { all, count } from './grammar';

export const environment = {
  action: {
    actions: 'Actions',
    start: 'Start',
    stop: 'Stop',
    restartMore: 'Restart…',
    rebuildMore: 'Rebuild…',
    deleteMore: 'Delete…',
    more: 'More actions',
    openIn: (editor: string) => `Open in ${editor}`,
    showFolder: 'Show folder',
    copyContainer: 'Copy container id',
  },

  facts: {
    title: 'About it',
    folder: 'Folder',
    volume: 'Volume',
    repository: 'Repository',
    branch: 'Branch or tag',
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
    onBranch: (name: string) => `branch ${name}`,
    atCommit: (hash: string) => `commit ${hash}`,
  },

  attention: {
    workingElsewhere: (who: string) => `${who} works on this environment.`,
    workingElsewhereHint: 'What it does shows up here when it is done.',
    lock: (who: string, pid: number | null | undefined) =>
      `Waiting for ${who}${pid ? ` (process ${pid})` : ''}, which works on the same environment.`,
    anotherWharf: 'another Wharf',
    waited: (time: string) => `For ${time} so far.`,
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
    more: 'Read more about it',
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
    applyHot: 'Apply only what needs no restart',
    expected: (time: string) => `About ${time}, as long as it took last time.`,
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
    unseen: (folder: string, why: string) =>
      `Everything in ${folder} may be nowhere else: it could not be looked into (${why})`,
    uncommitted: (number: number) => count(number, 'file that is not committed', 'files that are not committed'),
    unpushed: (number: number, branches: readonly string[]) =>
      `${count(number, 'commit', 'commits')} not pushed${branches.length ? ` (${branches.join(', ')})` : ''}`,
    stashes: (number: number) => count(number, 'stash', 'stashes'),
  },

  dialog: {
    stopTitle: (name: string) => `Stop ${name}?`,
    stop: 'Stop container',
    restartTitle: (name: string) => `Restart ${name}?`,
    restart: 'Restart container',
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
    keep: { stop: 'Keep running', restart: 'Keep running', rebuild: 'Leave as it is', delete: 'Keep' },
  },

  operation: {
    up: 'Start',
    apply: 'Apply',
    start: 'Start',
    stop: 'Stop',
    restart: 'Restart',
    rebuild: 'Rebuild',
    down: 'Delete',
    title: {
      up: 'Starting',
      apply: 'Applying changes',
      start: 'Starting',
      stop: 'Stopping',
      restart: 'Restarting',
      rebuild: 'Rebuilding',
      down: 'Deleting',
    },
    last: {
      up: 'Last start',
      apply: 'Last change',
      start: 'Last start',
      stop: 'Last stop',
      restart: 'Last restart',
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
};
