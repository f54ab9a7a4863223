//! The server for tests of engines behind ssh: Debian's own, unpacked into a folder. Installing its package would start a service
//! on this machine.

use std::path::Path;

use anyhow::{Context, Result};

use crate::system;

pub(super) use wharf_test_support::sshd::FOLDER;

/// What is unpacked: the server, and the one library of it that a Debian may lack.
const PACKAGES: [&str; 2] = ["openssh-server", "libwrap0"];

/// Whether there is a server, the machine's own or ours.
pub(super) fn is_there(home: &Path) -> bool {
    Path::new("/usr/sbin/sshd").exists() || home.join(FOLDER).join("usr/sbin/sshd").exists()
}

/// Downloads and unpacks it, if there is none.
pub(super) fn ensure(home: &Path) -> Result<()> {
    if is_there(home) {
        return Ok(());
    }
    println!("  unpacking {} for tests of engines behind ssh", PACKAGES.join(" and "));
    let partial = home.join(FOLDER).with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    std::fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
    system::ensure_packages("tests of engines behind ssh", &["openssh-client"])?;
    let download = || {
        system::run(system::command("apt-get").args(["download", "-q"]).args(PACKAGES).current_dir(&partial))
    };
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
    let folder = home.join(FOLDER);
    std::fs::rename(&partial, &folder).with_context(|| format!("cannot rename {}", partial.display()))
}
