//! `wharf up`: bring the environment up.

use clap::ValueEnum;
use wharf_api::{UpDocument, UpError, UpResult};
use wharf_runner::{Apply, GpuAvailability, SourceRequest, UpRequest, UpdateUidDefault};

use crate::door::{Door, Failure};
use crate::flags::{
    CacheFlags, DotfilesFlags, EnvironmentFlags, FeatureFlags, FolderFlags, LockfileFlags, SecretFlags,
    SourceArgument, SourceFlags, TargetFlags, UnusedTerminalSizeFlags, WorktreeFlags, mount,
};
use crate::text::{FAINT, Line};

/// Bring the environment up: build or pull its image, create and start its container, run its hooks
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf up                              the folder you are in
  wharf up ~/src/api-server --trust     allow what it does to this computer
  wharf up --remove-existing-container  begin anew
  wharf up https://github.com/me/api    clone into a volume and work there
  wharf up --volume                     copy the folder into a volume and work there
  wharf up --log-level debug            with all output of builds and hooks

Prints one JSON document on standard output. Ends after the last hook.")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SourceArgument,
    #[command(flatten)]
    pub(super) up: UpFlags,
    /// Add the configuration to the result
    #[arg(long, help_heading = "Output")]
    include_configuration: bool,
    /// Add the merged configuration to the result
    #[arg(long, help_heading = "Output")]
    include_merged_configuration: bool,
    #[command(flatten)]
    size: UnusedTerminalSizeFlags,
}

/// Everything that decides what `up` does; `plan` takes the same.
#[derive(Debug, clap::Args)]
pub(crate) struct UpFlags {
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    worktree: WorktreeFlags,
    #[command(flatten)]
    source: SourceFlags,
    #[command(flatten)]
    container: ContainerFlags,
    #[command(flatten)]
    build: BuildFlags,
    #[command(flatten)]
    features: FeatureFlags,
    #[command(flatten)]
    lockfile: LockfileFlags,
    #[command(flatten)]
    hooks: HookFlags,
    #[command(flatten)]
    secrets: SecretFlags,
    #[command(flatten)]
    environment: EnvironmentFlags,
    #[command(flatten)]
    folders: FolderFlags,
    #[command(flatten)]
    dotfiles: DotfilesFlags,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Container")]
struct ContainerFlags {
    /// Allow and remember what the configuration does to this computer
    #[arg(long)]
    trust: bool,
    /// Apply what has changed since the container was made, in the smallest way that does; `hot`: only what needs no restart
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "everything")]
    apply: Option<ApplyWhat>,
    /// Remove the container that is there and begin anew
    #[arg(long)]
    remove_existing_container: bool,
    /// Fail when there is no container yet
    #[arg(long)]
    expect_existing_container: bool,
    /// Forward no ports: nothing stays behind in the background
    #[arg(long)]
    no_keeper: bool,
    /// Mount this as well, as type=bind|volume,source=…,target=…; may be repeated
    #[arg(long = "mount", value_name = "MOUNT", value_parser = mount)]
    mounts: Vec<String>,
    /// How bind mounts into a virtual machine are kept in step
    #[arg(long, value_name = "consistent|cached|delegated", hide_possible_values = true)]
    workspace_mount_consistency: Option<Consistency>,
    /// Whether there is a GPU, when the configuration asks for one
    #[arg(long, value_name = "all|detect|none", hide_possible_values = true)]
    gpu_availability: Option<Gpu>,
    /// Whether the remote user gets your user id, when the configuration does not say
    #[arg(long, value_name = "never|on|off", hide_possible_values = true)]
    update_remote_user_uid_default: Option<UpdateUid>,
    #[arg(long, hide = true)]
    omit_config_remote_env_from_metadata: bool,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Image")]
