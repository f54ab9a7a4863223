//! Debian systems in folders, made from Debian's packages: the engines' roots and the base image come from here, because no container
//! registry may be in reach. The mirror is the one that apt uses; none is named in the project.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::system::{self, Distribution};

/// What a folder is made from.
#[derive(Clone, Copy)]
pub(crate) struct Recipe {
    /// Debian's code name of the release.
    pub(crate) suite: &'static str,
    /// Packages beyond the minimal system.
    pub(crate) packages: &'static [&'static str],
}

impl Recipe {
    /// What a finished folder is compared with: another recipe makes another folder.
    fn stamp(&self) -> String {
        format!("{}\n{}\n", self.suite, self.packages.join(" "))
    }

    /// Whether that folder was made, whole, from this recipe.
    pub(crate) fn is_made(&self, folder: &Path) -> bool {
        std::fs::read_to_string(stamp_file(folder)).is_ok_and(|stamp| stamp == self.stamp())
            && folder.is_dir()
    }

    /// Makes the folder if it is not there already. Needs root.
    pub(crate) fn make(&self, folder: &Path) -> Result<()> {
        if self.is_made(folder) {
            return Ok(());
        }
        let partial = folder.with_extension("partial");
        for stale in [&partial, folder] {
            if stale.exists() {
                std::fs::remove_dir_all(stale)
                    .with_context(|| format!("cannot remove {}", stale.display()))?;
            }
        }
        std::fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
        let mut debootstrap = system::command("debootstrap");
        if let Some(proxy) = apt_proxy() {
            debootstrap.env("http_proxy", proxy);
        }
        debootstrap.arg("--variant=minbase").arg(format!("--include={}", self.packages.join(",")));
        debootstrap.arg(self.suite).arg(&partial).args(mirror());
        let scripts = Path::new(SCRIPTS);
        if !scripts.join("scripts").join(self.suite).exists() {
            debootstrap
                .env("DEBOOTSTRAP_DIR", scripts_with(self.suite, &folder.with_extension("debootstrap"))?);
        }
        system::run_logged(&mut debootstrap, &folder.with_extension("log"))
            .with_context(|| format!("Debian {} could not be bootstrapped", self.suite))?;
        empty(&partial.join("var/cache/apt/archives"));
        std::fs::rename(&partial, folder).with_context(|| format!("cannot rename {}", partial.display()))?;
        std::fs::write(stamp_file(folder), self.stamp())
            .with_context(|| format!("cannot write {}", stamp_file(folder).display()))
    }
}

/// Where debootstrap keeps a script per release.
const SCRIPTS: &str = "/usr/share/debootstrap";

/// A copy of debootstrap's scripts that knows the release too: newer ones than debootstrap itself are made as the unstable one is.
fn scripts_with(suite: &str, folder: &Path) -> Result<PathBuf> {
    if !folder.join("scripts").join(suite).exists() {
        system::run(system::command("cp").args(["-rT", SCRIPTS]).arg(folder))?;
        system::run(system::command("ln").args(["-sf", "sid"]).arg(folder.join("scripts").join(suite)))?;
    }
    Ok(folder.to_path_buf())
}

fn stamp_file(folder: &Path) -> PathBuf {
    folder.with_extension("recipe")
}

/// The downloaded packages are of no more use; what cannot be removed only costs space.
fn empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = std::fs::remove_file(entry.path());
    }
}

/// What debootstrap itself needs on this machine.
pub(crate) fn packages() -> &'static [&'static str] {
    match system::distribution() {
        Distribution::Ubuntu => &["debootstrap", "debian-archive-keyring"],
        _ => &["debootstrap"],
    }
}

/// The Debian mirror that apt uses here. None on Ubuntu, whose mirrors hold another archive: there debootstrap has a default of its own.
pub(crate) fn mirror() -> Option<String> {
    if let Ok(mirror) = std::env::var("WHARF_XTASK_DEBIAN_MIRROR")
        && !mirror.is_empty()
    {
        return Some(mirror);
    }
    let format = "$(REPO_URI) $(ORIGIN) $(COMPONENT)";
    let targets = system::output(system::command("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]))
    .ok()?;
    mirror_from(&targets)
}

fn mirror_from(targets: &str) -> Option<String> {
    targets.lines().find_map(|line| {
        let (uri, rest) = line.split_once(' ')?;
        let readable = ["http://", "https://", "file:/"].iter().any(|scheme| uri.starts_with(scheme));
        let main = rest == "Debian main" && !uri.trim_end_matches('/').ends_with("-security");
        (readable && main).then(|| uri.trim_end_matches('/').to_owned())
    })
}

fn apt_proxy() -> Option<String> {
    let text = system::output(system::command("apt-config").args(["shell", "PROXY", "Acquire::http::Proxy"]))
        .ok()?;
    let proxy = text.trim().strip_prefix("PROXY=")?.trim_matches('\'');
    (!proxy.is_empty() && proxy != "DIRECT").then(|| proxy.to_owned())
}

#[cfg(test)]
mod tests {
    use super::mirror_from;

    #[test]
    fn the_mirror_is_the_first_that_holds_debian_itself() {
        let cases = [
            ("http://one.example/debian/ Debian main\n", Some("http://one.example/debian")),
            (
                "https://add.example/apt/ Other main\nhttp://s.example/debian-security/ Debian main\nhttps://m.example/debian/ Debian main\n",
                Some("https://m.example/debian"),
            ),
            ("cdrom://disk/ Debian main\nfile:/srv/debian/ Debian main\n", Some("file:/srv/debian")),
            ("http://one.example/ubuntu/ Ubuntu main\n", None),
            ("", None),
        ];
        for (targets, expected) in cases {
            assert_eq!(mirror_from(targets).as_deref(), expected, "{targets}");
        }
    }
}
