//! Which environment a command is about.

use std::path::PathBuf;

use clap::Args;
use wharf_runner::Target;

use super::id_label;

/// The flags that tell which environment is meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct TargetFlags {
    /// The project's folder
    #[arg(long, value_name = "FOLDER")]
    workspace_folder: Option<PathBuf>,
    /// Use this devcontainer.json
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use this file in place of the project's devcontainer.json
    #[arg(long, value_name = "FILE")]
    override_config: Option<PathBuf>,
    /// Identify the container by this label instead of by its folder; may be repeated
    #[arg(long = "id-label", value_name = "NAME=VALUE", value_parser = id_label)]
    id_labels: Vec<(String, String)>,
    /// Prefer the engine that this program belongs to; the program itself is never started
    #[arg(long, value_name = "PROGRAM")]
    docker_path: Option<String>,
    /// Ask this program for Compose instead of the one that is found
    #[arg(long, value_name = "PROGRAM")]
    docker_compose_path: Option<String>,
    /// Add nothing of your own: leave out the overlay in your settings folder
    #[arg(long)]
    no_overlay: bool,
    /// Use this engine: a name that `wharf engine list` shows, or an address
    #[arg(long, value_name = "ENGINE")]
    engine: Option<String>,
    /// Keep state here instead of in the user's own state folder
    #[arg(long, value_name = "FOLDER")]
    user_data_folder: Option<PathBuf>,
}

/// The same command as the reference has it: Wharf's own `--engine` is no flag there.
pub(crate) fn without_own_flags(mut command: clap::Command) -> clap::Command {
    for own in [
        "volume",
        "branch",
        "subfolder",
        "depth",
        "no_overlay",
        "show_origin",
        "apply",
        "no_keeper",
        "detach_hooks",
    ] {
        if command.get_arguments().any(|argument| argument.get_id() == own) {
            command = command.mut_arg(own, |argument| argument.hide(true));
        }
    }
    for (folder, help) in [
        (
            "argument",
            "The project's folder, or the name or the first characters of the id of an environment [default: the current folder]",
        ),
        ("folder", "The project's folder [default: the current one]"),
    ] {
        if command.get_arguments().any(|argument| argument.get_id() == folder && argument.is_positional()) {
            command = command.mut_arg(folder, |argument| argument.help(help));
        }
    }
    // Repositories are cloned by Wharf alone.
    if command.get_arguments().any(|argument| argument.get_id() == "volume") {
        command = command.mut_arg("argument", |argument| argument.value_name("FOLDER|NAME"));
    }
    // A container stays what the reference makes.
    if command.get_arguments().any(|argument| argument.get_id() == "git_in_worktrees") {
        command = command.mut_arg("git_in_worktrees", |argument| argument.hide(true).default_value("false"));
    }
    if command.get_arguments().any(|argument| argument.get_id() == "engine") {
        return command.mut_arg("engine", |argument| argument.hide(true).value_parser(Unknown));
    }
    command
}

/// Takes no value: the flag is not there.
#[derive(Debug, Clone)]
struct Unknown;

impl clap::builder::TypedValueParser for Unknown {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        _: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        use clap::error::{ContextKind, ContextValue, ErrorKind};
        let mut error = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(command);
        error.insert(ContextKind::InvalidArg, ContextValue::String("--engine".to_owned()));
        Err(error)
    }
}

/// How the workspace's folder becomes a mount.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct WorktreeFlags {
    /// Mount the root of the git repository that the folder belongs to
    #[arg(long, value_name = "true|false", hide_possible_values = true, default_value = "true", default_missing_value = "true", num_args = 0..=1,
          action = clap::ArgAction::Set)]
    mount_workspace_git_root: bool,
    /// Mount the common .git folder of a git worktree too (for worktrees made with --relative-paths)
    #[arg(long)]
    mount_git_worktree_common_dir: bool,
    /// Let git work inside a git worktree: mount the repository's .git folder where the worktree points to it
    #[arg(long, value_name = "true|false", hide_possible_values = true, default_value = "true", default_missing_value = "true", num_args = 0..=1,
          action = clap::ArgAction::Set)]
    git_in_worktrees: bool,
}

/// The flags that tell a configuration and an engine, for commands that know neither labels nor another file in its place.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct PlaceFlags {
    /// Use this devcontainer.json
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prefer the engine that this program belongs to; the program itself is never started
    #[arg(long, value_name = "PROGRAM")]
    docker_path: Option<String>,
    /// Ask this program for Compose instead of the one that is found
    #[arg(long, value_name = "PROGRAM")]
    docker_compose_path: Option<String>,
    /// Use this engine: a name that `wharf engine list` shows, or an address
    #[arg(long, value_name = "ENGINE")]
    engine: Option<String>,
    /// Keep state here instead of in the user's own state folder
    #[arg(long, value_name = "FOLDER")]
    user_data_folder: Option<PathBuf>,
}

impl PlaceFlags {
    /// What the runner wants to know of it.
    pub(crate) fn target(self) -> Target {
        Target {
            config: self.config,
            docker_path: self.docker_path,
            docker_compose_path: self.docker_compose_path,
            engine: self.engine,
            user_data_folder: self.user_data_folder,
            ..Target::default()
        }
    }
}

/// `--container-id`, for commands that work on a container that exists.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Environment")]
pub(crate) struct ContainerFlag {
    /// Work on this container
    #[arg(long, value_name = "ID")]
    pub(crate) container_id: Option<String>,
}

impl TargetFlags {
    /// What the runner wants to know of it.
    pub(crate) fn target(self, worktree: Option<WorktreeFlags>) -> Target {
        Target {
            workspace_folder: self.workspace_folder,
            config: self.config,
            override_config: self.override_config,
            id_labels: self.id_labels,
            mount_workspace_git_root: worktree.as_ref().is_none_or(|flags| flags.mount_workspace_git_root),
            mount_git_worktree_common_dir: worktree
                .as_ref()
                .is_some_and(|flags| flags.mount_git_worktree_common_dir),
            git_in_worktrees: worktree.is_some_and(|flags| flags.git_in_worktrees),
            without_overlay: self.no_overlay,
            docker_path: self.docker_path,
            docker_compose_path: self.docker_compose_path,
            engine: self.engine,
            user_data_folder: self.user_data_folder,
            ..Target::default()
        }
    }
}
