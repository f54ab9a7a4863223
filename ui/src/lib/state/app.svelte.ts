/** What the window shows and does. Components read it and call it; nothing else talks to the host. */
import { createContext, tick } from 'svelte';
import type {
  CloneSource,
  EditorList,
  EditorSummary,
  EnvironmentReference,
  EnvironmentSummary,
  ErrorResult,
  FolderReport,
  ListResult,
  Location,
  Opened,
  OperationName,
  OperationRequest,
  TemplateSummary,
} from '../api';
import type { Drag, Host } from '../host';
import { text } from '../i18n';
import type { Entry, Kind, Sorting } from '../model/board';
import { byId, concerns, groups, mark, newId, since, withNew, type Mark } from '../model/environment';
import { contains, words } from '../model/search';
import { engineName } from '../words';
import { asError } from './problem';
import { Settings, type Section } from './settings.svelte';
import { Tabs } from './tabs.svelte';
import { Toasts } from './toasts.svelte';
import { Work } from './work.svelte';

/** What the larger part of the window shows. */
export type Place =
  | { kind: 'home' }
  | { kind: 'environment'; id: string }
  | { kind: 'reading'; folder: string }
  | { kind: 'folder'; report: FolderReport }
  | { kind: 'new'; how: NewFrom | undefined; folder?: string }
  | { kind: 'settings'; section: Section };

/** What a new environment can be made from, other than a folder that has a configuration. */
export type NewFrom = 'clone' | 'template';

/** What a link asks for. */
export type Wish = Extract<Opened, { kind: 'folder' | 'repository' }>;

/** The question that stands before everything else. */
export type Question =
  | { kind: 'stop' | 'restart' | 'rebuild' | 'delete'; environment: EnvironmentSummary }
  | { kind: 'keys' }
  /** A link asks for something. */
  | { kind: 'link'; opened: Wish }
  | { kind: 'palette' };

export class App {
  readonly host: Host;
  readonly settings: Settings;
  readonly toasts = new Toasts();
  /** The key that goes with others, as the system's people write it. */
  readonly commandKey: string;
  readonly tabs = new Tabs();
  board = $state.raw<ListResult>();
  /** The editors of this computer, once they were looked for. */
  editors = $state.raw<EditorList>();
  place = $state.raw<Place>({ kind: 'home' });
  question = $state.raw<Question>();
  /** What went wrong outside any environment. */
  problem = $state.raw<ErrorResult>();
  /** Something is dragged over the window. */
  dragged = $state(false);
  /** What every list of environments is narrowed to, and how the board shows them. */
  filter = $state('');
  kind = $state<Kind>('all');
  sorting = $state.raw<Sorting>({ by: 'state', descending: false });
  /** The Template that is looked at among those to choose from. */
  template = $state.raw<TemplateSummary>();
  /** Said to screen readers. */
  said = $state('');
  /** When the board came. */
  #seenAt = $state.raw(0);
  #works = $state.raw<readonly Work[]>([]);
  #counter = 0;

