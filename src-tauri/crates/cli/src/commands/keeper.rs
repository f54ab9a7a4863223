//! `wharf keeper`: the process in the background that forwards ports. Started by others, not by people.

use std::path::PathBuf;

use wharf_runner::KeeperRole;

use crate::door::Door;

/// Keep environments: forward their ports for as long as they run
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Wait until the keeper at standard input has died, and be the next one
    #[arg(long)]
    guard: bool,
    /// Take the place of the keeper that is there
    #[arg(long)]
    take_over: bool,
    /// Ask the keeper that is there to end
    #[arg(long)]
    leave: bool,
    /// How many keepers before this one did not get far
    #[arg(long, default_value_t = 0)]
    short_lives: u32,
    /// Where state is kept, when not in the user's own state folder
    #[arg(long, value_name = "FOLDER")]
    user_data_folder: Option<PathBuf>,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    if arguments.leave {
        let folder = arguments.user_data_folder.as_deref();
        return match door.look(async |_| wharf_runner::leave_keeper(folder).await) {
            Ok(()) => 0,
            Err(failure) => door.fail(&failure),
        };
    }
    let role = KeeperRole {
        guard: arguments.guard,
        take_over: arguments.take_over,
        user_data_folder: arguments.user_data_folder,
        short_lives: arguments.short_lives,
    };
    match wharf_runner::keep(role) {
        Ok(()) => 0,
        Err(error) => door.fail(&error.into()),
    }
}
