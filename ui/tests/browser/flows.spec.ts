/** What a person does from beginning to end. */
import { asked, expect, item, open, part, start, tab, test } from './support';

const API_SERVER = '/home/ada/src/api-server';
const reference = { folder: API_SERVER, configuration: `${API_SERVER}/.devcontainer/devcontainer.json` };

test('a folder given on the command line: look, start, allow, watch, ready', async ({ page }) => {
  await open(page, 'consent');
  await expect(part(page, 'folder')).toContainText('~/src/api-server');
  await expect(part(page, 'folderStart')).toBeFocused();
  expect(await asked(page, 'operate')).toEqual([]);
  await page.keyboard.press('Enter');

  await expect(part(page, 'consent')).toContainText("use an engine's socket can do anything");
  await expect(part(page, 'consentTouch')).toHaveCount(3);
  await expect(part(page, 'consentTouch').first()).toContainText(
    'initializeCommand, .devcontainer/devcontainer.json:9',
  );
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'needs');
  await part(page, 'consentAllow').click();

  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  await expect(part(page, 'consent')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Last start' })).toBeVisible();
  await expect(page.locator('[data-step=build]')).toHaveAttribute('data-state', 'done');
  expect(await asked(page, 'answerConsent')).toEqual([true]);
  expect(await asked(page, 'operate')).toEqual([
    { operation: 'up', reference, removeVolumes: false, answersSecrets: true },
  ]);
});

test('refusing does nothing, and says so', async ({ page }) => {
  await start(page, 'consent');
  await part(page, 'consentRefuse').click();
  await expect(part(page, 'failure')).toContainText('Nothing was done');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'failed');
  expect(await asked(page, 'answerConsent')).toEqual([false]);
  await part(page, 'retry').click();
  await expect(part(page, 'consent')).toBeVisible();
});

test('what runs is watched and cancelled where it is shown', async ({ page }) => {
  await start(page, 'starting');
  await expect(part(page, 'step').filter({ hasText: 'Build' }).first()).toHaveAttribute('data-state', 'running');
  await expect(page.getByText('2 of 5 · [3/5] RUN apt-get install')).toBeVisible();
  await part(page, 'cancel').click();
  await expect(page.getByText('What was done is kept')).toBeVisible();
  await expect(page.locator('[data-step=build]')).toHaveAttribute('data-state', 'cancelled');
  await expect(part(page, 'start')).toBeEnabled();
});

test('a consent that is not answered can be cancelled', async ({ page }) => {
  await start(page, 'consent');
  await part(page, 'cancel').click();
  await expect(part(page, 'consent')).toBeHidden();
  expect(await asked(page, 'answerConsent')).toEqual([]);
});

test('a failed hook names the place, quotes the machine, and is open', async ({ page }) => {
  await start(page, 'failed-hook');
  const failure = part(page, 'failure');
  await expect(failure).toContainText('postCreateCommand failed (exit 127)');
  await expect(failure).toContainText('.devcontainer/devcontainer.json:14:34');
  await expect(failure.locator('mark')).toHaveText('"pnpm install"');
  await expect(failure).toContainText('deps: sh: 1: pnpm: not found');
  await expect(failure).toContainText('it goes on from this command');
  await expect(part(page, 'output').filter({ hasText: 'pnpm: not found' })).toBeVisible();
  await part(page, 'retry').click();
  await expect.poll(() => asked(page, 'operate')).toHaveLength(2);
});

test('what runs is opened in the editor, and what cannot be is said', async ({ page }) => {
  await open(page, 'one');
  await page.getByRole('button', { name: 'Open in Visual Studio Code' }).click();
  expect(await asked(page, 'openEditor')).toMatchObject([{ folder: '/home/ada/src/api-server' }]);
  await open(page, 'editor-failing');
  await part(page, 'openEditor').click();
  await expect(page.getByRole('alert')).toContainText('Visual Studio Code does not start');
});

