import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Difference, TemplateSummary } from './api';
import { LANGUAGES, setLanguage } from './i18n';
import { SAID } from './i18n/en/said';
import {
  detailOfTouch,
  effectOfDifference,
  effectOfTouch,
  hintOfEngine,
  problemWords,
  progressWords,
  reasonOfPort,
  subjectOfTouch,
  tellWords,
  templateWords,
  warningOfTemplate,
} from './program-sentences';

afterEach(() => setLanguage(undefined));

const CRATES = new URL('../../../src-tauri/crates/', import.meta.url);
const SOURCES = Object.entries(SAID).flatMap(([topic, sources]) =>
  Object.entries(sources as Readonly<Record<string, readonly string[]>>).map(
    ([path, sentences]) => [topic, path, sentences] as const,
  ),
);

/** A source as it was written, with what is broken over lines put together again. */
function source(path: string): string {
  return readFileSync(new URL(path, CRATES), 'utf8').replaceAll(/\\\n\s*/g, '');
}

/** The same without its tests. */
function program(path: string): string {
  return source(path).split('#[cfg(test)]')[0] ?? '';
}

function literals(path: string): string[] {
  const code = program(path)
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(`'"'`, '');
  return [...code.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, words = '']) => words);
}

/** What is said of a Template or of one of its options, in the file that describes it. */
function descriptions(path: string): string[] {
  const { description, options } = JSON.parse(source(path)) as TemplateSummary;
  return [description, ...Object.values(options).map((option) => option.description)].flatMap((said) => said ?? []);
}

/** What a part is called says nothing to a reader. */
const unnamed = (said: string): string => said.replaceAll(/\{\w*\}/g, '{}');
const parts = (said: string): string[] => said.match(/\{\w*\}/g) ?? [];

describe('what is translated is what the program says', () => {
  test.each(SOURCES)('%s in %s', (_, path, sentences) => {
    // What git says as it goes on stands in no program of ours, only in the tests of its reader.
    const text = path.endsWith('/git.rs') ? source(path) : program(path);
    expect(sentences.filter((sentence) => !text.includes(`"${sentence}"`))).toEqual([]);
  });
});

describe('nothing that a person agrees to is left out', () => {
  const folder = 'plan/src/consent/';
  const files = ['plan/src/consent.rs', ...readdirSync(new URL(folder, CRATES)).map((name) => folder + name)];
  const known = new Set<string>(
    [SAID.effects, SAID.tells].flatMap((sources) => Object.values(sources).flat()).map(unnamed),
  );
  test.each(files.filter((path) => path.endsWith('.rs')))('%s', (path) => {
    const sentences = literals(path).filter((words) => /^\p{Lu}.* .*\.$/su.test(words));
    expect(sentences.filter((sentence) => !known.has(unnamed(sentence)))).toEqual([]);
  });
});

describe('nor of a difference, nor of a Template', () => {
  test.each(Object.entries(SAID.differences).filter(([path]) => path.includes('/difference/')))('%s', (path, known) => {
    const sentences = literals(path).filter((words) => /^\p{Lu}.* .*\.$/su.test(words));
    expect(sentences.filter((sentence) => !(known as readonly string[]).includes(sentence))).toEqual([]);
  });

  const folder = 'runner/templates/';
  test.each(readdirSync(new URL(folder, CRATES)))('%s', (name) => {
    const path = `${folder}${name}/devcontainer-template.json`;
    if (!existsSync(new URL(path, CRATES))) return;
    const known: readonly string[] = SAID.templates[path as keyof typeof SAID.templates];
    expect(descriptions(path).filter((said) => !known.includes(said))).toEqual([]);
  });
});

test('every language keeps the parts of a sentence, and no two of them have one name', () => {
  for (const { said } of Object.values(LANGUAGES)) {
    for (const [sentence, words] of Object.values(said).flatMap((topic) => Object.entries<string>(topic))) {
      expect(parts(words).sort(), sentence).toEqual(parts(sentence).sort());
      expect(new Set(parts(sentence)).size, sentence).toBe(parts(sentence).length);
    }
  }
});

const of = (effect: string, layer?: string): string | undefined =>
  effectOfDifference({ subject: '', change: 'rebuild', effect, layer } as Difference);

const reads = 'The container can read it.';
const changes = 'The container can read and change it.';
const socket = "Whoever can use an engine's socket can do anything on the engine's machine.";
const hook = 'Commands of the configuration, its image and its Features can read it in the container.';

/** The thing itself, what is said of it, and what a Chinese reads. */
const SUBJECTS: readonly [subject: string, effect: string, chinese?: string][] = [
  ['/home/ada/.aws at /root/.aws (read-only)', reads, '/home/ada/.aws 挂载到 /root/.aws（只读）'],
  ['/srv at /srv', changes, '/srv 挂载到 /srv'],
  ['/srv at /srv (read-only)', changes, '/srv 挂载到 /srv (read-only)'],
  ['/look at me at /srv', changes],
  ['/a (leads to /b) at /c', changes],
  ['/a (leads to /b) at /c (read-only)', reads],
  ['/run/docker.sock at /run/docker.sock', socket, '/run/docker.sock 挂载到 /run/docker.sock'],
  ["the engine's socket for the service db", socket, '供服务 db 使用的引擎套接字'],
  ['NPM_TOKEN from your keychain', hook, 'NPM_TOKEN（来自你的钥匙串）'],
  ['all GPUs', "The container can use every GPU of the engine's machine.", '所有 GPU'],
  // Somebody's own text, whatever it looks like.
  ['all GPUs', 'It runs on this computer with your own rights, at every start.'],
  ['/a at /b (read-only)', 'It runs on this computer with your own rights, at every start.'],
  ['all GPUs', "The container can use this device of the engine's machine."],
  ['NPM_TOKEN from your keychain', 'This secret of the engine goes into the container.'],
  ['all GPUs', 'toString'],
];

