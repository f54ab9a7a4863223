//! `wharf status`: what is wanted, what is there, and how they differ.

use wharf_runner::StatusRequest;

use crate::door::Door;
use crate::flags::SubjectFlags;
use crate::render;

/// Show what is wanted of an environment, what is there, and how they differ
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf status          the folder you are in
  wharf status --json   one JSON document with desired and observed state")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = StatusRequest { target: arguments.subject.target() };
    let result = door.look(async |stage| wharf_runner::status(&request, stage.sink, stage.cancel).await);
    door.finish(arguments.json, result, render::status)
}
