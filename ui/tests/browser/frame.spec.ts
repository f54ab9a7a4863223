/** The frame: the board, the list with its filter, the palette, messages. */
import { asked, expect, item, open, part, test } from './support';

test('the board shows every environment and sorts them', async ({ page }) => {
  await open(page, 'many');
  await part(page, 'board').click();
  const rows = part(page, 'boardItem');
  // What needs a person stands above everything else.
  await expect(rows.first()).toContainText('importer');
  await page.getByRole('columnheader', { name: 'Environment' }).getByRole('button').click();
  await expect(rows.first()).toContainText('api-server');
  await page.getByRole('columnheader', { name: 'Environment' }).getByRole('button').click();
  await expect(page.getByRole('columnheader', { name: 'Environment' })).toHaveAttribute('aria-sort', 'descending');
  await expect(rows.first()).toContainText('worker');
  await page.getByRole('button', { name: /^Needs you/ }).click();
  await expect(rows).toHaveCount(1);
  await rows.first().click();
  await expect(part(page, 'environmentName')).toHaveText('importer');
});

test('what runs is measured while its row is in view, and not when it is left', async ({ page }) => {
  await open(page, 'one');
  await expect(part(page, 'environment')).toBeVisible();
  expect(await asked(page, 'watchResources')).toEqual([]);
  await part(page, 'board').click();
  const row = page.getByRole('row').filter({ hasText: 'api-server' });
  await expect(row).toContainText('42%');
  await expect(row).toContainText('734.0 MB');
  await item(page, 'api-server').click();
  await expect(part(page, 'boardPage')).toBeHidden();
  await expect.poll(() => asked(page, 'unwatchResources')).toHaveLength(1);
  expect(await asked(page, 'watchResources')).toHaveLength(1);
});

test('of thousands only those in view are on the page, and any is a few letters away', async ({ page }) => {
  await open(page, 'thousands');
  await expect(part(page, 'window')).toHaveAttribute('data-environments', '3000');
  await part(page, 'board').click();
  await expect(part(page, 'boardItem').first()).toBeVisible();
  expect(await part(page, 'boardItem').count()).toBeLessThan(60);
  expect(await part(page, 'environmentItem').count()).toBeLessThan(60);
  await part(page, 'filter').fill('2917');
  await expect(part(page, 'boardItem')).toHaveCount(1);
  await expect(part(page, 'environmentItem')).toHaveCount(1);
  await expect(page.getByRole('status').filter({ hasText: '1 environment fits' })).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await expect(part(page, 'environmentName')).toHaveText('project-2917');
  await expect(item(page, 'project-2917')).toBeFocused();
});

