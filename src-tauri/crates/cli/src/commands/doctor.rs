//! `wharf doctor`: what stands in the way of environments on this computer.

use std::path::PathBuf;

use wharf_api::Severity;
use wharf_runner::{DoctorRequest, Keychain};

use crate::door::Door;
use crate::flags::AnswerFlags;
use crate::render;

/// Look for what stands in the way of environments on this computer, and say what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code 1 when something has to be mended first.

Examples:
  wharf doctor            the engine, its clock and disk, the proxy, and what this folder needs
  wharf doctor --json     the same as one JSON document")]
pub(crate) struct Args {
    /// The project's folder [default: the current one]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Look at this engine: a name that `wharf engine list` shows, or an address
    #[arg(long, value_name = "ENGINE")]
    engine: Option<String>,
    #[command(flatten)]
    answer: AnswerFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = DoctorRequest {
        folder: arguments.folder,
        engine: arguments.engine,
        user_data_folder: arguments.answer.user_data_folder,
        keychain: Keychain::of_system(),
    };
    let result = door.look(async |_| wharf_runner::doctor(&request).await);
    let is_ill = result
        .as_ref()
        .is_ok_and(|result| result.findings.iter().any(|finding| finding.severity == Severity::Error));
    door.finish(arguments.answer.json, result, render::doctor).max(u8::from(is_ill))
}
