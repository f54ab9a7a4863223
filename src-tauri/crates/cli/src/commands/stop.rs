//! `wharf stop`: let the container be and not run.

use wharf_api::StopResult;
use wharf_runner::StopRequest;

use crate::door::Door;
use crate::flags::SubjectFlags;
use crate::render::Theme;
use crate::text::{ACCENT, Line, STRONG};

/// Stop the environment's container, and keep it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf stop                the folder you are in
  wharf stop api-server     an environment that `wharf list` shows
  wharf stop --timeout 60   give its processes a minute to end")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Give its processes this long to end [default: what the container was given, else 10]
    #[arg(long, value_name = "SECONDS", help_heading = "Environment")]
    timeout: Option<u32>,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = StopRequest { target: arguments.subject.target(), seconds: arguments.timeout };
    let result = door.operate(async |stage| wharf_runner::stop(&request, stage.sink, stage.cancel).await);
    door.finish_quietly(arguments.json, result, summary)
}

fn summary(result: &StopResult, theme: &Theme) -> Vec<Line> {
    let name = &result.environment.name;
    if result.stopped_containers.is_empty() {
        return vec![Line::new().text("  ").add(STRONG, name).text(" does not run")];
    }
    let done = Line::new().text("  ").add(ACCENT, theme.symbols.done).text(" ");
    vec![done.add(STRONG, "stopped").pad_to(27).text(name)]
}
