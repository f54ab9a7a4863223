/** What the pages of an environment show when nothing answers, when there is very much, and when what they show means harm. */
import type { ConfigurationReport, ErrorResult, LogEntry, ResourceSample, StartRecord } from '../../api';
import { alive, configuration, history, logLines } from './alive';
import type { PageData } from './pages';
import { environmentPorts, port } from './ports';

export const refused: ErrorResult = {
  message: 'The engine does not answer any more',
  description: '',
  quotes: ['connection reset by peer'],
  hint: 'Start it again, then come back.',
};

/** Every page is refused. */
export const refusing: PageData = {
  history: refused,
  log: refused,
  configuration: refused,
  ports: refused,
  resources: refused,
  space: refused,
  cleanUp: refused,
  terminal: refused,
};

export const stopped: ResourceSample = { timestamp: 0, running: false, cpus: 8, memory: 0 };

function numbered<Made>(count: number, make: (number: number) => Made): Made[] {
  return Array.from({ length: count }, (_, number) => make(number));
}

/** Two hundred thousand lines, thousands of values, hundreds of steps and things to clean up. */
export const much: PageData = {
  ...alive,
  log: logLines(200_000),
  ports: environmentPorts(numbered(2000, (number) => port({ port: 1024 + number, source: 'detected' }))),
  history: [longStart()],
  configuration: {
    ...configuration,
    merged: {
      containerEnv: Object.fromEntries(numbered(3000, (number) => [`VARIABLE_${number}`, `value ${number}`])),
    },
    origins: [],
    diagnostics: numbered(300, (number) => ({ severity: 'warning' as const, message: `Warning ${number + 1}` })),
  },
  cleanUp: {
    items: numbered(1000, (number) => ({
      id: `i${number}`,
      kind: 'image' as const,
      name: `vsc-environment-${number}-795535e56e4e`,
      engine: 'unix:///var/run/docker.sock',
      bytes: 1_000_000 * number,
      ours: true,
      precious: false,
    })),
  },
};

/** A list and texts that are longer than anybody reads. */
export const long: PageData = {
  ...alive,
  configuration: {
    ...configuration,
    merged: {
      containerEnv: {
        CERTIFICATE: `${'MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw'.repeat(400).slice(0, 19_991)}end of it`,
        EDITOR: 'vim',
      },
      forwardPorts: numbered(120, (number) => 9000 + number),
      remoteUser: 'vscode',
    },
    origins: [
      { property: 'containerEnv.CERTIFICATE', from: 'feature', feature: 'ghcr.io/acme/features/certificates:1' },
      ...configuration.origins,
    ],
  },
};

function longStart(): StartRecord {
  const [last] = history as [StartRecord];
  const vertices = numbered(300, (number) => ({
    id: 100 + number,
    parent: 30,
    name: 'vertex' as const,
    subject: `[${number + 1}/300] RUN make part-${number}`,
    begin: 20 + number * 40,
    milliseconds: 40,
    outcome: number % 3 === 0 ? ('cached' as const) : ('done' as const),
    lines: number % 2,
  }));
  return { ...last, steps: [...last.steps.filter(({ parent }) => parent !== 30), ...vertices], truncated: true };
}

/** Markup, control characters, other directions, and a word that never ends. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror="document.title=\'taken\'">',
  '</span><script>document.title="taken"</script>',
  '\u001b]0;taken\u0007\u001b[2J\u001b[31mred\u0007\u0000\u001b[0m',
  '\u202egnp.exe\u202c and back',
  'مرحبا بالعالم، هذا سطر من اليمين',
  '日本語の行 🚀 e\u0301 \u200b|',
  `${'long'.repeat(5000)} end`,
  '\t\ttabs\tand\rcarriage returns',
  '{{text.logs.empty}} ${process.exit(1)} %s %n',
];

const [markup = '', script = '', , bidi = '', , , endless = ''] = HOSTILE;

function hostileLines(): LogEntry[] {
  return HOSTILE.flatMap((text, number) => [
    { timestamp: 1_770_000_000_000 + number, source: 'container' as const, stream: 'stdout' as const, text },
    {
      timestamp: null,
      source: 'hooks' as const,
      step: text.slice(0, 400),
      stream: 'stderr' as const,
      text: `of ${number}`,
    },
  ]);
}

const hostileConfiguration: ConfigurationReport = {
  ...configuration,
  merged: { [markup]: script, [bidi]: bidi, name: endless, list: [...HOSTILE] },
  origins: [
    { property: markup, from: 'feature', feature: script },
    { property: 'name', from: 'image', image: endless },
    { property: 'list', from: 'flag', flag: bidi },
  ],
  diagnostics: HOSTILE.map((text) => ({ severity: 'error', message: text, hint: text })),
  files: [{ path: `/home/ada/${markup}`, role: 'configuration', text: HOSTILE.join('\n') }],
};

export const hostile: PageData = {
  ...alive,
  log: hostileLines(),
  ports: environmentPorts(
    HOSTILE.map((text, at) =>
      port({
        port: 3000 + at,
        host: at % 2 === 0 ? undefined : text,
        label: text,
        reason: text,
        process: { name: text, pid: at, commandLine: text },
        conflict: { port: 3000 + at, holder: { kind: 'process', name: text, pid: at } },
      }),
    ),
    { problem: markup },
  ),
  history: history.map((record) => ({
    ...record,
    steps: record.steps.map((step, at) => ({ ...step, subject: HOSTILE[at % HOSTILE.length], detail: markup })),
  })),
  configuration: hostileConfiguration,
  terminal: `${HOSTILE.join('\r\n')}\r\n`,
  cleanUp: {
    items: HOSTILE.map((name, at) => ({
      id: String(at),
      kind: 'volume',
      name,
      engine: 'unix:///var/run/docker.sock',
      bytes: null,
      ours: true,
      precious: true,
      environment: name,
    })),
  },
};
