//! `wharf settings`: what a person has settled for all environments.

use clap::Subcommand;

use crate::door::Door;
use crate::render;

/// Show and change your settings
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Settings count for every environment, below flags and variables of the shell. They are kept in one file, \
settings.json, which may be edited by hand and may have comments."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(ListArgs),
    Get(GetArgs),
    Set(SetArgs),
    Unset(UnsetArgs),
    Path(PathArgs),
}

/// Show every setting, and what is wrong with the file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf settings list
  wharf settings list --json   one JSON document")]
struct ListArgs {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Print the value of a setting, or what counts without one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf settings get engine
  wharf settings get dotfiles.repository")]
struct GetArgs {
    /// A name that `wharf settings list` shows
    #[arg(value_name = "NAME")]
    name: String,
}

/// Give a setting a value; the rest of the file stays as it is written
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf settings set dotfiles.repository me/dotfiles
  wharf settings set engine podman
  wharf settings set up.gpuAvailability none")]
struct SetArgs {
    /// A name that `wharf settings list` shows
    #[arg(value_name = "NAME")]
    name: String,
    /// Its value from now on
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
}

/// Take a setting out of the file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf settings unset engine
  wharf settings unset dotfiles.repository")]
struct UnsetArgs {
    /// A name that `wharf settings list` shows
    #[arg(value_name = "NAME")]
    name: String,
}

/// Print where the file is, whether it is there or not
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf settings path
  \"$EDITOR\" \"$(wharf settings path)\"   write it by hand")]
struct PathArgs {}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.action {
        Action::List(arguments) => {
            let result = wharf_runner::settings().map_err(Into::into);
            door.finish(arguments.json, result, render::settings)
        }
        Action::Get(arguments) => match wharf_runner::setting(&arguments.name) {
            Ok(Some(serde_json::Value::String(text))) => door.answer(&text),
            Ok(Some(value)) => door.answer(&value.to_string()),
            Ok(None) => 0,
            Err(error) => door.fail(&error.into()),
        },
        Action::Set(arguments) => {
            match wharf_runner::change_setting_as_typed(&arguments.name, &arguments.value) {
                Ok(_) => 0,
                Err(error) => door.fail(&error.into()),
            }
        }
        Action::Unset(arguments) => match wharf_runner::change_setting(&arguments.name, None) {
            Ok(_) => 0,
            Err(error) => door.fail(&error.into()),
        },
        Action::Path(PathArgs {}) => match wharf_runner::settings_path() {
            Ok(path) => door.answer(&path.display().to_string()),
            Err(error) => door.fail(&error.into()),
        },
    }
}
