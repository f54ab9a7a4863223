//! `wharf plan`: what `up` would do.

use super::up::UpFlags;
use crate::door::Door;
use crate::flags::SubjectArgument;
use crate::render;

/// Show what `up` would do, and why, without doing it
#[derive(Debug, clap::Args)]
#[command(after_help = "Takes the flags of `wharf up`.

Examples:
  wharf plan          the folder you are in
  wharf plan --json   one JSON document with every step in full")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectArgument,
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
