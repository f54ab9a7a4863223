/** What the window asks about the person's settings. A part of `Host`. */
import type { SettingsResult } from '../api';

export interface Preferences {
  settings(): Promise<SettingsResult>;
  /** Gives a setting a value that counts at once; `null` takes it out of the file, so that it is as it comes. */
  changeSetting(key: string, value: string | number | boolean | null): Promise<SettingsResult>;
}
