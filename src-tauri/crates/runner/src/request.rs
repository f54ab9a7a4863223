//! What the doors ask of the runner: one struct per use case, every field decoded and none of it judged; what they bring along stands in
//! `door`.
//!
//! The names are those of the reference command line's flags, so that a flag is found here by searching for it.

use std::path::PathBuf;

use crate::keychain::Keychain;

mod door;
mod features;
mod secrets;

pub use door::*;
pub use features::*;
pub use secrets::*;

/// Which environment a request is about: the folder, the configuration and the labels that tell its container.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// What was typed: a folder, else the name of an environment, else the beginning of its id or its container's. It counts before
    /// all that follows.
    pub argument: Option<PathBuf>,
    /// The workspace folder. None: the current directory or the nearest parent that has a configuration.
    pub workspace_folder: Option<PathBuf>,
    /// Without a folder the current directory is meant, and none above it: the reference's rule.
    pub only_current_folder: bool,
    /// `--config`: the configuration file to use instead of the one that is found.
    pub config: Option<PathBuf>,
    /// `--override-config`: a file whose content replaces that of the configuration, which keeps its path.
    pub override_config: Option<PathBuf>,
    /// `--container-id`: work on this container, whatever its labels.
    pub container_id: Option<String>,
    /// `--id-label`: labels instead of the workspace folder and configuration path.
    pub id_labels: Vec<(String, String)>,
    /// `--mount-workspace-git-root`: mount the git root instead of the folder itself.
    pub mount_workspace_git_root: bool,
    /// `--mount-git-worktree-common-dir`: mount the common `.git` of a worktree too.
    pub mount_git_worktree_common_dir: bool,
    /// Mount the repository's `.git` where a worktree points to it, and leave the workspace where it is otherwise. Not what the
    /// reference does.
    pub git_in_worktrees: bool,
    /// `--workspace-mount-consistency`; used where a bind mount crosses into a virtual machine. None: as the person's settings say
    /// where something is made.
    pub workspace_mount_consistency: Option<String>,
    /// `--docker-path`: no program is started, but its name (`podman`) tells which engine is meant.
    pub docker_path: Option<String>,
    /// `--docker-compose-path`: the program that is asked for Compose instead of the one that is found.
    pub docker_compose_path: Option<String>,
    /// `--engine`: the name or address of the engine to use, whatever else was chosen.
    pub engine: Option<String>,
    /// A configuration, if one is named, without a workspace folder around it: `set-up` knows none.
    pub stands_alone: bool,
    /// The volume that holds the workspace instead of a folder: its name, or the address of the repository that was cloned into it.
    pub volume: Option<String>,
    /// The folder in the repository that is meant; None: the one that a container was made for, else the whole.
    pub volume_folder: Option<String>,
    /// `--no-overlay`: nothing of the person's own is added to the configuration.
    pub without_overlay: bool,
    /// `--user-data-folder`: where Wharf keeps its state instead of the user's state folder.
    pub user_data_folder: Option<PathBuf>,
}

impl Target {
    /// Whether a container is named by its id or its labels.
    pub(crate) fn names_container(&self) -> bool {
        self.container_id.is_some() || !self.id_labels.is_empty()
    }

    /// Whether no folder of this computer belongs to what is meant: the current one is only meant where nothing else is named.
    pub(crate) fn is_alone(&self) -> bool {
        self.stands_alone || self.workspace_folder.is_none() && self.names_container()
    }
}

/// Folders inside the container that the reference lets a caller move.
#[derive(Debug, Clone, Default)]
pub struct DataFolders {
    /// `--container-data-folder`: markers of hooks; default `~/.devcontainer`.
    pub container_data_folder: Option<String>,
    /// `--container-system-data-folder`: root's markers; default `/var/devcontainer`.
    pub container_system_data_folder: Option<String>,
    /// `--container-session-data-folder`: a cache of the environment probe.
    pub container_session_data_folder: Option<String>,
}

/// A person's own settings, cloned into the container. Without a repository nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DotfilesRequest {
    /// `--dotfiles-repository`: an address, a path in the container, or `owner/repository` of GitHub.
    pub repository: Option<String>,
    /// `--dotfiles-install-command`: a file of the repository; None: the first of the usual names.
    pub install_command: Option<String>,
    /// `--dotfiles-target-path`: where it is cloned to; None: `~/dotfiles`.
    pub target_path: Option<String>,
}

