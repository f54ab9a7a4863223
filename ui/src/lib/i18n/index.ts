/** The texts that the window shows. A further language is a further line here. */
import { en, type Catalogue } from './en';

const CATALOGUES: Readonly<Record<string, Catalogue>> = { en };

function preferred(languages: readonly string[]): Catalogue {
  for (const language of languages) {
    const found = CATALOGUES[language] ?? CATALOGUES[language.split('-')[0] ?? ''];
    if (found) return found;
  }
  return en;
}

export const text: Catalogue = preferred(typeof navigator === 'undefined' ? [] : navigator.languages);
