//! `wharf start`: let the container that is there run again.

use wharf_runner::StartRequest;

use crate::door::Door;
use crate::flags::SubjectFlags;

/// Start the environment's container, and run the hooks of a start; it must exist
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf start              the folder you are in
  wharf start api-server   an environment that `wharf list` shows")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Allow and remember what the configuration does to this computer
    #[arg(long, help_heading = "Environment")]
    trust: bool,
    /// Forward no ports
    #[arg(long, help_heading = "Environment")]
    no_keeper: bool,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = StartRequest {
        target: arguments.subject.target(),
        trust: door.trust(arguments.trust),
        keeper: door.keeper(arguments.no_keeper),
        ..StartRequest::default()
    };
    let result = door
        .operate(async |stage| wharf_runner::start(&request, stage.sink, stage.asker, stage.cancel).await);
    super::up::finish(door, arguments.json, result)
}
