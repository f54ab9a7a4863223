//! The registry for tests of pulls and pushes: Debian's own, unpacked into a folder. Installing its package would start a service
//! on this machine.

use std::path::Path;

use anyhow::{Context, Result};
use wharf_test_support::registry::{FOLDER, PROGRAM};

use crate::system;

/// Whether there is one, the machine's own or ours.
pub(super) fn is_there(home: &Path) -> bool {
    system::has_program(PROGRAM) || home.join(FOLDER).join("usr/bin").join(PROGRAM).exists()
}

/// Downloads and unpacks it, if there is none.
pub(super) fn ensure(home: &Path) -> Result<()> {
    if is_there(home) {
        return Ok(());
    }
    println!("  unpacking {PROGRAM} for tests of pulls and pushes");
    let folder = home.join(FOLDER);
    let partial = folder.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    std::fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
    let download =
        || system::run(system::command("apt-get").args(["download", "-q", PROGRAM]).current_dir(&partial));
    if download().is_err() {
        // Package lists that are older than the mirror's files name versions that are gone.
        system::run(system::command_as_root("apt-get").args(["update", "-q"]))?;
        download()?;
    }
    for entry in std::fs::read_dir(&partial)?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            system::run(system::command("dpkg").arg("-x").arg(entry.path()).arg(&partial))?;
        }
    }
    std::fs::rename(&partial, &folder).with_context(|| format!("cannot rename {}", partial.display()))
}
