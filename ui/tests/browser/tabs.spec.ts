/** The tabs of an environment: how to get from one to the other, and what each of them does. */
import type { Locator, Page } from '@playwright/test';
import { asked, expect, item, open, part, start, tab, test, testIds } from './support';

test('tabs by arrows, and each environment keeps its own', async ({ page }) => {
  await open(page, 'many');
  await tab(page, 'overview').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'logs')).toBeFocused();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'logs');
  await page.keyboard.press('End');
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'resources');
  await item(page, 'billing').click();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'overview');
  await item(page, 'api-server').click();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'resources');
});

test('the last start beside the one before, and what each step has written', async ({ page }) => {
  await open(page, 'tabs');
  const steps = part(page, 'steps');
  await expect(steps.getByRole('heading', { name: 'Last start' })).toBeVisible();
  await expect(steps).toContainText('before: 24.5 s');
  const build = page.locator('[data-step=build]');
  await expect(build).toContainText('3 of 5 steps not cached');
  await expect(build).toContainText('\u221210.8 s');
  await build.getByRole('button').first().click();
  const install = page.locator('[data-step=vertex]').filter({ hasText: '[3/5]' });
  await install.getByRole('button').click();
  await expect(install.getByText('Setting up make')).toHaveCount(3);
  expect(await asked(page, 'openLog')).toMatchObject([{ start: 'start-2', step: 33 }]);
});

test('a start that is watched is compared with the one before', async ({ page }) => {
  await start(page, 'finishing');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  await expect(part(page, 'steps')).toContainText('before: 11.9 s');
});

test('what is wanted beside what is there', async ({ page }) => {
  await open(page, 'tabs');
  await expect(part(page, 'agreement')).toHaveAttribute('data-verdict', 'same');
  await open(page, 'many');
  await item(page, 'importer').click();
  await expect(part(page, 'agreement')).toHaveAttribute('data-verdict', 'other');
  await expect(part(page, 'agreement')).toContainText('postCreate failed, postStart to run');
});

test('while somebody works on it, nothing is said of what was there before', async ({ page }) => {
  await start(page, 'starting');
  await expect(part(page, 'agreement')).toContainText('Compared again as soon as the work on it is done.');
  await expect(part(page, 'agreement')).not.toHaveAttribute('data-verdict');
  await start(page, 'finishing');
  await expect(part(page, 'agreement')).toHaveAttribute('data-verdict', 'same');
});

test('of what another tool has made and nobody has asked for, nothing is said to agree', async ({ page }) => {
  await open(page, 'many');
  await item(page, 'ml-lab').click();
  const agreement = part(page, 'agreement');
  await expect(agreement).toHaveAttribute('data-verdict', 'open');
  await expect(agreement.getByRole('row', { name: 'State' })).toHaveText(/nothing yet.*stopped.*nothing to compare/);
  await expect(agreement).toContainText('Nobody has asked Wharf for anything here yet.');
  await expect(agreement).toContainText('A start would change:');
  await expect(agreement).not.toContainText('differs from what is wanted');
});

test('after a failed hook: a shell where it failed, its line in the file, and again from there', async ({ page }) => {
  await start(page, 'failed-hook');
  await expect(part(page, 'failureEdit')).toHaveAttribute('title', 'Open in Visual Studio Code');
  await part(page, 'failureEdit').click();
  expect(await asked(page, 'editFile')).toEqual(['/home/ada/src/api-server/.devcontainer/devcontainer.json:14:34']);
  await part(page, 'failureShow').click();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', 'configuration');
  await expect(part(page, 'sourceLine')).toContainText('"postCreateCommand"');
  await part(page, 'failureShell').click();
  await expect(part(page, 'terminal')).toHaveAttribute('data-ready', '');
  expect(await asked(page, 'openTerminal')).toHaveLength(1);
  await expect(part(page, 'retry')).toHaveText('Retry from this step');
});

/** What the page of an environment scrolls in. */
function scrollTo(page: Page, end: 'top' | 'bottom'): Promise<void> {
  return part(page, 'panel').evaluate((panel, to) => {
    let around: Element | null = panel;
    while (around && !/auto|scroll/.test(getComputedStyle(around).overflowY)) around = around.parentElement;
    around?.scrollTo({ top: to === 'top' ? 0 : around.scrollHeight });
  }, end);
}

