/** Every state of the frame, of new environments and of the settings: how to get there. */
import type { Page } from '@playwright/test';
import { expect, open, part, start, tab } from './support';

type Reach = (page: Page) => Promise<void>;

export const FRAME_STATES: Readonly<Record<string, Reach>> = {
  board: async (page) => {
    await open(page, 'many');
    await part(page, 'board').click();
    await expect(part(page, 'boardPage')).toBeVisible();
  },
  'board-of-thousands': async (page) => {
    await open(page, 'thousands');
    await part(page, 'board').click();
    await expect(part(page, 'boardItem').first()).toBeVisible();
  },
  'board-attention': async (page) => {
    await open(page, 'attention');
    await part(page, 'board').click();
    await page.getByRole('button', { name: /^Needs you/ }).click();
    await expect(part(page, 'boardItem')).toHaveCount(2);
  },
  'board-of-names': async (page) => {
    await open(page, 'names');
    await part(page, 'board').click();
    await expect(part(page, 'boardItem').first()).toBeVisible();
  },
  'board-narrow': async (page) => {
    await page.setViewportSize({ width: 640, height: 480 });
    await open(page, 'many');
    await part(page, 'board').click();
    await expect(part(page, 'boardPage')).toBeVisible();
  },
  'board-narrowest': async (page) => {
    await page.setViewportSize({ width: 420, height: 600 });
    await open(page, 'many');
    await page.getByRole('banner').getByRole('button', { name: 'All environments' }).click();
    await expect(part(page, 'boardPage')).toBeVisible();
  },
  'filter-without-result': async (page) => {
    await open(page, 'many');
    await part(page, 'board').click();
    await part(page, 'filter').fill('nothing like it');
    await expect(part(page, 'boardPage')).toContainText('Nothing fits');
  },
  palette: async (page) => {
    await open(page, 'many');
    await part(page, 'openPalette').click();
    await expect(part(page, 'paletteItem').first()).toBeVisible();
  },
  'palette-searching': async (page) => {
    await open(page, 'many');
    await part(page, 'openPalette').click();
    await page.keyboard.type('stop w');
    await expect(part(page, 'paletteItem').first()).toContainText('Stop');
  },
  'palette-without-result': async (page) => {
    await open(page, 'many');
    await part(page, 'openPalette').click();
    await page.keyboard.type('nothing like it');
    await expect(part(page, 'palette')).toContainText('Nothing was found');
  },
  toasts: async (page) => {
    await open(page, 'many');
    await part(page, 'board').click();
    await page.getByRole('button', { name: 'Start e2e' }).click();
    await expect(part(page, 'toast')).toBeVisible();
  },
  begin: async (page) => {
    await open(page, 'gallery');
    await expect(part(page, 'template')).toHaveCount(3);
  },
  new: async (page) => {
    await open(page, 'many');
    await part(page, 'new').click();
    await expect(part(page, 'createPage')).toBeVisible();
  },
  clone: async (page) => {
    await cloning(page, 'cloning');
    await part(page, 'cloneRepository').fill('https://github.com/acme/api.git');
    await expect(part(page, 'clonePage')).toContainText('Becomes api.');
  },
  'clone-wrong': async (page) => {
    await cloning(page, 'cloning');
    await part(page, 'cloneRepository').fill('--upload-pack=evil');
    await page.keyboard.press('Enter');
    await expect(part(page, 'clonePage')).toContainText('not the address');
  },
  'clone-running': async (page) => {
    await cloning(page, 'cloning');
    await cloned(page);
    await expect(part(page, 'environmentName')).toHaveText('api');
  },
  'clone-failed': async (page) => {
    await cloning(page, 'clone-failing');
    await cloned(page);
    await expect(part(page, 'failure').first()).toBeVisible();
  },
  templates: async (page) => {
    await gallery(page);
    await expect(part(page, 'template')).toHaveCount(7);
  },
  'templates-of-a-collection': async (page) => {
    await gallery(page);
    await part(page, 'templateCollection').fill('ghcr.io/devcontainers/templates');
    await page.keyboard.press('Enter');
    await expect(part(page, 'template')).toHaveCount(1);
  },
  'templates-of-no-collection': async (page) => {
    await gallery(page);
    await part(page, 'templateCollection').fill('ghcr.io/nobody/nothing');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('not there');
  },
  'templates-failing': async (page) => {
    await open(page, 'gallery-failing');
    await expect(part(page, 'window')).toBeVisible();
    await page.keyboard.press('Control+n');
    await part(page, 'createTemplate').click();
    await expect(page.getByRole('alert')).toContainText('cannot be read');
  },
  template: async (page) => {
    await rust(page);
    await part(page, 'templateFolder').click();
    await expect(part(page, 'templatePreview')).toContainText('dependabot.yml');
  },
  'template-with-features': async (page) => {
    await rust(page);
    await part(page, 'addFeature').click();
    await part(page, 'featureFound').first().click();
    await part(page, 'feature').getByText('Options').click();
    await part(page, 'featureSearch').fill('o');
    await part(page, 'features').scrollIntoViewIfNeeded();
  },
  'folder-with-fitting-templates': async (page) => {
    await open(page, 'gallery');
    await part(page, 'openFolder').click();
    await expect(part(page, 'template')).toContainText('Cargo.toml');
  },
  secret: async (page) => {
    await open(page, 'secrets');
    await part(page, 'start').click();
    await expect(part(page, 'secretValue')).toBeFocused();
  },
  'link-folder': (page) => link(page, 'link-folder'),
  'link-repository': (page) => link(page, 'link-repository'),
  'link-hostile': (page) => link(page, 'link-hostile'),
  'link-refused': async (page) => {
    await open(page, 'link-refused');
    await expect(page.getByRole('alert')).toBeVisible();
  },
  settings: (page) => settings(page, 'settings', 'appearance'),
  'settings-engines': async (page) => {
    await settings(page, 'settings', 'engines');
    await expect(part(page, 'settingsEngine')).toHaveCount(2);
  },
  'settings-environments': (page) => settings(page, 'settings', 'environments'),
  'settings-desktop': (page) => settings(page, 'settings', 'desktop'),
  'settings-integration': async (page) => {
    await settings(page, 'settings', 'integration');
    await expect(part(page, 'integrationPlace').first()).toBeVisible();
  },
  'settings-wrong': async (page) => {
    await settings(page, 'settings-wrong', 'integration');
    await part(page, 'integrate').click();
    await expect(page.getByRole('alert')).toContainText('not yours');
  },
  'settings-engines-wrong': async (page) => {
    await settings(page, 'settings-wrong', 'engines');
    await expect(page.getByRole('alert')).toBeVisible();
  },
  'settings-unreadable': async (page) => {
    await settings(page, 'settings-unreadable', 'appearance');
    await expect(page.getByRole('alert')).toContainText('a comma is missing');
  },
  dark: async (page) => {
    await open(page, 'dark');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  },
  'said-failing': async (page) => {
    await start(page, 'said-failing');
    await page.locator('summary', { hasText: 'warnings' }).click();
    await expect(page.locator('details li')).toHaveCount(2);
  },
  'said-wrong': async (page) => {
    await open(page, 'said-wrong');
    await tab(page, 'configuration').click();
    await expect(page.getByText('Put it in quotes: "7"')).toBeVisible();
  },
  'language-chosen': async (page) => {
    await open(page, 'in-chinese');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  },
};

async function cloning(page: Page, scenario: string): Promise<void> {
  await open(page, scenario);
  await part(page, 'createClone').click();
  await expect(part(page, 'cloneRepository')).toBeFocused();
}

async function cloned(page: Page): Promise<void> {
  await part(page, 'cloneRepository').fill('https://github.com/acme/api.git');
  await part(page, 'cloneStart').click();
}

async function gallery(page: Page): Promise<void> {
  await open(page, 'gallery');
  await part(page, 'createTemplate').click();
  await expect(part(page, 'templatesPage')).toBeVisible();
}

async function rust(page: Page): Promise<void> {
  await gallery(page);
  await part(page, 'template').filter({ hasText: 'Rust' }).click();
  await expect(part(page, 'templateOption')).toHaveCount(3);
}

async function link(page: Page, scenario: string): Promise<void> {
  await open(page, scenario);
  await expect(part(page, 'link')).toBeVisible();
}

async function settings(page: Page, scenario: string, section: string): Promise<void> {
  await open(page, scenario);
  await part(page, 'openSettings').click();
  await page.locator(`[data-section=${section}]`).click();
  await expect(page.locator(`[data-section=${section}]`)).toHaveAttribute('aria-selected', 'true');
}
