import { afterEach, describe, expect, test } from 'vitest';
import type { Difference, TemplateSummary } from './api';
import { setLanguage } from './i18n';
import {
  detailOfTouch,
  effectOfDifference,
  effectOfTouch,
  errorWords,
  hintWords,
  problemWords,
  progressWords,
  reasonOfPort,
  subjectOfTouch,
  tellWords,
  templateWords,
  warningOfTemplate,
} from './program-sentences';

afterEach(() => setLanguage(undefined));

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

test.each(SUBJECTS)('of %s, %s', async (subject, effect, chinese = subject) => {
  await setLanguage('zh-CN');
  expect(subjectOfTouch({ subject, effect })).toBe(chinese);
  await setLanguage('en');
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
  [hintWords, 'The engine may hang. Restart it, then try again.', '引擎可能已停止响应。请重启引擎，然后重试。'],
  [progressWords, '1200 files and folders', '1200 个文件和文件夹'],
  [
    warningOfTemplate,
    'the option a has the value `b`, and the Template knows c, d',
    '选项 a 的值是 `b`，而模板只提供 c, d',
  ],
  // What an error says of its cause is said in the same language, and what others have said is not.
  [
    problemWords,
    'unix:///run/docker.sock could not start container 3f2a9c417b21: driver failed: address already in use (status 500)',
    'unix:///run/docker.sock 无法启动容器 3f2a9c417b21：driver failed: address already in use（状态 500）',
  ],
  [
    problemWords,
    'docker.io did not let unix:///x pull image acme/base:3 with the credentials of ada: denied: no',
    'docker.io 不允许 unix:///x 拉取镜像 acme/base:3（凭据：ada）：denied: no',
  ],
  [problemWords, 'image acme/base:3 was not found: not here: 404', '找不到镜像 acme/base:3：not here: 404'],
  [problemWords, 'postCreateCommand (deps) failed (exit 127)', 'postCreateCommand（deps）失败（退出码 127）'],
  [problemWords, 'initializeCommand failed (exit 1)', 'initializeCommand 失败（退出码 1）'],
  [
    problemWords,
    "Feature 'ghcr.io/acme/go:1', which './tools' depends on, could not be processed: ghcr.io cannot be reached: no connection within 30 s",
    "无法处理 Feature 'ghcr.io/acme/go:1'（'./tools' 依赖它）：无法连接 ghcr.io：没有在 30 秒内建立连接",
  ],
  [
    problemWords,
    'ghcr.io has not answered for 60 s while asking for the tags of acme/go',
    'ghcr.io 在请求 acme/go 的标签时已有 60 秒没有响应',
  ],
  [
    problemWords,
    "the Feature 'go' names no registry, URL or folder; the Feature './tools' depends on it",
    "Feature 'go' 没有指定注册表、URL 或文件夹；Feature './tools' 依赖它",
  ],
  [problemWords, '`build.args` must be an object, but is an array', '`build.args` 必须是对象，但现在是数组'],
  [problemWords, '`waitFor` must be one of "a" or "b", but is "c"', '`waitFor` 必须是 "a" 或 "b" 之一，但现在是 "c"'],
  [
    problemWords,
    '`devcontainer.metadata[0].init` must be true or false, but is a string; acme/base:3 says so, and it is ignored',
    '`devcontainer.metadata[0].init` 必须是 true 或 false，但现在是字符串；这来自 acme/base:3，已忽略',
  ],
  [
    problemWords,
    '`/a:/b:ro:z` is not a value for `--volume`: it has too many parts; write `source:target` or `source:target:options`',
    '`/a:/b:ro:z` 不是 `--volume` 的有效值：其中的部分过多；请写 `source:target` 或 `source:target:options`',
  ],
  [
    problemWords,
    'no engine listens at unix:///x (unix:///x was chosen in your settings)',
    '没有引擎在 unix:///x 监听（unix:///x 的选择方式：你的设置）',
  ],
  [
    problemWords,
    'no port is forwarded: the keeper cannot be used: it does not begin',
    '没有转发端口：无法使用守护进程：它没有启动',
  ],
  [problemWords, 'cannot set aside /state/a b.json: Permission denied', '无法另存 /state/a b.json：Permission denied'],
  [problemWords, 'the workspace folder /home/ada/a b does not exist', '工作区文件夹 /home/ada/a b 不存在'],
  [
    problemWords,
    'api-server would do 2 things on this computer that have not been allowed',
    'api-server 要在这台电脑上做 2 件尚未获许可的事',
  ],
  [problemWords, 'the container 3f2a was removed by somebody else meanwhile', '容器 3f2a 在此期间被其他程序删除'],
  [
    problemWords,
    'no connection to ssh://ada@far: the machine does not let this user in: Permission denied (publickey).',
    '无法与 ssh://ada@far 建立连接：机器不允许这个用户登录：Permission denied (publickey).',
  ],
  [
    hintWords,
    'Start the engine, for example with `systemctl start docker` or by opening Docker Desktop. `wharf engine use --forget` goes back to the first engine that answers.',
    '请启动引擎，例如运行 `systemctl start docker`，或打开 Docker Desktop。`wharf engine use --forget` 会恢复使用第一个响应的引擎。',
  ],
  [
    hintWords,
    'Log in with `docker login ghcr.io` or `podman login ghcr.io`, then try again.',
    '请用 `docker login ghcr.io` 或 `podman login ghcr.io` 登录，然后重试。',
  ],
  [
    hintWords,
    'Install Docker Compose; it works with Podman too. brew install docker-compose',
    '请安装 Docker Compose；它也适用于 Podman。brew install docker-compose',
  ],
];

test.each(SENTENCES)('%o %s', async (words, said, chinese) => {
  await setLanguage('zh-CN');
  expect(words(said)).toBe(chinese);
  await setLanguage('en');
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
    // Not the same registry, so not what we say.
    [hintWords, 'Log in with `docker login ghcr.io` or `podman login quay.io`, then try again.'],
    // What could not be done is none of what we ask.
    [problemWords, 'unix:///x could not reverse time: no'],
    // What the file is called cannot be told.
    [problemWords, 'cannot read a: b: c'],
    [problemWords, 'a.sh does not exist\n'],
    [problemWords, 'my script does not exist'],
    // Where the value ends cannot be told.
    [warningOfTemplate, 'the option a has the value `b`, and the Template knows c`, and the Template knows d'],
  ] as const)('%o %s', async (words, said) => {
    await setLanguage('zh-CN');
    expect(words(said)).toBe(said);
  });

  test('a part is taken as it is, whatever it looks like', async () => {
    await setLanguage('zh-CN');
    for (const name of ['{name}', '$&', '<b>x</b>', 'A\nB', 'X of this computer flows in. The variable Y'])
      expect(tellWords(`The variable ${name} of this computer flows in.`)).toBe(`这台电脑的环境变量 ${name} 会传入。`);
  });
});

