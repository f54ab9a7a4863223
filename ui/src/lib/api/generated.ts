/* Made by `npm run types` from the project's schema of the window. Do not edit. */

/** How the app looks. */
export type AppearanceSettings = {
  /** Light or dark. */
  theme?: ThemeSetting | null;
  /** The language of its texts, such as `en` or `zh-CN`; `system` follows the system's. */
  language?: string | null;
  /** How much larger everything is drawn; 1 is as designed. */
  zoom?: number | null;
};

/** Why the environment cannot get to where it should be without somebody's help. */
export type Blocked = {
  /** What stands in the way. */
  by: BlockedBy;
  /** What it is, in one line. */
  message: string;
  /** What to do about it. */
  hint?: string | null;
};

/** What can stand in the way.
 * - `consent`: Somebody has to consent first.
 * - `configuration`: The configuration has an error.
 * - `engine`: No engine answers.
 * - `failure`: A step failed and would fail again.
 * - `lock`: Another Wharf works on the environment.
 * - `unknown`: Something could not be found out. */
export type BlockedBy = 'consent' | 'configuration' | 'engine' | 'failure' | 'lock' | 'unknown';

/** Whether BuildKit builds.
 * - `auto`: Where the engine has it.
 * - `never`: Not even there. */
export type BuildKitSetting = 'auto' | 'never';

/** Defaults for everything that builds an image. None of them changes what is in it. */
export type BuildSettings = {
  /** Whether BuildKit builds, where the engine has it. */
  buildkit?: BuildKitSetting | null;
  /** An image or cache that layers are taken from too, as `--cache-from` takes it. */
  cacheFrom?: string | null;
};

/** How much a change costs, from least to most.
 * - `hot`: Applied while the container runs.
 * - `restart`: The container is started or restarted.
 * - `recreate`: The container is replaced; its image stays.
 * - `rebuild`: The image is built again and the container is replaced. */
export type ChangeClass = 'hot' | 'restart' | 'recreate' | 'rebuild';

/** What git has checked out in a folder: a branch, or a commit alone. */
export type Checkout = {
  /** The branch. */
  branch?: string | null;
  /** The beginning of the commit's hash, while no branch is checked out. */
  commit?: string | null;
};

/** Something that stayed. */
export type CleanUpFailure = {
  /** Its id. */
  id: string;
  /** Why. */
  error: ErrorResult;
};

/** A thing that could be removed. */
export type CleanUpItem = {
  /** Names it when it is to go. */
  id: string;
  /** What it is. */
  kind: CleanUpKind;
  /** What a person calls it. */
  name: string;
  /** Address of the engine that has it. */
  engine: string;
  /** Bytes that would be free; absent when the engine does not count them. */
  bytes?: number | null;
  /** Whether Wharf made it. What is not ours goes only when a person chooses it. */
  ours: boolean;
  /** Whether its content may be nowhere else. */
  precious: boolean;
  /** The environment that it was made for, if that is known. */
  environment?: string | null;
};

/** Kinds of things that could be removed.
 * - `image`: An image that no container uses.
 * - `buildCache`: What builds have kept and nothing uses now, of one engine.
 * - `volume`: A volume that no container uses. */
export type CleanUpKind = 'image' | 'buildCache' | 'volume';

/** What could be removed, before it is. */
export type CleanUpPlan = {
  /** Each thing by itself. */
  items: CleanUpItem[];
  /** Engines that could not be asked, and why. */
  problems?: string[];
};

/** What was removed. */
export type CleanUpResult = {
  /** Ids of what went. */
  removed: string[];
  /** Bytes that are free now, as far as they are counted. */
  bytes: number;
  /** What stayed, and why. */
  failed: CleanUpFailure[];
};

/** A repository to clone into a volume. */
export type CloneSource = {
  /** Its address, as a person writes it. */
  repository: string;
  /** A branch or tag; absent for the repository's own choice. */
  branch?: string | null;
  /** The folder in it that is opened; absent for the whole. */
  folder?: string | null;
  /** How many of the last commits are fetched; absent for all. */
  depth?: number | null;
};

/** One of the configurations of a folder. */
export type ConfigurationChoice = {
  /** Absolute path of the file. */
  path: string;
  /** What the configuration calls itself, else its folder's name. */
  name: string;
};

/** A file that a configuration is made of. */
export type ConfigurationFile = {
  /** Absolute path, or the path in the volume that holds the workspace. */
  path: string;
  /** What it is for. */
  role: ConfigurationFileRole;
  /** Its text; absent when it cannot be read or is far too long. */
  text?: string | null;
  /** Why its text is absent. */
  problem?: string | null;
};

/** What a file of a configuration is for.
 * - `configuration`: The configuration itself.
 * - `extended`: A file that it extends.
 * - `overlay`: The person's own overlay.
 * - `dockerfile`: The Dockerfile.
 * - `compose`: A Compose file.
 * - `lockfile`: The lockfile of its Features. */
export type ConfigurationFileRole = 'configuration' | 'extended' | 'overlay' | 'dockerfile' | 'compose' | 'lockfile';

/** Everything that is known of an environment's configuration without changing anything. */
export type ConfigurationReport = {
  /** The environment; absent when the configuration cannot be understood. */
  environment?: Environment | null;
  /** The configuration by itself, its files put together and local variables resolved; absent when it cannot be understood. */
  configuration?: unknown;
  /** Merged with what its image, its Features and its container bring, as far as that is known without a pull. */
  merged?: unknown;
  /** Why it is not merged, if it is not. */
  unmerged?: ErrorResult | null;
  /** Who wrote each value: of the merged configuration, or of the configuration by itself where it is not merged. */
  origins: ValueOrigin[];
  /** What is wrong with it, and what a person should know. */
  diagnostics: FolderDiagnostic[];
  /** The files that it is made of, in the order in which they are read. */
  files: ConfigurationFile[];
};

/** Everything that a configuration would do to the host. It is allowed or refused as a whole. */
export type ConsentRequest = {
  /** Whose configuration asks. */
  environment: Environment;
  /** What needs a yes. */
  touches: Touch[];
  /** What is good to know, but needs no yes. */
  tells: Tell[];
  /** A hash over the touches, the content of workspace files that a host command names included. An answer is
   * stored under it, so that any change asks again. */
  hash: string;
};

/** The state of a container, in the engine's words.
 * - `created`: Created, never started.
 * - `running`: Running.
 * - `paused`: Paused.
 * - `restarting`: Being restarted.
 * - `removing`: Being removed.
 * - `exited`: Ended.
 * - `dead`: Could not be removed. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A container in a list. */
export type ContainerSummary = {
  /** Its full id. */
  id: string;
  /** Its name. */
  name: string;
  /** The image it was made from. */
  image: string;
  /** When it was created, in RFC 3339. */
  created?: string | null;
  /** When it was last started, in RFC 3339, as far as that is known without asking for it alone. */
  startedAt?: string | null;
};

/** What a person wants of an environment. */
export type DesiredState = {
  /** Running, stopped or gone. */
  wanted: Wanted;
  /** Where the workspace's files come from. */
  source: WorkspaceSource;
  /** Hash of the configuration as it was last applied; absent before the first `up`. */
  appliedConfiguration?: string | null;
  /** When the configuration was last applied, in RFC 3339. */
  appliedAt?: string | null;
};

/** One difference between what is desired and what is there. */
export type Difference = {
  /** What differs: a property such as `remoteEnv.LOG_LEVEL`, or `container`, `image`, `hooks`. */
  subject: string;
  /** What it was when it was last applied, or what is there. */
  before?: unknown;
  /** What it is now, or what is wanted. */
  after?: unknown;
  /** The smallest change that brings them together. */
  change: ChangeClass;
  /** What that means, such as `next command` or `container is replaced`. */
  effect?: string | null;
  /** Where the new value stands. */
  location?: Location | null;
  /** The instruction or Feature from which on the image is built again; what comes before it is kept. */
  layer?: string | null;
};

