/** The fake's answers to what the pages of an environment ask. What a scenario does not say is something ordinary. */
import type {
  CleanUpPlan,
  ConfigurationReport,
  EnvironmentReference,
  ErrorResult,
  FeatureList,
  LogEntry,
  LogFilter,
  LogSource,
  LogState,
  LogText,
  ResourceSample,
  SpaceReport,
  StartRecord,
  TemplateList,
  TemplatePreview,
  TerminalEnd,
  TerminalSummary,
} from '../../api';
import type { Pages, TerminalOutput } from '../pages';
import { docker } from './parts';

/** What a scenario says about pages. A function is asked anew each time. */
export interface PageData {
  history?: StartRecord[] | ErrorResult;
  log?: LogEntry[] | ErrorResult;
  configuration?: ConfigurationReport | ErrorResult;
  /** The samples that are sent, one after the other. */
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
  configurationChanged(): void;
  terminalWrites(text: string): void;
  terminalEnds(end: TerminalEnd): void;
}

type Call = (call: string, argument: unknown) => void;

export function pages(data: PageData, called: Call): { pages: Pages; outside: PagesOutside } {
  const logs = new Set<FakeLog>();
  const lines = Array.isArray(data.log) ? [...data.log] : [];
  const configurationWatchers = new Set<() => void>();
  const terminals: FakeTerminal[] = [];
  let counter = 0;

  function ask<Answer extends object>(call: string, argument: unknown, answer: Answer | ErrorResult): Promise<Answer> {
    called(call, argument);
    return isError(answer) ? Promise.reject(answer) : Promise.resolve(answer);
  }

  function terminal(id: string): FakeTerminal {
    const found = terminals.find(({ summary }) => summary.id === id);
    if (!found) throw notThere(id);
    return found;
  }

  return {
    outside: {
      log(more) {
        lines.push(...more);
        for (const log of logs) log.tell();
      },
      configurationChanged: () => configurationWatchers.forEach((changed) => changed()),
      terminalWrites: (text) => terminals.forEach((terminal) => terminal.write(text)),
      terminalEnds: (end) => terminals.forEach((terminal) => terminal.end(end)),
    },
    pages: {
      history: (reference) => ask('history', reference, data.history ?? []),

      async openLog(request, changed) {
        await ask('openLog', request, data.log ?? []);
        const log = new FakeLog(lines, request.filter, changed);
        logs.add(log);
        return {
          page: async (from, count) => log.page(from, count),
          async filter(filter) {
            called('filterLog', filter);
            log.filter(filter);
          },
          search: async (text) => log.search(text),
          async export(title) {
            called('exportLog', title);
            return { path: '/home/ada/log.txt', lines: log.shown().length };
          },
          close: () => logs.delete(log),
        };
      },

      terminals: async () => terminals.map(({ summary }) => summary),
      async openTerminal(request) {
        called('openTerminal', request);
        if (typeof data.terminal === 'object') throw data.terminal;
        counter += 1;
        const made = new FakeTerminal({
          id: `terminal-${counter}`,
          reference: request.reference,
          command: request.command,
          startedAt: Date.now(),
        });
        made.write(data.terminal ?? '\x1b[32mvscode\x1b[0m@\x1b[34m/workspaces\x1b[0m $ ');
        terminals.push(made);
        return made.summary;
      },
      readTerminal: async (id, wrote) => terminal(id).read(wrote),
      async writeTerminal(id, text) {
        called('writeTerminal', { id, text });
        terminal(id).write(text.replaceAll('\r', '\r\n'));
      },
      async resizeTerminal(id, size) {
        called('resizeTerminal', { id, size });
      },
      async closeTerminal(id) {
        called('closeTerminal', id);
        terminal(id).end({});
        terminals.splice(terminals.indexOf(terminal(id)), 1);
      },

      configuration: (reference) => ask('configuration', reference, data.configuration ?? configurationOf(reference)),
      async watchConfiguration(_, changed) {
        configurationWatchers.add(changed);
        return () => configurationWatchers.delete(changed);
      },

      async watchResources(reference, measured) {
        const samples = await ask('watchResources', reference, data.resources ?? [sample]);
        let next = 0;
        const send = () => measured({ ...(samples[next++ % samples.length] ?? sample), timestamp: Date.now() });
        send();
        const timer = setInterval(send, 1000);
        return () => clearInterval(timer);
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

/** A log that lies in memory. */
class FakeLog {
  #filter: LogFilter;
  #number = 0;
  #filters = 1;

  constructor(
    private readonly lines: readonly LogEntry[],
    filter: LogFilter | undefined,
    private readonly changed: (state: LogState) => void,
  ) {
    this.#filter = filter ?? { sources: [] };
    queueMicrotask(() => this.tell());
  }

  shown(): readonly LogEntry[] {
    const { sources, text } = this.#filter;
    const has = matcher(text ?? undefined);
    if (sources.length === 0 && !text) return this.lines;
    return this.lines.filter((line) => (sources.length === 0 || sources.includes(line.source)) && has(line));
  }

  page(from: number, count: number) {
    return { filter: this.#filters, from, lines: this.shown().slice(from, from + count) };
  }

  filter(filter: LogFilter): void {
    this.#filter = filter;
    this.#filters += 1;
    this.tell();
  }

  search(text: LogText) {
    const has = matcher(text);
    const positions = [...this.shown().entries()].filter(([, line]) => has(line)).map(([position]) => position);
    return { filter: this.#filters, positions, total: positions.length };
  }

  tell(): void {
    this.#number += 1;
    const sources: LogSource[] = ['build', 'hooks', 'container', 'keeper'];
    this.changed({
      number: this.#number,
      filter: this.#filters,
      first: 0,
      end: this.shown().length,
      counts: sources.map((source) => ({
        source,
        lines: this.lines.reduce((sum, line) => sum + Number(line.source === source), 0),
      })),
      complete: true,
      following: true,
    });
  }
}

/** Whether a line has a text in it. */
function matcher(text: LogText | undefined): (line: LogEntry) => boolean {
  if (!text) return () => true;
  const pattern = text.regex ? text.text : text.text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(pattern, text.caseSensitive ? '' : 'i');
  return (line) => expression.test(line.text);
}

/** A terminal that writes back what is typed. */
class FakeTerminal {
  #written = '';
  #reader: ((output: TerminalOutput) => void | Promise<void>) | undefined;
  #ended: (end: TerminalEnd) => void = () => {};

  constructor(readonly summary: TerminalSummary) {}

  write(text: string): void {
    this.#written += text;
    void this.#reader?.(output(text, false));
  }

  read(reader: (output: TerminalOutput) => void | Promise<void>): Promise<TerminalEnd> {
    this.#reader = reader;
    if (this.#written !== '') void reader(output(this.#written, true));
    if (this.summary.end) return Promise.resolve(this.summary.end);
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  end(end: TerminalEnd): void {
    this.summary.end = end;
    this.#ended(end);
  }
}

function output(text: string, replayed: boolean): TerminalOutput {
  return { bytes: new TextEncoder().encode(text), replayed, truncated: false };
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
