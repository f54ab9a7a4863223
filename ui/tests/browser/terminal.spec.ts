/** Terminals: typed into, several of them, and there again after the page was loaded anew. */
import type { Locator, Page } from '@playwright/test';
import { asked, expect, open, part, tab, test } from './support';

async function terminal(page: Page): Promise<Locator> {
  await open(page, 'tabs');
  await tab(page, 'terminal').click();
  await part(page, 'terminalOpen').click();
  await expect(part(page, 'terminal')).toHaveAttribute('data-ready', '');
  return part(page, 'terminal').locator('.xterm-rows');
}

test('what is typed is done, in true colour', async ({ page }) => {
  const screen = await terminal(page);
  await expect(screen).toContainText('/workspaces/api-server $');
  await page.keyboard.type('echo hello\nrainbow\n');
  await expect(screen).toContainText('echo hello');
  const colours = (): Promise<string[]> =>
    screen.evaluate((rows) =>
      [...rows.querySelectorAll<HTMLElement>('span')].map((span) => span.style.backgroundColor),
    );
  await expect.poll(colours).toContain('rgb(0, 255, 160)');
  expect(await asked(page, 'openTerminal')).toMatchObject([{ command: [], size: { columns: 80, rows: 24 } }]);
  expect((await asked(page, 'resizeTerminal')).length).toBeGreaterThan(0);
});

test('several, closed one by one, and there after the page was loaded anew', async ({ page }) => {
  const screen = await terminal(page);
  await page.keyboard.type('echo first\n');
  await expect(screen).toContainText('first');
  await part(page, 'terminalOpen').click();
  await expect(part(page, 'terminalTab')).toHaveCount(2);
  await expect(screen).not.toContainText('first');
  await page.keyboard.type('echo second\n');
  await expect(screen).toContainText('second');

  await page.reload();
  await tab(page, 'terminal').click();
  await expect(part(page, 'terminalTab')).toHaveCount(2);
  await expect(screen).toContainText('second');
  await part(page, 'terminalTab').first().click();
  await expect(screen).toContainText('first');
  // Nothing that was written before is answered or typed again.
  expect(await asked(page, 'writeTerminal')).toEqual([]);
  await part(page, 'terminalClose').click();
  await expect(part(page, 'terminalTab')).toHaveCount(1);
  await expect(screen).toContainText('second');
});

test('a link is followed only on purpose', async ({ page }) => {
  const screen = await terminal(page);
  await page.keyboard.type('link\n');
  await expect(screen).toContainText('localhost:3000/health');
  const at = await screen.evaluate((rows) => {
    const row = [...rows.children].find((child) => child.textContent?.startsWith('listening'));
    const box = row?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + 160, y: (box?.top ?? 0) + 8 };
  });
  await page.mouse.move(at.x - 40, at.y);
  await page.mouse.move(at.x, at.y);
  await page.mouse.click(at.x, at.y);
  expect(await asked(page, 'openLink')).toEqual([]);
  await page.keyboard.down('Control');
  await page.mouse.click(at.x, at.y);
  await page.keyboard.up('Control');
  await expect.poll(() => asked(page, 'openLink')).toEqual(['http://localhost:3000/health']);
});

test('an end says how, and what is selected is copied', async ({ page }) => {
  const screen = await terminal(page);
  await page.keyboard.type('echo copied\n');
  await expect(screen).toContainText('copied');
  const box = await screen.locator('> div').nth(1).boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 12, (box?.y ?? 0) + 8);
  await page.keyboard.press('Control+Shift+C');
  await expect.poll(() => asked(page, 'copy')).toEqual(['copied']);
  await page.keyboard.type('exit 3\n');
  await expect(part(page, 'terminal').getByRole('status')).toHaveText('Ended with exit code 3');
  await part(page, 'terminal').getByRole('button', { name: 'Open another' }).click();
  await expect(part(page, 'terminalTab')).toHaveCount(2);
});

test('for a screen reader the lines are a list', async ({ page }) => {
  await terminal(page);
  await page.getByRole('checkbox', { name: 'Screen reader mode' }).check();
  await expect(page.getByRole('list').filter({ hasText: '/workspaces/api-server' })).toBeAttached();
});
