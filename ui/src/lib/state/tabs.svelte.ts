/** Which subject of an environment is looked at. Each environment keeps its own for as long as the window lives. */
import { SvelteMap } from 'svelte/reactivity';

/** In the order in which they stand, and in which the number keys reach them. */
export const TABS = ['overview', 'logs', 'terminal', 'ports', 'configuration', 'resources'] as const;

export type Tab = (typeof TABS)[number];

export class Tabs {
  readonly #chosen = new SvelteMap<string, Tab>();

  of(environment: string): Tab {
    return this.#chosen.get(environment) ?? 'overview';
  }

  show(environment: string, tab: Tab): void {
    this.#chosen.set(environment, tab);
  }
}
