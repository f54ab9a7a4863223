//! Which project a command is about that reads a configuration and asks no engine.

use std::path::PathBuf;

use clap::Args;
use wharf_runner::Target;

/// Flags of commands about a project's files.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProjectFlags {
    /// The project's folder [default: the current one, or its nearest parent with a configuration]
    #[arg(value_name = "FOLDER", conflicts_with = "workspace_folder")]
    folder: Option<PathBuf>,
    /// The project's folder
    #[arg(long, value_name = "FOLDER", help_heading = "Environment")]
    workspace_folder: Option<PathBuf>,
    /// Use this devcontainer.json
    #[arg(long, value_name = "FILE", help_heading = "Environment")]
    config: Option<PathBuf>,
    /// Keep state here instead of in the user's own state folder
    #[arg(long, value_name = "FOLDER", help_heading = "Environment")]
    user_data_folder: Option<PathBuf>,
}

impl From<ProjectFlags> for Target {
    fn from(flags: ProjectFlags) -> Target {
        Target {
            workspace_folder: flags.folder.or(flags.workspace_folder),
            config: flags.config,
            mount_workspace_git_root: true,
            user_data_folder: flags.user_data_folder,
            ..Target::default()
        }
    }
}