test('an editor that works inside is not offered where nothing runs', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'stop').click();
  await part(page, 'dialogConfirm').click();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'stopped');
  await expect(part(page, 'openEditor')).toBeHidden();
});

test('stopping says what ends and what stays', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'stop').click();
  const dialog = page.getByRole('dialog', { name: 'Stop api-server?' });
  await expect(dialog.getByRole('list', { name: 'Lost' })).toHaveText('What runs inside is ended');
  await expect(dialog.getByRole('list', { name: 'Kept' })).toContainText('Volume api-server_db-data');
  await dialog.getByRole('button', { name: 'Stop container' }).click();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'stopped');
  await part(page, 'start').click();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  expect((await asked(page, 'operate')).map((request) => (request as { operation: string }).operation)).toEqual([
    'stop',
    'up',
  ]);
});

test('deleting takes volumes only when asked to, and its button says it', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'more').click();
  await part(page, 'delete').click();
  await expect(part(page, 'dialogConfirm')).toHaveText('Delete container');
  await part(page, 'deleteVolumes').check();
  await expect(part(page, 'dialogConfirm')).toHaveText('Delete container and 2 volumes');
  await expect(page.getByRole('list', { name: 'Lost' })).toContainText('212.4 MB changed in it');
  await part(page, 'dialogConfirm').click();
  await expect(part(page, 'environmentList')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Open a folder to begin' })).toBeVisible();
  expect(await asked(page, 'operate')).toMatchObject([{ operation: 'down', removeVolumes: true }]);
});

test('work that is only in a volume is told before it goes', async ({ page }) => {
  await open(page, 'repositories');
  await expect(part(page, 'environment')).toContainText('https://git.example.com/acme/api.git');
  await part(page, 'more').click();
  await part(page, 'delete').click();
  await expect(page.getByText('not committed')).toBeHidden();
  await part(page, 'deleteVolumes').check();
  await expect(page.getByRole('list', { name: 'Lost' })).toContainText(
    'In /workspaces/fix-auth: 3 files that are not committed, 2 commits not pushed (fix-auth) and 1 stash',
  );
  await expect(page.getByRole('list', { name: 'Lost' })).toContainText(
    'Everything in /workspaces/fix-auth/vendor may be nowhere else',
  );
});

test('where losses cannot be found out, it says so and can go on', async ({ page }) => {
  await open(page, 'losses-unknown');
  await part(page, 'more').click();
  await part(page, 'rebuild').click();
  await expect(part(page, 'dialog')).toContainText('the engine does not say');
  await part(page, 'dialogConfirm').click();
  await expect.poll(() => asked(page, 'operate')).toMatchObject([{ operation: 'rebuild' }]);
});

for (const [scenario, verb] of [
  ['changed-hot', 'Apply'],
  ['changed-restart', 'Apply and restart'],
  ['changed-recreate', 'Apply and replace the container'],
  ['changed-rebuild', 'Rebuild and replace the container'],
] as const) {
  test(`a changed configuration is shown before it is applied: ${scenario}`, async ({ page }) => {
    await open(page, scenario);
    await expect(part(page, 'changes')).toContainText('The configuration has changed');
    expect(await asked(page, 'operate')).toEqual([]);
    await expect(part(page, 'applyChanges')).toHaveText(verb);
    await part(page, 'applyChanges').click();
    await expect.poll(() => asked(page, 'operate')).toMatchObject([{ operation: 'apply' }]);
  });
}

test('of changes that take a new container, those that need none can be applied alone', async ({ page }) => {
  await open(page, 'changed-rebuild');
  await expect(part(page, 'changes')).toContainText('About 12 s, as long as it took last time.');
  await part(page, 'applyHot').click();
  await expect
    .poll(() => asked(page, 'operate'))
    .toEqual([{ operation: 'apply', reference, removeVolumes: false, onlyHot: true, answersSecrets: true }]);
  await open(page, 'changed-hot');
  await expect(part(page, 'applyChanges')).toBeVisible();
  await expect(part(page, 'applyHot')).toBeHidden();
});

