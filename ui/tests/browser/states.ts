/** Every state of the window: how to get there. Pictures are taken of each, and each is checked for accessibility. */
import type { Page } from '@playwright/test';
import type { Tab } from '../../src/lib/state/tabs.svelte';
import { expect, item, open, part, start, tab, testIds } from './support';

export const STATES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  empty: (page) => open(page, 'empty'),
  'no-engine': (page) => open(page, 'no-engine'),
  'no-engine-usable': (page) => open(page, 'no-engine-usable'),
  loading: (page) => open(page, 'loading'),
  broken: (page) => open(page, 'broken'),
  running: (page) => open(page, 'one'),
  many: (page) => open(page, 'many'),
  'from-others': async (page) => {
    await open(page, 'many');
    await item(page, 'ml-lab').click();
  },
  'working-elsewhere': async (page) => {
    await open(page, 'many');
    await item(page, 'reports').click();
  },
  'problem-of-the-last-run': async (page) => {
    await open(page, 'many');
    await item(page, 'importer').click();
  },
  'engine-details': async (page) => {
    await open(page, 'no-engine-usable');
    await part(page, 'engine').first().click();
  },
  menu: async (page) => {
    await open(page, 'many');
    await part(page, 'more').click();
  },
  folder: (page) => open(page, 'consent'),
  'folder-with-a-choice': async (page) => {
    await open(page, 'many');
    await part(page, 'openFolder').click();
    await expect(part(page, 'folder')).toBeVisible();
  },
  'folder-without-configuration': (page) => dropped(page, '/home/ada/src/plain'),
  'folder-with-an-error': (page) => dropped(page, '/home/ada/src/broken'),
  'folder-that-cannot-be-read': async (page) => {
    await open(page, 'many');
    await drop(page, '/home/ada/src/locked');
    await expect(page.getByRole('alert')).toBeVisible();
  },
  dropping: async (page) => {
    await open(page, 'many');
    await expect(part(page, 'window')).toBeVisible();
    await page.evaluate(() => window.fake?.drag({ kind: 'over' }));
    await expect(page.getByText('Drop a folder to open it')).toBeVisible();
  },
  consent: async (page) => {
    await start(page, 'consent');
    await expect(part(page, 'consent')).toBeVisible();
  },
  starting: async (page) => {
    await start(page, 'starting', 20);
    await expect(page.getByText('Setting up make')).toBeVisible();
  },
  'starting-opened': async (page) => {
    await start(page, 'starting');
    await page.getByRole('button', { name: /^Build/ }).click();
    await expect(part(page, 'output')).toBeVisible();
  },
  waiting: async (page) => {
    await start(page, 'lock');
    await expect(page.getByText('Waiting for wharf up')).toBeVisible();
  },
  started: async (page) => {
    await start(page, 'finishing', 100);
    await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  },
  'hooks-opened': async (page) => {
    await start(page, 'finishing');
    await page.getByRole('button', { name: /^Hooks/ }).click();
    await page.getByRole('button', { name: /^postCreate/ }).click();
    await expect(part(page, 'output')).toBeVisible();
  },
  'failed-hook': async (page) => {
    await start(page, 'failed-hook');
    await expect(part(page, 'failure')).toBeVisible();
  },
  'failed-build': async (page) => {
    await start(page, 'failed-build');
    await expect(part(page, 'failure')).toBeVisible();
  },
  'failed-feature': async (page) => {
    await start(page, 'failed-feature');
    await expect(part(page, 'failure')).toBeVisible();
  },
  'much-output': async (page) => {
    await start(page, 'output');
    await page.getByRole('button', { name: /^Hooks/ }).click();
    await page.getByRole('button', { name: /^postCreate/ }).click();
    await expect(page.getByText('line 50000 of 50000')).toBeVisible();
  },
  'changed-hot': (page) => changed(page, 'changed-hot'),
  'changed-restart': (page) => changed(page, 'changed-restart'),
  'changed-recreate': (page) => changed(page, 'changed-recreate'),
  'changed-rebuild': (page) => changed(page, 'changed-rebuild'),
  'changed-broken': async (page) => {
    await open(page, 'changed-broken');
    await expect(part(page, 'failure')).toBeVisible();
  },
  'engine-gone': (page) => open(page, 'engine-gone'),
  names: (page) => open(page, 'names'),
  'dialog-stop': async (page) => {
    await open(page, 'one');
    await part(page, 'stop').click();
    await expect(part(page, 'dialogConfirm')).toBeEnabled();
  },
  'dialog-restart': (page) => asked(page, 'one', 'restart'),
  'dialog-rebuild': (page) => asked(page, 'one', 'rebuild'),
  'dialog-delete': (page) => asked(page, 'one', 'delete'),
  'dialog-delete-with-volumes': async (page) => {
    await asked(page, 'one', 'delete');
    await part(page, 'deleteVolumes').check();
  },
  'dialog-delete-with-work': async (page) => {
    await asked(page, 'repositories', 'delete');
    // It goes with its volume only.
    await part(page, 'deleteVolumes').check();
  },
  'dialog-losses-unknown': (page) => asked(page, 'losses-unknown', 'delete'),
  keys: async (page) => {
    await open(page, 'many');
    await expect(part(page, 'window')).toBeVisible();
    await page.keyboard.press('?');
    await expect(part(page, 'dialog')).toBeVisible();
  },
  'overview-recorded': async (page) => {
    await open(page, 'tabs');
    await page.locator('[data-step=build]').getByRole('button').first().click();
    await page.locator('[data-step=vertex]').filter({ hasText: '[3/5]' }).getByRole('button').click();
    await expect(part(page, 'logLines')).toBeVisible();
  },
  'overview-much': async (page) => {
    await open(page, 'tabs-much');
    await page.locator('[data-step=build]').getByRole('button').first().click();
    await expect(page.getByText('[300/300]')).toBeVisible();
  },
  'overview-hostile': async (page) => {
    await open(page, 'tabs-hostile');
    await expect(part(page, 'steps')).toBeVisible();
  },
  logs: async (page) => {
    await shown(page, 'tabs', 'logs');
    await part(page, 'logSearch').fill('POST');
    await expect(page.getByText('120 of 120')).toBeVisible();
  },
  'logs-empty': (page) => shown(page, 'tabs-empty', 'logs'),
  'logs-failed': (page) => shown(page, 'tabs-failed', 'logs'),
  'logs-hostile': async (page) => {
    await shown(page, 'tabs-hostile', 'logs');
    await part(page, 'logWrap').click();
  },
  'terminal-none': (page) => shown(page, 'tabs', 'terminal'),
  terminal: async (page) => {
    await shown(page, 'tabs', 'terminal');
    await part(page, 'terminalOpen').click();
    await expect(part(page, 'terminal').locator('.xterm-rows')).toContainText('$');
  },
  ports: (page) => shown(page, 'tabs', 'ports'),
  'ports-empty': (page) => shown(page, 'tabs-empty', 'ports'),
  'ports-failed': (page) => shown(page, 'tabs-failed', 'ports'),
  'ports-of-thousands': async (page) => {
    await shown(page, 'tabs-much', 'ports');
    await expect(part(page, 'port').first()).toBeVisible();
  },
  'ports-hostile': (page) => shown(page, 'tabs-hostile', 'ports'),
  'port-changed': async (page) => {
    await shown(page, 'tabs', 'ports');
    await part(page, 'portMore').nth(1).click();
    await page.getByRole('menuitem', { name: 'Change…' }).click();
    await page.getByRole('radio', { name: /Every computer/ }).check();
  },
  configuration: async (page) => {
    await shown(page, 'tabs', 'configuration');
    await expect(part(page, 'value').first()).toBeVisible();
  },
  'configuration-findings': async (page) => {
    await shown(page, 'tabs', 'configuration');
    await page.getByRole('radio', { name: 'Findings' }).check();
  },
  'configuration-files': async (page) => {
    await shown(page, 'tabs', 'configuration');
    await page.locator('[data-property="containerEnv.EDITOR"]').getByRole('button').click();
    await expect(part(page, 'sourceLine')).toBeVisible();
  },
  'configuration-of-thousands': async (page) => {
    await shown(page, 'tabs-much', 'configuration');
    await expect(part(page, 'value').first()).toBeVisible();
  },
  'configuration-long': async (page) => {
    await shown(page, 'tabs-long', 'configuration');
    await page.getByRole('button', { name: 'Show all 20,000 characters' }).click();
  },
  'configuration-hostile': (page) => shown(page, 'tabs-hostile', 'configuration'),
  resources: async (page) => {
    await shown(page, 'tabs', 'resources');
    await expect(part(page, 'space')).toContainText('212.4 MB');
  },
  'resources-not-running': (page) => shown(page, 'tabs-empty', 'resources'),
  'resources-failed': (page) => shown(page, 'tabs-failed', 'resources'),
  'clean-up': async (page) => {
    await shown(page, 'tabs', 'resources');
    await part(page, 'cleanUpLook').click();
    await expect(part(page, 'cleanUpConfirm')).toBeEnabled();
  },
  narrow: async (page) => {
    await page.setViewportSize({ width: 640, height: 480 });
    await open(page, 'changed-rebuild');
    await expect(part(page, 'changes')).toBeVisible();
  },
};

async function shown(page: Page, scenario: string, name: Tab): Promise<void> {
  await open(page, scenario);
  await tab(page, name).click();
  await expect(part(page, 'panel')).toHaveAttribute('data-tab', name);
}

async function drop(page: Page, folder: string): Promise<void> {
  await expect(part(page, 'window')).toBeVisible();
  await page.evaluate((path) => window.fake?.drag({ kind: 'drop', paths: [path] }), folder);
}

async function dropped(page: Page, folder: string): Promise<void> {
  await open(page, 'many');
  await drop(page, folder);
  await expect(part(page, 'folder')).toBeVisible();
}

async function changed(page: Page, scenario: string): Promise<void> {
  await open(page, scenario);
  await expect(part(page, 'changes')).toBeVisible();
}

async function asked(page: Page, scenario: string, action: 'restart' | 'rebuild' | 'delete'): Promise<void> {
  await open(page, scenario);
  await part(page, 'more').click();
  await page.getByTestId(testIds[action]).click();
  await expect(part(page, 'dialogConfirm')).toBeEnabled();
}
