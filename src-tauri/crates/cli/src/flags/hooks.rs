//! What hooks and commands inside the container see.

use clap::{Args, ValueEnum};
use wharf_runner::DataFolders;

use super::remote_env;

/// The environment of hooks and commands.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Inside the container")]
pub(crate) struct EnvironmentFlags {
    /// Set a variable for hooks and commands; may be repeated
    #[arg(long = "remote-env", value_name = "NAME=VALUE", value_parser = remote_env)]
    pub(crate) remote_env: Vec<(String, String)>,
    /// How to read the user's environment where the configuration does not say: none,
    /// loginInteractiveShell, interactiveShell or loginShell
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    default_user_env_probe: Option<Probe>,
}

impl EnvironmentFlags {
    /// The property's value.
    pub(crate) fn default_probe(&self) -> Option<String> {
        let value = self.default_user_env_probe?.to_possible_value()?;
        Some(value.get_name().to_owned())
    }
}

/// The values of `userEnvProbe`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Probe {
    None,
    LoginInteractiveShell,
    InteractiveShell,
    LoginShell,
}

/// Folders inside the container that a caller may move.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Inside the container")]
pub(crate) struct FolderFlags {
    /// Keep the user's markers here [default: ~/.devcontainer]
    #[arg(long, value_name = "FOLDER")]
    container_data_folder: Option<String>,
    /// Keep root's markers here [default: /var/devcontainer]
    #[arg(long, value_name = "FOLDER")]
    container_system_data_folder: Option<String>,
    /// Keep what the environment probe found here
    #[arg(long, value_name = "FOLDER")]
    container_session_data_folder: Option<String>,
}

impl From<FolderFlags> for DataFolders {
    fn from(flags: FolderFlags) -> Self {
        Self {
            container_data_folder: flags.container_data_folder,
            container_system_data_folder: flags.container_system_data_folder,
            container_session_data_folder: flags.container_session_data_folder,
        }
    }
}

/// The size of a terminal that is not this one.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct TerminalSizeFlags {
    /// Columns of the terminal that the output is for
    #[arg(long, value_name = "NUMBER", requires = "terminal_rows")]
    terminal_columns: Option<u16>,
    /// Rows of the terminal that the output is for
    #[arg(long, value_name = "NUMBER", requires = "terminal_columns")]
    terminal_rows: Option<u16>,
}

/// The same where the reference takes it and no terminal is made: nothing reads it, and help does not show it.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct UnusedTerminalSizeFlags {
    #[arg(long, hide = true, value_name = "NUMBER", requires = "terminal_rows")]
    terminal_columns: Option<u16>,
    #[arg(long, hide = true, value_name = "NUMBER", requires = "terminal_columns")]
    terminal_rows: Option<u16>,
}

impl TerminalSizeFlags {
    /// Columns and rows, if given.
    pub(crate) fn size(self) -> Option<(u16, u16)> {
        self.terminal_columns.zip(self.terminal_rows)
    }
}
