//! `wharf rebuild`: image and container anew.

use wharf_runner::{LossesRequest, RebuildRequest};

use crate::door::Door;
use crate::flags::SubjectFlags;
use crate::render;
use crate::text::Line;

/// Build the image again and replace the container; volumes stay
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks on a terminal, after it has said what goes and what stays. The container that is there goes only \
when the new one can be made.

Examples:
  wharf rebuild              the folder you are in
  wharf rebuild --no-cache   every step of the build anew
  wharf rebuild --yes        without asking"
)]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Build without the cache
    #[arg(long, help_heading = "Image")]
    no_cache: bool,
    /// Do not ask
    #[arg(long, short, help_heading = "Environment")]
    yes: bool,
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
    let target = arguments.subject.target();
    let request = LossesRequest { target: target.clone(), remove_volumes: false };
    match door.look(async |stage| wharf_runner::losses(&request, stage.sink, stage.cancel).await) {
        Ok(losses) if !losses.containers.is_empty() => {
            let mut lines = render::losses(&losses, door.theme());
            if arguments.yes || !door.can_ask() {
                lines.iter().for_each(|line| door.say(line));
            } else {
                lines.push(Line::new().text("Build again and replace the container?"));
                if let Err(code) = door.confirm(&lines, "wharf rebuild --yes") {
                    return code;
                }
            }
        }
        Ok(_) => {}
        Err(failure) => return door.finish::<()>(arguments.json, Err(failure), |_, _| Vec::new()),
    }
    let request = RebuildRequest {
        target,
        trust: door.trust(arguments.trust),
        no_cache: arguments.no_cache,
        keeper: door.keeper(arguments.no_keeper),
    };
    let result = door
        .operate(async |stage| wharf_runner::rebuild(&request, stage.sink, stage.asker, stage.cancel).await);
    super::up::finish(door, arguments.json, result)
}
