/** Everything without a mouse. */
import { asked, expect, item, open, part, start, test } from './support';

test('arrows move in the list, Enter goes in, Esc comes back', async ({ page }) => {
  await open(page, 'many');
  await item(page, 'api-server').focus();
  await page.keyboard.press('ArrowDown');
  await expect(item(page, 'billing')).toBeFocused();
  await expect(part(page, 'environmentName')).toHaveText('billing');
  await page.keyboard.press('End');
  await expect(item(page, 'sandbox')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(item(page, 'sandbox')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(part(page, 'environmentName')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(part(page, 'openEditor')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(item(page, 'api-server')).toBeFocused();
});

test('only one item of the list is a stop of Tab', async ({ page }) => {
  await open(page, 'many');
  await item(page, 'warehouse').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await expect(part(page, 'openFolder')).toBeFocused();
});

test('a number goes to a tab, O opens a folder', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('tab', { name: 'Logs' })).toBeFocused();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'logs');
  await page.keyboard.press('Control+1');
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'overview');
  await page.keyboard.press('Control+o');
  await expect(part(page, 'folder')).toBeVisible();
  expect(await asked(page, 'chooseFolder')).toEqual(['Open a folder']);
});

test('a question keeps the keyboard, Esc leaves it and gives the focus back', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'stop').focus();
  await page.keyboard.press('Enter');
  await expect(part(page, 'dialogDismiss')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(part(page, 'dialogConfirm')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(part(page, 'dialog')).toBeHidden();
  await expect(part(page, 'stop')).toBeFocused();
  expect(await asked(page, 'operate')).toEqual([]);
});

test('the menu by arrows', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'more').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Restart…' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(part(page, 'more')).toBeFocused();
  expect(await asked(page, 'showFolder')).toEqual(['/home/ada/src/api-server']);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(part(page, 'more')).toBeFocused();
});

test('Esc goes from output to its step, from there to the list', async ({ page }) => {
  await start(page, 'failed-hook');
  await page.getByRole('region', { name: 'Output of postCreate' }).focus();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^postCreate/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Hooks/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(item(page, 'api-server')).toBeFocused();
});

test('the keys are listed', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Go back one level');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a question of the configuration comes to the keyboard, and Esc does not answer it', async ({ page }) => {
  await start(page, 'consent');
  await expect(page.getByRole('heading', { name: /wants to do this/ })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(part(page, 'consentAllow')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(part(page, 'consent')).toBeVisible();
  await expect(item(page, 'api-server')).toBeFocused();
  expect(await asked(page, 'answerConsent')).toEqual([]);
});

test('what was found out about an engine is a button away', async ({ page }) => {
  await open(page, 'no-engine-usable');
  const engine = part(page, 'engine').first();
  await engine.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'Docker: details' })).toContainText('log in again');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Docker: details' })).toBeHidden();
  await expect(engine).toBeFocused();
});

test('what ends is said aloud', async ({ page }) => {
  await start(page, 'finishing');
  await expect(page.getByRole('status').filter({ hasText: 'Start of api-server is done' })).toBeAttached();
});
