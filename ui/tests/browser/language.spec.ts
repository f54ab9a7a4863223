/** The window in the language of whoever uses it. */
import { expect, open, part, test } from './support';

test.describe('on a system that speaks Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('so does the window', async ({ page }) => {
    await open(page, 'one');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(part(page, 'environmentState')).toHaveText('运行中');
    await part(page, 'more').click();
    await part(page, 'delete').click();
    await part(page, 'deleteVolumes').check();
    await expect(part(page, 'dialogConfirm')).toHaveText('删除容器和2 个卷');
  });
});
