/** New environments: a clone, a Template, a folder without a configuration. */
import { asked, expect, open, part, test } from './support';

test('a repository is cloned with what was asked for, and shown while it comes', async ({ page }) => {
  await open(page, 'cloning');
  await part(page, 'createClone').click();
  await part(page, 'cloneRepository').fill('https://github.com/acme/api.git');
  await page.getByLabel('Branch or tag').fill('fix-auth');
  await page.getByLabel('Only the last commit').check();
  await part(page, 'clonePage').getByLabel('Engine').selectOption({ label: 'Podman 5.8' });
  await part(page, 'cloneStart').click();
  await expect(part(page, 'environmentName')).toHaveText('api');
  await expect(page.locator('[data-step=clone]')).toHaveAttribute('data-state', 'running');
  await expect(page.locator('[data-step=clone]')).toContainText('Receiving objects');
  expect(await asked(page, 'operate')).toEqual([
    {
      operation: 'up',
      reference: { engine: 'unix:///run/user/1000/podman/podman.sock' },
      removeVolumes: false,
      answersSecrets: true,
      clone: { repository: 'https://github.com/acme/api.git', branch: 'fix-auth', depth: 1 },
    },
  ]);
  await part(page, 'cancel').click();
  expect(await asked(page, 'cancel')).toHaveLength(1);
});

test('what is no repository is not cloned', async ({ page }) => {
  await open(page, 'cloning');
  await part(page, 'createClone').click();
  await part(page, 'cloneRepository').fill('ext::sh -c evil');
  await page.keyboard.press('Enter');
  await expect(part(page, 'cloneRepository')).toHaveAttribute('aria-invalid', 'true');
  expect(await asked(page, 'operate')).toEqual([]);
});

test('a Template is written exactly as it was shown, and started', async ({ page }) => {
  await open(page, 'gallery');
  await part(page, 'createTemplate').click();
  await part(page, 'templateSearch').fill('rust');
  await part(page, 'template').first().click();
  await expect(part(page, 'templateStart')).toBeDisabled();
  await page.getByLabel('imageVariant').selectOption('alpine');
  await page.getByLabel('installSccache').check();
  await part(page, 'addFeature').click();
  await part(page, 'featureSearch').fill('github');
  await part(page, 'featureFound').first().click();
  await part(page, 'feature').getByText('Options').click();
  await part(page, 'feature').getByLabel('completion').uncheck();
  await part(page, 'templateFolder').click();
  await expect(part(page, 'templatePreview')).toContainText('mcr.microsoft.com/devcontainers/rust:1-trixie');
  await expect(part(page, 'templatePreview')).toContainText('replaces what is there');
  await expect(part(page, 'templateStart')).toHaveText('Replace 1 file and start');
  await part(page, 'templateStart').click();
  await expect.poll(() => asked(page, 'operate')).toMatchObject([{ reference: { folder: '/home/ada/src/plain' } }]);
  expect(await asked(page, 'applyTemplate')).toMatchObject([
    {
      request: {
        template: 'builtin/rust',
        folder: '/home/ada/src/plain',
        options: { imageVariant: 'alpine', installSccache: 'true' },
        features: [{ reference: 'ghcr.io/devcontainers/features/github-cli:1', options: { completion: false } }],
      },
      digest: '795535e56e4ed310',
    },
  ]);
});

test('a Template that cannot be made says why, and nothing can be written', async ({ page }) => {
  await open(page, 'template-failing');
  await part(page, 'createTemplate').click();
  await part(page, 'template').filter({ hasText: 'Rust' }).click();
  await part(page, 'templateFolder').click();
  await expect(page.getByRole('alert')).toContainText('cannot be nightly');
  await expect(part(page, 'templateStart')).toBeDisabled();
  await expect(part(page, 'templateWrite')).toBeDisabled();
});

test('a folder without a configuration is offered what fits it', async ({ page }) => {
  await open(page, 'gallery');
  await part(page, 'openFolder').click();
  await expect(part(page, 'template')).toContainText('Fits Cargo.toml and rust-toolchain.toml');
  await part(page, 'template').click();
  await expect(part(page, 'templatePage')).toContainText('~/src/plain');
  await part(page, 'templateWrite').click();
  await expect.poll(() => asked(page, 'applyTemplate')).toHaveLength(1);
  // The folder is read anew, and nothing is started.
  await expect(part(page, 'folder')).toBeVisible();
  expect(await asked(page, 'operate')).toEqual([]);
});

test('texts of a collection are text', async ({ page }) => {
  await open(page, 'gallery');
  await part(page, 'createTemplate').click();
  await expect(part(page, 'template').last()).toContainText('<img src=x onerror=alert(1)>');
  await expect(part(page, 'templatesPage').locator('img')).toHaveCount(0);
});

test('a clone that failed is tried again as it was, or put away', async ({ page }) => {
  await open(page, 'clone-failing');
  await part(page, 'createClone').click();
  await part(page, 'cloneRepository').fill('https://github.com/acme/api.git');
  await part(page, 'cloneStart').click();
  await expect(part(page, 'failure')).toContainText('Sign in with git');
  await part(page, 'retry').click();
  await expect.poll(() => asked(page, 'operate')).toHaveLength(2);
  const [first, second] = await asked(page, 'operate');
  expect(second).toEqual(first);
  await expect(part(page, 'failure')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('heading', { name: 'Open a folder to begin' })).toBeVisible();
});
