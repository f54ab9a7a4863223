/** What all browser tests share: opening a scenario, and asking the fake what it was asked. */
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import type { Tab } from '../../src/lib/state/tabs.svelte';
import { testIds } from '../../src/lib/test-ids';

export { expect, testIds };

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** A page on which any error of its own, or anything that its content security policy refuses, fails the test. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const problems = await watched(page);
    await use(page);
    expect(problems).toEqual([]);
  },
});

/**
 * The same for the states, of which each worker looks at its share in one page: every state loads it anew, and a page of its own for
 * each would take longer than looking at it.
 */
export const stateTest = base.extend<object, { pictures: boolean; shared: { page: Page; problems: string[] } }>({
  /** Whether pictures of the states are taken instead of looking into them. */
  pictures: [false, { option: true, scope: 'worker' }],
  shared: [
    async ({ browser, pictures }, use, { project }) => {
      const { viewport, locale, timezoneId, baseURL } = project.use;
      const context = await browser.newContext({ viewport, locale, timezoneId, baseURL, reducedMotion: 'reduce' });
      const page = await context.newPage();
      // From outside, as the page's policy allows no script but its own.
      if (!pictures) await page.addInitScript({ path: AXE });
      await use({ page, problems: await watched(page) });
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ shared: { page, problems } }, use, { project }) => {
    problems.length = 0;
    if (project.use.viewport) await page.setViewportSize(project.use.viewport);
    await use(page);
    expect(problems).toEqual([]);
  },
});

/** What goes wrong on a page, from now on. */
async function watched(page: Page): Promise<string[]> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') problems.push(`asked for ${request.url()}`);
  });
  // As the app does: what gives a `toString` by assignment fails there.
  await page.addInitScript(() => Object.freeze(Object.prototype));
  return problems;
}

/** Opens the window on a scenario of the fake. A speed of 0 leaves out all waiting. */
export async function open(page: Page, scenario: string, speed = 0): Promise<void> {
  await page.goto(`/?scenario=${scenario}&speed=${speed}`);
}

export function part(page: Page | Locator, id: keyof typeof testIds): Locator {
  return page.getByTestId(testIds[id]);
}

/** The arguments of every call of one kind that the window has made. */
export async function asked(page: Page, call: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => (window.fake?.calls ?? []).filter((one) => one.call === wanted).map((one) => one.argument),
    call,
  );
}

/** A tab of the environment. */
export function tab(page: Page, name: Tab): Locator {
  return page.locator(`[role=tab][data-tab=${name}]`);
}

/** The item of the list with this name. */
export function item(page: Page, name: string): Locator {
  return part(page, 'environmentItem').filter({ hasText: name });
}

/** Starts the folder that a scenario hands over. */
export async function start(page: Page, scenario: string, speed = 0): Promise<void> {
  await open(page, scenario, speed);
  await part(page, 'folderStart').click();
  await expect(part(page, 'environment')).toBeVisible();
}
