/** What the program says, in the language of the window: its own words are in it, and those of others are as they came. */
import type { Page } from '@playwright/test';
import { expect, open, part, start, tab, test } from './support';

test.use({ locale: 'zh-CN' });

test('a failed start says why in Chinese, and what the engine said as it came', async ({ page }, info) => {
  await start(page, 'said-failing');
  const failure = part(page, 'failure');
  await expect(failure.getByRole('heading')).toHaveText(
    'unix:///run/docker.sock 无法启动容器 3f2a9c417b21：driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: port is already allocated',
  );
  await expect(failure.locator('pre')).toHaveText('cancelled\nno container engine answers');
  await expect(failure).toContainText('请结束使用该端口的程序，或公开另一个端口。');
  await page.locator('summary', { hasText: '警告' }).click();
  const warnings = page.locator('details li');
  await expect(warnings.nth(0)).toContainText(
    "无法处理 Feature 'ghcr.io/acme/go:1'（'./tools' 依赖它）：无法连接 ghcr.io：没有在 30 秒内建立连接",
  );
  await expect(warnings.nth(0)).toContainText('请检查网络连接；如果使用代理，也请检查 HTTPS_PROXY 和 NO_PROXY。');
  await expect(warnings.nth(1)).toContainText('`portAttributes` 不是已知的属性，已忽略');
  await expect(warnings.nth(1)).toContainText('你是指 portsAttributes 吗？');
  await isWhole(page);
  await page.screenshot({ path: info.outputPath('failing.png') });
});

test('a configuration is told what is wrong with it, and an engine that it is not trusted', async ({ page }, info) => {
  await open(page, 'said-wrong');
  await tab(page, 'configuration').click();
  await expect(page.getByText('`image` 必须是字符串，但现在是数字')).toBeVisible();
  await expect(page.getByText('请加上引号："7"')).toBeVisible();
  await expect(
    page.getByText(
      '`waitFor` 必须是 "onCreateCommand", "postCreateCommand" 或 "postStartCommand" 之一，但现在是 "later"',
    ),
  ).toBeVisible();
  await expect(
    page.getByText(
      '`devcontainer.metadata[0].init` 必须是 true 或 false，但现在是字符串；这来自 ghcr.io/acme/base:3，已忽略',
    ),
  ).toBeVisible();
  await isWhole(page);
  await page.screenshot({ path: info.outputPath('configuration.png') });

  await part(page, 'engine').last().click();
  await expect(
    page.getByText('无法与 tcp://build.example.com:2376 建立加密连接：它的证书不是由 /home/ada/.docker/ca.pem 中的'),
  ).toBeVisible();
  await expect(page.getByText('请将引擎的证书颁发机构的 ca.pem 放入 DOCKER_CERT_PATH 的文件夹')).toBeVisible();
  await page.screenshot({ path: info.outputPath('engine.png') });
});

test('who has a port, and how it could be had', async ({ page }, info) => {
  await open(page, 'said-wrong');
  await tab(page, 'ports').click();
  await expect(page.getByText('unix:///run/docker.sock 没有在 10 秒内查看容器 3f2a')).toBeVisible();
  await expect(page.getByText('管理员可以用 `sysctl net.ipv4.ip_unprivileged_port_start=80` 让所有用户')).toBeVisible();
  await expect(page.getByText('postgres（进程 812）')).toBeVisible();
  await isWhole(page);
  await page.screenshot({ path: info.outputPath('ports.png') });
});

test('what only looks as if the program had said it is shown as it came', async ({ page }, info) => {
  await start(page, 'said-hostile');
  const failure = part(page, 'failure');
  await expect(failure.getByRole('heading')).toHaveText(
    'cannot read <img src=x onerror="document.title=\'taken\'">: a: b',
  );
  await expect(failure).toContainText('and not by you');
  await page.locator('summary', { hasText: '警告' }).click();
  const warnings = page.locator('details li');
  await expect(warnings.nth(1)).toContainText('cancelled and not by you');
  await expect(warnings.nth(2)).toContainText('the workspace folder /deep/deep');
  // One of them is the program's own, with a property that somebody has given a strange name.
  await expect(warnings.nth(3)).toContainText(
    '`<img src=x onerror="document.title=\'taken\'">` 必须是字符串，但现在是数字',
  );
  await expect(page.locator('img[src=x]')).toHaveCount(0);
  await expect(page).not.toHaveTitle('taken');
  await isWhole(page);
  await page.screenshot({ path: info.outputPath('hostile.png') });
});

test('in English everything is as the program says it', async ({ page }) => {
  await start(page, 'said-failing');
  await page.evaluate(() => window.fake?.speak('en'));
  await expect(part(page, 'failure')).toContainText('could not start container 3f2a9c417b21');
  await expect(part(page, 'failure')).toContainText('End the program that uses the port, or publish another one.');
});

/** Nothing sticks out of the window: what is long is broken, not cut. */
async function isWhole(page: Page): Promise<void> {
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('main p, main h1, main h2, main h3, main li, main pre')]
      .filter(
        (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'auto',
      )
      .map((element) => element.textContent?.slice(0, 80)),
  );
  expect(cut).toEqual([]);
}