test('the end of a long list is reached by keys', async ({ page }) => {
  await open(page, 'thousands');
  await item(page, 'project-0000').focus();
  await page.keyboard.press('End');
  await expect(item(page, 'project-2999')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(item(page, 'project-2989')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(item(page, 'project-0000')).toBeFocused();
});

test('rows of the board by arrows, Enter goes in, Esc comes back', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('Control+b');
  await expect(page.getByRole('heading', { name: 'All environments' })).toBeFocused();
  await part(page, 'boardItem').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(part(page, 'boardItem').filter({ hasText: 'reports' })).toBeFocused();
  await page.keyboard.press('End');
  await expect(part(page, 'boardItem').filter({ hasText: 'landing-page' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(part(page, 'environmentName')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(item(page, 'landing-page')).toBeFocused();
});

test('the filter is a key away and Esc empties it', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('/');
  await expect(part(page, 'filter')).toBeFocused();
  await page.keyboard.type('podman stopped');
  await expect(part(page, 'environmentItem')).toHaveText([/^ *e2e/, /^ *mobile/, /^ *warehouse/, /nostalgic_hopper/]);
  await page.keyboard.press('Escape');
  await expect(part(page, 'filter')).toHaveValue('');
});

test('the palette opens an environment', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('wareh');
  await expect(part(page, 'paletteItem').first()).toContainText('warehouse');
  await page.keyboard.press('Enter');
  await expect(part(page, 'palette')).toBeHidden();
  await expect(part(page, 'environmentName')).toHaveText('warehouse');
  await expect(part(page, 'environmentName')).toBeFocused();
});

test('the palette does what can be done, and asks what has to be asked', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('stop web');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Stop web?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('show logs');
  await page.keyboard.press('Enter');
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'logs');
  expect(await asked(page, 'operate')).toEqual([]);
});

test('the palette goes round by arrows, and Esc gives the focus back', async ({ page }) => {
  await open(page, 'many');
  await part(page, 'openPalette').focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('combobox', { name: 'Search or run…' });
  await expect(field).toBeFocused();
  await page.keyboard.press('ArrowUp');
  const chosen = await field.getAttribute('aria-activedescendant');
  await expect(page.locator(`[id="${chosen}"]`)).toHaveAttribute('aria-selected', 'true');
  await expect(part(page, 'paletteItem').last()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(part(page, 'palette')).toBeHidden();
  await expect(part(page, 'openPalette')).toBeFocused();
});

test('what ends elsewhere is told, and leads there', async ({ page }) => {
  await open(page, 'many');
  await part(page, 'board').click();
  await page.getByRole('button', { name: 'Start billing' }).click();
  await expect(part(page, 'toast')).toContainText('is done');
  await part(page, 'toast').getByRole('button', { name: 'Show' }).click();
  await expect(part(page, 'environmentName')).toHaveText('billing');
  await expect(part(page, 'toast')).toBeHidden();
});

test('a change waits as a dot with a name, in the list and on the board', async ({ page }) => {
  await open(page, 'attention');
  await expect(item(page, 'api-server')).toContainText('The configuration has changed');
  await part(page, 'board').click();
  await expect(page.getByRole('row').filter({ hasText: 'api-server' })).toContainText('The configuration has changed');
});

test('in the smallest window the board stands for the list', async ({ page }) => {
  await page.setViewportSize({ width: 420, height: 600 });
  await open(page, 'many');
  await expect(part(page, 'environmentName')).toBeVisible();
  await expect(page.getByRole('navigation')).toBeHidden();
  await page.getByRole('banner').getByRole('button', { name: 'All environments' }).click();
  const place = part(page, 'boardItem').filter({ hasText: 'billing' }).getByText('~/src/billing');
  await expect(place).toBeVisible();
  const cut = await place.evaluate(
    (one) => one.getBoundingClientRect().right - one.parentElement!.getBoundingClientRect().right,
  );
  expect(cut, 'where it lies is in view').toBeLessThanOrEqual(0);
  await part(page, 'boardItem').filter({ hasText: 'billing' }).click();
  await expect(part(page, 'environmentName')).toHaveText('billing');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test('a secret is asked for, handed on and shown to nobody', async ({ page }) => {
  await open(page, 'secrets');
  await part(page, 'start').click();
  await expect(part(page, 'secret')).toContainText('NPM_TOKEN');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'needs');
  await expect(part(page, 'secretValue')).toBeFocused();
  await expect(part(page, 'secretGive')).toBeDisabled();
  await page.keyboard.type('s3cret');
  await expect(part(page, 'secretValue')).toHaveAttribute('type', 'password');
  await expect(part(page, 'secretKeep')).not.toBeChecked();
  await part(page, 'secretKeep').check();
  await part(page, 'secretGive').click();
  // The next one begins empty.
  await expect(part(page, 'secret')).toContainText('SENTRY_DSN');
  await expect(part(page, 'secretValue')).toHaveValue('');
  await expect(part(page, 'secretKeep'), 'without a keychain there is nothing to keep it in').toBeHidden();
  await part(page, 'secretWithout').click();
  await expect(part(page, 'secret')).toBeHidden();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  expect(await asked(page, 'answerSecret')).toEqual([{ value: 's3cret', keep: true }, { keep: false }]);
});

test('ports of what runs are links on the board', async ({ page }) => {
  await open(page, 'tabs');
  await part(page, 'board').click();
  const row = page.getByRole('row').filter({ hasText: 'api-server' });
  await row.getByRole('button', { name: 'Open http://localhost:3000' }).click();
  // A database has no page.
  await expect(row).toContainText('5433');
  await expect(row).toContainText('+1');
  expect(await asked(page, 'openLink')).toEqual(['http://localhost:3000']);
});