for (const { name, all, first, last } of [
  { name: 'ports', all: 2_000, first: '1024', last: '3023' },
  { name: 'configuration', all: 3_001, first: 'VARIABLE_0', last: 'VARIABLE_2999' },
] as const) {
  test(`of thousands of rows only those near the view are on the page: ${name}`, async ({ page }) => {
    await open(page, 'tabs-much');
    await tab(page, name).click();
    if (name === 'configuration') await page.getByRole('button', { name: 'Show all 3,000 values' }).click();
    const table = part(page, 'panel').getByRole('table');
    const rows = table.locator('tr[aria-rowindex]');
    await expect(table.getByText(first, { exact: true })).toBeVisible();
    await expect(table).toHaveAttribute('aria-rowcount', String(all + 1));
    expect(await rows.count()).toBeLessThan(250);
    // Rows have heights of their own, so that the end is where it is only once it was seen.
    await expect(async () => {
      await scrollTo(page, 'bottom');
      await expect(table.getByText(last, { exact: true })).toBeInViewport({ timeout: 200 });
    }).toPass();
    await expect(rows.last()).toHaveAttribute('aria-rowindex', String(all + 1));
    await expect.poll(() => rows.count()).toBeLessThan(250);
    await scrollTo(page, 'top');
    await expect(table.getByText(first, { exact: true })).toBeInViewport();
  });
}

test('the row that somebody works in stays, however far they scroll', async ({ page }) => {
  await open(page, 'tabs-much');
  await tab(page, 'ports').click();
  await part(page, 'portMore').first().focus();
  await scrollTo(page, 'bottom');
  await expect(part(page, 'panel').getByText('3023', { exact: true })).toBeInViewport();
  await expect(part(page, 'portMore').first()).toBeFocused();
});

test('a long list and a long text are cut, and shown whole beside where they come from', async ({ page }) => {
  await open(page, 'tabs-long');
  await tab(page, 'configuration').click();
  const row = (property: string): Locator => page.locator(`[data-property="${property}"]`);
  const table = part(page, 'panel').getByRole('table');
  await expect(table).toHaveAttribute('aria-rowcount', '57');
  const text = row('containerEnv.CERTIFICATE');
  expect((await text.boundingBox())?.height).toBeLessThan(400);
  const all = text.getByRole('button', { name: 'Show all 20,000 characters' });
  await expect(all).toHaveAttribute('aria-expanded', 'false');
  await all.press('Enter');
  await expect(text.getByRole('region', { name: 'containerEnv.CERTIFICATE' })).toContainText('end of it');
  // It scrolls in itself, so that its origin stays where it was.
  expect((await text.boundingBox())?.height).toBeLessThan(400);
  await expect(text.getByText('Feature ghcr.io/acme/features/certificates:1')).toBeInViewport();
  await text.getByRole('button', { name: 'Show less' }).press('Enter');
  await expect(text).not.toContainText('end of it');

  await scrollTo(page, 'bottom');
  await expect(row('forwardPorts[49]')).toBeVisible();
  await expect(row('forwardPorts[50]')).toBeHidden();
  await page.getByRole('button', { name: 'Show 70 more values' }).press('Enter');
  await expect(row('forwardPorts[50]')).toBeFocused();
  await expect(table).toHaveAttribute('aria-rowcount', '126');
  await scrollTo(page, 'top');
  await row('forwardPorts').getByRole('button', { name: 'Show fewer' }).click();
  await expect(table).toHaveAttribute('aria-rowcount', '57');
  await row('forwardPorts').getByRole('button', { name: 'Show all 120 values' }).click();
  await expect(table).toHaveAttribute('aria-rowcount', '126');
  // Who searches finds what is hidden, too.
  await row('forwardPorts').getByRole('button', { name: 'Show fewer' }).click();
  await part(page, 'configurationSearch').fill('forwardPorts[119]');
  await expect(row('forwardPorts[119]')).toContainText('9119');
});

