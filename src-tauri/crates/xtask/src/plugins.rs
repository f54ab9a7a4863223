//! Docker's plugins Compose 2 and buildx for tests: those of Debian's packages, unpacked into a folder. Nothing is installed.
//!
//! The stable release before Debian 13 has no Compose 2, so they are asked of that release whatever this machine runs: apt gets lists of its own.

use std::path::Path;

use anyhow::{Context, Result, bail};
use wharf_test_support::plugins::{BUILDX, COMPOSE, FOLDER, path};

use crate::{debootstrap, system};

/// The release whose packages are taken.
const SUITE: &str = "trixie";
/// Where the packages keep what is wanted.
const INSIDE: &str = "usr/libexec/docker/cli-plugins";

/// Whether both are there.
pub(crate) fn are_there(home: &Path) -> bool {
    [COMPOSE, BUILDX].iter().all(|plugin| path(home, plugin).exists())
}

/// Downloads and unpacks them, if they are not there.
pub(crate) fn ensure(home: &Path) -> Result<()> {
    if are_there(home) {
        return Ok(());
    }
    println!("  unpacking {COMPOSE} and {BUILDX} for tests of Compose");
    let folder = home.join(FOLDER);
    let partial = folder.with_extension("partial");
    for stale in [&partial, &folder] {
        if stale.exists() {
            std::fs::remove_dir_all(stale).with_context(|| format!("cannot remove {}", stale.display()))?;
        }
    }
    let apt = Apt::make(&partial.join("apt"))?;
    apt.run(&["update", "-q"], &partial)?;
    apt.run(&["download", "-q", COMPOSE, BUILDX], &partial)?;
    let unpacked = partial.join("unpacked");
    system::unpack_packages(&partial, &unpacked)?;
    for plugin in [COMPOSE, BUILDX] {
        let (from, to) = (unpacked.join(INSIDE).join(plugin), partial.join(plugin));
        std::fs::rename(&from, &to).with_context(|| format!("Debian's package has no {}", from.display()))?;
    }
    for left in [unpacked, partial.join("apt")] {
        std::fs::remove_dir_all(&left).with_context(|| format!("cannot remove {}", left.display()))?;
    }
    std::fs::rename(&partial, &folder).with_context(|| format!("cannot rename {}", partial.display()))
}

/// apt with lists of another release, in a folder of its own.
struct Apt {
    options: Vec<String>,
}

impl Apt {
    fn make(folder: &Path) -> Result<Self> {
        for part in ["lists/partial", "cache/archives/partial", "parts"] {
            let part = folder.join(part);
            std::fs::create_dir_all(&part).with_context(|| format!("cannot make {}", part.display()))?;
        }
        let mirror = debootstrap::mirror().unwrap_or_else(|| "http://deb.debian.org/debian".to_owned());
        let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
        if !Path::new(keys).exists() {
            bail!("Debian's keys are not at {keys}; install debian-archive-keyring and run this again");
        }
        let sources = folder.join("sources.list");
        std::fs::write(&sources, format!("deb [signed-by={keys}] {mirror} {SUITE} main\n"))
            .with_context(|| format!("cannot write {}", sources.display()))?;
        let shown = folder.display();
        let options = [
            format!("Dir::Etc::SourceList={shown}/sources.list"),
            format!("Dir::Etc::SourceParts={shown}/parts"),
            format!("Dir::State::Lists={shown}/lists"),
            format!("Dir::Cache={shown}/cache"),
            // What is installed here does not matter, and a release of apt's own choosing must not win.
            "Dir::Etc::Preferences=/dev/null".to_owned(),
            format!("Dir::Etc::PreferencesParts={shown}/parts"),
        ];
        Ok(Self { options: options.to_vec() })
    }

    fn run(&self, arguments: &[&str], folder: &Path) -> Result<()> {
        let mut apt = system::command("apt-get");
        for option in &self.options {
            apt.args(["-o", option]);
        }
        system::run(apt.args(arguments).current_dir(folder))
            .with_context(|| format!("Debian's packages of {SUITE} could not be had"))
    }
}