  readonly environments = $derived(
    (this.board ? withNew(this.board, this.#works) : []).map((one) => since(one, this.#seenAt, this.workOf(one))),
  );
  readonly groups = $derived(groups(this.environments));
  /** In the order of the list. */
  readonly listed = $derived([...this.groups.ours, ...this.groups.others]);
  readonly #wanted = $derived(words(this.filter));
  /** What the filter lets through. */
  readonly shown = $derived({
    ours: this.groups.ours.filter((environment) => this.#fits(environment)),
    others: this.groups.others.filter((environment) => this.#fits(environment)),
  });
  /** The same as the board shows it. */
  readonly entries = $derived([...this.shown.ours, ...this.shown.others].map((one) => this.#entry(one)));
  readonly selected = $derived(this.#find(this.place));
  readonly usableEngines = $derived(this.board?.engines.filter((engine) => engine.usable) ?? []);

  constructor(host: Host) {
    this.host = host;
    this.settings = new Settings(host);
    this.commandKey = host.system === 'macos' ? '⌘' : 'Ctrl+';
  }

  async begin(): Promise<void> {
    try {
      await Promise.all([
        this.settings.begin(),
        this.host.whenOpened(() => void this.#takeOpened()),
        this.host.whenDragged((drag) => this.#drag(drag)),
        this.host.watchBoard((board) => this.#show(board)),
      ]);
      for (const { id, request, startedAt } of await this.host.runningOperations()) {
        const work = this.#add(new Work(id, request, startedAt));
        void this.#finish(work, this.host.follow(id, work.happened));
      }
      await this.#takeOpened();
      void this.lookForEditors();
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  /** The operation that this window runs on an environment, or ran last. */
  workOf(environment: EnvironmentSummary): Work | undefined {
    return this.#works.findLast((work) => concerns(work, environment));
  }

  markOf(environment: EnvironmentSummary): Mark {
    return mark(environment, this.workOf(environment));
  }

  /** The editor that an environment can be opened in as it is now: one that works inside needs it to run. */
  editorFor({ reference, state }: EnvironmentSummary): EditorSummary | undefined {
    const [first] = this.editors?.editors ?? [];
    if (!first) return undefined;
    return (first.inside ? state === 'running' : !!reference.folder) ? first : undefined;
  }

  async lookForEditors(): Promise<void> {
    try {
      this.editors = await this.host.editors();
    } catch {
      // Settings that cannot be read are told where they are shown.
      this.editors = undefined;
    }
  }

  /** Whether the configuration has changed since it was applied. */
  isChanged(environment: EnvironmentSummary): boolean {
    return environment.changed === true && environment.container != null;
  }

  goHome(): void {
    this.place = { kind: 'home' };
  }

  create(how?: NewFrom, folder?: string, template?: TemplateSummary): void {
    this.template = template;
    this.place = { kind: 'new', how, folder };
  }

  showSettings(section: Section = 'appearance'): void {
    this.place = { kind: 'settings', section };
  }

  select(id: string): void {
    this.place = { kind: 'environment', id };
  }

  async chooseFolder(): Promise<void> {
    try {
      const folder = await this.host.chooseFolder(text.openFolderTitle);
      if (folder !== undefined) await this.open(folder);
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  /** Reads a folder, and shows its environment or what could be started there. */
  async open(folder: string): Promise<void> {
    this.problem = undefined;
    this.question = undefined;
    this.place = { kind: 'reading', folder };
    try {
      const report = await this.host.inspectFolder(folder);
      const id = report.environment?.id;
      // The command line may be quicker than the first board.
      const known = id !== undefined && (!this.board || this.environments.some((environment) => environment.id === id));
      if (known && report.configurations.length < 2) this.select(id);
      else this.place = { kind: 'folder', report };
    } catch (reason) {
      this.problem = asError(reason);
      this.place = { kind: 'home' };
    }
  }

  /** Runs an operation. The answer is whether it did what was wanted. */
  async run(operation: OperationName, reference: EnvironmentReference, removeVolumes = false): Promise<boolean> {
    return this.#operate({ operation, reference, removeVolumes });
  }

  /** Clones a repository into a volume, starts its environment and shows it. */
  async clone(source: CloneSource, engine?: string): Promise<void> {
    const running = this.#operate({ operation: 'up', reference: { engine }, removeVolumes: false, clone: source });
    this.#selectWork(this.#works.at(-1));
    await running;
  }

  /** The same once more, for what only an operation speaks of. */
  async again(work: Work): Promise<void> {
    await this.#operate(work.request);
  }

  async #operate(request: OperationRequest): Promise<boolean> {
    this.#counter += 1;
    const id = `${Date.now()}-${this.#counter}`;
    const work = this.#add(new Work(id, { ...request, answersSecrets: true }, Date.now()));
    return this.#finish(work, this.host.operate(id, work.request, work.happened));
  }

  /** Starts a folder's environment and shows it. */
  async start(reference: EnvironmentReference): Promise<void> {
    const running = this.run('up', reference);
    this.#selectWork(this.#works.at(-1));
    await running;
  }

  /** Applies what has changed in the configuration, in the smallest way that does: all of it, or only what needs no restart. */
  async apply(reference: EnvironmentReference, onlyHot = false): Promise<void> {
    await this.#operate({ operation: 'apply', reference, removeVolumes: false, ...(onlyHot && { onlyHot }) });
  }

  async answer(work: Work, allow: boolean): Promise<void> {
    work.answering = true;
    await this.#try(this.host.answerConsent(work.id, allow));
  }

  /** Gives a secret that an operation asks for, or goes on without it. */
  async answerSecret(work: Work, value: string | undefined, keep = false): Promise<void> {
    work.answering = true;
    await this.#try(this.host.answerSecret(work.id, value, keep).finally(() => work.answeredSecret()));
  }

  async cancel(work: Work): Promise<void> {
    work.cancelling = true;
    await this.#try(this.host.cancel(work.id));
  }

  async openEditor(reference: EnvironmentReference): Promise<void> {
    await this.#try(this.host.openEditor(reference));
  }

  async editFile(reference: EnvironmentReference, location: Location): Promise<void> {
    await this.#try(this.host.editFile(reference, location));
  }

  async showFolder(path: string): Promise<void> {
    await this.#try(this.host.showFolder(path));
  }

  async openLink(address: string): Promise<void> {
    await this.#try(this.host.openLink(address));
  }

  async copy(content: string): Promise<void> {
    await this.#try(this.host.copy(content));
  }

  async #try(call: Promise<void>): Promise<void> {
    try {
      await call;
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  #fits(environment: EnvironmentSummary): boolean {
    if (this.#wanted.length === 0) return true;
    const { name, reference, engine, maker, source } = environment;
    const repository = source?.kind === 'volume' ? source.repository?.url : undefined;
    const told = [name, reference.folder, reference.volume, repository, engine && engineName(engine)];
    return contains(
      this.#wanted,
      [...told, text.mark[this.markOf(environment)], text.maker[maker]].filter(Boolean).join(' '),
    );
  }

  #entry(environment: EnvironmentSummary): Entry {
    const shown = this.markOf(environment);
    const engine = environment.engine ? engineName(environment.engine) : '';
    const attention = shown === 'needs' || shown === 'failed' || this.isChanged(environment);
    return { environment, mark: shown, engine, attention };
  }

  #drag(drag: Drag): void {
    this.dragged = drag.kind === 'over';
    if (drag.kind !== 'drop') return;
    const [folder, ...more] = drag.paths;
    if (folder !== undefined && more.length === 0) void this.open(folder);
    else this.problem = { message: text.dropOneFolder, description: '' };
  }

  #show(board: ListResult): void {
    const first = this.board === undefined;
    const was = this.selected;
    this.board = board;
    this.#seenAt = Date.now();
    if (this.place.kind === 'environment') {
      // What this window began has an id of its own until the board knows it.
      const now = this.selected ?? (was && this.environments.find((environment) => this.#same(was, environment)));
      // It may have ended before the board has seen any of it.
      const { id } = this.place;
      const isComing = this.#works.some(({ request }) => newId(request) === id);
      if (now) this.place = { kind: 'environment', id: now.id };
      else if (!isComing) this.place = { kind: 'home' };
    }
    const [top] = this.listed;
    if (this.place.kind === 'home' && top && (first || was)) this.select(top.id);
    if (first) void this.#try(tick().then(() => this.host.usable()));
  }

  #same(one: EnvironmentSummary, other: EnvironmentSummary): boolean {
    return this.#works.some((work) => concerns(work, one) && concerns(work, other));
  }

  #find(place: Place): EnvironmentSummary | undefined {
    return place.kind === 'environment' ? byId(place.id, this.environments, this.#works) : undefined;
  }

  #selectWork(work: Work | undefined): void {
    const environment = work && this.environments.find((candidate) => concerns(work, candidate));
    if (environment) this.select(environment.id);
  }

  /** Adds an operation; what ran before on the same environment is no longer shown. */
  #add(work: Work): Work {
    const environment = this.environments.find((candidate) => concerns(work, candidate));
    const others = this.#works.filter((other) => !other.ended || !environment || !concerns(other, environment));
    this.#works = [...others, work];
    return work;
  }

  async #finish(work: Work, running: ReturnType<Host['operate']>): Promise<boolean> {
    const selected = (): boolean => this.selected !== undefined && concerns(work, this.selected);
    try {
      work.end(await running);
    } catch (reason) {
      work.end({ outcome: 'failed', error: asError(reason) });
    }
    const { outcome } = work.result ?? { outcome: 'failed' };
    const name = work.model.environment?.name ?? '';
    const said = text.says[outcome](text.operation[work.request.operation], name);
    this.said = said;
    // What is in view speaks for itself.
    if (!selected() && outcome !== 'cancelled') {
      const environment = this.environments.find((candidate) => concerns(work, candidate));
      const id = environment?.id;
      this.toasts.show({ kind: outcome, text: said, show: id === undefined ? undefined : () => this.select(id) });
    }
    if (outcome === 'done' && work.request.operation === 'down') {
      this.#works = this.#works.filter((other) => other !== work);
    } else if (selected()) this.#selectWork(work);
    return outcome === 'done';
  }

  async #takeOpened(): Promise<void> {
    const opened = (await this.host.opened()).at(-1);
    if (opened === undefined) return;
    if (opened.kind === 'refused') this.problem = { message: opened.message, description: '' };
    else if (opened.kind === 'environment') this.select(opened.id);
    else if (opened.kind === 'folder' && !opened.byLink) await this.open(opened.folder);
    else this.question = { kind: 'link', opened };
  }
}

export const [getApp, setApp] = createContext<App>();