test('every value says where it comes from, and is a click from there', async ({ page }) => {
  await open(page, 'tabs');
  await tab(page, 'configuration').click();
  const editor = page.locator('[data-property="containerEnv.EDITOR"]');
  await expect(editor).toContainText('.devcontainer/devcontainer.json:10');
  await expect(page.locator('[data-property="init"]')).toContainText('image ghcr.io/acme/base:3');
  await part(page, 'configurationSearch').fill('features/node');
  await expect(page.locator('[data-property="containerEnv.NVM_DIR"]')).toContainText('Feature ghcr.io');
  await expect(editor).toBeHidden();
  await part(page, 'configurationSearch').fill('');
  await editor.getByRole('button').click();
  await expect(part(page, 'sourceLine')).toContainText('"EDITOR": "vim"');
  await page.getByRole('radio', { name: 'Findings' }).check();
  await expect(part(page, 'panel')).toContainText('`settings` is deprecated');
  await page.getByRole('button', { name: 'Show .devcontainer/devcontainer.json:15:3' }).click();
  await expect(part(page, 'sourceLine')).toContainText('"settings"');
  const before = (await asked(page, 'configuration')).length;
  await page.evaluate(() => window.fake?.configurationChanged());
  await expect.poll(async () => (await asked(page, 'configuration')).length).toBeGreaterThan(before);
});

test('ports are addresses with what is behind them, and can be changed', async ({ page }) => {
  await open(page, 'tabs');
  await expect(tab(page, 'ports')).toContainText('3');
  await tab(page, 'ports').click();
  const port = (inside: string): Locator => page.locator(`[data-port="${inside}"]`);
  await expect(port('3000')).toContainText('node process 812');
  await port('3000').getByTestId(testIds.portOpen).click();
  expect(await asked(page, 'openLink')).toEqual(['http://localhost:3000']);
  await page.getByRole('button', { name: 'Copy localhost:3000' }).click();
  expect(await asked(page, 'copy')).toEqual(['http://localhost:3000']);
  await expect(port('db:5432')).toContainText('Port 5432 is taken by postgres (process 812). It is at 5433 instead.');
  await expect(port('443')).toContainText('Port 443 is taken by the system, which reserves it.');
  await expect(port('39115')).toContainText('left to your editor');
  await expect(port('8080')).toContainText('opens in your browser: a preview beside the code is an editor’s');
  await expect(port('3000')).not.toContainText('preview');
  await expect(port('9229')).toContainText('open to other computers');

  await port('3000').getByTestId(testIds.portMore).click();
  await page.getByRole('menuitem', { name: 'Stop forwarding' }).click();
  await expect(port('3000')).toHaveAttribute('data-state', 'stopped');
  await expect(tab(page, 'ports')).toContainText('2');
  await part(page, 'portAdd').click();
  await page.keyboard.type('70000');
  await page.keyboard.press('Enter');
  await expect(part(page, 'dialog').getByRole('alert')).toHaveText('A port is a number from 1 to 65535.');
  await part(page, 'portInside').fill('7000');
  await part(page, 'portLocal').fill('7001');
  await page.keyboard.press('Enter');
  await expect(port('7000')).toContainText('localhost:7001');
  await expect(port('7000')).toContainText('you asked for it');
  expect(await asked(page, 'changePort')).toMatchObject([
    { port: 3000, change: 'stop' },
    { port: 7000, change: 'open', localPort: 7001, address: null },
  ]);
});

test('a port appears when something listens', async ({ page }) => {
  await open(page, 'one');
  await tab(page, 'ports').click();
  await expect(part(page, 'panel')).toContainText('No port yet');
  await page.evaluate(() =>
    window.fake?.ports({
      id: 'x',
      name: 'api-server',
      reference: {},
      connection: 'connecting',
      ports: [{ port: 4000, source: 'detected', state: 'waiting', notice: 'notify' }],
    }),
  );
  await expect(page.locator('[data-port="4000"]')).toHaveAttribute('data-state', 'waiting');
  await expect(part(page, 'panel')).toContainText('Connecting to the inside');
});

