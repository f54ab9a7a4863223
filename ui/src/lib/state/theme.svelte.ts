/** Light or dark: as the person has chosen, otherwise as the system is just now. */
import { MediaQuery } from 'svelte/reactivity';
import type { Theme } from './settings.svelte';

const dark = new MediaQuery('(prefers-color-scheme: dark)');

export function themeNow(chosen: Theme): 'light' | 'dark' {
  if (chosen !== 'system') return chosen;
  return dark.current ? 'dark' : 'light';
}
