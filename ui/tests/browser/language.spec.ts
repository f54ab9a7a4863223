/** The window in the language of whoever uses it. */
import { asked, expect, item, open, part, start, test, testIds } from './support';

test.describe('on a system that speaks Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('so does the window', async ({ page }) => {
    await open(page, 'one');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(part(page, 'environmentState')).toHaveText('运行中');
    await expect(part(page, 'environment')).toContainText('~/src/api-server · 分支 main · Docker 28.5');
    await part(page, 'more').click();
    await part(page, 'delete').click();
    await part(page, 'deleteVolumes').check();
    await expect(part(page, 'dialogConfirm')).toHaveText('删除容器和 2 个卷');
  });

  test('so does what a person is asked to allow, and no name in it is another', async ({ page }) => {
    await start(page, 'consent');
    const sheet = part(page, 'consent');
    await expect(sheet).toContainText('能使用引擎套接字的程序可以在引擎所在的机器上做任何事。');
    await expect(sheet).toContainText('镜像 ghcr.io/acme/base 没有固定版本：其内容可能会变。');
    await expect(sheet).toContainText('~/.aws 挂载到 /home/vscode/.aws（只读）');
    await sheet.locator('summary').click();
    await expect(sheet.locator('pre')).toHaveText('scripts/bootstrap.sh：其内容属于此次许可的一部分');
    expect(await sheet.innerText()).not.toMatch(/\b(The|It|can|flows|pinned)\b/);
  });

  test('so do the change of a configuration and what it costs', async ({ page }) => {
    await open(page, 'changed-rebuild');
    const card = part(page, 'changes');
    await expect(card).toContainText('容器 keen_lovelace，其中有 212.4 MB 的改动');
    await expect(card).toContainText('卷 api-server_db-data');
    await expect(card).toContainText('上次用时约 12 s，这次大致相同。');
    await expect(part(page, 'applyHot')).toHaveText('只应用无需重启的更改');
    expect(await card.innerText()).not.toMatch(/\b(Lost|Kept|volume|container|image)\b/);
  });

  test('so does what is there, with words that the program says', async ({ page }) => {
    await open(page, 'many');
    await item(page, 'ml-lab').click();
    const agreement = part(page, 'agreement');
    await expect(agreement).toContainText(/容器 已停止 → 运行中 启动/);
    expect(await agreement.innerText()).not.toMatch(/\b(container|running|stopped|restart|hostRequirements)\b/);
  });

  test('so does a hint, with the command in it as it is', async ({ page }) => {
    await open(page, 'engine-gone');
    const hint = part(page, 'environment').getByTestId(testIds.hint);
    await expect(hint).toContainText('启动引擎');
    await hint.getByRole('button', { name: '复制 systemctl start docker' }).click();
    expect(await asked(page, 'copy')).toEqual(['systemctl start docker']);
  });

  test('verbs are found in English too', async ({ page }) => {
    await open(page, 'many');
    await part(page, 'openPalette').click();
    await page.keyboard.type('stop web');
    await expect(part(page, 'paletteItem').first()).toContainText('停止');
    await expect(part(page, 'paletteItem').first()).toContainText('web');
  });
});
