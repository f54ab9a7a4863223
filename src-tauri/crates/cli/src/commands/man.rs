//! `wharf man`: the manual, for packages.

use std::path::PathBuf;

use super::parser;
use crate::door::{Door, Failure};

/// Write wharf's manual into a folder, a page for each command
#[derive(Debug, clap::Args)]
#[command(hide = true, after_help = "Example:\n  wharf man ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// The folder; made if it is not there
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(super) fn run(door: &Door, arguments: &Args) -> u8 {
    let folder = &arguments.folder;
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(parser(door.program), folder));
    match written {
        Ok(()) => 0,
        Err(error) => {
            let words = format!("cannot write the manual to {}: {error}", folder.display());
            door.fail(&Failure::System(std::io::Error::new(error.kind(), words)))
        }
    }
}
