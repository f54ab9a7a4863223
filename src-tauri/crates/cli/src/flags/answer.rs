//! How a command that is about all environments answers, and where it looks.

use std::path::PathBuf;

use clap::Args;

/// The answer's form, and the state folder.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AnswerFlags {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Where state is kept, when not in the user's own state folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) user_data_folder: Option<PathBuf>,
}
