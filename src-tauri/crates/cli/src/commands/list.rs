//! `wharf list`: every environment there is.

use wharf_runner::ListRequest;

use crate::door::Door;
use crate::flags::AnswerFlags;
use crate::render;

/// List environments on all engines, those that other tools made included
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf list                    what runs and what could
  wharf list --all              also what was taken down, and containers that may be environments
  wharf list --json             one JSON document")]
pub(crate) struct Args {
    /// Also show what was taken down, and containers that only may be environments
    #[arg(long, short)]
    all: bool,
    /// Only this engine: a name that `wharf engine list` shows, or an address
    #[arg(long, value_name = "ENGINE")]
    engine: Option<String>,
    #[command(flatten)]
    answer: AnswerFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = ListRequest {
        engine: arguments.engine,
        all: arguments.all,
        user_data_folder: arguments.answer.user_data_folder,
    };
    let result = door.look(async |stage| wharf_runner::list(&request, stage.cancel).await);
    door.finish(arguments.answer.json, result, |list, theme| render::list(list, theme, door.columns()))
}
