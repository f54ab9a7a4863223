//! `wharf set-up`: make a container that exists one to develop in.

use wharf_runner::{SetUpRequest, Target};

use crate::door::Door;
use crate::flags::{
    DotfilesFlags, EnvironmentFlags, FolderFlags, PlaceFlags, UnusedRegistryFlags, UnusedTerminalSizeFlags,
};

/// Set up a container that exists: prepare it and run the hooks
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf set-up --container-id 3f2a9c                              with what its image says
  wharf set-up --container-id 3f2a9c --config devcontainer.json   with this configuration too

Prints one JSON document on standard output. The container must run; it is not made anew.")]
pub(crate) struct Args {
    /// The container
    #[arg(long, value_name = "ID", required = true, help_heading = "Environment")]
    container_id: String,
    #[command(flatten)]
    place: PlaceFlags,
    /// Allow and remember what of this computer the hooks are given
    #[arg(long, help_heading = "Hooks")]
    trust: bool,
    /// Run no hooks
    #[arg(long, help_heading = "Hooks")]
    skip_post_create: bool,
    /// End at the wait point instead of after the last hook
    #[arg(long, help_heading = "Hooks")]
    skip_non_blocking_commands: bool,
    #[command(flatten)]
    environment: EnvironmentFlags,
    #[command(flatten)]
    folders: FolderFlags,
    /// Add the configuration to the result
    #[arg(long, help_heading = "Output")]
    include_configuration: bool,
    /// Add the merged configuration to the result
    #[arg(long, help_heading = "Output")]
    include_merged_configuration: bool,
    #[command(flatten)]
    size: UnusedTerminalSizeFlags,
    #[command(flatten)]
    dotfiles: DotfilesFlags,
    #[command(flatten)]
    registries: UnusedRegistryFlags,
}

/// The reference's sentence for whatever fails inside a container and has none of its own.
pub(super) const GENERAL: &str = "An error occurred running user commands in the container.";

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = SetUpRequest {
        target: Target { container_id: Some(arguments.container_id), ..arguments.place.target() },
        trust: door.trust(arguments.trust),
        default_user_env_probe: arguments.environment.default_probe(),
        remote_env: arguments.environment.remote_env,
        data_folders: arguments.folders.into(),
        dotfiles: arguments.dotfiles.into(),
        skip_post_create: arguments.skip_post_create,
        skip_non_blocking_commands: arguments.skip_non_blocking_commands,
        include_configuration: arguments.include_configuration,
        include_merged_configuration: arguments.include_merged_configuration,
    };
    let result = door
        .operate(async |stage| wharf_runner::set_up(&request, stage.sink, stage.asker, stage.cancel).await);
    door.finish_as_the_reference(result, GENERAL)
}
