/** The language of the window: the person's choice, otherwise the first of the system's that there is a catalogue for. */
import { en, type Catalogue } from './en';
import type { Spoken } from './en/said';
import { zh } from './zh';

export const LANGUAGES = { en, 'zh-CN': zh } satisfies Readonly<Record<string, Catalogue>>;
export type Language = keyof typeof LANGUAGES;

/** What each language calls itself, so that whoever needs it can read it. */
export const NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

/** What the program says, in the languages that are not its own: much text, which is fetched where it is read. */
export const SPOKEN: Readonly<Partial<Record<Language, () => Promise<Spoken>>>> = {
  'zh-CN': () => import('./zh/said'),
};

const ALL = Object.keys(LANGUAGES) as Language[];

/** The first language of a list that there is a catalogue for; Chinese in other scripts is nearer to ours than English. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const exact = ALL.find((language) => language === tag);
    const near = ALL.find((language) => language.split('-')[0] === tag.split('-')[0]);
    if (exact ?? near) return (exact ?? near) as Language;
  }
  return 'en';
}

function ofTheSystem(): Language {
  return preferred(typeof navigator === 'undefined' ? [] : navigator.languages);
}

let chosen = $state<Language>(ofTheSystem());
let fetched = $state.raw<{ language: Language; said: Spoken | undefined }>();
void fetchSpoken();

/** Nothing chosen means the system's language. It is there at once, and what the program says with the promise's end. */
export function setLanguage(choice: Language | undefined): Promise<void> {
  chosen = choice ?? ofTheSystem();
  return fetchSpoken();
}

async function fetchSpoken(): Promise<void> {
  const language = chosen;
  if (fetched?.language === language) return;
  // Without them the program's own words are shown.
  const said = await SPOKEN[language]?.().catch(() => undefined);
  if (chosen === language) fetched = { language, said };
}

/** What the program says, in the language of now; absent where that is its own, and until it has been fetched. */
export function spoken(): Spoken | undefined {
  return fetched?.language === chosen ? fetched.said : undefined;
}

export function language(): Language {
  return chosen;
}

/** How dates and numbers are written: as the system does where it speaks the same language. */
export function locale(): string {
  const system = typeof navigator === 'undefined' ? [] : navigator.languages;
  return system.find((tag) => tag.split('-')[0] === chosen.split('-')[0]) ?? chosen;
}

/** The texts in the language of now: whoever reads them in a page is drawn again when it changes. */
export const text: Catalogue = new Proxy(en, {
  get: (_, key) => LANGUAGES[chosen][key as keyof Catalogue],
});

/** A number as the language writes it. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** A part of one as a percentage. */
export function percent(value: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(value);
}
