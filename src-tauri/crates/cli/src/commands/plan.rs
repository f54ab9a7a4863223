//! `wharf plan`: what `up` would do.

use super::up::UpFlags;
use crate::door::Door;
use crate::flags::SourceArgument;
use crate::render;

/// Show what `up` would do, and why, without doing it
#[derive(Debug, clap::Args)]
#[command(
    // They say how `up` talks and what it leaves behind, and nothing of what it does.
    mut_arg("trust", |flag| flag.hide(true)),
    mut_arg("no_keeper", |flag| flag.hide(true)),
    mut_arg("detach_hooks", |flag| flag.hide(true)),
    after_help = "Takes the flags of `wharf up`.

Examples:
  wharf plan           the folder you are in
  wharf plan --apply   with what has changed since its container was made
  wharf plan --json    one JSON document with every step in full"
)]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SourceArgument,
    #[command(flatten)]
    up: UpFlags,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = arguments.up.request(door, arguments.subject);
    let result =
        door.look(async |stage| wharf_runner::plan(&request, stage.sink, stage.asker, stage.cancel).await);
    door.finish(arguments.json, result, render::plan)
}
