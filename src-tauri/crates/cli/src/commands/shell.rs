//! `wharf shell`: the user's own shell in the environment.

use super::exec::{self, InsideFlags};
use crate::door::Door;
use crate::flags::SubjectArgument;

/// Open the user's login shell in the environment's container
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf shell              the folder you are in
  wharf shell api-server   an environment that `wharf list` shows")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectArgument,
    #[command(flatten)]
    inside: InsideFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    exec::execute(door, arguments.inside, arguments.subject.argument, Vec::new())
}
