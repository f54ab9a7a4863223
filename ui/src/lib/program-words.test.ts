import { afterEach, describe, expect, test } from 'vitest';
import { setLanguage, type Language } from './i18n';
import {
  detailWords,
  layerName,
  originWords,
  requirementAmount,
  requirementName,
  stateWord,
  subjectName,
} from './program-words';

afterEach(() => setLanguage(undefined));

/** What the program says, and what a person reads in each language. */
const WORDS: readonly [(said: string) => string, string, string, string][] = [
  [name, 'container', 'Container', '容器'],
  [name, 'hooks', 'Hooks', '钩子'],
  [name, 'image', 'Image', '镜像'],
  [name, 'image debian:12', 'image debian:12', '镜像 debian:12'],
  [name, 'Dockerfile', 'Dockerfile', 'Dockerfile'],
  [name, 'build context', 'Build context', '构建上下文'],
  [name, 'Feature ./tool', 'Feature ./tool', 'Feature ./tool'],
  [name, 'Compose file /a/c.yml', 'Compose file /a/c.yml', 'Compose 文件 /a/c.yml'],
  [name, 'build context of the service db', 'Build context of the service db', '服务 db 的构建上下文'],
  [name, 'remoteEnv.LOG_LEVEL', 'remoteEnv.LOG_LEVEL', 'remoteEnv.LOG_LEVEL'],
  [layerName, 'line 3: RUN make', 'line 3: RUN make', '第 3 行：RUN make'],
  [layerName, 'FROM debian', 'FROM debian', 'FROM debian'],
  [detailWords, 'present', 'present', '已存在'],
  [detailWords, '1 warning', '1 warning', '1 条警告'],
  [detailWords, '3 Features', '3 Features', '3 个 Feature'],
  [detailWords, 'exit 127', 'exit code 127', '退出码 127'],
  [detailWords, '1.2.3', '1.2.3', '1.2.3'],
  [stateWord, 'none', 'no container', '没有容器'],
  [stateWord, 'created', 'created', '已创建'],
  [stateWord, 'odd', 'odd', 'odd'],
  [requirementName, 'hostRequirements.memory', 'Memory', '内存'],
  [requirementName, 'hostRequirements.more', 'hostRequirements.more', 'hostRequirements.more'],
  [requirementAmount, '4 GB', '4 GB', '4 GB'],
  [requirementAmount, 'optional', 'optional', '可选'],
  [requirementAmount, 'required, 8 cores and 4 GB', 'required, 8 cores, 4 GB', '必需, 8 个核心, 4 GB'],
  [requirementAmount, 'required, 4 GB', 'required, 4 GB', '必需, 4 GB'],
  [originWords, 'Podman machine', 'Podman machine', 'Podman 虚拟机'],
  [originWords, 'Docker context "work"', 'Docker context “work”', 'Docker 上下文“work”'],
  [
    originWords,
    'Docker context "work" (DOCKER_CONTEXT)',
    'Docker context “work” (DOCKER_CONTEXT)',
    'Docker 上下文“work” (DOCKER_CONTEXT)',
  ],
  [originWords, 'OrbStack', 'OrbStack', 'OrbStack'],
];

describe.each<[Language, 2 | 3]>([
  ['en', 2],
  ['zh-CN', 3],
])('in %s', (language, column) => {
  test.each(WORDS)('%o %s', async (...row) => {
    await setLanguage(language);
    const [words, said] = row;
    expect(words(said)).toBe(row[column]);
  });
});

test('a property is told from a part, and shown as it was written', () => {
  expect(subjectName('features.ghcr.io/a/b:1').isProperty).toBe(true);
  expect(subjectName('Dockerfile').isProperty).toBe(false);
});

test.each(['constructor', 'toString', '__proto__'])('nothing is found that is no word: %s', (word) => {
  expect(originWords(word)).toBe(word);
  expect(stateWord(word)).toBe(word);
  expect(requirementAmount(word)).toBe(word);
  expect(requirementName(word)).toBe(word);
});

function name(subject: string): string {
  return subjectName(subject).name;
}
