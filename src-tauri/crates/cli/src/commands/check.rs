//! `wharf check`: what can be said of configurations without executing anything.

use std::path::PathBuf;

use clap::ValueEnum;
use wharf_runner::CheckRequest;

use crate::door::Door;
use crate::flags::RegistryFlags;
use crate::render;

/// Say of any number of configurations whether they are valid, what they need and what they would ask for
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is executed and no engine is needed. Exit code 1 when a configuration is broken.

Examples:
  wharf check                               the folder you are in
  wharf check ~/src/*/                      every repository in a folder
  wharf check --outdated                    with the newer versions that registries have
  wharf check --format github               annotations in a workflow of GitHub Actions
  wharf check --format gitlab > gl.json     a code quality report for GitLab
  wharf check --json | jq '.configurations[] | select(.usable | not) | .path'"
)]
pub(crate) struct Args {
    /// Folders with a configuration, or configuration files
    /// [default: the current folder, or its nearest parent with a configuration]
    #[arg(value_name = "FOLDER|FILE")]
    places: Vec<PathBuf>,
    /// What is printed
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_default_value = true,
        conflicts_with = "json"
    )]
    format: Format,
    /// Print one JSON document; short for --format json
    #[arg(long)]
    json: bool,
    /// Ask registries for newer versions of Features and images too
    #[arg(long)]
    outdated: bool,
    #[command(flatten)]
    registries: RegistryFlags,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, and the findings
    Table,
    /// One JSON document
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// A code quality report for GitLab
    Gitlab,
    /// A SARIF document for code scanning
    Sarif,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let registries = arguments.outdated.then(|| arguments.registries.into());
    let request = CheckRequest { places: arguments.places, registries };
    let result = door.look(async |_| wharf_runner::check(&request).await);
    let broken = result
        .as_ref()
        .is_ok_and(|result| result.configurations.iter().any(|configuration| !configuration.usable));
    let folder = std::env::current_dir().ok();
    let format = if arguments.json { Format::Json } else { arguments.format };
    let code = match (format, result) {
        (Format::Table | Format::Json, result) => {
            let columns = door.columns();
            door.finish(format == Format::Json, result, |result, theme| {
                render::check(result, folder.as_deref(), theme, columns)
            })
        }
        (_, Err(failure)) => door.fail(&failure),
        (Format::Github, Ok(result)) => match render::check_for_github(&result, folder.as_deref()) {
            text if text.is_empty() => 0,
            text => door.answer(&text),
        },
        (Format::Gitlab, Ok(result)) => {
            door.answer_json(&render::check_for_gitlab(&result, folder.as_deref()))
        }
        (Format::Sarif, Ok(result)) => door.answer_json(&render::check_as_sarif(&result, folder.as_deref())),
    };
    code.max(u8::from(broken))
}
