//! `wharf --headless`: keep an environment up in the foreground.

use super::up::UpFlags;
use crate::door::Door;
use crate::flags::SourceArgument;

/// Bring an environment up and stay, with the logs of its hooks and its container, until Ctrl-C
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "wharf --headless [OPTIONS] [FOLDER|NAME|URL]",
    mut_arg("no_keeper", |flag| flag.help("Forward ports only for as long as this runs: nothing stays behind in the background")),
    after_help = "Takes the flags of `wharf up`. On Ctrl-C or SIGTERM it does what `shutdownAction` says, which is to stop the \
container unless it says none; a second Ctrl-C ends at once and leaves everything as it is.

Exits with 0 when it was up and has ended in order, with 130 when it was interrupted before.

Examples:
  wharf --headless                       the folder you are in
  wharf --headless ~/src/api --trust     allow what it does to this computer"
)]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SourceArgument,
    #[command(flatten)]
    up: UpFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = arguments.up.request(door, arguments.subject);
    let result = door.operate_with_output(async |stage| {
        wharf_runner::headless(&request, stage.sink, stage.asker, stage.cancel).await
    });
    match result {
        Ok(()) => 0,
        Err(failure) => door.fail(&failure),
    }
}
