/** What the pages of an environment, and the page of new ones, ask of the program. A part of `Host`. */
import type {
  CleanUpPlan,
  CleanUpResult,
  ConfigurationReport,
  EnvironmentPorts,
  EnvironmentReference,
  FeatureList,
  LogExported,
  LogFilter,
  LogMatches,
  LogPage,
  LogRequest,
  LogState,
  LogText,
  PortRequest,
  ResourceSample,
  SpaceReport,
  StartRecord,
  TemplateList,
  TemplatePreview,
  TemplateRequest,
  TemplatesApplyResult,
  TerminalEnd,
  TerminalRequest,
  TerminalSize,
  TerminalSummary,
} from '../api';

/** Ends what was begun: nothing is called back afterwards. */
export type Stop = () => void;

/** A log while it is looked at. Positions count lines that the filter lets through, from `first` up to `end` of its state. */
export interface OpenLog {
  /** At most 2,000 lines at once. Fewer come where there are fewer. */
  page(from: number, count: number): Promise<LogPage>;
  /** Shows other lines. The state that follows carries the next number of `filter`. Refused when a regular expression is wrong. */
  filter(filter: LogFilter): Promise<void>;
  /** Where a text is among the lines that the filter lets through. */
  search(text: LogText): Promise<LogMatches>;
  /** Writes what the filter lets through to a file that the person chooses; nothing when they choose none. */
  export(title: string): Promise<LogExported | undefined>;
  close: Stop;
}

/** What a terminal has written. */
export interface TerminalOutput {
  bytes: Uint8Array;
  /** It was written before this reader came: no answer to a question in it may be sent again. */
  replayed: boolean;
  /** Older output is gone, so a terminal that shows something else begins anew with this. */
  truncated: boolean;
}

/** What forwards ports, where the program has it. */
export interface Ports {
  /** Hears of the environment's ports at once and after every change; of nothing while no keeper has them. */
  watch(reference: EnvironmentReference, changed: (ports: EnvironmentPorts | undefined) => void): Promise<Stop>;
  /** Forwards a port, moves it, stops it, or leaves it to the configuration again. */
  change(request: PortRequest): Promise<void>;
}

export interface Pages {
  readonly ports?: Ports;

  /** The last operations on an environment that did something, the newest first. */
  history(reference: EnvironmentReference): Promise<StartRecord[]>;

  /** `changed` hears of the log's size at once and whenever it has grown, and of nothing else: pages are asked for. */
  openLog(request: LogRequest, changed: (state: LogState) => void): Promise<OpenLog>;

  /** Every terminal that the program keeps, oldest first. */
  terminals(): Promise<TerminalSummary[]>;
  openTerminal(request: TerminalRequest): Promise<TerminalSummary>;
  /**
   * Sends what a terminal has written and writes until its program ends. More comes only once `wrote` is done with what it got.
   * Whoever read it before gets no more.
   */
  readTerminal(id: string, wrote: (output: TerminalOutput) => void | Promise<void>): Promise<TerminalEnd>;
  writeTerminal(id: string, text: string): Promise<void>;
  resizeTerminal(id: string, size: TerminalSize): Promise<void>;
  /** Ends its program and forgets it. */
  closeTerminal(id: string): Promise<void>;

  configuration(reference: EnvironmentReference): Promise<ConfigurationReport>;
  /** Calls back whenever a file has changed that the configuration is made of. */
  watchConfiguration(reference: EnvironmentReference, changed: () => void): Promise<Stop>;

  /** What its container uses, about once a second until it is stopped. */
  watchResources(reference: EnvironmentReference, measured: (sample: ResourceSample) => void): Promise<Stop>;
  /** What lies on the engines' disks. Engines have to count it, which may take a while. */
  space(): Promise<SpaceReport>;
  cleanUpPlan(): Promise<CleanUpPlan>;
  /** Removes what is named and can still go. */
  cleanUp(items: readonly string[]): Promise<CleanUpResult>;

  /** The Templates that come with the program. */
  templates(): Promise<TemplateList>;
  /** Those of a collection such as `ghcr.io/devcontainers/templates`. */
  templateCollection(collection: string): Promise<TemplateList>;
  /** The Features of a collection such as `ghcr.io/devcontainers/features`. */
  featureCollection(collection: string): Promise<FeatureList>;
  previewTemplate(request: TemplateRequest): Promise<TemplatePreview>;
  /** Writes exactly what was shown, or refuses: `digest` is the preview's. */
  applyTemplate(request: TemplateRequest, digest: string): Promise<TemplatesApplyResult>;
}