/// Whether the configuration may touch the host without being asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// Ask, or refuse where nobody can be asked.
    #[default]
    Ask,
    /// `--trust`: allow and remember.
    Always,
    /// Continuous integration or the name `devcontainer`: allow, remember nothing, say so in one line.
    Compatible,
}

/// `--gpu-availability`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GpuAvailability {
    /// The engine is asked.
    #[default]
    Detect,
    /// There is a GPU.
    All,
    /// There is none.
    None,
}

/// `--update-remote-user-uid-default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateUidDefault {
    /// Update unless the configuration says no.
    #[default]
    On,
    /// Update only if the configuration says yes.
    Off,
    /// Never update, whatever the configuration says.
    Never,
}

/// Where the files of a workspace come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SourceRequest {
    /// A folder of this computer, as the target tells.
    #[default]
    Folder,
    /// A repository, cloned into a volume.
    Clone(CloneRequest),
    /// The target's folder, copied into a volume.
    Copy,
}

/// A repository to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloneRequest {
    /// Its address, as written.
    pub url: String,
    /// A branch or tag; None: the repository's own choice.
    pub branch: Option<String>,
    /// The folder in it that is opened; None: the whole.
    pub folder: Option<String>,
    /// How many of the last commits are fetched; None: all.
    pub depth: Option<std::num::NonZeroU32>,
}

/// How much of what has changed since an environment was made is applied to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Apply {
    /// Nothing: the container that is there goes on as it is.
    #[default]
    Nothing,
    /// What needs no more than the next command or look.
    Hot,
    /// All of it.
    Everything,
}

/// `wharf up` and everything that shares its flags (`plan`).
#[derive(Debug, Clone, Default)]
pub struct UpRequest {
    /// The environment.
    pub target: Target,
    /// Where the workspace's files come from.
    pub source: SourceRequest,
    /// Consent.
    pub trust: Trust,
    /// Folders inside the container.
    pub data_folders: DataFolders,
    /// `--gpu-availability`; None: as the person's settings say, else the engine is asked.
    pub gpu_availability: Option<GpuAvailability>,
    /// `--default-user-env-probe`: a property value such as `loginShell`.
    pub default_user_env_probe: Option<String>,
    /// `--update-remote-user-uid-default`; None: as the person's settings say, else on.
    pub update_remote_user_uid_default: Option<UpdateUidDefault>,
    /// `--remove-existing-container`.
    pub remove_existing_container: bool,
    /// `--apply`: how much of what has changed since the container was made is applied, in the smallest way that does.
    pub apply: Apply,
    /// `--expect-existing-container`.
    pub expect_existing_container: bool,
    /// Stop the container before, if it runs.
    pub stop_first: bool,
    /// `--build-no-cache`.
    pub build_no_cache: bool,
    /// Build even where nothing that goes into the image has changed.
    pub build_again: bool,
    /// `--skip-post-create`: no probe, no hooks, no dotfiles.
    pub skip_post_create: bool,
    /// `--skip-non-blocking-commands`: end at the wait point.
    pub skip_non_blocking_commands: bool,
    /// `--prebuild`: end after `updateContentCommand`, running it again.
    pub prebuild: bool,
    /// `--skip-post-attach`.
    pub skip_post_attach: bool,
    /// `--mount`, as written, already checked against the reference's pattern.
    pub mounts: Vec<String>,
    /// `--remote-env NAME=value`.
    pub remote_env: Vec<(String, String)>,
    /// `--cache-from`.
    pub cache_from: Vec<String>,
    /// `--cache-to`.
    pub cache_to: Vec<String>,
    /// `--buildkit never`, or `auto`; None: as the person's settings say, else `auto`.
    pub without_buildkit: Option<bool>,
    /// `--secrets-file`: a JSON object of names and values for the hooks.
    pub secrets_file: Option<PathBuf>,
    /// `--include-configuration`.
    pub include_configuration: bool,
    /// `--include-merged-configuration`.
    pub include_merged_configuration: bool,
    /// `--omit-config-remote-env-from-metadata`.
    pub omit_config_remote_env_from_metadata: bool,
    /// What is said about Features.
    pub features: FeaturesRequest,
    /// A person's own settings.
    pub dotfiles: DotfilesRequest,
    /// `--omit-syntax-directive`: a Dockerfile's `# syntax=` line is left out of what is built.
    pub omit_syntax_directive: bool,
    /// The program that keeps the environment once it is up, as a process of its own; None (`--no-keeper`): nobody does.
    pub keeper: Option<PathBuf>,
    /// `--detach-hooks`: come back at the wait point and let the keeper run the rest. Without a keeper everything runs first.
    pub detach_hooks: bool,
}

