//! `cargo xtask ui`: the pages of the window, built from `ui/` into `ui/dist`, from where the app takes them.
//!
//! Packages are installed only when their lock has changed, and pages are built only when something of theirs has.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::system;

/// What the pages are made from, in `ui/`.
const SOURCES: [&str; 6] =
    ["index.html", "package-lock.json", "package.json", "src", "svelte.config.js", "vite.config.ts"];
/// Where the lock of the installed packages is remembered.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Arguments of `cargo xtask ui`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build even when nothing has changed.
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    let folder = folder();
    if arguments.force || !is_built(&folder) {
        build(&folder)?;
    }
    println!("{} is built.", folder.join("dist").display());
    Ok(())
}

/// Makes sure that the pages are there and as new as what they are made from.
pub(crate) fn ensure() -> Result<()> {
    let folder = folder();
    if is_built(&folder) { Ok(()) } else { build(&folder) }
}

/// Runs the checks of `ui/`: types and format, the tests of its logic, and its tests in a browser. Answers whether all passed.
pub(crate) fn check() -> Result<bool> {
    scripts(&["check", "test", "test:browser"])
}

/// Runs scripts of `ui/package.json`, with the browser that they need. All of them run, so that one look tells everything; answers whether
/// all passed.
pub(crate) fn scripts(names: &[&str]) -> Result<bool> {
    let folder = folder();
    system::ensure_packages("testing the window's pages in a browser", &["chromium", "fonts-dejavu-core"])?;
    install(&folder)?;
    let mut passed = true;
    for name in names {
        let mut npm = npm(&folder, &["run", "--silent", name])?;
        npm.env("CI", "true");
        passed &= npm.status().context("npm does not start")?.success();
    }
    Ok(passed)
}

fn folder() -> PathBuf {
    system::clone_root().join("ui")
}

fn build(folder: &Path) -> Result<()> {
    install(folder)?;
    let status = npm(folder, &["run", "--silent", "build"])?
        .stdout(std::io::stderr())
        .status()
        .context("npm does not start")?;
    if status.success() { Ok(()) } else { bail!("the window's pages could not be built") }
}

/// `npm ci` when the lock is not the one that was installed last.
fn install(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let installed = folder.join(INSTALLED);
    if std::fs::read(&installed).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    eprintln!("Installing the packages of {} with npm", folder.display());
    system::run(&mut npm(folder, &["ci", "--no-audit", "--no-fund"])?)?;
    std::fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<Command> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !system::has_program("npm") && !cfg!(windows) {
        bail!(
            "building the window's pages needs Node 20.19 or later with npm; install it and run this again"
        );
    }
    let mut command = system::command(program);
    command.args(arguments).current_dir(folder).stdin(std::process::Stdio::null());
    Ok(command)
}

fn is_built(folder: &Path) -> bool {
    let built = std::fs::metadata(folder.join("dist/index.html")).and_then(|metadata| metadata.modified());
    let Ok(built) = built else { return false };
    SOURCES.iter().all(|name| newest(&folder.join(name)).is_some_and(|changed| changed <= built))
}

/// When something at or below this path was changed last; None when there is nothing.
fn newest(path: &Path) -> Option<SystemTime> {
    let metadata = std::fs::metadata(path).ok()?;
    let own = metadata.modified().ok()?;
    if !metadata.is_dir() {
        return Some(own);
    }
    let below = std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path()));
    // The folder's own time tells of files that are gone.
    Some(below.fold(own, SystemTime::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_built_again_when_anything_they_are_made_from_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, seconds: u64| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        };
        for source in SOURCES {
            write(if source == "src" { "src/lib/a.ts" } else { source }, 100);
        }
        assert!(!is_built(folder.path()));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        write("dist/index.html", now + 100);
        assert!(is_built(folder.path()));
        write("src/lib/a.ts", now + 200);
        assert!(!is_built(folder.path()));
    }
}
