/** The texts that the window shows. A further language is another folder here and a line in `language.svelte.ts`. */
export {
  LANGUAGES,
  NAMES,
  SPOKEN,
  language,
  locale,
  number,
  percent,
  setLanguage,
  spoken,
  text,
  type Language,
} from './language.svelte';
