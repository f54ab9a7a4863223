//! Where the values of secrets come from.

use std::path::PathBuf;

use clap::Args;

/// Flags of commands that run hooks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Hooks")]
pub(crate) struct SecretFlags {
    /// A JSON file with secrets for the hooks: { "NAME": "value" }
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets_file: Option<PathBuf>,
}
