import { expect, test } from 'vitest';
import { all, done } from './grammar';

test.each<[string[], string]>([
  [[], ''],
  [['容器'], '容器'],
  [['容器', '2 个卷'], '容器和 2 个卷'],
  [['1 个镜像', '构建缓存', '2 个卷'], '1 个镜像、构建缓存和 2 个卷'],
  [['Cargo.toml', 'go.mod'], 'Cargo.toml 和 go.mod'],
  [['项目1', '名称'], '项目1 和名称'],
])('%j is enumerated as %s', (parts, said) => expect(all(parts)).toBe(said));

test.each([
  ['容器', '删除容器'],
  ['2 个卷', '删除 2 个卷'],
])('a verb before %s', (to, said) => expect(done('删除', to)).toBe(said));