test.each(SUBJECTS)('of %s, %s', (subject, effect, chinese = subject) => {
  setLanguage('zh-CN');
  expect(subjectOfTouch({ subject, effect })).toBe(chinese);
  setLanguage('en');
  expect(subjectOfTouch({ subject, effect })).toBe(subject);
});

/** What is said, and what a Chinese reads. */
const SENTENCES: readonly [words: (said: string) => string | undefined, said: string, chinese: string][] = [
  [effectOfTouch, 'The container can read it.', '容器可以读取它。'],
  [detailOfTouch, 'a b/setup.sh: not there yet', 'a b/setup.sh：尚不存在'],
  [
    tellWords,
    'The image ghcr.io/a/b is not pinned: what it holds can change.',
    '镜像 ghcr.io/a/b 没有固定版本：其内容可能会变。',
  ],
  [tellWords, 'The variable  of this computer flows in.', '这台电脑的环境变量  会传入。'],
  [(said) => of(said), 'The services are made anew.', '服务会重新创建。'],
  [
    (said) => of(said, 'line 3: RUN make'),
    'The image is built anew from line 3: RUN make',
    '镜像会从第 3 行：RUN make 起重新构建',
  ],
  [
    (said) => of(said, 'line 3: COPY . /x'),
    'The image is built anew from line 3: COPY . /x, if what that reads has changed',
    '如果第 3 行：COPY . /x 读取的内容有变化，镜像会从那里起重新构建',
  ],
  [
    (said) => of(said, 'line 3: RUN a, if what that reads has changed'),
    'The image is built anew from line 3: RUN a, if what that reads has changed',
    '镜像会从第 3 行：RUN a, if what that reads has changed 起重新构建',
  ],
  [reasonOfPort, 'a server of VS Code', 'VS Code 的服务器'],
  [problemWords, 'no permission to open it', '没有权限打开它'],
  [
    problemWords,
    'cannot reach tcp://10.0.0.2:2375: tcp: no route to host',
    '无法连接 tcp://10.0.0.2:2375：tcp: no route to host',
  ],
  [
    problemWords,
    'tcp://10.0.0.2:2375 did not count what lies on its disk within 120 s',
    'tcp://10.0.0.2:2375 没有在 120 秒内统计磁盘占用',
  ],
  [
    problemWords,
    'the connection to unix:///x broke while it was asked to list containers: end: of file',
    '与 unix:///x 的连接在列出容器时中断：end: of file',
  ],
  [
    problemWords,
    'no encrypted connection to tcp://a:2376: its certificate is for another name than a',
    '无法与 tcp://a:2376 建立加密连接：它的证书不适用于名称 a',
  ],
  [hintOfEngine, 'The engine may hang. Restart it, then try again.', '引擎可能已停止响应。请重启引擎，然后重试。'],
  [progressWords, '1200 files and folders', '1200 个文件和文件夹'],
  [
    warningOfTemplate,
    'the option a has the value `b`, and the Template knows c, d',
    '选项 a 的值是 `b`，而模板只提供 c, d',
  ],
];

test.each(SENTENCES)('%o %s', (words, said, chinese) => {
  setLanguage('zh-CN');
  expect(words(said)).toBe(chinese);
  setLanguage('en');
  expect(words(said)).toBe(said);
});

describe('what is no sentence of ours, or not surely, stays as it is', () => {
  test.each([
    [effectOfTouch, 'The container can read it. And more.'],
    [effectOfTouch, ' The container can read it.'],
    [effectOfTouch, 'toString'],
    [effectOfTouch, '__proto__'],
    [effectOfTouch, 'The services are made anew.'],
    [tellWords, 'The container can read it.'],
    [tellWords, 'Note: The variable A of this computer flows in.'],
    [(said: string) => of(said, 'line 3: RUN b'), 'The image is built anew from line 3: RUN a'],
    [problemWords, 'unix:///x did not remove volume list containers within 5 s'],
    // Where the value ends cannot be told.
    [warningOfTemplate, 'the option a has the value `b`, and the Template knows c`, and the Template knows d'],
  ] as const)('%o %s', (words, said) => {
    setLanguage('zh-CN');
    expect(words(said)).toBe(said);
  });

  test('a part is taken as it is, whatever it looks like', () => {
    setLanguage('zh-CN');
    for (const name of ['{name}', '$&', '<b>x</b>', 'A\nB', 'X of this computer flows in. The variable Y'])
      expect(tellWords(`The variable ${name} of this computer flows in.`)).toBe(`这台电脑的环境变量 ${name} 会传入。`);
  });
});

test('a Template of a registry is in the words of its publisher', () => {
  const description = 'PHP with Composer and Xdebug.';
  const template: TemplateSummary = {
    reference: 'builtin/php',
    name: 'PHP',
    description,
    platforms: [],
    keywords: [],
    options: [{ name: 'a', kind: 'text', description: 'Release of Debian', choices: [], closed: false }],
  };
  setLanguage('zh-CN');
  expect(templateWords(template)).toMatchObject({
    name: 'PHP',
    description: '带有 Composer 和 Xdebug 的 PHP。',
    options: [{ name: 'a', description: 'Debian 版本' }],
  });
  const foreign = { ...template, reference: 'ghcr.io/a/php:1' };
  expect(templateWords(foreign)).toEqual(foreign);
});
