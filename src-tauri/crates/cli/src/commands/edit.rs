//! `wharf edit`: an editor on the environment.

use std::process::Command;

use wharf_api::ErrorResult;
use wharf_runner::EditRequest;

use crate::door::{Door, Failure};
use crate::flags::SubjectFlags;

/// Open an editor on the environment
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Visual Studio Code and its kin work inside the container, which has to run; every other editor opens the \
folder on this computer. Without --editor it is the one of `integration.editor` in the settings, else the first that is found.

Examples:
  wharf edit                   the folder you are in
  wharf edit api-server        an environment that `wharf list` shows
  wharf edit --editor vim      in this terminal
  wharf settings set integration.editor zed"
)]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// The editor's program, such as code, zed or vim
    #[arg(long, value_name = "PROGRAM", help_heading = "Editor")]
    editor: Option<String>,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = EditRequest { target: arguments.subject.target(), editor: arguments.editor };
    let found = door.look(async |stage| wharf_runner::edit(&request, stage.sink, stage.cancel).await);
    let start = match found {
        Ok(start) => start,
        Err(failure) => return door.fail(&failure),
    };
    // In this terminal, for editors that need one; the others leave it at once.
    match Command::new(&start.program).args(&start.arguments).status() {
        Ok(status) if status.success() => 0,
        Ok(status) => door.fail(&Failure::Said(Box::new(ErrorResult {
            message: format!("{} ended with {status}", start.name),
            ..ErrorResult::default()
        }))),
        Err(error) => door.fail(&Failure::Said(Box::new(ErrorResult {
            message: format!("{} does not start: {error}", start.program.display()),
            ..ErrorResult::default()
        }))),
    }
}
