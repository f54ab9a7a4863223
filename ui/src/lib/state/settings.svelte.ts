/** The person's settings as the window uses them. What it looks like follows at once, before the file is written. */
import type { ErrorResult, SettingEntry, SettingsResult } from '../api';
import type { Host } from '../host';
import { LANGUAGES, setLanguage, type Language } from '../i18n';
import { asError } from './problem';

export const SECTIONS = ['appearance', 'engines', 'environments', 'desktop', 'integration'] as const;
export type Section = (typeof SECTIONS)[number];

export type Theme = 'system' | 'light' | 'dark';
export type SettingValue = string | number | boolean;

const ZOOMS: readonly number[] = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

export class Settings {
  result = $state.raw<SettingsResult>();
  /** Why they could not be read, or the last change not be written. */
  problem = $state.raw<ErrorResult>();
  readonly zooms = ZOOMS;
  /** What was chosen and is not yet written, by name. */
  #pending = $state.raw<Readonly<Record<string, SettingValue | null>>>({});
  readonly #entries = $derived(new Map(this.result?.entries.map((entry) => [entry.key, entry])));
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads them, and again whenever the file has changed. */
  async begin(): Promise<void> {
    await this.again();
  }

  async again(): Promise<void> {
    try {
      this.#show(await this.#host.settings());
      this.problem = undefined;
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  entry(key: string): SettingEntry | undefined {
    return this.#entries.get(key);
  }

  /** What counts: what was just chosen, what the file says, or what counts without it. */
  value(key: string): SettingValue | undefined {
    const pending = this.#pending[key];
    if (pending != null) return pending;
    const entry = this.#entries.get(key);
    return ((pending === null ? undefined : entry?.value) ?? entry?.default ?? undefined) as SettingValue | undefined;
  }

  text(key: string): string {
    return String(this.value(key) ?? '');
  }

  flag(key: string): boolean {
    return this.value(key) === true;
  }

  get theme(): Theme {
    const theme = this.value('appearance.theme');
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  }

  get language(): Language | undefined {
    const language = this.text('appearance.language');
    return language in LANGUAGES ? (language as Language) : undefined;
  }

  get zoom(): number {
    const zoom = Number(this.value('appearance.zoom') ?? 1);
    return Number.isFinite(zoom) ? Math.min(3, Math.max(0.5, zoom)) : 1;
  }

  /** Gives a setting a value; nothing takes it out of the file, so that it is as it comes. */
  async change(key: string, value: SettingValue | null): Promise<void> {
    this.#pending = { ...this.#pending, [key]: value };
    this.#apply();
    try {
      const result = await this.#host.changeSetting(key, value);
      this.problem = undefined;
      this.#forget(key, value);
      this.#show(result);
    } catch (reason) {
      this.problem = asError(reason);
      this.#forget(key, value);
      this.#apply();
    }
  }

  /** Larger, smaller, or as designed. */
  async zoomBy(by: 1 | -1 | 0): Promise<void> {
    const larger = ZOOMS.find((zoom) => zoom > this.zoom + 0.01) ?? ZOOMS.at(-1);
    const smaller = ZOOMS.findLast((zoom) => zoom < this.zoom - 0.01) ?? ZOOMS[0];
    await this.change('appearance.zoom', by === 0 ? null : ((by > 0 ? larger : smaller) ?? 1));
  }

  #forget(key: string, value: SettingValue | null): void {
    // Something else may have been chosen since.
    if (this.#pending[key] !== value) return;
    const { [key]: _, ...others } = this.#pending;
    this.#pending = others;
  }

  #show(result: SettingsResult): void {
    this.result = result;
    this.#apply();
  }

  #apply(): void {
    setLanguage(this.language);
  }
}
