/**
 * Names of elements that tests of the real window look for, as `data-testid`. The browser tests of this folder look for roles
 * and words, as a person does; where that does not tell two things apart, they use these too.
 *
 * States are read from `data-state`: of the environment's header and of an item in the list it is one of `running`, `working`,
 * `needs`, `failed`, `stopped`, `paused`, `created`, `gone`, `unreachable`; of a step `planned`, `running`, `done`, `cached`,
 * `skipped`, `failed`, `cancelled`.
 */
export const testIds = {
  /** The whole window, once the board is known; `data-environments` counts them. */
  window: 'window',
  /** One engine in the top bar; `data-state` is `usable` or `unusable`. */
  engine: 'engine',
  /** The button that opens the dialog for a folder. */
  openFolder: 'open-folder',
  /** The list of environments and one of its items; `data-environment` is its id. */
  environmentList: 'environment-list',
  environmentItem: 'environment-item',
  /** Narrows every list of environments. */
  filter: 'filter',
  /** The item of the list that leads to the board, the board, and the button of one of its rows; `data-row` is its id. */
  board: 'board',
  boardPage: 'board-page',
  boardItem: 'board-item',
  /** Search or run: what opens it, the dialog, and one of its results. */
  openPalette: 'open-palette',
  palette: 'palette',
  paletteItem: 'palette-item',
  /** A message about what is not in view; `data-kind` is `done` or `failed`. */
  toast: 'toast',
  /** The page of new environments, and its ways. */
  new: 'new',
  createPage: 'create-page',
  createClone: 'create-clone',
  createTemplate: 'create-template',
  clonePage: 'clone-page',
  cloneRepository: 'clone-repository',
  cloneStart: 'clone-start',
  /** The gallery of Templates; `data-template` of one is its reference. */
  templatesPage: 'templates-page',
  templateSearch: 'template-search',
  templateCollection: 'template-collection',
  template: 'template',
  templatePage: 'template-page',
  templateFolder: 'template-folder',
  templateOption: 'template-option',
  templatePreview: 'template-preview',
  templateStart: 'template-start',
  templateWrite: 'template-write',
  features: 'features',
  feature: 'feature',
  addFeature: 'add-feature',
  featureSearch: 'feature-search',
  featureFound: 'feature-found',
  /** The sheet of a link that asks for something. */
  link: 'link',
  linkAllow: 'link-allow',
  linkRefuse: 'link-refuse',
  /** The settings: one engine (`data-state` as in the top bar), one place of a file manager, and its two buttons. */
  openSettings: 'open-settings',
  settings: 'settings',
  settingsEngine: 'settings-engine',
  integrationPlace: 'integration-place',
  integrate: 'integrate',
  unintegrate: 'unintegrate',
  /** What is shown of a folder before anything is started, and the button that starts it. */
  folder: 'folder',
  folderStart: 'folder-start',
  /** One of several configurations of a folder. */
  configurationChoice: 'configuration-choice',
  /** The environment that is shown, its name and its state in words. */
  environment: 'environment',
  environmentName: 'environment-name',
  environmentState: 'environment-state',
  /** Actions on it. */
  start: 'start',
  stop: 'stop',
  openEditor: 'open-editor',
  more: 'more',
  restart: 'restart',
  rebuild: 'rebuild',
  delete: 'delete',
  cancel: 'cancel',
  /** The consent sheet, one of its touches, and the two answers. */
  consent: 'consent',
  consentTouch: 'consent-touch',
  consentAllow: 'consent-allow',
  consentRefuse: 'consent-refuse',
  /** The sheet that asks for a secret, its field and its two answers. */
  secret: 'secret',
  secretValue: 'secret-value',
  secretKeep: 'secret-keep',
  secretGive: 'secret-give',
  secretWithout: 'secret-without',
  /** What to do next. */
  hint: 'hint',
  /** Tries again what could not be shown. */
  again: 'again',
  /** What failed, and the button that tries again. */
  failure: 'failure',
  retry: 'retry',
  failureShell: 'failure-shell',
  failureEdit: 'failure-edit',
  failureShow: 'failure-show',
  /** What has changed in the configuration, and the buttons that apply all of it, or what is hot. */
  changes: 'changes',
  applyChanges: 'apply-changes',
  applyHot: 'apply-hot',
  /** A tab of the environment; `data-tab` is its name. And what shows the chosen one. */
  tab: 'tab',
  panel: 'panel',
  /** What is wanted beside what is there; `data-verdict` says how they compare, of each line and of all. */
  agreement: 'agreement',
  /** Lines of a log; `data-lines` counts them, also those out of view. */
  logLines: 'log-lines',
  /** The tools above them; of a source `data-name` is its name. */
  logSource: 'log-source',
  logSearch: 'log-search',
  logOnlyMatches: 'log-only-matches',
  logWrap: 'log-wrap',
  logFollow: 'log-follow',
  /** A terminal; `data-ready` once it can be typed into. Its tab, and the buttons that close and open one. */
  terminal: 'terminal',
  terminalTab: 'terminal-tab',
  terminalClose: 'terminal-close',
  terminalOpen: 'terminal-open',
  /** The views of the configuration, one of which is chosen; a value of it, whose `data-property` is its name; where it comes from. And the button for the rest of a list. */
  configurationView: 'configuration-view',
  configurationSearch: 'configuration-search',
  value: 'value',
  valueOrigin: 'value-origin',
  valueMore: 'value-more',
  /** The text of a file of the configuration, and the line in it that is meant. */
  source: 'source',
  sourceLine: 'source-line',
  /** A port; `data-port` is where it is inside, `data-state` what is done about it. Its address, its menu, and the button for another. */
  port: 'port',
  portOpen: 'port-open',
  portMore: 'port-more',
  portAdd: 'port-add',
  /** The numbers that are typed for one: inside, and on this computer. */
  portInside: 'port-inside',
  portLocal: 'port-local',
  /** A curve; `data-name` is what of. What lies on the disk, and what can be cleaned up. */
  curve: 'curve',
  space: 'space',
  cleanUpLook: 'clean-up-look',
  cleanUpItem: 'clean-up-item',
  cleanUpConfirm: 'clean-up-confirm',
  /** The steps of the last operation, one of them (`data-step` is its name), and output. */
  steps: 'steps',
  step: 'step',
  output: 'output',
  /** The dialog that says what would be lost, its button with the verb, and the one that leaves it. */
  dialog: 'dialog',
  dialogConfirm: 'dialog-confirm',
  dialogDismiss: 'dialog-dismiss',
  /** The box that deletes volumes as well. */
  deleteVolumes: 'delete-volumes',
} as const;
