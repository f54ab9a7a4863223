//! `wharf integrate` and `wharf unintegrate`: "Open with Wharf" in the file manager.

use std::path::PathBuf;

use wharf_runner::IntegrationRequest;

use super::open;
use crate::door::Door;
use crate::flags::AnswerFlags;
use crate::render;

/// Offer to open folders with Wharf in this user's file manager
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf integrate --dry-run   what would be written, and where
  wharf integrate

It writes into your own folders only (on Windows, your part of the registry), never becomes what opens folders \
by default, and `wharf unintegrate` leaves nothing of it behind.")]
pub(crate) struct Args {
    #[command(flatten)]
    change: Change,
}

/// Take Wharf out of this user's file manager again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf unintegrate --dry-run   what would be taken away
  wharf unintegrate")]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
struct Change {
    /// Only tell what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    answer: AnswerFlags,
}

impl Change {
    fn request(&self, program: PathBuf) -> IntegrationRequest {
        IntegrationRequest {
            program,
            home: None,
            user_data_folder: self.answer.user_data_folder.clone(),
            dry_run: self.dry_run,
        }
    }
}

pub(super) fn run(door: &Door, arguments: &Args) -> u8 {
    let Some(program) = open::app() else {
        return door.fail(&open::not_installed("install Wharf's app: it is what a folder is opened with"));
    };
    let result = wharf_runner::integrate(&arguments.change.request(program)).map_err(Into::into);
    door.finish(arguments.change.answer.json, result, |report, theme| {
        render::integration(report, arguments.change.dry_run, theme)
    })
}

pub(super) fn remove(door: &Door, arguments: &RemoveArgs) -> u8 {
    // What was written is told by its mark, so the app may be gone already.
    let result = wharf_runner::unintegrate(&arguments.change.request(PathBuf::new())).map_err(Into::into);
    door.finish(arguments.change.answer.json, result, |report, theme| {
        render::integration(report, arguments.change.dry_run, theme)
    })
}
