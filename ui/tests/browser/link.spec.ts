/** Links that want something of this computer: from outside through `wharf://`, and from a program in a terminal. */
import { asked, expect, item, open, part, tab, test } from './support';

test('a link asks before anything is read', async ({ page }) => {
  await open(page, 'link-folder');
  await expect(part(page, 'linkRefuse')).toBeFocused();
  await expect(part(page, 'link')).toContainText('/home/ada/Downloads/surprise');
  expect(await asked(page, 'inspectFolder')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(part(page, 'link')).toBeHidden();
  expect(await asked(page, 'inspectFolder')).toEqual([]);
});

test('a link that was agreed to opens its folder, or clones', async ({ page }) => {
  await open(page, 'link-folder');
  await part(page, 'linkAllow').click();
  await expect(part(page, 'folder')).toContainText('surprise');

  await open(page, 'link-repository');
  await expect(part(page, 'link')).toContainText('github.com.example.net');
  expect(await asked(page, 'operate')).toEqual([]);
  await part(page, 'linkAllow').click();
  await expect(part(page, 'environmentName')).toHaveText('api');
  expect(await asked(page, 'operate')).toMatchObject([
    { operation: 'up', clone: { repository: 'https://github.com.example.net/acme/api.git' } },
  ]);
});

test('by keys alone: through the sheet and back, nothing by Esc, and where it was before', async ({ page }) => {
  await open(page, 'link-folder');
  await part(page, 'linkRefuse').press('Tab');
  await expect(part(page, 'linkAllow')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(part(page, 'linkRefuse')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(part(page, 'link')).toBeHidden();
  expect(await asked(page, 'inspectFolder')).toEqual([]);

  await item(page, 'api-server').focus();
  await page.evaluate(() =>
    window.fake?.handOver({ kind: 'folder', folder: '/home/ada/Downloads/surprise', byLink: true }),
  );
  await expect(part(page, 'linkRefuse')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(item(page, 'api-server')).toBeFocused();

  await page.evaluate(() =>
    window.fake?.handOver({ kind: 'folder', folder: '/home/ada/Downloads/surprise', byLink: true }),
  );
  await part(page, 'linkRefuse').press('Tab');
  await page.keyboard.press('Enter');
  await expect(part(page, 'folder')).toContainText('surprise');
  expect(await asked(page, 'inspectFolder')).toEqual(['/home/ada/Downloads/surprise']);
});

test('a hostile address is text, hides nothing, and says where it leads', async ({ page }) => {
  await open(page, 'link-hostile');
  const sheet = part(page, 'link');
  await expect(part(page, 'linkRefuse'), 'what scrolls is not where one begins').toBeFocused();
  await expect(sheet.locator('dd').first()).toHaveText('evil.example');
  await expect(sheet).toContainText('\\u{202e}git<img src=x');
  await expect(sheet.locator('img')).toHaveCount(0);
  await expect(page).not.toHaveTitle('taken');
  // However long it is, the answers stay in view.
  await page.setViewportSize({ width: 420, height: 480 });
  await expect(part(page, 'linkRefuse')).toBeInViewport({ ratio: 1 });
  await expect(part(page, 'linkAllow')).toBeInViewport({ ratio: 1 });
  const overflow = await part(page, 'dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await part(page, 'linkRefuse').click();
  expect(await asked(page, 'operate')).toEqual([]);
});

test('what a program writes on a link is not taken for where it leads', async ({ page }) => {
  await open(page, 'tabs');
  await tab(page, 'terminal').click();
  await part(page, 'terminalOpen').click();
  await expect(part(page, 'terminal')).toHaveAttribute('data-ready', '');
  const screen = part(page, 'terminal').locator('.xterm-rows');
  await page.keyboard.type('disguised\n');
  await expect(screen).toContainText('see https://github.com/acme');
  const at = await screen.evaluate((rows) => {
    const row = [...rows.children].find((child) => child.textContent?.startsWith('see '));
    const box = row?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + 80, y: (box?.top ?? 0) + 8 };
  });
  await page.mouse.move(at.x - 20, at.y);
  await page.mouse.move(at.x, at.y);
  await expect(page.getByTitle('https://evil.example/\\u{202e}taken')).toBeAttached();
  await page.mouse.click(at.x, at.y);
  expect(await asked(page, 'openLink')).toEqual([]);
});

test.describe('on a system that speaks Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('so does the sheet', async ({ page }) => {
    await open(page, 'link-folder');
    await expect(page.getByRole('dialog', { name: '有链接想打开一个文件夹' })).toContainText(
      '/home/ada/Downloads/surprise',
    );
    await expect(part(page, 'linkRefuse')).toHaveText('什么都不做');
    await expect(part(page, 'linkAllow')).toHaveText('打开文件夹');
    await open(page, 'link-repository');
    await expect(page.getByRole('dialog', { name: '有链接想克隆一个仓库' })).toContainText('github.com.example.net');
    await expect(part(page, 'linkAllow')).toHaveText('克隆并启动');
  });
});
