import { afterEach, expect, test } from 'vitest';
import { setLanguage } from './i18n';
import { problemText } from './words';

afterEach(() => setLanguage(undefined));

test.each([
  ['The engine does not answer', 'Start it again.', 'The engine does not answer. Start it again.'],
  ['Nothing was done.', 'Try again.', 'Nothing was done. Try again.'],
  ['Is it there?', 'Look.', 'Is it there? Look.'],
  ['gone', undefined, 'gone'],
])('a problem and its hint are sentences: %s', async (message, hint, expected) => {
  await setLanguage('en');
  expect(problemText({ message, hint, description: '' })).toBe(expected);
});

test.each([
  ['this terminal was closed', '`wharf up` makes it', '这个终端已关闭。`wharf up` 会创建它'],
  ['Lockfile does not match.', 'Remove one of these', '锁定文件不一致。请删除其中一个'],
  ['whatever it is', 'set HOME', 'whatever it is。请设置 HOME'],
  ['cancelled', undefined, '已取消'],
])('and in Chinese: %s', async (message, hint, expected) => {
  await setLanguage('zh-CN');
  expect(problemText({ message, hint, description: '' })).toBe(expected);
});
