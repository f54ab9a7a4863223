/** The fake's answers to what the pages of an environment ask. What a scenario does not say is something ordinary. */
import type {
  CleanUpPlan,
  ConfigurationReport,
  EnvironmentReference,
  EnvironmentPorts,
  ErrorResult,
  FeatureList,
  LogEntry,
  LogRequest,
  ResourceSample,
  SpaceReport,
  StartRecord,
  TemplateList,
  TemplatePreview,
  TerminalEnd,
} from '../../api';
import type { Pages } from '../pages';
import { FakeLog } from './log';
import { docker } from './parts';
import { changedBy } from './ports';
import { keep, kept, PROMPT, FakeTerminal } from './terminal';

/** What a scenario says about pages. A function is asked anew each time. */
export interface PageData {
  history?: StartRecord[] | ErrorResult;
  log?: LogEntry[] | ErrorResult;
  /** So many lines come a second, each made from its number. */
  logGrows?: { perSecond: number; line: (number: number) => LogEntry };
  ports?: EnvironmentPorts | ErrorResult;
  /** They come one after the other, as programs begin to listen. */
  portsAppear?: boolean;
  configuration?: ConfigurationReport | ErrorResult;
  /** What was measured in the seconds before it is looked at. */
  resources?: ResourceSample[] | ErrorResult;
  space?: SpaceReport | ErrorResult;
  cleanUp?: CleanUpPlan | ErrorResult;
  templates?: TemplateList | ErrorResult;
  collections?: Record<string, TemplateList | ErrorResult>;
  features?: Record<string, FeatureList | ErrorResult>;
  preview?: TemplatePreview | ErrorResult;
  /** What a terminal writes when it is opened. */
  terminal?: string | ErrorResult;
}

/** What tests can do to open pages. */
export interface PagesOutside {
  /** Appends lines to the open logs. */
  log(lines: LogEntry[]): void;
  /** The keeper says what the ports are now. */
  ports(ports: EnvironmentPorts | undefined): void;
  /** A log that was refused can be read from now on, and has these lines. */
  mendLog(lines: LogEntry[]): void;
  configurationChanged(): void;
  terminalWrites(text: string): void;
  terminalEnds(end: TerminalEnd): void;
}

type Call = (call: string, argument: unknown) => void;

export function pages(data: PageData, called: Call): { pages: Pages; outside: PagesOutside } {
  const logs = new Set<FakeLog>();
  const lines = Array.isArray(data.log) ? [...data.log] : [];
  let unreadable = data.log && isError(data.log) ? data.log : undefined;
  const portWatchers = new Set<(ports: EnvironmentPorts | undefined) => void>();
  let ports = data.ports && !isError(data.ports) ? data.ports : undefined;
  const configurationWatchers = new Set<() => void>();
  const remember = (): void => keep(terminals);
  const terminals: FakeTerminal[] = kept(remember);
  let counter = terminals.length;

  function ask<Answer extends object>(call: string, argument: unknown, answer: Answer | ErrorResult): Promise<Answer> {
    called(call, argument);
    return isError(answer) ? Promise.reject(answer) : Promise.resolve(answer);
  }

  /** A step's lines are those that name it. */
  function linesOf({ start, step }: LogRequest): readonly LogEntry[] {
    if (step == null || !Array.isArray(data.history)) return lines;
    const steps = data.history.find(({ id }) => id === start)?.steps ?? [];
    const subjects = steps.filter(({ id, parent }) => id === step || parent === step).map(({ subject }) => subject);
    return lines.filter((line) => subjects.includes(line.step));
  }

  function showPorts(next: EnvironmentPorts | undefined): void {
    ports = next;
    portWatchers.forEach((changed) => changed(next));
  }

  function appear(all: EnvironmentPorts): void {
    let count = 0;
    const timer = setInterval(() => {
      count += 1;
      showPorts({ ...all, ports: all.ports.slice(0, count) });
      if (count === all.ports.length) clearInterval(timer);
    }, 1500);
    showPorts({ ...all, ports: [] });
  }

  function terminal(id: string): FakeTerminal {
    const found = terminals.find(({ summary }) => summary.id === id);
    if (!found) throw notThere(id);
    return found;
  }

  /** Lines come while somebody looks, as from a program that does not care. */
  function grow(): void {
    if (!data.logGrows || logs.size !== 1) return;
    const { perSecond, line } = data.logGrows;
    let before = performance.now();
    let due = 0;
    const timer = setInterval(() => {
      if (logs.size === 0) clearInterval(timer);
      const now = performance.now();
      due += ((now - before) * perSecond) / 1000;
      before = now;
      for (; due >= 1; due -= 1) lines.push(line(lines.length));
      for (const log of logs) log.grown();
    }, 50);
  }

  return {
    outside: {
      log(more) {
        lines.push(...more);
        for (const log of logs) log.grown();
      },
      mendLog(more) {
        unreadable = undefined;
        lines.push(...more);
      },
      ports: showPorts,
      configurationChanged: () => configurationWatchers.forEach((changed) => changed()),
      terminalWrites: (text) => terminals.forEach((terminal) => terminal.write(text)),
      terminalEnds: (end) => terminals.forEach((terminal) => terminal.end(end)),
    },
    pages: {
      history: (reference) => ask('history', reference, data.history ?? []),

      async openLog(request, changed) {
        await ask('openLog', request, unreadable ?? {});
        const log = new FakeLog(linesOf(request), request.filter, changed);
        logs.add(log);
        grow();
        return {
          page: async (from, count) => log.page(from, count),
          async filter(filter) {
            called('filterLog', filter);
            log.filter(filter);
          },
          search: async (text) => log.search(text),
          async export(title) {
            called('exportLog', title);
            return { path: '/home/ada/log.txt', lines: log.length };
          },
          close: () => logs.delete(log),
        };
      },

      terminals: async () => terminals.map(({ summary }) => summary),
      async openTerminal(request) {
        called('openTerminal', request);
        if (typeof data.terminal === 'object') throw data.terminal;
        counter += 1;
        const { reference, command } = request;
        const summary = { id: `terminal-${counter}`, reference, command, startedAt: Date.now() };
        const made = new FakeTerminal(summary, data.terminal ?? PROMPT, remember);
        terminals.push(made);
        remember();
        return made.summary;
      },
      readTerminal: async (id, wrote) => terminal(id).read(wrote),
      async writeTerminal(id, text) {
        called('writeTerminal', { id, text });
        terminal(id).type(text);
      },
      async resizeTerminal(id, size) {
        called('resizeTerminal', { id, size });
      },
      async closeTerminal(id) {
        called('closeTerminal', id);
        terminal(id).end({});
        terminals.splice(terminals.indexOf(terminal(id)), 1);
        remember();
      },

      ports: {
        async watch(reference, changed) {
          if (data.ports && isError(data.ports)) return Promise.reject(data.ports);
          called('watchPorts', reference);
          portWatchers.add(changed);
          if (data.portsAppear && ports) appear(ports);
          else changed(ports);
          return () => portWatchers.delete(changed);
        },
        async change(request) {
          called('changePort', request);
          if (ports) showPorts({ ...ports, ports: changedBy(ports.ports, request) });
        },
      },

      configuration: (reference) => ask('configuration', reference, data.configuration ?? configurationOf(reference)),
      async watchConfiguration(_, changed) {
        configurationWatchers.add(changed);
        return () => configurationWatchers.delete(changed);
      },

      async watchResources(reference, measured) {
        const samples = await ask('watchResources', reference, data.resources ?? [sample]);
        const began = Date.now();
        // What a scenario has measured already is there at once; then it begins anew, a sample a second.
        for (const [at, one] of samples.entries()) {
          measured({ ...one, timestamp: began - 1000 * (samples.length - 1 - at) });
        }
        let next = 0;
        const timer = setInterval(() => {
          measured({ ...(samples[next++ % samples.length] ?? sample), timestamp: Date.now() });
        }, 1000);
        return () => {
          called('unwatchResources', reference);
          clearInterval(timer);
        };
      },
      space: () => ask('space', undefined, data.space ?? { engines: [] }),
      cleanUpPlan: () => ask('cleanUpPlan', undefined, data.cleanUp ?? { items: [] }),
      async cleanUp(items) {
        called('cleanUp', items);
        const known = data.cleanUp && !isError(data.cleanUp) ? data.cleanUp.items : [];
        const gone = known.filter(({ id }) => items.includes(id));
        return {
          removed: gone.map(({ id }) => id),
          bytes: gone.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
          failed: [],
        };
      },

      templates: () => ask('templates', undefined, data.templates ?? { templates: [template] }),
      templateCollection: (name) => ask('templateCollection', name, data.collections?.[name] ?? notThere(name)),
      featureCollection: (name) => ask('featureCollection', name, data.features?.[name] ?? notThere(name)),
      previewTemplate: (request) => ask('previewTemplate', request, data.preview ?? preview),
      async applyTemplate(request, digest) {
        const { files } = await ask('applyTemplate', { request, digest }, data.preview ?? preview);
        return { files: files.map(({ path }) => path) };
      },
    },
  };
}

