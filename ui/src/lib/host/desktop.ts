/** What the window asks of the desktop around it: what was handed over, dialogs, the browser, file managers, engines. */
import type { EditorList, EngineList, EnvironmentReference, IntegrationReport, Location, Opened } from '../api';

/** Something is dragged over the window, has left it, or was dropped. */
export type Drag = { kind: 'over' } | { kind: 'leave' } | { kind: 'drop'; paths: string[] };

export interface Desktop {
  /**
   * What was handed over by the command line, a second start, the file manager or a link, and not taken yet. What a link asks for
   * (`byLink`, and every repository) is opened only after the person has agreed.
   */
  opened(): Promise<Opened[]>;
  /** Calls back when `opened` has something new. */
  whenOpened(there: () => void): Promise<void>;
  /** Calls back while something is dragged over the window. */
  whenDragged(dragged: (drag: Drag) => void): Promise<void>;
  /** Lets the person choose a folder; nothing when they do not. */
  chooseFolder(title: string): Promise<string | undefined>;
  /** Shows a folder in the system's file manager. */
  showFolder(path: string): Promise<void>;
  /** Opens an address in the person's browser: one of this computer at once, any other http(s) one after the system has asked. */
  openLink(address: string): Promise<void>;
  copy(text: string): Promise<void>;

  /** Every engine there is, whether it answers or not. */
  engines(): Promise<EngineList>;
  /** Every editor that environments can be opened in, the person's first. */
  editors(): Promise<EditorList>;
  /** Opens an environment in the first of them. */
  openEditor(reference: EnvironmentReference): Promise<void>;
  /** Opens a file of an environment's configuration in it, at its line; of one in a volume the environment. */
  editFile(reference: EnvironmentReference, location: Location): Promise<void>;
  /** What of Wharf is in the system's file managers. */
  integration(): Promise<IntegrationReport>;
  /** Puts Wharf into the file managers or takes it out of them, and answers what is there now. */
  integrate(install: boolean): Promise<IntegrationReport>;
}
