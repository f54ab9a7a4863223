/** Each state of the window in both themes: a picture to look at, and what axe finds. */
import axe from 'axe-core';
import { FRAME_STATES } from './frame-states';
import { STATES } from './states';
import { expect, test } from './support';

const ALL: axe.RunOnly = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] };
/** A theme changes nothing but colours. */
const COLOURS: axe.RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

for (const [state, reach] of Object.entries({ ...STATES, ...FRAME_STATES })) {
  test(state, async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await reach(page);
    await expect(page.locator('#app > *').first()).toBeVisible();
    // Evaluated from outside, as the page's policy allows no script but its own.
    await page.evaluate(axe.source);
    for (const [colorScheme, runOnly] of [
      ['light', ALL],
      ['dark', COLOURS],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      // A theme that somebody has chosen stays.
      if (state !== 'dark') await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      await page.screenshot({ path: `test-results/pictures/${state}-${colorScheme}.png` });
      const { violations } = await page.evaluate((rules) => axe.run({ runOnly: rules }), runOnly);
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect(found, colorScheme).toEqual([]);
    }
  });
}