describe('what somebody has made to look like a sentence costs no time and stays as it is', () => {
  const many = (piece: string, length = 3900): string => piece.repeat(length / piece.length);
  test.each([
    ['1 MB', `cannot read ${many('x: ', 1_000_000)}`],
    ['1 MB of the beginnings of parts', `\`${many('` is not a value for `', 1_000_000)}`],
    ['many ends of many parts', `the service ${many(' is built from ')} with x, and of what Podman`],
    ['many causes', many('`a` is not a value for `b`: ')],
    ['many engines', `${many('a could not start container b: ')} (status 500)`],
    ['many errors', many("a; the Feature 'b' depends on it")],
    ['many blanks', many(' ')],
    ['many lines', many('\n: ')],
    ['other causes in causes', many('no port is forwarded: ')],
  ])('%s', async (_, said) => {
    await setLanguage('zh-CN');
    problemWords('cancelled');
    const began = performance.now();
    const words = [problemWords(said), hintWords(said), tellWords(said), warningOfTemplate(said)];
    // Some milliseconds, where a machine has nothing else to do.
    expect(performance.now() - began).toBeLessThan(500);
    expect(words).toEqual([said, said, said, said]);
  });

  test('a sentence that is drawn again is not read again', async () => {
    await setLanguage('zh-CN');
    const said = (at: number): string => `\`mounts[${at}].type\` must be a string, but is a number`;
    const began = performance.now();
    for (let drawn = 0; drawn < 100; drawn++) for (let at = 0; at < 400; at++) problemWords(said(at));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(problemWords(said(7))).toBe('`mounts[7].type` 必须是字符串，但现在是数字');
  });
});

test('an error keeps what others have said', async () => {
  await setLanguage('zh-CN');
  const error = {
    message: 'postCreateCommand failed (exit 1)',
    description: 'postCreateCommand from devcontainer.json failed.',
    quotes: ['cancelled', 'no container engine answers'],
    hint: '`wharf up` brings it up',
  };
  expect(errorWords(error)).toEqual({
    ...error,
    message: 'postCreateCommand 失败（退出码 1）',
    hint: '`wharf up` 会启动它',
  });
});

test('a Template of a registry is in the words of its publisher', async () => {
  const description = 'PHP with Composer and Xdebug.';
  const template: TemplateSummary = {
    reference: 'builtin/php',
    name: 'PHP',
    description,
    platforms: [],
    keywords: [],
    options: [{ name: 'a', kind: 'text', description: 'Release of Debian', choices: [], closed: false }],
  };
  await setLanguage('zh-CN');
  expect(templateWords(template)).toMatchObject({
    name: 'PHP',
    description: '带有 Composer 和 Xdebug 的 PHP。',
    options: [{ name: 'a', description: 'Debian 版本' }],
  });
  const foreign = { ...template, reference: 'ghcr.io/a/php:1' };
  expect(templateWords(foreign)).toEqual(foreign);
});