/// `wharf build`: the image without the environment.
#[derive(Debug, Clone, Default)]
pub struct BuildRequest {
    /// The environment.
    pub target: Target,
    /// Consent.
    pub trust: Trust,
    /// `--image-name`.
    pub image_names: Vec<String>,
    /// `--no-cache`.
    pub no_cache: bool,
    /// `--cache-from`.
    pub cache_from: Vec<String>,
    /// `--cache-to`.
    pub cache_to: Vec<String>,
    /// `--buildkit never`, or `auto`; None: as the person's settings say, else `auto`.
    pub without_buildkit: Option<bool>,
    /// `--platform`: each a list with commas.
    pub platforms: Vec<String>,
    /// `--push`.
    pub push: bool,
    /// `--output`, as written.
    pub outputs: Vec<String>,
    /// `--label`, as written.
    pub labels: Vec<String>,
    /// What is said about Features.
    pub features: FeaturesRequest,
    /// `--skip-persisting-customizations-from-features`: they are left out of the image's metadata.
    pub skip_persisting_customizations: bool,
    /// `--omit-syntax-directive`: a Dockerfile's `# syntax=` line is left out of what is built.
    pub omit_syntax_directive: bool,
}

/// `wharf set-up`: a container that exists becomes one to develop in.
#[derive(Debug, Clone, Default)]
pub struct SetUpRequest {
    /// The container, and the configuration if there is one.
    pub target: Target,
    /// Consent to what its hooks are given.
    pub trust: Trust,
    /// Folders inside the container.
    pub data_folders: DataFolders,
    /// `--default-user-env-probe`.
    pub default_user_env_probe: Option<String>,
    /// `--remote-env NAME=value`.
    pub remote_env: Vec<(String, String)>,
    /// A person's own settings.
    pub dotfiles: DotfilesRequest,
    /// `--skip-post-create`.
    pub skip_post_create: bool,
    /// `--skip-non-blocking-commands`.
    pub skip_non_blocking_commands: bool,
    /// `--include-configuration`.
    pub include_configuration: bool,
    /// `--include-merged-configuration`.
    pub include_merged_configuration: bool,
}

/// `wharf run-user-commands`: the hooks alone, in a container that runs.
#[derive(Debug, Clone, Default)]
pub struct RunUserCommandsRequest {
    /// The environment.
    pub target: Target,
    /// Consent to what its hooks are given.
    pub trust: Trust,
    /// Folders inside the container.
    pub data_folders: DataFolders,
    /// `--default-user-env-probe`.
    pub default_user_env_probe: Option<String>,
    /// `--remote-env NAME=value`.
    pub remote_env: Vec<(String, String)>,
    /// A person's own settings.
    pub dotfiles: DotfilesRequest,
    /// `--skip-non-blocking-commands`.
    pub skip_non_blocking_commands: bool,
    /// `--prebuild`.
    pub prebuild: bool,
    /// `--stop-for-personalization`: end where a person's dotfiles come.
    pub stop_for_personalization: bool,
    /// `--skip-post-attach`.
    pub skip_post_attach: bool,
    /// `--secrets-file`.
    pub secrets_file: Option<PathBuf>,
}

/// `wharf list`.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// `--engine`: only what is on this one.
    pub engine: Option<String>,
    /// `--all`: also what was taken down, and containers that only might be environments.
    pub all: bool,
    /// `--user-data-folder`.
    pub user_data_folder: Option<PathBuf>,
}

/// `wharf start`: the container that is there runs again.
#[derive(Debug, Clone, Default)]
pub struct StartRequest {
    /// The environment.
    pub target: Target,
    /// Stop the container before, if it runs.
    pub stop_first: bool,
    /// Consent.
    pub trust: Trust,
    /// The program that keeps the environment once it is up.
    pub keeper: Option<PathBuf>,
}

/// `wharf stop`: the container is kept and does not run.
#[derive(Debug, Clone, Default)]
pub struct StopRequest {
    /// The environment.
    pub target: Target,
    /// `--timeout`: seconds that its processes get to end; None: as long as the container was given.
    pub seconds: Option<u32>,
}

