//! `wharf run-user-commands`: the hooks alone, in a container that runs.

use wharf_runner::RunUserCommandsRequest;

use super::exec::InsideFlags;
use crate::door::Door;
use crate::flags::{DotfilesFlags, SecretFlags, SubjectArgument};

/// Run the hooks of a running container that have not run yet
#[derive(Debug, clap::Args)]
#[command(
    // The reference takes them, and no hook has a terminal.
    mut_arg("terminal_columns", |flag| flag.hide(true)),
    mut_arg("terminal_rows", |flag| flag.hide(true)),
    after_help = "Examples:
  wharf run-user-commands                                the folder you are in
  wharf run-user-commands --skip-non-blocking-commands   as far as the wait point
  wharf run-user-commands --container-id 3f2a9c          with what its image says

Prints one JSON document on standard output."
)]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectArgument,
    #[command(flatten)]
    inside: InsideFlags,
    #[command(flatten)]
    hooks: HookFlags,
    #[command(flatten)]
    secrets: SecretFlags,
    #[command(flatten)]
    dotfiles: DotfilesFlags,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Hooks")]
struct HookFlags {
    /// Allow and remember what of this computer the hooks are given
    #[arg(long)]
    trust: bool,
    /// End at the wait point instead of after the last hook
    #[arg(long)]
    skip_non_blocking_commands: bool,
    /// End after updateContentCommand, running it again if it has run
    #[arg(long)]
    prebuild: bool,
    /// End after postCreateCommand, where a person's dotfiles come
    #[arg(long)]
    stop_for_personalization: bool,
    /// Do not run postAttachCommand
    #[arg(long)]
    skip_post_attach: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let inside = arguments.inside;
    let request = RunUserCommandsRequest {
        target: door.aim(inside.existing.target(arguments.subject.argument)),
        trust: door.trust(arguments.hooks.trust),
        default_user_env_probe: inside.environment.default_probe(),
        remote_env: inside.environment.remote_env,
        data_folders: inside.folders.into(),
        dotfiles: arguments.dotfiles.into(),
        skip_non_blocking_commands: arguments.hooks.skip_non_blocking_commands,
        prebuild: arguments.hooks.prebuild,
        stop_for_personalization: arguments.hooks.stop_for_personalization,
        skip_post_attach: arguments.hooks.skip_post_attach,
        secrets_file: arguments.secrets.secrets_file,
    };
    let result = door.operate(async |stage| {
        wharf_runner::run_user_commands(&request, stage.sink, stage.asker, stage.cancel).await
    });
    door.finish_as_the_reference(result, super::set_up::GENERAL)
}