test('what a start takes over by itself is not shown while nothing runs', async ({ page }) => {
  await open(page, 'changed-hot');
  await expect(part(page, 'changes')).toBeVisible();
  await part(page, 'stop').click();
  await part(page, 'dialogConfirm').click();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'stopped');
  await expect(part(page, 'changes')).toBeHidden();
});

test('the plan is looked at again when the window comes back', async ({ page }) => {
  await open(page, 'one');
  await expect.poll(() => asked(page, 'plan')).toHaveLength(1);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect.poll(() => asked(page, 'plan')).toHaveLength(2);
});

test('several configurations are a choice', async ({ page }) => {
  await open(page, 'many');
  await part(page, 'openFolder').click();
  await expect(page.getByRole('radio', { name: /Everyday/ })).toBeChecked();
  await page.getByRole('radio', { name: /With a GPU/ }).check();
  await part(page, 'folderStart').click();
  await expect
    .poll(() => asked(page, 'operate'))
    .toMatchObject([{ reference: { configuration: '/home/ada/src/choice/.devcontainer/gpu/devcontainer.json' } }]);
  await expect(part(page, 'environmentName')).toHaveText('choice');
});

test('a second start hands its folder over, and a known one is shown', async ({ page }) => {
  await open(page, 'many');
  await item(page, 'web').click();
  await page.evaluate(() =>
    window.fake?.handOver({ kind: 'folder', folder: '/home/ada/src/api-server', byLink: false }),
  );
  await expect(part(page, 'environmentName')).toHaveText('api-server');
});

test('a folder is opened by dropping it; two at once are not', async ({ page }) => {
  await open(page, 'many');
  await expect(part(page, 'window')).toBeVisible();
  const drop = (paths: string[]): Promise<void> =>
    page.evaluate((dropped) => window.fake?.drag({ kind: 'drop', paths: dropped }), paths);
  await drop(['/home/ada/src/plain']);
  await expect(part(page, 'folder')).toContainText('There is no configuration in this folder');
  await drop(['/a', '/b']);
  await expect(page.getByRole('alert')).toContainText('Drop one folder at a time.');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toBeHidden();
});

test('a window that is loaded anew takes up what runs', async ({ page }) => {
  await open(page, 'taken-up');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'working');
  await expect(page.locator('[data-step=build]')).toHaveAttribute('data-state', 'running');
  await part(page, 'cancel').click();
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'gone');
});

test('the folder’s branch stands under the name, and follows whoever comes back to the window', async ({ page }) => {
  await open(page, 'one');
  const environment = part(page, 'environment');
  await expect(environment).toContainText('~/src/api-server · branch main · Docker 28.5');
  await page.evaluate(() => {
    window.fake?.checkOut({ commit: '9fceb02' });
    window.dispatchEvent(new Event('focus'));
  });
  await expect(environment).toContainText('~/src/api-server · commit 9fceb02 · Docker 28.5');
  await page.evaluate(() => {
    window.fake?.checkOut(undefined);
    window.dispatchEvent(new Event('focus'));
  });
  await expect(environment).toContainText('~/src/api-server · Docker 28.5');
  await open(page, 'many');
  await item(page, 'nostalgic_hopper').click();
  await expect(environment).not.toContainText('branch');
});

test('the board follows the engine', async ({ page }) => {
  await open(page, 'one');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
  await page.evaluate(() => window.fake?.show({ environments: [], engines: [] }));
  await expect(page.getByRole('heading', { name: 'No engine was found' })).toBeVisible();
});

test('an engine that is gone says how to get it back', async ({ page }) => {
  await open(page, 'engine-gone');
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'unreachable');
  const card = page.getByRole('region', { name: /does not answer/ });
  await expect(card).toContainText('for example with systemctl start docker or by opening Docker Desktop');
  await card.getByRole('button', { name: 'Copy systemctl start docker' }).press('Enter');
  expect(await asked(page, 'copy')).toEqual(['systemctl start docker']);
  await expect(part(page, 'start')).toBeHidden();
  await expect(part(page, 'stop')).toBeHidden();
});