const sample: ResourceSample = {
  timestamp: 0,
  running: true,
  cpu: 0.42,
  cpus: 8,
  memory: 734_003_200,
  memoryLimit: 8_589_934_592,
  processes: 37,
  received: { bytes: 12_582_912, perSecond: 2048 },
  sent: { bytes: 1_048_576, perSecond: 512 },
  read: { bytes: 157_286_400, perSecond: 0 },
  written: { bytes: 41_943_040, perSecond: 16_384 },
};

const template = {
  reference: 'builtin/debian',
  name: 'Debian',
  description: 'A Debian system with git and common tools.',
  platforms: ['Any'],
  keywords: ['debian'],
  options: [],
};

const TEXT =
  '// A Debian system with git and common tools.\n{\n  "image": "mcr.microsoft.com/devcontainers/base:debian"\n}\n';

const preview: TemplatePreview = {
  files: [{ path: '.devcontainer/devcontainer.json', text: TEXT, bytes: TEXT.length, replaces: false }],
  warnings: [],
  digest: '795535e56e4ed310',
};

function configurationOf(reference: EnvironmentReference): ConfigurationReport {
  const path = reference.configuration ?? `${reference.folder}/.devcontainer/devcontainer.json`;
  const configuration = { image: 'mcr.microsoft.com/devcontainers/base:debian' };
  return {
    environment: { name: 'api-server', folder: reference.folder ?? '', configuration: path },
    configuration,
    merged: { ...configuration, remoteUser: 'vscode' },
    origins: [
      { property: 'image', from: 'configuration', location: { path, line: 3, column: 3, length: 54 } },
      { property: 'remoteUser', from: 'image', image: configuration.image, entry: 0 },
    ],
    diagnostics: [],
    files: [{ path, role: 'configuration', text: TEXT }],
  };
}

/** An engine with what is usual on it, for scenarios to begin from. */
export const space: SpaceReport = {
  engines: [
    {
      engine: docker,
      environments: [],
      images: 4_294_967_296,
      containers: 222_298_112,
      volumes: 1_073_741_824,
      buildCache: 2_147_483_648,
    },
  ],
};

function isError(answer: object): answer is ErrorResult {
  return 'message' in answer;
}

function notThere(what: string): ErrorResult {
  return { message: `The fake knows nothing of ${what}`, description: '' };
}