struct BuildFlags {
    /// Build without the cache
    #[arg(long)]
    build_no_cache: bool,
    #[command(flatten)]
    cache: CacheFlags,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Hooks")]
struct HookFlags {
    /// Run no hooks
    #[arg(long)]
    skip_post_create: bool,
    /// End at the wait point instead of after the last hook
    #[arg(long)]
    skip_non_blocking_commands: bool,
    /// Come back at the wait point; what is left runs in the background, and `status` and `logs` tell of it
    #[arg(long, conflicts_with_all = ["no_keeper", "skip_non_blocking_commands"])]
    detach_hooks: bool,
    /// End after updateContentCommand, running it again if it has run
    #[arg(long)]
    prebuild: bool,
    /// Do not run postAttachCommand
    #[arg(long)]
    skip_post_attach: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Consistency {
    Consistent,
    Cached,
    Delegated,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Gpu {
    All,
    Detect,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ApplyWhat {
    // A switch may be said to be on or off, and this one is a switch as well.
    #[value(name = "false", hide = true)]
    Nothing,
    Hot,
    #[value(alias = "true")]
    Everything,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum UpdateUid {
    Never,
    On,
    Off,
}

impl UpFlags {
    /// The request as the runner takes it.
    pub(super) fn request(self, door: &Door, subject: SourceArgument) -> UpRequest {
        let consistency =
            self.container.workspace_mount_consistency.and_then(|value| value.to_possible_value());
        let source = self.source.source(subject.argument.as_deref());
        let mut target = door.aim(self.target.target(Some(self.worktree)));
        target.argument = subject.argument;
        if source == SourceRequest::Folder {
            door.choose(&mut target);
        }
        target.workspace_mount_consistency = consistency.map(|value| value.get_name().to_owned());
        let default_user_env_probe = self.environment.default_probe();
        UpRequest {
            target,
            source,
            trust: door.trust(self.container.trust),
            data_folders: self.folders.into(),
            gpu_availability: self.container.gpu_availability.map(|flag| match flag {
                Gpu::All => GpuAvailability::All,
                Gpu::Detect => GpuAvailability::Detect,
                Gpu::None => GpuAvailability::None,
            }),
            default_user_env_probe,
            update_remote_user_uid_default: self.container.update_remote_user_uid_default.map(|flag| {
                match flag {
                    UpdateUid::Never => UpdateUidDefault::Never,
                    UpdateUid::On => UpdateUidDefault::On,
                    UpdateUid::Off => UpdateUidDefault::Off,
                }
            }),
            remove_existing_container: self.container.remove_existing_container,
            apply: match self.container.apply {
                None | Some(ApplyWhat::Nothing) => Apply::Nothing,
                Some(ApplyWhat::Hot) => Apply::Hot,
                Some(ApplyWhat::Everything) => Apply::Everything,
            },
            expect_existing_container: self.container.expect_existing_container,
            build_no_cache: self.build.build_no_cache,
            skip_post_create: self.hooks.skip_post_create,
            skip_non_blocking_commands: self.hooks.skip_non_blocking_commands,
            prebuild: self.hooks.prebuild,
            skip_post_attach: self.hooks.skip_post_attach,
            mounts: self.container.mounts,
            remote_env: self.environment.remote_env,
            without_buildkit: self.build.cache.without_buildkit(),
            omit_syntax_directive: self.build.cache.omit_syntax_directive,
            cache_from: self.build.cache.cache_from,
            cache_to: self.build.cache.cache_to,
            secrets_file: self.secrets.secrets_file,
            features: self.features.request(self.lockfile),
            dotfiles: self.dotfiles.into(),
            detach_hooks: self.hooks.detach_hooks,
            keeper: door.keeper(self.container.no_keeper),
            omit_config_remote_env_from_metadata: self.container.omit_config_remote_env_from_metadata,
            ..UpRequest::default()
        }
    }
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = UpRequest {
        include_configuration: arguments.include_configuration,
        include_merged_configuration: arguments.include_merged_configuration,
        ..arguments.up.request(door, arguments.subject)
    };
    let result =
        door.operate(async |stage| wharf_runner::up(&request, stage.sink, stage.asker, stage.cancel).await);
    match result {
        Ok(result) => {
            say_what_is_next(door);
            door.answer_json(&UpDocument::Success(result))
        }
        Err(failure) => {
            let code = door.fail(&failure);
            // What was interrupted has no answer.
            if let (1, Some(error)) = (code, failure.document()) {
                door.answer_json(&UpDocument::Error(UpError::from(error)));
            }
            code
        }
    }
}

/// How `start` and `rebuild` end: as `up` for a person, with a document of their own for a program that asks for one.
pub(super) fn finish(door: &Door, json: bool, result: Result<UpResult, Failure>) -> u8 {
    if result.is_ok() {
        say_what_is_next(door);
    }
    door.finish_quietly(json, result, |_, _| Vec::new())
}

fn say_what_is_next(door: &Door) {
    if door.talks_to_a_person() {
        let dot = format!(" {} ", door.theme().symbols.dot);
        let next = ["wharf shell", "wharf logs", "wharf stop"].join(&dot);
        door.say(&Line::new().text("    ").add(FAINT, "next").pad_to(27).text(next));
    }
}
