//! `wharf version`: what this program is and what it carries.

use wharf_api::VersionResult;

use crate::door::Door;
use crate::program::{Program, REFERENCE_VERSION};
use crate::text::{FAINT, Line, STRONG};

/// Show the version
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf version
  wharf version --json   one JSON document")]
pub(crate) struct Args {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: &Args) -> u8 {
    let result = VersionResult {
        version: Program::Wharf.version().to_owned(),
        reference: REFERENCE_VERSION.to_owned(),
        platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        agents: wharf_runner::agents().iter().map(|agent| agent.architecture.to_owned()).collect(),
    };
    if arguments.json {
        return door.answer_json(&result);
    }
    let row = |name: &str, text: String| Line::new().text("  ").add(FAINT, name).pad_to(27).text(text);
    let agents = if result.agents.is_empty() { "none".to_owned() } else { result.agents.join(", ") };
    door.answer_lines(|_| {
        vec![
            Line::new().add(STRONG, format!("wharf {}", result.version)),
            row("platform", result.platform),
            row("stands in for", format!("devcontainer {}", result.reference)),
            row("agents", agents),
        ]
    })
}