/** A Feature that its maintainers' list says must not be used. */
export type DisallowedFeature = {
  /** The Feature, as the configuration names it. */
  id: string;
  /** Whether a running container was stopped because of it. */
  didStopContainer: boolean;
  /** Where to read more about it. */
  learnMoreUrl?: string | null;
};

/** A person's dotfiles. */
export type DotfilesSettings = {
  /** Where they are cloned from: an address, or OWNER/NAME on GitHub. */
  repository?: string | null;
  /** The file of them that is run. Default: `install.sh` or another usual name; without one they are linked. */
  installCommand?: string | null;
  /** The folder that they are cloned to. Default: `~/dotfiles`. */
  targetPath?: string | null;
};

/** The editors of this computer. */
export type EditorList = {
  /** Those that were found, the one that is used first. */
  editors: EditorSummary[];
  /** The editor of the person's settings, where it was not found. */
  missing?: string | null;
};

/** An editor of this computer. */
export type EditorSummary = {
  /** The program, as the setting names it. */
  program: string;
  /** What people call it. */
  name: string;
  /** Whether it works inside the container, and needs it to run; another one opens the folder on this computer. */
  inside: boolean;
};

/** An engine that Wharf talks to. */
export type Engine = {
  /** Docker or Podman. */
  kind: EngineKind;
  /** The engine's own version, such as `28.5.2`. */
  version?: string | null;
  /** The address as `DOCKER_HOST` would have it, such as `unix:///var/run/docker.sock`. */
  address: string;
  /** Whether the engine runs on this machine and sees its folders. */
  local: boolean;
  /** Whether the engine runs without root's rights. */
  rootless: boolean;
};

/** Something that not every engine can, or is.
 * - `localFolders`: It sees this computer's folders, so that one can be a workspace.
 * - `buildKit`: It builds with BuildKit.
 * - `rootless`: It runs without root's rights.
 * - `selinux`: It labels containers for SELinux.
 * - `gpu`: It hands NVIDIA's graphics cards to containers.
 * - `keepId`: It can give a person their own user id inside a container.
 * - `severalNetworks`: It creates a container in several networks at once. */
export type EngineAbility = 'localFolders' | 'buildKit' | 'rootless' | 'selinux' | 'gpu' | 'keepId' | 'severalNetworks';

/** The make of an engine.
 * - `docker`: Docker Engine, or one that answers as it does.
 * - `podman`: Podman. */
export type EngineKind = 'docker' | 'podman';

/** What `engine list` prints with `--json`. */
export type EngineList = {
  /** The places where something is, or where a person expects an engine. */
  engines: EngineReport[];
  /** The name or address that was chosen for this folder or for all, by a flag or with `engine use`. */
  chosen?: string | null;
  /** How the engine in use was chosen, such as `with DOCKER_HOST`; absent when it is the first that answers. */
  chosenBy?: string | null;
  /** Why what was chosen cannot be found. */
  problem?: string | null;
};

/** One place, and what answers there. */
export type EngineReport = {
  /** What a person calls it, as `engine use` and `--engine` take it. */
  name: string;
  /** Where it is written down, such as `DOCKER_HOST`, `Docker context "work"` or `rootless Podman`. */
  origin: string;
  /** The address as `DOCKER_HOST` would have it; absent when what is written down cannot be read. */
  address?: string | null;
  /** Whether this folder's environments use it. */
  used: boolean;
  /** Whether it answers and can be used. */
  usable: boolean;
  /** Docker or Podman, once it has answered. */
  kind?: EngineKind | null;
  /** The engine's own version. */
  version?: string | null;
  /** The version of the API that it offers. */
  apiVersion?: string | null;
  /** Whether it runs on this machine and sees its folders. */
  local: boolean;
  /** What it can do that not every engine can. */
  abilities: EngineAbility[];
  /** Why it cannot be used, or what is doubtful about it, in one line. */
  problem?: string | null;
  /** What to do about it. */
  hint?: string | null;
};

/** What lies on the disk of one engine. */
export type EngineSpace = {
  /** The engine. */
  engine: Engine;
  /** Why it does not say, if it does not. */
  problem?: string | null;
  /** What belongs to each environment. */
  environments: EnvironmentSpace[];
  /** Bytes of the layers of all images, each counted once. */
  images: number;
  /** Bytes that all containers have written outside volumes. */
  containers: number;
  /** Bytes of all volumes, as far as the engine tells. */
  volumes: number;
  /** Bytes of the build cache. */
  buildCache: number;
};

/** An engine, or a place where one was looked for. */
export type EngineSummary = {
  /** The address as `DOCKER_HOST` would have it. */
  address: string;
  /** Why it was looked for there, such as `DOCKER_HOST` or `rootless Podman`. */
  origin: string;
  /** Docker or Podman, once it has answered. */
  kind?: EngineKind | null;
  /** The engine's own version. */
  version?: string | null;
  /** Whether it runs on this machine and sees its folders. */
  local: boolean;
  /** Whether it answers and can be used. */
  usable: boolean;
  /** Why it cannot be used, in one line. */
  problem?: string | null;
  /** What to do about it. */
  hint?: string | null;
};

/** An environment: a workspace folder with one configuration, and what runs for it. */
export type Environment = {
  /** What a person calls it: the configuration's `name`, else the base name of the folder. */
  name: string;
  /** Absolute path of the workspace folder: on the host, or inside the container where the workspace lies in a volume. */
  folder: string;
  /** Absolute path of the configuration file, when one was found. */
  configuration?: string | null;
  /** The value of `${devcontainerId}`: stable for as long as folder and configuration keep their places. */
  id?: string | null;
};

/** An environment that is kept, and its ports. */
export type EnvironmentPorts = {
  /** The value of `${devcontainerId}`, as in a list of environments. */
  id: string;
  /** What a person calls it. */
  name: string;
  /** How to name it in a request. */
  reference: EnvironmentReference;
  /** Whether its inside can be reached just now. */
  connection: KeptConnection;
  /** Why it cannot be reached, in one line. */
  problem?: string | null;
  /** Its ports: declared ones in the order of the configuration, then the others by number. */
  ports: Port[];
};

/** Which environment is meant. A list hands these out, and every request that is about one environment takes them back, so that
 * nobody has to put paths and labels together again. */
export type EnvironmentReference = {
  /** Absolute path of the workspace folder on this machine. */
  folder?: string | null;
  /** Absolute path of the configuration file; absent where the folder's only one is meant. */
  configuration?: string | null;
  /** The volume that holds the workspace, instead of a folder. */
  volume?: string | null;
  /** The container, where there is one. It is enough by itself when the folder is not on this machine. */
  container?: string | null;
  /** Labels that tell the container, where they are not those of folder and configuration. */
  idLabels?: Record<string, string>;
  /** Address of the engine that has the container; absent where the usual one is meant. */
  engine?: string | null;
};

/** What lies on an engine's disk for one environment. */
export type EnvironmentSpace = {
  /** The value of `${devcontainerId}`. */
  id: string;
  /** Its name. */
  name: string;
  /** How to name it in a request. */
  reference: EnvironmentReference;
  /** Bytes that its container has written outside volumes. */
  written: number;
  /** Bytes of the layers of its image that no other image has. */
  ownLayers: number;
  /** Bytes of the layers of its image that others have too. */
  sharedLayers: number;
  /** Its named volumes. */
  volumes: VolumeSpace[];
  /** Bytes that would be free if it were gone, volumes included: what it has written, its own layers, and volumes. */
  own: number;
};

/** The state of an environment in a list.
 * - `running`: Its container runs.
 * - `failing`: Its container keeps restarting, or could not be removed whole.
 * - `paused`: Its container is frozen.
 * - `stopped`: Its container has ended.
 * - `created`: Its container has never been started.
 * - `gone`: Somebody wants it, or wanted it, and there is no container.
 * - `unreachable`: The engine that has its container does not answer. */
export type EnvironmentState = 'running' | 'failing' | 'paused' | 'stopped' | 'created' | 'gone' | 'unreachable';