test('a command in a hint is copied wherever the hint stands', async ({ page }) => {
  await open(page, 'no-engine-usable');
  const copy = page.getByRole('button', { name: 'Copy sudo usermod -aG docker $USER' });
  await copy.click();
  await part(page, 'engine').first().click();
  await part(page, 'hint').filter({ has: copy }).first().getByRole('button').click();
  await part(page, 'openSettings').click();
  await page.locator('[data-section=engines]').click();
  await part(page, 'settings').getByRole('button', { name: 'Copy sudo usermod -aG docker $USER' }).click();
  expect(await asked(page, 'copy')).toEqual(Array(3).fill('sudo usermod -aG docker $USER'));
  // It copies, and chooses nothing.
  expect(await asked(page, 'changeSetting')).toEqual([]);
});

test('environments of other tools are marked, and can be used', async ({ page }) => {
  await open(page, 'many');
  await item(page, 'ml-lab').click();
  await expect(part(page, 'environment')).toContainText('Made by Visual Studio Code');
  await part(page, 'start').click();
  await expect.poll(() => asked(page, 'operate')).toMatchObject([{ operation: 'up' }]);
  await item(page, 'nostalgic_hopper').click();
  await part(page, 'start').click();
  await expect.poll(() => asked(page, 'operate')).toMatchObject([{ operation: 'up' }, { operation: 'start' }]);
});

test('names are text, whatever they are made of', async ({ page }) => {
  await open(page, 'names');
  await expect(part(page, 'environmentName')).toHaveText('<b>not bold</b> & "quoted"');
  await item(page, 'a-service-whose-name').click();
  const { scrolled, seen } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrolled: scrollWidth, seen: clientWidth };
  });
  expect(scrolled).toBe(seen);
});

test('a restart says what it ends, and is done', async ({ page }) => {
  await open(page, 'one');
  await part(page, 'more').click();
  await part(page, 'restart').click();
  const dialog = page.getByRole('dialog', { name: 'Restart api-server?' });
  await expect(dialog).toContainText('What runs inside is ended');
  await expect(dialog).toContainText('Container keen_lovelace and its files');
  await expect(part(page, 'dialogDismiss')).toBeFocused();
  await part(page, 'dialogConfirm').click();
  await expect.poll(() => asked(page, 'operate')).toMatchObject([{ operation: 'restart' }]);
  await expect(part(page, 'environment')).toHaveAttribute('data-state', 'running');
});

test('what works can be cancelled from any tab, and a wait says for how long', async ({ page }) => {
  await start(page, 'lock');
  await expect(page.getByText(/^For [\d.]+ (ms|s) so far\.$/)).toBeVisible();
  await tab(page, 'ports').click();
  await part(page, 'cancel').click();
  expect(await asked(page, 'cancel')).toHaveLength(1);
});

test('a Feature that must not be used says where to read more', async ({ page }) => {
  await start(page, 'failed-feature');
  await part(page, 'failure').getByRole('button', { name: 'Read more about it' }).click();
  await expect.poll(() => asked(page, 'openLink')).toEqual(['https://containers.dev/advisories/miner']);
});

test('a program that does not answer is asked again', async ({ page }) => {
  await open(page, 'broken');
  await expect(page.getByRole('alert')).toContainText('Wharf cannot write to its state folder');
  await expect(page.getByRole('button', { name: 'Dismiss' })).toBeHidden();
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Try again' }).click();
  await loaded;
  await expect(page.getByRole('alert')).toBeVisible();
});

test('the window says when it is usable', async ({ page }) => {
  await open(page, 'empty');
  await expect.poll(() => asked(page, 'usable')).toHaveLength(1);
});
