//! The environment that a command works on.

use std::path::PathBuf;

use clap::Args;
use wharf_runner::Target;

use super::{ContainerFlag, TargetFlags, WorktreeFlags};

/// An environment by its folder, its name or its id.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SubjectArgument {
    /// The project's folder, or the name or the first characters of the id of an environment
    /// [default: the current folder, or its nearest parent with a configuration]
    #[arg(value_name = "FOLDER|NAME", conflicts_with = "workspace_folder")]
    pub(crate) argument: Option<PathBuf>,
}

/// The flags that tell an environment that is there already.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExistingFlags {
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    container: ContainerFlag,
    #[command(flatten)]
    worktree: WorktreeFlags,
}

/// An environment by its folder, its name or its id, or told by flags.
#[derive(Debug, Clone, Args)]
pub(crate) struct SubjectFlags {
    #[command(flatten)]
    argument: SubjectArgument,
    #[command(flatten)]
    existing: ExistingFlags,
}

impl ExistingFlags {
    /// What the runner wants to know of it. `argument` is the folder, name or id that was typed, if one was.
    pub(crate) fn target(self, argument: Option<PathBuf>) -> Target {
        Target {
            argument,
            container_id: self.container.container_id,
            ..self.target.target(Some(self.worktree))
        }
    }
}

impl SubjectFlags {
    /// What the runner wants to know of it.
    pub(crate) fn target(self) -> Target {
        self.existing.target(self.argument.argument)
    }
}
