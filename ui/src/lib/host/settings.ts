/** What the window asks about the person's settings. A part of `Host`. */
import type { FolderDiagnostic } from '../api';

/** One setting. */
export interface SettingEntry {
  /** Its name, such as `dotfiles.repository`. */
  key: string;
  /** What the file says; absent where it says nothing that can be used. */
  value?: unknown;
  /** What counts where the file says nothing; absent where that depends. */
  default?: unknown;
  /** The variable of the environment that comes before it just now. */
  overruledBy?: string | null;
}

/** The settings as they stand, and what is wrong with their file. */
export interface SettingsResult {
  /** The file, whether it is there or not. */
  path: string;
  entries: SettingEntry[];
  diagnostics: FolderDiagnostic[];
}

export interface Preferences {
  settings(): Promise<SettingsResult>;
  /** Gives a setting a value that counts at once; `null` takes it out of the file, so that it is as it comes. */
  changeSetting(key: string, value: string | number | boolean | null): Promise<SettingsResult>;
}