/// `wharf rebuild`: image and container are made anew.
#[derive(Debug, Clone, Default)]
pub struct RebuildRequest {
    /// The environment.
    pub target: Target,
    /// Consent.
    pub trust: Trust,
    /// `--no-cache`.
    pub no_cache: bool,
    /// The program that keeps the environment once it is up.
    pub keeper: Option<PathBuf>,
}

/// `wharf down`: the container goes, its named volumes and images stay.
#[derive(Debug, Clone, Default)]
pub struct DownRequest {
    /// The environment.
    pub target: Target,
    /// `--volumes`: its named volumes go too, but for those that other containers use.
    pub remove_volumes: bool,
}

/// What would be lost if an environment's container went.
#[derive(Debug, Clone, Default)]
pub struct LossesRequest {
    /// The environment.
    pub target: Target,
    /// Whether its named volumes would go too.
    pub remove_volumes: bool,
}

/// `wharf logs`.
#[derive(Debug, Clone, Default)]
pub struct LogsRequest {
    /// The environment.
    pub target: Target,
    /// `--source`: whose output; empty: everybody's.
    pub sources: Vec<wharf_api::LogSource>,
    /// `--follow`: also what is written from now on.
    pub follow: bool,
    /// `--tail`: only so many of the last lines.
    pub tail: Option<u64>,
    /// `--since`: only what was written from then on, in milliseconds since 1970.
    pub since: Option<u64>,
    /// Only so many of the container's last lines, beside all that builds and hooks have written.
    pub container_tail: Option<u64>,
    /// What is followed goes on with the container's next start, and with the next container.
    pub over_restarts: bool,
    /// Whether it is wanted when each line was written. Engines take longer to tell.
    pub timestamps: bool,
}

/// `wharf status`.
#[derive(Debug, Clone, Default)]
pub struct StatusRequest {
    /// The environment.
    pub target: Target,
}

/// `wharf exec`.
#[derive(Debug, Clone, Default)]
pub struct ExecRequest {
    /// The environment.
    pub target: Target,
    /// Program and arguments, verbatim; empty: the user's login shell.
    pub command: Vec<String>,
    /// `--remote-env NAME=value`.
    pub remote_env: Vec<(String, String)>,
    /// `--default-user-env-probe`.
    pub default_user_env_probe: Option<String>,
    /// Folders inside the container.
    pub data_folders: DataFolders,
    /// Columns and rows, if the command gets a terminal of its own.
    pub terminal: Option<(u16, u16)>,
}

/// `wharf read-configuration`.
#[derive(Debug, Clone, Default)]
pub struct ReadConfigurationRequest {
    /// The environment.
    pub target: Target,
    /// `--include-merged-configuration`.
    pub include_merged_configuration: bool,
    /// `--include-features-configuration`.
    pub include_features_configuration: bool,
    /// `--show-origin`: who wrote each value.
    pub show_origin: bool,
    /// What is said about Features.
    pub features: FeaturesRequest,
}

/// `wharf doctor`.
#[derive(Debug, Clone, Default)]
pub struct DoctorRequest {
    /// The folder whose engine and configuration are looked at; None: the current one.
    pub folder: Option<PathBuf>,
    /// `--engine`.
    pub engine: Option<String>,
    /// `--user-data-folder`.
    pub user_data_folder: Option<PathBuf>,
    /// The keychain that secrets would be looked for in.
    pub keychain: Keychain,
}

/// `wharf engine list`.
#[derive(Debug, Clone, Default)]
pub struct EngineListRequest {
    /// The folder whose engine is to be told; None: the current one.
    pub folder: Option<PathBuf>,
    /// `--all`: also the places where nothing is.
    pub all: bool,
    /// `--user-data-folder`.
    pub user_data_folder: Option<PathBuf>,
}

/// `wharf engine use`.
#[derive(Debug, Clone, Default)]
pub struct EngineUseRequest {
    /// The name or address to remember; None: forget.
    pub engine: Option<String>,
    /// `--folder`: remember it for this folder and what is below it; None: for all.
    pub folder: Option<PathBuf>,
    /// `--user-data-folder`.
    pub user_data_folder: Option<PathBuf>,
}

/// What the file managers are asked, told or no longer told.
#[derive(Debug, Clone, Default)]
pub struct IntegrationRequest {
    /// The app's program, which opens a folder that it is given.
    pub program: PathBuf,
    /// The home whose file managers are meant, instead of the person's own.
    pub home: Option<PathBuf>,
    /// Where state is kept instead of the user's state folder.
    pub user_data_folder: Option<PathBuf>,
    /// Only tell what would change.
    pub dry_run: bool,
}