/** One environment in a list. */
export type EnvironmentSummary = {
  /** The value of `${devcontainerId}`; `container:` and the container's id for one whose labels tell no folder, or that shares
   * its labels with another container. */
  id: string;
  /** What a person calls it: the configuration's `name`, else the base name of the folder, else the container's name. */
  name: string;
  /** How to name it in a request. */
  reference: EnvironmentReference;
  /** Where the workspace's files come from; absent when nothing tells. */
  source?: WorkspaceSource | null;
  /** Absolute path of the configuration file. */
  configuration?: string | null;
  /** Its state. */
  state: EnvironmentState;
  /** Which Wharf works on it just now, such as `wharf up (pid 812)`. */
  working?: string | null;
  /** Why the last run failed, in one line; absent once something goes right. */
  problem?: string | null;
  /** Which tool made it. */
  maker: Maker;
  /** Whether Wharf has worked on it before. */
  ours: boolean;
  /** The engine that has its container, or had it last. */
  engine?: Engine | null;
  /** Its container. */
  container?: ContainerSummary | null;
  /** Whether its configuration, or a file that it is made of, has changed since it was applied. Told by a watched board alone. */
  changed?: boolean;
  /** When Wharf last worked on it or in it, in milliseconds since 1970-01-01T00:00:00Z. */
  lastUsed?: number | null;
};

/** Why a command failed. Printed by the commands that are Wharf's own; `up` prints the reference's document. */
export type ErrorResult = {
  /** What failed, in one line. */
  message: string;
  /** The sentence that the reference command line uses for this kind of failure. */
  description: string;
  /** The words of whoever refused: the engine, a registry, the last lines of a command. One entry per line. */
  quotes?: string[];
  /** Where in the configuration the failure has its cause. */
  location?: Location | null;
  /** What to do next. */
  hint?: string | null;
  /** The container that was kept. */
  containerId?: string | null;
  /** The Feature that must not be used, if that is why. */
  disallowedFeature?: DisallowedFeature | null;
};

/** One thing that happened. The same stream draws a log, a progress display and a time line. */
export type Event = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  timestamp: number;
  /** Absolute path of the workspace folder that the operation is about. */
  workspace: string;
  /** The value of `${devcontainerId}`, as soon as it is known. */
  environment?: string | null;
  /** The step that this belongs to. */
  step: StepId;
  /** The step that the step is a part of; absent for an operation's outermost step. */
  parent?: StepId | null;
} & (
  | {
      type: 'environmentFound';
      /** Its name, folder and configuration. */
      subject: Environment;
    }
  | {
      type: 'engineFound';
      /** Its make, version and address. */
      engine: Engine;
    }
  | {
      type: 'stepPlanned';
      /** What it will do. */
      name: StepName;
      /** What it will do it to. */
      subject?: string | null;
    }
  | {
      type: 'stepStarted';
      /** What it does. */
      name: StepName;
      /** What it does it to: an image, a container, a hook, a command. */
      subject?: string | null;
      /** What a hook runs: the text for the shell, or the words with blanks between them. Not kept in records of operations. */
      command?: string | null;
    }
  | {
      type: 'stepProgress';
      /** How far it is, in the unit of `total`. */
      current?: number | null;
      /** How far it has to go; bytes for pulls and transfers, a count elsewhere. */
      total?: number | null;
      /** What it does just now. */
      text?: string | null;
    }
  | {
      type: 'stepOutput';
      /** Where it was written. */
      stream: OutputStream;
      /** What was written. */
      text: string;
    }
  | {
      type: 'stepFinished';
      /** How it ended. */
      outcome: Outcome;
      /** How long it took. */
      milliseconds: number;
      /** A few words about the result, such as `present` or `2 warnings`. */
      detail?: string | null;
    }
  | {
      type: 'diagnostic';
      /** How bad it is. */
      severity: Severity;
      /** What it is, in one line. */
      message: string;
      /** Where it stands. */
      location?: Location | null;
      /** What to do about it. */
      hint?: string | null;
    }
  | {
      type: 'secretNeeded';
      /** What is asked. */
      request: SecretRequest;
    }
  | {
      type: 'consentNeeded';
      /** What is asked. */
      request: ConsentRequest;
    }
  | {
      type: 'consentGranted';
      /** Why. */
      by: GrantedBy;
      /** What was let through; empty when a person has just seen it. */
      touches?: Touch[];
    }
  | {
      type: 'waiting';
      /** For what. */
      on: WaitingFor;
    }
  | {
      type: 'ready';
      /** Time since the operation began. */
      milliseconds: number;
      /** The container. */
      containerId: string;
      /** The user whom commands run as. */
      remoteUser: string;
      /** The workspace folder inside the container. */
      remoteWorkspaceFolder: string;
    }
  | {
      type: 'changesWait';
      /** What has changed: properties such as `containerEnv.EDITOR`, or files such as `Dockerfile`. */
      subjects: string[];
      /** What it takes to apply all of it. */
      change: ChangeClass;
    }
  | {
      type: 'forwarding';
      /** Its ports, as they are now. */
      ports: Port[];
    }
  | {
      type: 'failed';
      /** What failed, where and what to do. */
      error: ErrorResult;
    }
);

/** Events of an operation, several at once. Its reader says when it has taken them; only then more follow. */
export type EventBatch = {
  /** Counts the batches of one reader, from 1. The reader answers with it. */
  number: number;
  /** Whether output was dropped before this reader could take it: it was more than is kept. */
  truncated: boolean;
  /** What happened, in order. */
  events: Event[];
};

/** A Feature to add, with its options. */
export type FeatureChoice = {
  /** Its reference. */
  reference: string;
  /** Its options: texts, and `true` or `false`. */
  options: Record<string, unknown>;
};

/** Features of a collection in a registry. */
export type FeatureList = {
  /** The Features, in the order of their publisher. */
  features: FeatureSummary[];
};

/** A Feature that can be added. */
export type FeatureSummary = {
  /** As a configuration names it, such as `ghcr.io/devcontainers/features/go:1`. */
  reference: string;
  /** What people call it. */
  name: string;
  /** What it installs. */
  description?: string | null;
  /** A page about it. */
  documentationUrl?: string | null;
  /** Whether its publisher advises against it. */
  deprecated: boolean;
  /** Its options. */
  options: TemplateOption[];
};

/** What shows folders, and can offer to open one with Wharf.
 * - `openWith`: "Open with" of every file manager on Linux: a desktop entry that no menu shows and that is never the default.
 * - `dolphin`: KDE's Dolphin.
 * - `nautilus`: GNOME's Files.
 * - `nemo`: Cinnamon's Nemo.
 * - `explorerFolder`: Windows' Explorer, on a folder.
 * - `explorerBackground`: Windows' Explorer, on the background of an open folder.
 * - `finder`: macOS' Finder, among its services. */
export type FileManager =
  'openWith' | 'dolphin' | 'nautilus' | 'nemo' | 'explorerFolder' | 'explorerBackground' | 'finder';

/** Something about a folder's configuration that a person should know. */
export type FolderDiagnostic = {
  /** How bad it is. */
  severity: Severity;
  /** What it is, in one line. */
  message: string;
  /** Where it stands. */
  location?: Location | null;
  /** What to do about it. */
  hint?: string | null;
};

/** What is to be known of a folder before its environment is started. */
export type FolderReport = {
  /** Its absolute path. */
  folder: string;
  /** The environment's name when there is one configuration, else the folder's. */
  name: string;
  /** Every configuration in it; several are a choice to make. */
  configurations: ConfigurationChoice[];
  /** The environment of this folder that is known already. */
  environment?: EnvironmentSummary | null;
  /** What is wrong with the configuration when there is one. */
  diagnostics: FolderDiagnostic[];
  /** Templates that fit what lies in a folder without a configuration, the best first. */
  suggestions?: TemplateSuggestion[];
};

/** Whether there is a GPU.
 * - `all`: There is one.
 * - `detect`: The engine is asked.
 * - `none`: There is none. */
export type GpuSetting = 'all' | 'detect' | 'none';

