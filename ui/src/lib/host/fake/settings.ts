/** The person's settings, as the fake keeps them. */
import type { ErrorResult, SettingEntry, Settings, SettingsResult } from '../../api';

/** What a scenario says of settings: what the file has, or why it cannot be read. */
export interface SettingsData {
  values?: Record<string, unknown>;
  diagnostics?: SettingsResult['diagnostics'];
  /** Variables that come before settings. */
  overruled?: Record<string, string>;
  /** What reading comes to. */
  unreadable?: ErrorResult;
  /** What changing comes to. */
  unwritable?: ErrorResult;
}

const DEFAULTS: Record<string, unknown> = {
  engine: undefined,
  'dotfiles.repository': undefined,
  'dotfiles.installCommand': undefined,
  'dotfiles.targetPath': '~/dotfiles',
  'up.defaultUserEnvProbe': 'loginInteractiveShell',
  'up.updateRemoteUserUidDefault': 'on',
  'up.gpuAvailability': 'detect',
  'up.workspaceMountConsistency': 'cached',
  'build.buildkit': 'auto',
  'build.cacheFrom': undefined,
  'appearance.theme': 'system',
  'appearance.language': 'system',
  'appearance.zoom': 1,
  'notifications.finished': true,
  'notifications.failed': true,
  'notifications.questions': true,
  'notifications.ports': true,
  autostart: false,
  'integration.fileManager': false,
  'integration.links': true,
  'integration.tray': true,
  'integration.keepInTray': false,
  'integration.editor': undefined,
};

/** The window looks at the entries alone. */
const NOTHING: Settings = { dotfiles: {}, up: {}, build: {}, appearance: {}, notifications: {}, integration: {} };

export class FakeSettings {
  readonly #data: SettingsData;
  readonly #values: Record<string, unknown>;

  constructor(data: SettingsData = {}) {
    this.#data = data;
    this.#values = { ...data.values };
  }

  read(): SettingsResult {
    if (this.#data.unreadable) throw this.#data.unreadable;
    const entries = Object.entries(DEFAULTS).map(([key, usual]): SettingEntry => ({
      key,
      value: this.#values[key],
      default: usual,
      overruledBy: this.#data.overruled?.[key],
    }));
    const diagnostics = this.#data.diagnostics ?? [];
    return { path: '/home/ada/.config/wharf/settings.json', settings: NOTHING, entries, diagnostics };
  }

  change(key: string, value: unknown): SettingsResult {
    if (this.#data.unwritable) throw this.#data.unwritable;
    if (value === null) delete this.#values[key];
    else this.#values[key] = value;
    return this.read();
  }
}
