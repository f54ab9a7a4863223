//! `wharf engine`: what engines there are, and which one to use.

use std::path::PathBuf;

use clap::Subcommand;
use wharf_runner::{EngineListRequest, EngineUseRequest};

use crate::door::Door;
use crate::flags::AnswerFlags;
use crate::render;

/// Show the engines that there are, and choose one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(ListArgs),
    Use(UseArgs),
}

/// Show every engine, what it can do, and why one cannot be used
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf engine list          what answers, and what is there but does not
  wharf engine list --all    every place that was looked at")]
struct ListArgs {
    /// Also show the places where nothing is
    #[arg(long)]
    all: bool,
    /// Tell which engine this folder uses [default: the current one]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    answer: AnswerFlags,
}

/// Remember which engine to use; DOCKER_HOST and its like still come first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf engine use podman                 everywhere
  wharf engine use colima --folder .      for this folder and what is below it
  wharf engine use ssh://me@build-host    an engine on another machine
  wharf engine use --forget               the first that answers again")]
struct UseArgs {
    /// A name that `wharf engine list` shows, or an address
    #[arg(value_name = "ENGINE", required_unless_present = "forget", conflicts_with = "forget")]
    engine: Option<String>,
    /// Only for this folder and what is below it
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = ".")]
    folder: Option<PathBuf>,
    /// Forget what was chosen
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    answer: AnswerFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.action {
        Action::List(arguments) => {
            let request = EngineListRequest {
                folder: arguments.folder,
                all: arguments.all,
                user_data_folder: arguments.answer.user_data_folder,
            };
            let result = door.look(async |_| wharf_runner::engine_list(&request).await);
            door.finish(arguments.answer.json, result, render::engine_list)
        }
        Action::Use(arguments) => {
            let request = EngineUseRequest {
                engine: arguments.engine,
                folder: arguments.folder,
                user_data_folder: arguments.answer.user_data_folder,
            };
            let result = wharf_runner::engine_use(&request).map_err(Into::into);
            door.finish(arguments.answer.json, result, render::engine_used)
        }
    }
}