test('curves have words, and a clean-up says in numbers what goes', async ({ page }) => {
  await open(page, 'tabs');
  await tab(page, 'resources').click();
  await expect(page.getByRole('img', { name: /^Memory: now 1\.\d GB of 4\.0 GB, highest/ })).toBeVisible();
  await expect(part(page, 'curve')).toHaveCount(4);
  await expect(part(page, 'space')).toContainText('212.4 MB');
  await part(page, 'cleanUpLook').click();
  const confirm = part(page, 'cleanUpConfirm');
  await expect(confirm).toHaveText('Delete 1 image and the build cache (2.7 GB)');
  await part(page, 'cleanUpItem').filter({ hasText: 'postgres:15' }).click();
  await page.getByRole('checkbox', { name: /Build cache/ }).uncheck();
  await expect(confirm).toHaveText('Delete 2 images (1.0 GB)');
  await confirm.click();
  await expect(part(page, 'dialog')).toContainText('2 things were deleted; 1.0 GB are free.');
  expect(await asked(page, 'cleanUp')).toEqual([['i1', 'i2']]);
  await part(page, 'dialogDismiss').click();
  await expect.poll(async () => (await asked(page, 'space')).length).toBe(2);
});

test('nothing is measured but what is looked at', async ({ page }) => {
  await open(page, 'tabs');
  await expect(part(page, 'steps')).toBeVisible();
  expect(await asked(page, 'watchResources')).toEqual([]);
  expect(await asked(page, 'openLog')).toEqual([]);
});

test('a page that is refused says why', async ({ page }) => {
  await open(page, 'tabs-failed');
  await expect(part(page, 'panel')).toContainText('The engine does not answer any more');
  for (const name of ['logs', 'ports', 'configuration', 'resources'] as const) {
    await tab(page, name).click();
    await expect(part(page, 'panel').getByRole('alert').first()).toContainText('Start it again, then come back.');
  }
  await tab(page, 'terminal').click();
  await part(page, 'terminalOpen').click();
  await expect(part(page, 'panel').getByRole('alert')).toContainText('The terminal could not be opened');
});

test('text of others is text on every tab', async ({ page }) => {
  await open(page, 'tabs-hostile');
  for (const name of ['logs', 'terminal', 'ports', 'configuration', 'resources', 'overview'] as const) {
    await tab(page, name).click();
    if (name === 'logs') await page.getByTestId(testIds.logWrap).click();
    if (name === 'terminal') await part(page, 'terminalOpen').click();
    if (name === 'terminal') await expect(part(page, 'terminal')).toHaveAttribute('data-ready', '');
    if (name === 'configuration') await expect(part(page, 'value').first()).toContainText('<img src=x');
    if (name === 'overview') await expect(part(page, 'steps')).toBeVisible();
    expect(await page.title()).toBe('api-server – Wharf');
    const { scrolled, seen } = await page.evaluate(() => {
      const main = document.querySelector('main');
      return { scrolled: main?.scrollWidth, seen: main?.clientWidth };
    });
    expect(scrolled, name).toBe(seen);
  }
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('a preview is said to open in the browser', async ({ page }) => {
    await open(page, 'tabs');
    await tab(page, 'ports').click();
    await expect(page.locator('[data-port="8080"]')).toContainText('会在浏览器中打开：代码旁的预览只有编辑器才有');
  });

  test('a failure is edited, or shown', async ({ page }) => {
    await start(page, 'failed-hook');
    await part(page, 'failure').getByRole('button', { name: '编辑' }).click();
    expect(await asked(page, 'editFile')).toHaveLength(1);
    await part(page, 'failure').getByRole('button', { name: '查看' }).click();
    await expect(part(page, 'sourceLine')).toContainText('"postCreateCommand"');
  });

  test('what is cut can be shown whole', async ({ page }) => {
    await open(page, 'tabs-long');
    await tab(page, 'configuration').click();
    await page.getByRole('button', { name: '显示全部 20,000 个字符' }).click();
    await page.getByRole('button', { name: '收起' }).click();
    await page.getByRole('button', { name: '显示全部 120 个值' }).click();
    await expect(part(page, 'panel').getByRole('table')).toHaveAttribute('aria-rowcount', '126');
  });

  test('each tab', async ({ page }) => {
    await open(page, 'tabs');
    for (const [name, label] of [
      ['logs', '日志'],
      ['terminal', '终端'],
      ['ports', '端口'],
      ['configuration', '配置'],
      ['resources', '资源'],
      ['overview', '概览'],
    ] as const) {
      await expect(tab(page, name)).toContainText(label);
      await tab(page, name).click();
      await expect(part(page, 'panel')).toHaveAttribute('data-tab', name);
    }
    await expect(part(page, 'agreement')).toContainText('现状与期望一致。');
  });
});