/** Why something that touches the host was let through.
 * - `person`: A person answered yes.
 * - `stored`: A person had answered yes before, and nothing has changed since.
 * - `trustFlag`: `--trust` was given.
 * - `continuousIntegration`: Continuous integration, where nobody can be asked.
 * - `compatibility`: The program runs under the name `devcontainer` and behaves as the reference does. */
export type GrantedBy = 'person' | 'stored' | 'trustFlag' | 'continuousIntegration' | 'compatibility';

/** How far a hook is.
 * - `pending`: It has not run for this container, or this start of it.
 * - `done`: It ran and succeeded.
 * - `failed`: It failed; the next `up` runs it again. */
export type HookState = 'pending' | 'done' | 'failed';

/** One place of the system that offers to open a folder with Wharf. */
export type IntegrationPlace = {
  /** What it is for. */
  manager: FileManager;
  /** The file, or the key of the registry. */
  path: string;
  /** Whether it is there. */
  state: IntegrationState;
};

/** What of Wharf is in the system's file managers: what `integrate` and `unintegrate` print with `--json`. */
export type IntegrationReport = {
  /** Whether everything is there as this version would write it. */
  installed: boolean;
  /** Each place, in the order in which they are written. */
  places: IntegrationPlace[];
  /** The places that were written or cleared just now, or that would be. */
  changed: string[];
};

/** How the app is part of the desktop. */
export type IntegrationSettings = {
  /** Whether folders can be opened from the file manager. */
  fileManager?: boolean | null;
  /** Whether `wharf://` links are opened. */
  links?: boolean | null;
  /** Whether there is an icon in the tray. */
  tray?: boolean | null;
  /** Whether the app stays in the tray when its window is closed, even if nothing runs. */
  keepInTray?: boolean | null;
  /** The program of the editor that environments are opened in, such as `code`; words after it are its first arguments. */
  editor?: string | null;
};

/** Whether Wharf is in a place.
 * - `absent`: Not there.
 * - `installed`: There, as this version writes it.
 * - `outdated`: There, but written by another version or for a program elsewhere. */
export type IntegrationState = 'absent' | 'installed' | 'outdated';

/** Something that a keeper tells whoever watches it. */
export type KeeperEvent =
  | {
      type: 'ports';
      /** The environment, in full. */
      environment: EnvironmentPorts;
    }
  | {
      type: 'released';
      /** Its `${devcontainerId}`. */
      id: string;
    }
  | {
      type: 'portOpened';
      /** The environment's `${devcontainerId}`. */
      id: string;
      /** Its name. */
      name: string;
      /** The port. */
      port: Port;
    }
  | {
      type: 'link';
      /** The environment's `${devcontainerId}`. */
      id: string;
      /** Its name. */
      name: string;
      /** The address, as it would be opened here. */
      url: string;
      /** What came of it. */
      outcome: LinkOutcome;
    };

/** The background process that forwards ports, one per user. */
export type KeeperReport = {
  /** Its process id. */
  pid: number;
  /** The version of Wharf that it is. */
  version: string;
  /** When it started, in milliseconds since 1970-01-01T00:00:00Z. */
  startedAt: number;
};

/** Whether the inside of an environment that is kept can be reached.
 * - `connecting`: It is being reached for the first time, or again.
 * - `connected`: It is reached: forwards carry data.
 * - `stopped`: The container does not run; forwards come back with it.
 * - `unreachable`: The engine does not answer; forwards come back with it. */
export type KeptConnection = 'connecting' | 'connected' | 'stopped' | 'unreachable';

/** What came of a link that a program inside wanted opened.
 * - `opened`: It was opened in the browser of this computer.
 * - `heldBack`: Too many came at once; it was not opened.
 * - `refused`: It is no `http` or `https` address; it was not opened.
 * - `failed`: This computer could not open it. */
export type LinkOutcome = 'opened' | 'heldBack' | 'refused' | 'failed';

/** What `list` prints with `--json`. */
export type ListResult = {
  /** The environments: what runs first, then by name. */
  environments: EnvironmentSummary[];
  /** The engines, in the order in which they are tried. */
  engines: EngineSummary[];
};

/** Where a port is on this computer. */
export type LocalAddress = {
  /** The address that it is bound to, such as `127.0.0.1`. */
  address: string;
  /** The port. */
  port: number;
  /** Its address for a browser, such as `http://localhost:3000`. */
  url: string;
};

/** A place in a file of the workspace. */
export type Location = {
  /** Absolute path of the file. */
  path: string;
  /** Line, counted from 1. */
  line?: number | null;
  /** Column in characters, counted from 1. */
  column?: number | null;
  /** How many characters are meant, from `column` on. */
  length?: number | null;
  /** The property as a person writes it, such as `build.args.VERSION`. */
  property?: string | null;
  /** The line's text. */
  sourceLine?: string | null;
};

/** Lines of one source. */
export type LogCount = {
  /** Who wrote them. */
  source: LogSource;
  /** How many. */
  lines: number;
};

/** One line of a log: what `logs` prints with `--json`, one document a line. */
export type LogEntry = {
  /** When it was written, in milliseconds since 1970-01-01T00:00:00Z; absent when nobody noted it. */
  timestamp?: number | null;
  /** Who wrote it. */
  source: LogSource;
  /** Which hook, command or build step wrote it; absent for the container. */
  step?: string | null;
  /** Where it was written. */
  stream: OutputStream;
  /** The line, without its end. Bytes that are not UTF-8 are replaced. */
  text: string;
};

/** A log that was written to a file. */
export type LogExported = {
  /** Absolute path of the file. */
  path: string;
  /** How many lines were written. */
  lines: number;
};

/** Which lines of a log are shown. Without any wish all are. */
export type LogFilter = {
  /** Who wrote them; empty for everybody. */
  sources: LogSource[];
  /** What they contain. */
  text?: LogText | null;
};

/** Where a text was found in a log. */
export type LogMatches = {
  /** The filter under which the positions count. */
  filter: number;
  /** Positions of lines that contain it, in order. */
  positions: number[];
  /** How many lines contain it; more than there are positions when it is very common. */
  total: number;
};

/** Some lines of a log, in order. */
export type LogPage = {
  /** The filter under which the positions count. */
  filter: number;
  /** The position of the first of these lines. */
  from: number;
  /** The lines. A line that is longer than a window can show is cut. */
  lines: LogEntry[];
};

/** Which log a window wants to look at. */
export type LogRequest = {
  /** Of which environment. */
  reference: EnvironmentReference;
  /** Of one operation alone, by the id of its record; absent for all that is kept. */
  start?: string | null;
  /** Of one step of that operation, and of the steps that are part of it. */
  step?: StepId | null;
  /** Which lines are shown. */
  filter: LogFilter;
};

/** Who writes into an environment's log.
 * - `build`: Builds of its image, and pulls.
 * - `hooks`: Its hooks, `initializeCommand` included.
 * - `container`: The main process of its container.
 * - `keeper`: The background process that keeps its forwards. */
export type LogSource = 'build' | 'hooks' | 'container' | 'keeper';

/** How much there is of a log that is open. Told when it is opened and after every change, at most some times a second. */
export type LogState = {
  /** Counts what was told of this log, from 1. The reader answers with it, and only then hears more. */
  number: number;
  /** Counts the filters that this log was given, from 1: positions under another filter mean other lines. */
  filter: number;
  /** The first position that can be asked for: 0 until the oldest lines had to go. */
  first: number;
  /** The position after the last line that the filter lets through. */
  end: number;
  /** Lines of every source, whatever the filter. */
  counts: LogCount[];
  /** Whether everything that was there has been read; before that the numbers still rise fast. */
  complete: boolean;
  /** Whether new lines are waited for. */
  following: boolean;
  /** Why a part is missing, such as an engine that does not answer. */
  problem?: string | null;
};

/** A text to find in lines. What colours a line is not a part of its text. */
export type LogText = {
  /** The text. */
  text: string;
  /** Whether it is a regular expression. */
  regex: boolean;
  /** Whether capital letters are others than small ones. */
  caseSensitive: boolean;
};

