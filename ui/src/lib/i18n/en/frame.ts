/** The frame of the window, and what is outside any one environment. */
import { all } from './grammar';

export const frame = {
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
  because: (what: string, why: string) => `${what}: ${why}`,
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
    more: (number: number) => `${number} more`,
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

  keyList: {
    title: 'Keys',
    palette: 'Search or run',
    tabs: 'Go to a tab of the environment',
    board: 'Show all environments',
    create: 'New environment',
    open: 'Open a folder',
    settings: 'Settings',
    filter: 'Filter the list',
    move: 'Move in a list',
    enter: 'Open what is selected',
    back: 'Go back one level',
    zoom: 'Larger, smaller, as designed',
    help: 'Show these keys',
  },
};
