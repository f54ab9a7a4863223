//! `wharf trust`: what has been allowed, and taking it back.

use std::path::PathBuf;

use clap::Subcommand;

use crate::door::Door;
use crate::flags::AnswerFlags;
use crate::render;
use crate::text::{Line, count};

/// Show what environments may do to this computer, and take it back
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(ListArgs),
    Revoke(RevokeArgs),
}

/// Show everything that was allowed
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf trust list
  wharf trust list --json   one JSON document")]
struct ListArgs {
    #[command(flatten)]
    answer: AnswerFlags,
}

/// Take back what was allowed; the next `up` asks again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf trust revoke ~/src/api-server   what environments of a folder may do
  wharf trust revoke api                an environment that `wharf trust list` shows
  wharf trust revoke --all")]
struct RevokeArgs {
    /// The project's folder, or the name or the first characters of the id of an environment
    #[arg(value_name = "FOLDER|NAME", required_unless_present = "all", conflicts_with = "all")]
    environment: Option<PathBuf>,
    /// Take back everything
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    answer: AnswerFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.action {
        Action::List(arguments) => list(door, &arguments),
        Action::Revoke(arguments) => revoke(door, &arguments),
    }
}

fn list(door: &Door, arguments: &ListArgs) -> u8 {
    let result = wharf_runner::trust_list(arguments.answer.user_data_folder.as_deref()).map_err(Into::into);
    door.finish(arguments.answer.json, result, render::trust_list)
}

fn revoke(door: &Door, arguments: &RevokeArgs) -> u8 {
    let environment = arguments.environment.as_deref();
    let result = wharf_runner::trust_revoke(environment, arguments.answer.user_data_folder.as_deref())
        .map_err(Into::into);
    door.finish(arguments.answer.json, result, |revoked, _| {
        let number = revoked.revoked.len();
        let mut lines =
            vec![Line::new().text(format!("{} taken back", count(number, "consent", "consents")))];
        lines.extend(revoked.revoked.iter().map(|entry| {
            Line::new().text("  ").text(&entry.environment.name).pad_to(27).text(&entry.environment.folder)
        }));
        lines
    })
}