/** What would be lost, and what would stay, if an environment's container were removed or replaced. */
export type Losses = {
  /** Containers that would go, with what was changed in them outside volumes and the workspace. */
  containers: LostContainer[];
  /** Volumes that would go. */
  lostVolumes: string[];
  /** Volumes that would stay. */
  keptVolumes: string[];
  /** Repositories in volumes that would go, with the work that is nowhere else. */
  repositories: RepositoryLosses[];
};

/** A container that would go. */
export type LostContainer = {
  /** Its full id. */
  id: string;
  /** Its name. */
  name: string;
  /** Bytes that were written in it since it was made, outside volumes and mounts; absent when the engine does not say. */
  changedBytes?: number | null;
};

/** The tool that made an environment, told by the labels that it leaves.
 * - `wharf`: Wharf.
 * - `devcontainer`: The reference command line, or another tool that leaves exactly its labels.
 * - `vscode`: The extension of Visual Studio Code.
 * - `devpod`: DevPod.
 * - `unknown`: The labels do not say. */
export type Maker = 'wharf' | 'devcontainer' | 'vscode' | 'devpod' | 'unknown';

/** How files on both sides of a virtual machine are kept in step.
 * - `consistent`: Always the same on both sides.
 * - `cached`: This computer's side is ahead at times.
 * - `delegated`: The container's side is ahead at times. */
export type MountConsistencySetting = 'consistent' | 'cached' | 'delegated';

/** What the app tells while its window is elsewhere. */
export type NotificationSettings = {
  /** That something is done. */
  finished?: boolean | null;
  /** That something has failed. */
  failed?: boolean | null;
  /** That something waits for an answer. */
  questions?: boolean | null;
  /** That a port can be reached, that somebody else has the one that was wanted, and that a link was opened. */
  ports?: boolean | null;
};

/** A container on the engine. */
export type ObservedContainer = {
  /** Its id. */
  id: string;
  /** Its name. */
  name?: string | null;
  /** Its state. */
  state: ContainerState;
  /** The image it was made from. */
  image?: string | null;
  /** When it was created, in RFC 3339. */
  created?: string | null;
  /** When it was last started, in RFC 3339. */
  startedAt?: string | null;
  /** The user whom commands run as. */
  remoteUser?: string | null;
  /** The workspace folder inside the container. */
  remoteWorkspaceFolder?: string | null;
};

/** What is known of one hook. */
export type ObservedHook = {
  /** The property, such as `postCreateCommand`. */
  name: string;
  /** How far it is. */
  state: HookState;
};

/** An image on the engine. */
export type ObservedImage = {
  /** Its name. */
  name: string;
  /** Its id; absent when the engine does not have it. */
  id?: string | null;
};

/** What is really there, read from the engine and the disk. A part that is absent could not be read or does not exist. */
export type ObservedState = {
  /** The engine that was asked. */
  engine?: Engine | null;
  /** How that engine was chosen, such as `with DOCKER_HOST`; absent when it is the first that answers. */
  engineChosenBy?: string | null;
  /** Hash of the configuration as it stands now. */
  configuration?: string | null;
  /** The image that the configuration names or builds. */
  image?: ObservedImage | null;
  /** The container. */
  container?: ObservedContainer | null;
  /** What is known of the hooks, in the order in which they run. */
  hooks?: ObservedHook[];
};

/** What the reference says about credentials for registries. */
export type OciAuthDiagnostics = {
  /** A look-up of credentials would be refused under `--oci-auth-hardening`. */
  authLookupWouldBeBlocked: boolean;
  /** A redirect by the registry would keep credentials from being sent on. */
  registryRedirectWouldPreventCredentialForwarding: boolean;
  /** The server that hands out tokens redirected. */
  authServerRedirect: boolean;
};

/** Something that was handed to the window to be opened. */
export type Opened =
  | {
      kind: 'folder';
      /** Its absolute path. */
      folder: string;
      /** Whether a link asked for it, so that a person is asked before anything is read. */
      byLink: boolean;
    }
  | {
      kind: 'environment';
      /** Its id there. */
      id: string;
    }
  | {
      kind: 'repository';
      /** Its address. */
      url: string;
    }
  | {
      kind: 'refused';
      /** Why, in one line. */
      message: string;
    };

/** What can be done to an environment.
 * - `up`: Bring it up: build or pull, create, start, run the hooks.
 * - `apply`: The same, and apply what has changed in the smallest way that does.
 * - `start`: Start the container that is there.
 * - `stop`: Stop the container; it is kept.
 * - `restart`: Stop the container and start it again.
 * - `rebuild`: Build again and replace the container.
 * - `down`: Remove the container. */
export type OperationName = 'up' | 'apply' | 'start' | 'stop' | 'restart' | 'rebuild' | 'down';

/** How an operation ended.
 * - `done`: It did what was wanted.
 * - `cancelled`: A person ended it.
 * - `failed`: It failed. */
export type OperationOutcome = 'done' | 'cancelled' | 'failed';

/** What a window wants done to an environment. */
export type OperationRequest = {
  /** What to do. */
  operation: OperationName;
  /** To which environment. */
  reference: EnvironmentReference;
  /** Whether `down` also removes the environment's volumes. */
  removeVolumes: boolean;
  /** Whether `apply` leaves what needs more than the next command or look as it is. */
  onlyHot?: boolean;
  /** The repository that `up` clones into a volume first; the reference then names nothing but an engine, if that. */
  clone?: CloneSource | null;
  /** Whether the window asks a person for secrets that the configuration declares and nobody has given. */
  answersSecrets?: boolean;
};

/** What came of an operation. */
export type OperationResult = {
  /** How it ended. */
  outcome: OperationOutcome;
  /** Why it failed. */
  error?: ErrorResult | null;
  /** The environment, when it is up now. */
  up?: UpResult | null;
};

/** Who asks for something: a property of the configuration, a Feature or an image. */
export type Origin = {
  /** The property, such as `mounts[1]`. */
  property: string;
  /** Its place in the configuration file, when it stands there. */
  location?: Location | null;
  /** The Feature that brings it. */
  feature?: string | null;
  /** The image whose metadata brings it. */
  image?: string | null;
};

/** How a step ended.
 * - `done`: The step did its work.
 * - `cached`: The work had been done before and was reused.
 * - `skipped`: There was nothing to do, or it was not wanted.
 * - `failed`: The step failed; the operation's result says why.
 * - `cancelled`: A person or a signal ended the operation. */
export type Outcome = 'done' | 'cached' | 'skipped' | 'failed' | 'cancelled';

/** Where output was written.
 * - `stdout`: Standard output, or the terminal.
 * - `stderr`: Standard error. */
export type OutputStream = 'stdout' | 'stderr';

/** What `plan` prints with `--json`: what `up` would do, without doing it. */
export type PlanResult = {
  /** Whose plan it is. */
  environment: Environment;
  /** The steps that `up` would take, as far as they are known now. Empty when nothing is to be done. */
  steps: PlannedStep[];
  /** Why they are needed. */
  differences: Difference[];
  /** How long it takes to apply what has changed of the configuration, from the last operation that did the same work. Absent where none is
   * remembered, and where nothing has to be done. */
  expectedMilliseconds?: number | null;
  /** What would survive, such as volumes. */
  kept?: string[];
  /** What would be lost, such as files of the container outside volumes. */
  lost?: string[];
  /** What the environment requires of the engine's machine. */
  requirements?: Requirement[];
  /** What stands in the way. */
  blocked?: Blocked | null;
};

/** A step that `up` would take. */
export type PlannedStep = {
  /** What it would do. */
  name: StepName;
  /** What it would do it to. */
  subject?: string | null;
  /** What it would say to the engine or run, in full. */
  details?: unknown;
};

