/** The log: a great deal of it, from several sources. */
import type { Page } from '@playwright/test';
import { asked, expect, open, part, tab, test } from './support';

async function logs(page: Page, scenario: string): Promise<void> {
  await open(page, scenario);
  await tab(page, 'logs').click();
  await expect(part(page, 'logLines')).toBeVisible();
}

test('sources are shown and hidden, and the end is followed', async ({ page }) => {
  await logs(page, 'tabs');
  const lines = part(page, 'logLines');
  await expect(lines.getByText('#400')).toBeVisible();
  await part(page, 'logSource').filter({ hasText: 'hooks' }).click();
  await expect(lines).toHaveAttribute('data-lines', '10');
  await part(page, 'logSource').filter({ hasText: 'keeper' }).click();
  await expect(lines).toHaveAttribute('data-lines', '20');
  await part(page, 'logSource').filter({ hasText: 'hooks' }).click();
  await expect(lines.getByText('port 3000').first()).toBeVisible();
  await expect(lines).toHaveAttribute('data-lines', '10');
});

test('a search finds, goes round, and shows only what it found', async ({ page }) => {
  await logs(page, 'tabs');
  await page.keyboard.press('Control+f');
  await expect(part(page, 'logSearch')).toBeFocused();
  await page.keyboard.type('orders 500');
  const tools = part(page, 'panel');
  await expect(tools).toContainText('120 of 120');
  await expect(part(page, 'logLines').locator('.current .match')).toHaveText('orders 500');
  await page.keyboard.press('Enter');
  await expect(tools).toContainText('119 of 120');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await expect(tools).toContainText('1 of 120');
  await expect(part(page, 'logLines').locator('.current')).toContainText('#41');
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await part(page, 'logSearch').fill('#(41|44)$');
  await part(page, 'logOnlyMatches').click();
  await expect(part(page, 'logLines')).toHaveAttribute('data-lines', '2');
  await part(page, 'logSearch').fill('#(4');
  await expect(part(page, 'logSearch')).toHaveAttribute('aria-invalid', 'true');
  await part(page, 'logSearch').fill('nothing like it');
  await expect(tools).toContainText('No line passes the filter');
  await page.getByRole('button', { name: 'Show all lines' }).click();
  await expect(part(page, 'logLines')).toHaveAttribute('data-lines', '400');
});

test('it is copied without colours, and exported whole', async ({ page }) => {
  await logs(page, 'tabs');
  await page.getByRole('button', { name: 'Copy lines' }).click();
  await expect(part(page, 'panel')).toContainText('400 lines copied');
  const [copied] = (await asked(page, 'copy')) as string[];
  expect(copied?.split('\n')[13]).toBe('Setting up git (1:2.39.5-0+deb12u2) ... #14');
  expect(copied).not.toContain('\u001b');
  await page.getByRole('button', { name: 'Export…' }).click();
  await expect(part(page, 'panel')).toContainText('400 lines written to /home/ada/log.txt');
});

test('of two hundred thousand lines only those in view are on the page, wrapped or not', async ({ page }) => {
  await logs(page, 'tabs-much');
  const lines = part(page, 'logLines');
  await expect(lines.getByText('#200000')).toBeVisible();
  expect(await lines.locator('.line').count()).toBeLessThan(120);
  await lines.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(lines.getByText(/#1000\d\d$/).first()).toBeVisible();
  await part(page, 'logWrap').click();
  await lines.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect(lines.getByText('#1', { exact: false }).first()).toBeVisible();
  await part(page, 'logFollow').click();
  await expect(lines.getByText('#200000')).toBeVisible();
  expect(await lines.locator('.line').count()).toBeLessThan(120);
});

test('a log that grows is followed until somebody scrolls up', async ({ page }) => {
  await logs(page, 'log-flood');
  const lines = part(page, 'logLines');
  const count = async (): Promise<number> => Number(await lines.getAttribute('data-lines'));
  await expect.poll(count).toBeGreaterThan(20_000);
  const visible = (): Promise<number> =>
    lines.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await expect.poll(visible).toBeLessThan(40);
  expect(await lines.locator('.line').count()).toBeLessThan(120);
  await lines.hover();
  await page.mouse.wheel(0, -400);
  await expect(part(page, 'logFollow')).toHaveAttribute('aria-pressed', 'false');
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before);
  await expect.poll(visible).toBeGreaterThan(400);
});

for (const { locale, again, says } of [
  { locale: 'en-GB', again: 'Try again', says: 'The log cannot be read: The engine does not answer any more' },
  { locale: 'zh-CN', again: '重试', says: '无法读取日志：The engine does not answer any more' },
] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test('a log that cannot be read says why, and is read again', async ({ page }) => {
      await open(page, 'tabs-failed');
      await tab(page, 'logs').click();
      const problem = part(page, 'panel').getByRole('alert');
      await expect(problem).toContainText(says);
      await expect(part(page, 'logLines')).toBeHidden();
      await problem.getByRole('button', { name: again }).click();
      await expect(problem).toContainText(says);
      await page.evaluate(() => window.fake?.mendLog([{ source: 'hooks', stream: 'stdout', text: 'here again' }]));
      await problem.getByRole('button', { name: again }).click();
      await expect(part(page, 'logLines')).toContainText('here again');
      await expect(problem).toBeHidden();
    });
  });
}
