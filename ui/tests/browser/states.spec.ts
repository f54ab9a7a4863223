/**
 * Each state of the window in both languages: what axe finds, or a picture to look at in both themes (`npm run test:pictures`).
 *
 * A state is reached once, and what differs is looked at there: colours in the dark theme, everything else in the other language.
 */
import type axe from 'axe-core';
import type { Page } from '@playwright/test';
import type { Language } from '../../src/lib/i18n';
import { FRAME_STATES } from './frame-states';
import { STATES } from './states';
import { expect, stateTest as test } from './support';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

type Look = { theme: 'light' | 'dark'; language: Language; rules: axe.RunOptions };

/** Only what is wrong is asked for: describing what is right takes longer than finding it. */
const QUICK: axe.RunOptions = { resultTypes: ['violations'], selectors: false, iframes: false, preload: false };
const TAGS: axe.RunOnly = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] };
/** A theme changes nothing but colours, and a language everything but them. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const WITHOUT_COLOURS = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }]));

const LOOKS: readonly Look[] = [
  { theme: 'light', language: 'en', rules: { ...QUICK, runOnly: TAGS } },
  { theme: 'dark', language: 'en', rules: { ...QUICK, runOnly: { type: 'rule', values: COLOURS } } },
  { theme: 'dark', language: 'zh-CN', rules: { ...QUICK, runOnly: TAGS, rules: WITHOUT_COLOURS } },
];

async function wear(page: Page, state: string, { theme, language }: Pick<Look, 'theme' | 'language'>): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((spoken) => window.fake?.speak(spoken), language);
  const root = page.locator('html');
  await expect(root).toHaveAttribute('lang', language);
  // A theme that somebody has chosen stays.
  if (state !== 'dark') await expect(root).toHaveAttribute('data-theme', theme);
}

/** Everything of a state is in its pictures, and a page that is loaded again and again would make a trace of everything before. */
test.use({ trace: 'off' });

for (const [state, reach] of Object.entries({ ...STATES, ...FRAME_STATES })) {
  test(state, async ({ page, pictures }) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await reach(page);
    await expect(page.locator('#app > *').first()).toBeVisible();
    if (pictures) {
      for (const [theme, language] of [
        ['light', 'en'],
        ['dark', 'en'],
        ['dark', 'zh-CN'],
        ['light', 'zh-CN'],
      ] as const) {
        await wear(page, state, { theme, language });
        await page.screenshot({ path: `test-results/pictures/${state}-${theme}-${language}.png` });
      }
      return;
    }
    for (const look of LOOKS) {
      await wear(page, state, look);
      const { violations } = await page.evaluate((rules) => window.axe.run(rules), look.rules);
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect(found, `${look.theme}, ${look.language}`).toEqual([]);
    }
  });
}