/** A port inside an environment, and where it is on this computer. */
export type Port = {
  /** The service of the Compose project that has it; absent for the environment's own container. */
  host?: string | null;
  /** Its number inside. */
  port: number;
  /** What the configuration calls it. */
  label?: string | null;
  /** The scheme of its address, where the configuration says one. */
  protocol?: PortScheme | null;
  /** Why it is here. */
  source: PortSource;
  /** Whether something listens inside; absent where that cannot be seen, as in another service's container. */
  listening?: boolean | null;
  /** What listens inside, as far as it can be told. */
  process?: PortProcess | null;
  /** What is done about it. */
  state: PortState;
  /** Why, in one line, where the state needs words. */
  reason?: string | null;
  /** Where it is on this computer, while it is forwarded. */
  local?: LocalAddress | null;
  /** Who has the local port that was wanted. */
  conflict?: PortConflict | null;
  /** What a person is told when something starts to listen. */
  notice: PortNotice;
};

/** A local port that somebody else has. */
export type PortConflict = {
  /** The local port that was wanted. */
  port: number;
  /** Who has it. */
  holder: PortHolder;
};

/** Who has a local port. */
export type PortHolder =
  | {
      kind: 'process';
      /** Its name. */
      name: string;
      /** Its id. */
      pid: number;
    }
  | {
      kind: 'environment';
      /** Its `${devcontainerId}`. */
      id: string;
      /** Its name. */
      name: string;
      /** The port inside it that is forwarded there. */
      port: number;
    }
  | {
      kind: 'system';
    }
  | {
      kind: 'unknown';
    };

/** What happens when something starts to listen on a port (`onAutoForward`).
 * - `notify`: A person is told.
 * - `openBrowser`: Its address is opened in a browser, each time.
 * - `openBrowserOnce`: The same, the first time only.
 * - `openPreview`: The same, each time: the preview beside the code that this asks for is an editor's.
 * - `silent`: Nothing is said.
 * - `ignore`: It is not forwarded. */
export type PortNotice = 'notify' | 'openBrowser' | 'openBrowserOnce' | 'openPreview' | 'silent' | 'ignore';

/** A process inside a container that listens. */
export type PortProcess = {
  /** Its name. */
  name: string;
  /** Its id, as the container counts. */
  pid: number;
  /** Its command line. */
  commandLine?: string;
};

/** What a person wants done with a port of an environment. */
export type PortRequest = {
  /** Whose port it is. */
  reference: EnvironmentReference;
  /** The service that has it; absent for the environment's own container. */
  host?: string | null;
  /** Its number inside. */
  port: number;
} & (
  | {
      change: 'open';
      /** The local port; absent where the choice is Wharf's. */
      localPort?: number | null;
      /** The local address to bind to; absent for loopback. */
      address?: string | null;
    }
  | {
      change: 'stop';
    }
  | {
      change: 'reset';
    }
);

/** The scheme of a port's address.
 * - `http`: Plain HTTP.
 * - `https`: HTTP over TLS. */
export type PortScheme = 'http' | 'https';

/** Why a port is in the list.
 * - `declared`: `forwardPorts` names it.
 * - `detected`: Something listens on it.
 * - `asked`: A person asked for it. */
export type PortSource = 'declared' | 'detected' | 'asked';

/** What is done about a port.
 * - `forwarded`: It is forwarded.
 * - `waiting`: It will be, once the environment can be reached.
 * - `stopped`: A person has stopped it.
 * - `ignored`: The configuration says to leave it alone (`onAutoForward: ignore`).
 * - `editor`: An editor's own server listens there or forwards it already; it is left to the editor.
 * - `published`: The engine itself publishes it there.
 * - `blocked`: It cannot be forwarded; `reason` and `conflict` say why. */
export type PortState = 'forwarded' | 'waiting' | 'stopped' | 'ignored' | 'editor' | 'published' | 'blocked';

/** What `ports` prints with `--json`. */
export type PortsResult = {
  /** The keeper that forwards them; absent when none runs, and then nothing is forwarded. */
  keeper?: KeeperReport | null;
  /** The environments that are kept, by name; only the one that was named, if one was. */
  environments: EnvironmentPorts[];
};

/** A repository that was cloned. */
export type Repository = {
  /** Its address, without user names, passwords and tokens. */
  url: string;
  /** The branch or tag that was asked for; absent for the repository's own choice. */
  branch?: string | null;
};

/** A repository that would go, and what is only there. */
export type RepositoryLosses = {
  /** Its folder in the container. */
  folder: string;
  /** Files with changes that are in no commit, new ones included. */
  uncommittedFiles: number;
  /** Commits that are on no remote. */
  unpushedCommits: number;
  /** Branches with such commits. */
  unpushedBranches: string[];
  /** Stashes. */
  stashes: number;
  /** Why it could not be looked into: then everything in it may be nowhere else, and the numbers say nothing. */
  unknown?: string | null;
};

/** Something that an environment requires of the engine's machine (`hostRequirements`). */
export type Requirement = {
  /** The property, such as `hostRequirements.memory`. */
  property: string;
  /** What is needed, for people. */
  needed: string;
  /** What is there, for people; absent where it cannot be told. */
  found?: string | null;
  /** Whether it is enough; what cannot be told is taken for enough. */
  met: boolean;
};

/** What an environment's container uses just now. Told about once a second while it is looked at. */
export type ResourceSample = {
  /** When it was measured, in milliseconds since 1970-01-01T00:00:00Z. */
  timestamp: number;
  /** Whether the container runs. Where it does not, everything else is 0, and the next sample comes when it has started. */
  running: boolean;
  /** Processor time per time, 1 being one whole core. Absent in the first sample. */
  cpu?: number | null;
  /** How many cores there are for it. */
  cpus: number;
  /** Bytes of memory, without what could be dropped at once. */
  memory: number;
  /** The most that it may use; the engine's whole memory where nothing else limits it. Absent when the engine does not say. */
  memoryLimit?: number | null;
  /** Processes and threads. */
  processes?: number | null;
  /** What came over its network; absent when it has none of its own. */
  received?: Traffic | null;
  /** What went over its network. */
  sent?: Traffic | null;
  /** What was read from block devices; absent when the engine does not count it. */
  read?: Traffic | null;
  /** What was written to block devices. */
  written?: Traffic | null;
};

/** An operation that runs now. */
export type RunningOperation = {
  /** The name that its window chose for it. */
  id: string;
  /** What is done, and to which environment. */
  request: OperationRequest;
  /** When it began, in milliseconds since 1970-01-01T00:00:00Z. */
  startedAt: number;
};

/** A secret that the configuration declares and nobody has given. Its value is told to the operation alone. */
export type SecretRequest = {
  /** Whose configuration asks. */
  environment: Environment;
  /** The variable that the hooks find it in. */
  name: string;
  /** What it is for. */
  description?: string | null;
  /** A page that tells how to get one. */
  documentationUrl?: string | null;
  /** Whether there is a keychain to keep it in. */
  canBeKept: boolean;
};

/** One setting. */
export type SettingEntry = {
  /** Its name, such as `dotfiles.repository`. */
  key: string;
  /** What the file says; absent where it says nothing that can be used. */
  value?: unknown;
  /** What counts where the file says nothing; absent where that depends. */
  default?: unknown;
  /** The values that it can have, if it is one of a few. */
  choices?: string[];
  /** The line of the file where it stands. */
  line?: number | null;
  /** The variable of the environment that comes before it just now. */
  overruledBy?: string | null;
};

/** What `settings.json` in the user's folder for settings may say. All of it may be left out; a flag of the command line always
 * comes before it. */
export type Settings = {
  /** The schema of this file, for editors. */
  $schema?: string | null;
  /** The engine to use where nothing else chooses one: a name that `wharf engine list` shows, or an address. */
  engine?: string | null;
  /** Your dotfiles, cloned into each container once. */
  dotfiles: DotfilesSettings;
  /** What `up` does where neither a flag nor the configuration says. */
  up: UpSettings;
  /** How images are built where no flag says. */
  build: BuildSettings;
  /** How the app looks. */
  appearance: AppearanceSettings;
  /** What the app tells while its window is elsewhere. */
  notifications: NotificationSettings;
  /** Whether the app starts when you log in. */
  autostart?: boolean | null;
  /** How the app is part of your desktop. */
  integration: IntegrationSettings;
};

