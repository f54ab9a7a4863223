//! What tests need of Debian's packages, unpacked into a folder each. Installing those of the servers would start services on this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wharf_test_support::{clock, registry, sshd};

use crate::system;

/// Packages that are unpacked for one purpose.
pub(super) struct Unpacked {
    /// Its folder inside that of the engines.
    pub(super) folder: &'static str,
    purpose: &'static str,
    packages: &'static [&'static str],
    /// Installed as they are: they start nothing.
    installed: &'static [&'static str],
    /// The file that tests ask for, below a root: the machine's own will do.
    file: fn(&Path) -> PathBuf,
}

/// All of them.
pub(super) const ALL: [Unpacked; 3] = [
    Unpacked {
        folder: sshd::FOLDER,
        purpose: "tests of engines behind ssh",
        // The server, and the one library of it that a Debian may lack.
        packages: &["openssh-server", "libwrap0"],
        installed: &["openssh-client"],
        file: |root| root.join("usr/sbin/sshd"),
    },
    Unpacked {
        folder: registry::FOLDER,
        purpose: "tests of pulls and pushes",
        packages: &[registry::PROGRAM],
        installed: &[],
        file: |root| root.join("usr/bin").join(registry::PROGRAM),
    },
    Unpacked {
        folder: clock::FOLDER,
        purpose: "tests of clocks that jump",
        packages: &[clock::PACKAGE],
        installed: &[],
        file: clock::library_below,
    },
];

impl Unpacked {
    /// Whether there is one, the machine's own or ours.
    pub(super) fn is_there(&self, home: &Path) -> bool {
        [Path::new("/"), &home.join(self.folder)].iter().any(|root| (self.file)(root).exists())
    }

    /// Downloads and unpacks it, if there is none.
    pub(super) fn ensure(&self, home: &Path) -> Result<()> {
        if self.is_there(home) {
            return Ok(());
        }
        println!("  unpacking {} for {}", self.packages.join(" and "), self.purpose);
        let folder = home.join(self.folder);
        let partial = folder.with_extension("partial");
        if partial.exists() {
            std::fs::remove_dir_all(&partial)
                .with_context(|| format!("cannot remove {}", partial.display()))?;
        }
        std::fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
        if !self.installed.is_empty() {
            system::ensure_packages(self.purpose, self.installed)?;
        }
        let download = || {
            let mut apt = system::command("apt-get");
            system::run(apt.args(["download", "-q"]).args(self.packages).current_dir(&partial))
        };
        if download().is_err() {
            // Package lists that are older than the mirror's files name versions that are gone.
            system::run(system::command_as_root("apt-get").args(["update", "-q"]))?;
            download()?;
        }
        system::unpack_packages(&partial, &partial)?;
        std::fs::rename(&partial, &folder).with_context(|| format!("cannot rename {}", partial.display()))
    }
}
