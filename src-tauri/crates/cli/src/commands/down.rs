//! `wharf down`: remove the environment's container.

use wharf_api::{DownResult, Losses};
use wharf_runner::{DownRequest, LossesRequest};

use crate::door::Door;
use crate::flags::SubjectFlags;
use crate::render::{self, Theme};
use crate::text::{ACCENT, FAINT, Line, STRONG};

/// Stop and remove the environment's container; the folder, volumes and images stay
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf down                  the folder you are in
  wharf down api-server       an environment that `wharf list` shows
  wharf down --volumes        its volumes too; asks before")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Remove its named volumes too, except those that other containers use
    #[arg(long, help_heading = "Environment")]
    volumes: bool,
    /// Do not ask before volumes go
    #[arg(long, short, help_heading = "Environment")]
    yes: bool,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let target = arguments.subject.target();
    if arguments.volumes && !arguments.yes {
        let request = LossesRequest { target: target.clone(), remove_volumes: true };
        match door.look(async |stage| wharf_runner::losses(&request, stage.sink, stage.cancel).await) {
            Ok(losses) if losses.are_grave() => {
                if let Err(code) =
                    door.confirm(&question(&losses, door.theme()), "wharf down --volumes --yes")
                {
                    return code;
                }
            }
            Ok(_) => {}
            Err(failure) => return door.finish::<()>(arguments.json, Err(failure), |_, _| Vec::new()),
        }
    }
    let request = DownRequest { target, remove_volumes: arguments.volumes };
    let result = door.operate(async |stage| wharf_runner::down(&request, stage.sink, stage.cancel).await);
    door.finish_quietly(arguments.json, result, summary)
}

fn question(losses: &Losses, theme: &Theme) -> Vec<Line> {
    let mut lines = render::losses(losses, theme);
    let number = losses.lost_volumes.len();
    let volumes = crate::text::count(number, "volume", "volumes");
    lines.push(Line::new().text(format!("Remove the container and {volumes}?")));
    lines
}

fn summary(result: &DownResult, theme: &Theme) -> Vec<Line> {
    let name = &result.environment.name;
    let removed = result.removed_volumes.join(", ");
    let kept = result.kept_volumes.join(", ");
    let mut lines = if result.removed_containers.is_empty() && removed.is_empty() {
        vec![Line::new().text("  ").add(STRONG, name).text(" has no container")]
    } else {
        let done = Line::new().text("  ").add(ACCENT, theme.symbols.done).text(" ");
        vec![done.add(STRONG, "gone").pad_to(27).text(name)]
    };
    for (word, volumes) in [("removed", removed), ("kept", kept)] {
        if !volumes.is_empty() {
            lines.push(Line::new().text("    ").add(FAINT, word).pad_to(27).text(volumes));
        }
    }
    lines
}