/** A person's settings as they stand, with where each is written and what is wrong with the file. */
export type SettingsResult = {
  /** The file, whether it is there or not. */
  path: string;
  /** What it says, as far as it could be understood. */
  settings: Settings;
  /** Every setting that there is. */
  entries: SettingEntry[];
  /** What is wrong with the file. */
  diagnostics: FolderDiagnostic[];
};

/** How bad a diagnostic is.
 * - `warning`: The operation goes on.
 * - `error`: The operation cannot go on. */
export type Severity = 'warning' | 'error';

/** What lies on the disks of all engines. */
export type SpaceReport = {
  /** Each engine that was asked. */
  engines: EngineSpace[];
};

/** One operation on an environment that has ended, with its steps. */
export type StartRecord = {
  /** Tells it from the others of its environment. */
  id: string;
  /** The name of the outermost step: what the operation was. */
  operation: StepName;
  /** When it began, in milliseconds since 1970-01-01T00:00:00Z. */
  startedAt: number;
  /** How long it worked. Time in which a person thought about an answer is not counted. */
  milliseconds: number;
  /** How it ended. */
  outcome: Outcome;
  /** Why it failed. */
  error?: ErrorResult | null;
  /** Its steps in the order in which they began, the outermost first. */
  steps: TimedStep[];
  /** Whether there were more steps than are kept. */
  truncated?: boolean;
};

/** What `status` prints with `--json`. */
export type StatusResult = {
  /** Whose state it is. */
  environment: Environment;
  /** What is wanted; absent when nobody has wanted anything yet. */
  desired?: DesiredState | null;
  /** What is there. */
  observed: ObservedState;
  /** How they differ. Empty when they agree. */
  difference: Difference[];
  /** What the environment requires of the engine's machine. */
  requirements?: Requirement[];
  /** What the keeper does for it; absent while it is not kept. */
  kept?: EnvironmentPorts | null;
  /** What stands in the way. */
  blocked?: Blocked | null;
};

/** Identifies a step within one operation. Numbers rise in the order in which steps start; the first is 1, and 0 stands for
 * what belongs to none. */
export type StepId = number;

/** What a step does.
 * - `up`: The whole of `wharf up`: the parent of its other steps.
 * - `down`: The whole of `wharf down`.
 * - `stopEnvironment`: The whole of `wharf stop`.
 * - `buildImage`: The whole of `wharf build`.
 * - `setUpContainer`: The whole of `wharf set-up`.
 * - `runUserCommands`: The whole of `wharf run-user-commands`.
 * - `configuration`: Find and read the configuration.
 * - `engine`: Find an engine and connect to it.
 * - `lock`: Wait for another Wharf that works on the same environment.
 * - `clone`: Clone a repository with the git of this machine; the subject is its address.
 * - `fill`: Bring a folder of this machine into a volume; the subject is the volume's name.
 * - `consent`: Find what would touch the host, and ask.
 * - `initialize`: Run `initializeCommand` on the host.
 * - `features`: Find the Features that are asked for and those that they need.
 * - `feature`: Fetch one Feature; the subject is what the configuration, or the Feature that depends on it, calls it.
 * - `image`: Look up an image on the engine.
 * - `pull`: Pull an image from its registry.
 * - `build`: Build an image.
 * - `vertex`: One step of an image build.
 * - `updateUid`: Build the image that gives the remote user the ids of the local user.
 * - `create`: Create the container.
 * - `compose`: Let Compose make and start the services; the subject is the project's name.
 * - `start`: Start the container.
 * - `unpause`: Let a paused container run on.
 * - `stop`: Stop the container.
 * - `containerLog`: Pass on what the container's main process writes, for as long as an environment runs in the foreground.
 * - `remove`: Remove the container.
 * - `removeVolume`: Remove a volume.
 * - `removeNetwork`: Remove a network of a Compose project.
 * - `removeImage`: Remove an image.
 * - `agent`: Put Wharf's agent into the container.
 * - `setUp`: Prepare the container as root: `/etc/environment`, `/etc/profile`, folders for markers.
 * - `probe`: Read the remote user's environment (`userEnvProbe`).
 * - `hooks`: Every hook that runs inside the container: the parent of the hook steps.
 * - `hook`: One lifecycle hook from one source; the subject is the property's name, such as `postCreateCommand`.
 * - `command`: One command of a hook that has several; the subject is the command's name. */
export type StepName =
  | 'up'
  | 'down'
  | 'stopEnvironment'
  | 'buildImage'
  | 'setUpContainer'
  | 'runUserCommands'
  | 'configuration'
  | 'engine'
  | 'lock'
  | 'clone'
  | 'fill'
  | 'consent'
  | 'initialize'
  | 'features'
  | 'feature'
  | 'image'
  | 'pull'
  | 'build'
  | 'vertex'
  | 'updateUid'
  | 'create'
  | 'compose'
  | 'start'
  | 'unpause'
  | 'stop'
  | 'containerLog'
  | 'remove'
  | 'removeVolume'
  | 'removeNetwork'
  | 'removeImage'
  | 'agent'
  | 'setUp'
  | 'probe'
  | 'hooks'
  | 'hook'
  | 'command';

/** Something worth knowing that needs no consent. */
export type Tell = {
  /** One short sentence. */
  text: string;
  /** Who brings it. */
  origin: Origin;
};

/** A file that a Template would write. */
export type TemplateFile = {
  /** Its path below the folder. */
  path: string;
  /** Its content; absent when it is no text, or far too long to show. */
  text?: string | null;
  /** Its size. */
  bytes: number;
  /** Whether a file is there already that would be replaced. */
  replaces: boolean;
};

/** Templates that can be chosen from: those that come with Wharf, or those of a collection in a registry. */
export type TemplateList = {
  /** The Templates, in the order of their publisher. */
  templates: TemplateSummary[];
};

/** An option of a Template or a Feature. */
export type TemplateOption = {
  /** Its name. */
  name: string;
  /** What kind of value it has. */
  kind: TemplateOptionKind;
  /** What it decides. */
  description?: string | null;
  /** Its value when nobody gives one, as text. */
  default?: string | null;
  /** Values to choose from; empty when there are none to offer. */
  choices: string[];
  /** Whether those are the only ones. */
  closed: boolean;
};

/** The kind of value that an option has.
 * - `text`: A text.
 * - `boolean`: `true` or `false`. */
export type TemplateOptionKind = 'text' | 'boolean';

/** What a Template would write. */
export type TemplatePreview = {
  /** The files. */
  files: TemplateFile[];
  /** What is worth saying, a sentence each. */
  warnings: string[];
  /** Tells exactly this content. Applied is what was shown, or nothing. */
  digest: string;
};

/** What a Template is to be made into. */
export type TemplateRequest = {
  /** The Template's reference. */
  template: string;
  /** Absolute path of the folder that gets the files. */
  folder: string;
  /** Values of options. */
  options: Record<string, string>;
  /** Features to add. */
  features: FeatureChoice[];
};

/** A Template that fits what lies in a folder. */
export type TemplateSuggestion = {
  /** The Template. */
  template: TemplateSummary;
  /** Files of the folder that tell so, such as `Cargo.toml`. */
  because: string[];
};

/** A Template. */
export type TemplateSummary = {
  /** What names it in a request: `builtin/<id>`, or its reference in a registry. */
  reference: string;
  /** What people call it. */
  name: string;
  /** What it is for. */
  description?: string | null;
  /** Its version. */
  version?: string | null;
  /** Who publishes it; absent for those that come with Wharf. */
  publisher?: string | null;
  /** A page about it. */
  documentationUrl?: string | null;
  /** Languages and platforms that it is for. */
  platforms: string[];
  /** Words to find it by. */
  keywords: string[];
  /** What is asked of whoever applies it. */
  options: TemplateOption[];
};

/** What `templates apply` prints. */
export type TemplatesApplyResult = {
  /** The files that were written, as the Template's archive names them. */
  files: string[];
};

