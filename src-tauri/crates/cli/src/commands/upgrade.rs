//! `wharf upgrade`: the lockfile, written anew.

use wharf_runner::UpgradeRequest;

use crate::door::Door;
use crate::flags::{ProjectFlags, RegistryFlags, target_version};
use crate::text::{FAINT, Line};

/// Lock the newest versions of Features that the configuration allows
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf upgrade             write the lockfile anew
  wharf upgrade --dry-run   print it instead
  wharf upgrade --feature ghcr.io/devcontainers/features/node --target-version 2
                            put that version into devcontainer.json first")]
pub(crate) struct Args {
    #[command(flatten)]
    project: ProjectFlags,
    /// Accepted for scripts; no engine is asked
    #[arg(long, value_name = "PROGRAM", hide = true)]
    docker_path: Option<String>,
    /// Accepted for scripts; no Compose is asked
    #[arg(long, value_name = "PROGRAM", hide = true)]
    docker_compose_path: Option<String>,
    /// Print the lockfile instead of writing it
    #[arg(long)]
    dry_run: bool,
    /// Name this Feature's version in devcontainer.json first
    #[arg(long, short, value_name = "REFERENCE", requires = "target_version")]
    feature: Option<String>,
    /// The version to name: 1, 1.2 or 1.2.3
    #[arg(long, short = 'v', value_name = "VERSION", requires = "feature", value_parser = target_version)]
    target_version: Option<String>,
    #[command(flatten)]
    registries: RegistryFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let request = UpgradeRequest {
        target: door.aim(arguments.project.into()),
        dry_run: arguments.dry_run,
        pin: arguments.feature.zip(arguments.target_version),
        registries: arguments.registries.into(),
    };
    let upgraded =
        door.operate(async |stage| wharf_runner::upgrade(&request, stage.sink, stage.cancel).await);
    match upgraded {
        Ok(upgraded) => {
            if let Some(path) = &upgraded.pinned {
                door.say(&Line::new().text("  ").add(FAINT, format!("{} changed", path.display())));
            }
            if request.dry_run { door.answer(&upgraded.lockfile) } else { 0 }
        }
        Err(failure) => door.fail(&failure),
    }
}
