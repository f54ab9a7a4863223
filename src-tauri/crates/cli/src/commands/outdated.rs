//! `wharf outdated`: the versions of Features, in use and in their registries.

use clap::ValueEnum;
use wharf_runner::OutdatedRequest;

use crate::door::Door;
use crate::flags::{ProjectFlags, RegistryFlags, UnusedTerminalSizeFlags};
use crate::render;
use crate::text::{Line, WARNING};

/// Show the versions of Features: in use, allowed by the configuration, and the newest
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf outdated                        the folder you are in
  wharf outdated --output-format json   the same as one JSON document
  wharf upgrade                         lock the newest versions that the configuration allows")]
pub(crate) struct Args {
    #[command(flatten)]
    project: ProjectFlags,
    #[command(flatten)]
    registries: RegistryFlags,
    /// What is printed: a table, or one JSON document
    #[arg(
        long,
        value_name = "text|json",
        hide_possible_values = true,
        default_value = "text",
        hide_default_value = true,
        help_heading = "Output"
    )]
    output_format: OutputFormat,
    #[command(flatten)]
    size: UnusedTerminalSizeFlags,
}

/// `--output-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Text,
    Json,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = OutdatedRequest {
        target: door.aim(arguments.project.into()),
        registries: arguments.registries.into(),
    };
    match door.look(async |_| wharf_runner::outdated(&request).await) {
        Ok(found) => {
            for warning in &found.warnings {
                door.say(&Line::new().add(WARNING, "warning:").text(" ").text(warning));
            }
            match arguments.output_format {
                OutputFormat::Json if door.answers_a_person() => door.answer_indented(&found.result),
                OutputFormat::Json => door.answer_json(&found.result),
                OutputFormat::Text => door.answer_lines(|_| render::outdated(&found.result)),
            }
        }
        Err(failure) => door.fail(&failure),
    }
}