/** What a terminal has written. Its reader says when it has taken it; only then more follows, and the program waits meanwhile. */
export type TerminalBatch = {
  /** Counts the batches of one reader, from 1. The reader answers with it. */
  number: number;
  /** Whether this is what was written before the reader came: an answer that it contains a question for was given then. */
  replayed: boolean;
  /** Whether older output was dropped that is not kept. */
  truncated: boolean;
  /** The bytes, in base64: a terminal's output need not be text. */
  data: string;
};

/** How the program in a terminal has ended. */
export type TerminalEnd = {
  /** Its exit code; absent when it was closed or could not be started. */
  code?: number | null;
  /** Why it could not be started, or its connection broke. */
  error?: ErrorResult | null;
};

/** What a terminal is opened for. */
export type TerminalRequest = {
  /** In which environment. */
  reference: EnvironmentReference;
  /** Its size. */
  size: TerminalSize;
  /** The program and its arguments; empty for the remote user's shell. */
  command: string[];
};

/** The size of a terminal, in characters. */
export type TerminalSize = {
  /** Characters in a line. */
  columns: number;
  /** Lines. */
  rows: number;
};

/** A terminal that is open, or whose program has ended and that nobody has closed. */
export type TerminalSummary = {
  /** Tells it from others. */
  id: string;
  /** In which environment it is. */
  reference: EnvironmentReference;
  /** What runs in it: the program and its arguments; empty for the shell. */
  command: string[];
  /** When it was opened, in milliseconds since 1970-01-01T00:00:00Z. */
  startedAt: number;
  /** How its program has ended, if it has. */
  end?: TerminalEnd | null;
};

/** Light or dark.
 * - `system`: As the system is.
 * - `light`: Dark on light.
 * - `dark`: Light on dark. */
export type ThemeSetting = 'system' | 'light' | 'dark';

/** One step of an operation that has ended. */
export type TimedStep = {
  /** Its number in the operation. */
  id: StepId;
  /** The step that it is a part of; absent for the outermost. */
  parent?: StepId | null;
  /** What it did. */
  name: StepName;
  /** What it did it to. */
  subject?: string | null;
  /** When it began, in milliseconds since the operation began. */
  begin: number;
  /** How long it took. */
  milliseconds: number;
  /** How it ended. */
  outcome: Outcome;
  /** A few words about the result. */
  detail?: string | null;
  /** How many lines it has written. A log that is opened for this step shows them, as far as they are still kept. */
  lines: number;
};

/** One thing on the host that the configuration would touch. */
export type Touch = {
  /** What kind of access this is. */
  kind: TouchKind;
  /** The thing itself: the command, the folder, the device, the port. */
  subject: string;
  /** What it amounts to, such as "full control of your Docker". */
  effect?: string | null;
  /** Who asks for it. */
  origin: Origin;
  /** What `show details` adds: the full command, the files whose content is part of the hash. */
  details?: string[];
};

/** The kinds of access to the host that need consent.
 * - `hostCommand`: A command that runs on the host.
 * - `hostMount`: A folder or file of the host outside the workspace, mounted into the container.
 * - `engineSocket`: The socket of a container engine.
 * - `privileged`: A privileged container.
 * - `device`: A device of the host.
 * - `hostNamespace`: A namespace of the host: network, processes, IPC, users.
 * - `capability`: A capability beyond the engine's defaults.
 * - `unconfinedProfile`: A security profile switched off.
 * - `publishedPort`: A port that other machines could reach.
 * - `secret`: A secret or an agent of the host, relayed into the container.
 * - `rawOption`: An option handed to the engine that could hide one of the others. */
export type TouchKind =
  | 'hostCommand'
  | 'hostMount'
  | 'engineSocket'
  | 'privileged'
  | 'device'
  | 'hostNamespace'
  | 'capability'
  | 'unconfinedProfile'
  | 'publishedPort'
  | 'secret'
  | 'rawOption';

/** Bytes that went somewhere. */
export type Traffic = {
  /** Since the container was started. */
  bytes: number;
  /** In a second, since the sample before; absent in the first sample. */
  perSecond?: number | null;
};

/** An environment that is up. */
export type UpResult = {
  /** The container. */
  containerId: string;
  /** The Compose project, if there is one. */
  composeProjectName?: string | null;
  /** The user whom commands run as. */
  remoteUser: string;
  /** The workspace folder inside the container. None where no folder is known: commands start in the user's home folder. */
  remoteWorkspaceFolder?: string | null;
  /** The configuration, variables of the host replaced (`--include-configuration`). */
  configuration?: unknown;
  /** The configuration merged with what image and Features bring (`--include-merged-configuration`). */
  mergedConfiguration?: unknown;
  /** What the reference says about credentials for registries. */
  ociAuthDiagnostics: OciAuthDiagnostics;
};

/** Defaults for `up` and everything that shares its flags. */
export type UpSettings = {
  /** How the user's environment is read where the configuration does not say. */
  defaultUserEnvProbe?: UserEnvProbeSetting | null;
  /** Whether the remote user gets your user id where the configuration does not say. */
  updateRemoteUserUidDefault?: UpdateUidSetting | null;
  /** Whether there is a GPU, when a configuration asks for one. */
  gpuAvailability?: GpuSetting | null;
  /** How the workspace is kept in step where it crosses into a virtual machine: on macOS and Windows. */
  workspaceMountConsistency?: MountConsistencySetting | null;
};

/** Whether the remote user gets the person's user id.
 * - `never`: Never, whatever the configuration says.
 * - `on`: Unless the configuration says no.
 * - `off`: Only if the configuration says yes. */
export type UpdateUidSetting = 'never' | 'on' | 'off';

/** How the user's environment is read: a value of `userEnvProbe`.
 * - `none`: Not at all.
 * - `loginInteractiveShell`: With a login shell that is interactive too.
 * - `interactiveShell`: With an interactive shell.
 * - `loginShell`: With a login shell. */
export type UserEnvProbeSetting = 'none' | 'loginInteractiveShell' | 'interactiveShell' | 'loginShell';

/** The kind of author that a value has.
 * - `configuration`: The configuration itself.
 * - `extended`: A file that the configuration extends.
 * - `overlay`: The person's own overlay.
 * - `image`: The metadata of an image, or of the container as it was made.
 * - `feature`: A Feature.
 * - `flag`: The command line. */
export type ValueAuthor = 'configuration' | 'extended' | 'overlay' | 'image' | 'feature' | 'flag';

/** One value of a configuration, and who wrote it. */
export type ValueOrigin = {
  /** The value as a person would write its name, such as `containerEnv.EDITOR` or `mounts[1]`. */
  property: string;
  /** What kind of author it has. */
  from: ValueAuthor;
  /** Where it stands, if it stands in a file of this computer. */
  location?: Location | null;
  /** The image or container whose label brings it. */
  image?: string | null;
  /** The entry of that label, the first being 0. */
  entry?: number | null;
  /** The Feature that brings it, as its user named it. */
  feature?: string | null;
  /** The flag of the command line that brings it. */
  flag?: string | null;
};

/** A volume and its size. */
export type VolumeSpace = {
  /** Its name. */
  name: string;
  /** Bytes in it; absent when the engine does not count them. */
  bytes?: number | null;
};

/** What an operation can wait for. */
export type WaitingFor =
  | {
      what: 'lock';
      /** Its process id. */
      pid?: number | null;
      /** What it does, such as `wharf up`. */
      command?: string | null;
    }
  | {
      what: 'engine';
      /** Its address. */
      address: string;
    }
  | {
      what: 'removal';
      /** The container. */
      containerId: string;
    };

/** The state in which an environment should be.
 * - `running`: The container runs and every hook is done.
 * - `stopped`: The container exists, but does not run.
 * - `gone`: There is no container. */
export type Wanted = 'running' | 'stopped' | 'gone';

/** Where the workspace's files come from. */
export type WorkspaceSource =
  | {
      kind: 'folder';
      /** Its absolute path. */
      path: string;
    }
  | {
      kind: 'volume';
      /** Its name. */
      name: string;
      /** The folder in it that is opened; absent when nothing tells. */
      folder?: string | null;
      /** The repository that was cloned into it, if one was. */
      repository?: Repository | null;
    };
