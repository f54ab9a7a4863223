/** Output: a great deal of it, in the look of a terminal. */
import type { Locator, Page } from '@playwright/test';
import { asked, expect, open, part, start, test } from './support';

async function opened(page: Page): Promise<Locator> {
  await start(page, 'output');
  await page.getByRole('button', { name: /^Hooks/ }).click();
  await page.getByRole('button', { name: /^postCreate/ }).click();
  return page.getByRole('region', { name: 'Output of postCreate' });
}

test('of fifty thousand lines only those in view are on the page', async ({ page }) => {
  const output = await opened(page);
  await expect(output.getByText('line 50000 of 50000')).toBeVisible();
  expect(await output.locator('.line').count()).toBeLessThan(100);
  await expect(part(page, 'output')).toContainText('50,000 lines');

  await output.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(output.getByText(/^line 2500\d of/).first()).toBeVisible();
  await output.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect(output.getByText('line 1 of 50000')).toBeVisible();
  await page.getByRole('button', { name: 'To the end' }).click();
  await expect(output.getByText('line 50000 of 50000')).toBeVisible();
});

test('scrolling through it stays quick', async ({ page }) => {
  const output = await opened(page);
  await expect(output.getByText('line 50000 of 50000')).toBeVisible();
  const slowest = await output.evaluate(async (element) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    let [longest, before] = [0, await frame()];
    for (let step = 0; step < 60; step += 1) {
      element.scrollTo({ top: (element.scrollHeight * step) / 60 });
      const now = await frame();
      longest = Math.max(longest, now - before);
      before = now;
    }
    return longest;
  });
  // A frame takes 17 ms on a quiet machine; this says only that no frame draws everything.
  expect(slowest).toBeLessThan(500);
});

test('output that grows is followed until somebody scrolls up', async ({ page }) => {
  await start(page, 'output-flood', 1);
  await page.getByRole('button', { name: /^Hooks/ }).click();
  await page.getByRole('button', { name: /^postCreate/ }).click();
  const output = page.getByRole('region', { name: 'Output of postCreate' });
  const below = (): Promise<number> =>
    output.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  const height = (): Promise<number> => output.evaluate((element) => element.scrollHeight);
  const grown = async (): Promise<void> => {
    const before = await height();
    await expect.poll(height).toBeGreaterThan(before + 4_000);
  };
  await grown();
  await expect.poll(below).toBeLessThan(40);
  await output.hover();
  await page.mouse.wheel(0, -400);
  await expect(page.getByRole('button', { name: 'To the end' })).toBeVisible();
  const stood = await output.evaluate((element) => element.scrollTop);
  await grown();
  expect(await output.evaluate((element) => element.scrollTop)).toBeLessThanOrEqual(stood);
  await page.getByRole('button', { name: 'To the end' }).click();
  await expect(output).toBeFocused();
  await grown();
  await expect.poll(below).toBeLessThan(40);
});

test('it is copied whole, and without its colours', async ({ page }) => {
  await start(page, 'failed-hook');
  const output = part(page, 'output').filter({ hasText: 'pnpm: not found' });
  await expect(output.locator('.t1')).toHaveText('pnpm: not found');
  await output.getByRole('button', { name: 'Copy output' }).click();
  expect(await asked(page, 'copy')).toEqual(['waiting for postgres\nsh: 1: pnpm: not found']);
});

test('lines name the command where several write', async ({ page }) => {
  await start(page, 'failed-hook');
  const line = part(page, 'output').locator('.line').filter({ hasText: 'waiting for postgres' });
  await expect(line.locator('.writer')).toHaveText('db');
});

test('a running step shows its newest line', async ({ page }) => {
  await open(page, 'starting');
  await part(page, 'folderStart').click();
  await expect(page.locator('[data-step=build] > .newest')).toHaveText('Setting up make (4.3-4.1) ...');
});
