/** Settings: what is chosen counts at once and is written; what is wrong is said. */
import type { Page } from '@playwright/test';
import { asked, expect, open, part, test } from './support';

async function section(page: Page, name: string): Promise<void> {
  await part(page, 'openSettings').click();
  await page.locator(`[data-section=${name}]`).click();
}

test('a theme and a language count at once', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, 'settings');
  await section(page, 'appearance');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.getByLabel('Dark').check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByLabel('Language').selectOption('简体中文');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByRole('heading', { name: '设置' })).toBeVisible();
  expect(await asked(page, 'changeSetting')).toEqual([
    { key: 'appearance.theme', value: 'dark' },
    { key: 'appearance.language', value: 'zh-CN' },
  ]);
});

test('the size by keys, and back to as it was designed', async ({ page }) => {
  await open(page, 'settings');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeFocused();
  await page.keyboard.press('Control+=');
  await expect(page.getByText('110%')).toBeVisible();
  await page.keyboard.press('Control+-');
  await page.keyboard.press('Control+-');
  await expect(page.getByText('90%')).toBeVisible();
  await page.keyboard.press('Control+0');
  await expect(page.getByText('100%')).toBeVisible();
  expect((await asked(page, 'changeSetting')).at(-1)).toEqual({ key: 'appearance.zoom', value: null });
});

test('an engine is chosen, and one that is gone is said', async ({ page }) => {
  await open(page, 'settings');
  await section(page, 'engines');
  await expect(part(page, 'settings')).toContainText('No engine of this name was found.');
  await expect(part(page, 'settingsEngine').nth(1)).toContainText('no permission to open it');
  await part(page, 'settingsEngine').first().getByRole('radio').check();
  await expect(part(page, 'settings')).not.toContainText('No engine of this name was found.');
  await page.getByLabel('The first that answers').check();
  expect(await asked(page, 'changeSetting')).toMatchObject([{ key: 'engine' }, { key: 'engine', value: null }]);
});

test('a text counts when one leaves it, and empty takes it away', async ({ page }) => {
  await open(page, 'settings');
  await section(page, 'environments');
  const repository = page.getByLabel('Repository');
  await expect(repository).toHaveValue('ada/dotfiles');
  await expect(part(page, 'settings')).toContainText('The variable WHARF_DOTFILES_INSTALL_COMMAND comes before this.');
  await repository.fill('ada/other');
  await repository.press('Enter');
  await expect.poll(() => asked(page, 'changeSetting')).toEqual([{ key: 'dotfiles.repository', value: 'ada/other' }]);
  await repository.fill('');
  await repository.blur();
  await expect
    .poll(async () => (await asked(page, 'changeSetting')).at(-1))
    .toEqual({ key: 'dotfiles.repository', value: null });
});

test('an editor is chosen among those that were found', async ({ page }) => {
  await open(page, 'settings');
  await section(page, 'environments');
  await page.getByLabel('Open environments in').selectOption('Zed');
  expect(await asked(page, 'changeSetting')).toEqual([{ key: 'integration.editor', value: 'zed' }]);
  await page.getByLabel('Open environments in').selectOption('The first that is found');
  expect((await asked(page, 'changeSetting')).at(-1)).toEqual({ key: 'integration.editor', value: null });
});

test('file managers: what is written is shown before, and can be taken away', async ({ page }) => {
  await open(page, 'settings');
  await section(page, 'integration');
  await expect(part(page, 'integrationPlace').first()).toContainText('~/.local/share/applications/');
  expect(await asked(page, 'integrate')).toEqual([]);
  await part(page, 'integrate').click();
  await expect(part(page, 'integrationPlace').first()).toHaveAttribute('data-state', 'installed');
  await part(page, 'unintegrate').click();
  await expect(part(page, 'integrationPlace').first()).toHaveAttribute('data-state', 'absent');
  expect(await asked(page, 'integrate')).toEqual([true, false]);
});

test('a choice that cannot be written is taken back and said', async ({ page }) => {
  await open(page, 'settings-wrong');
  await section(page, 'desktop');
  const tray = page.getByLabel('Show an icon in the tray');
  await expect(tray).toBeChecked();
  await tray.click();
  await expect(page.getByRole('alert')).toContainText('The settings cannot be written');
  await expect(tray).toBeChecked();
});

test('sections by arrows', async ({ page }) => {
  await open(page, 'settings');
  await part(page, 'openSettings').click();
  await page.getByRole('tab', { name: 'Appearance' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('tab', { name: 'Engines' })).toBeFocused();
  await expect(page.getByRole('tabpanel')).toContainText('The first that answers');
});

test('settings that cannot be read are read again', async ({ page }) => {
  await open(page, 'settings-unreadable');
  await part(page, 'openSettings').click();
  await expect(page.getByRole('alert')).toContainText('a comma is missing');
  const before = (await asked(page, 'settings')).length;
  await part(page, 'settings').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => asked(page, 'settings')).toHaveLength(before + 1);
  await expect(page.getByRole('alert')).toBeVisible();
});
