/** What the window asks of the program that it runs in. The real one and the fake both answer it. */
import type {
  Checkout,
  EnvironmentReference,
  Event,
  FolderReport,
  ListResult,
  Losses,
  OperationRequest,
  OperationResult,
  PlanResult,
  RunningOperation,
  StatusResult,
} from '../api';
import type { Desktop } from './desktop';
import type { Pages } from './pages';
import type { Preferences } from './settings';

export type { Drag } from './desktop';

export type System = 'linux' | 'macos' | 'windows';

/** Takes events as they come, several at once. `truncated` says that output before them was more than is kept. */
export type Happened = (events: readonly Event[], truncated: boolean) => void;

/** Every promise is refused with an `ErrorResult`, or with an `Error` when the program does not answer. */
export interface Host extends Pages, Desktop, Preferences {
  readonly system: System;
  /** The person's home folder, to write paths as `~/…`. */
  readonly home: string | undefined;

  /** Sends the whole board at once, and again after every change. */
  watchBoard(changed: (board: ListResult) => void): Promise<void>;
  inspectFolder(folder: string): Promise<FolderReport>;
  plan(reference: EnvironmentReference): Promise<PlanResult>;
  /** What is wanted of an environment, and what is there. */
  status(reference: EnvironmentReference): Promise<StatusResult>;
  /** What git has checked out in its folder; nothing where it is in no repository, or not on this computer. */
  checkout(reference: EnvironmentReference): Promise<Checkout | undefined>;
  /** What would go with the container, and with its volumes when they are removed as well. */
  losses(reference: EnvironmentReference, removeVolumes: boolean): Promise<Losses>;

  /** Ends when the operation has ended. `id` is chosen by the caller. */
  operate(id: string, request: OperationRequest, happened: Happened): Promise<OperationResult>;
  answerConsent(id: string, allow: boolean): Promise<void>;
  /** A secret that the operation asks for, to be kept in the keychain or not; without a value it goes on without it. */
  answerSecret(id: string, value: string | undefined, keep: boolean): Promise<void>;
  cancel(id: string): Promise<void>;
  runningOperations(): Promise<RunningOperation[]>;
  /** As `operate`, for an operation that runs already: the events so far come first. */
  follow(id: string, happened: Happened): Promise<OperationResult>;

  /** The window shows what it is for. Said for whoever measures how long that takes. */
  usable(): Promise<void>;
}
