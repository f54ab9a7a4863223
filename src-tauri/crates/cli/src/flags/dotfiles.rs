//! A person's own settings inside the container.

use clap::Args;
use wharf_runner::DotfilesRequest;

/// Flags of commands that run hooks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Dotfiles")]
pub(crate) struct DotfilesFlags {
    /// Clone your dotfiles from here, once per container: an address, or OWNER/NAME on GitHub
    /// [default: $WHARF_DOTFILES_REPOSITORY]
    #[arg(long, value_name = "REPOSITORY")]
    dotfiles_repository: Option<String>,
    /// Run this file of them [default: $WHARF_DOTFILES_INSTALL_COMMAND, else install.sh or another usual
    /// name; without one they are linked]
    #[arg(long, value_name = "FILE")]
    dotfiles_install_command: Option<String>,
    /// Clone them to this folder [default: $WHARF_DOTFILES_TARGET_PATH, else ~/dotfiles]
    #[arg(long, value_name = "FOLDER")]
    dotfiles_target_path: Option<String>,
}

impl From<DotfilesFlags> for DotfilesRequest {
    fn from(flags: DotfilesFlags) -> Self {
        let settle = |flag: Option<String>, name: &str| {
            flag.or_else(|| std::env::var(name).ok()).filter(|text| !text.trim().is_empty())
        };
        Self {
            repository: settle(flags.dotfiles_repository, "WHARF_DOTFILES_REPOSITORY"),
            install_command: settle(flags.dotfiles_install_command, "WHARF_DOTFILES_INSTALL_COMMAND"),
            target_path: settle(flags.dotfiles_target_path, "WHARF_DOTFILES_TARGET_PATH"),
        }
    }
}
