//! The reference command line, pinned: what Wharf is compared with, in answers and in speed.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::system;

/// The npm package and the one version that everything here is compared with.
const PACKAGE: &str = "@devcontainers/cli";
const VERSION: &str = "0.89.0";

/// Installs the reference command line into the tools' folder unless it is there, and answers the script that Node runs.
pub(crate) fn ensure() -> Result<PathBuf> {
    let folder = wharf_test_support::engines::home()?.join("tools").join(format!("reference-{VERSION}"));
    let script = folder.join("node_modules/@devcontainers/cli/devcontainer.js");
    if script.is_file() {
        return Ok(script);
    }
    for program in ["node", "npm"] {
        if !system::has_program(program) {
            bail!("the reference command line needs {program}; install Node 20 or later and run this again");
        }
    }
    eprintln!("Installing {PACKAGE} {VERSION} with npm into {}", folder.display());
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut install = system::command("npm");
    install
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&folder);
    system::run(install.arg(format!("{PACKAGE}@{VERSION}")))?;
    if !script.is_file() {
        bail!("npm installed {PACKAGE}, but {} is not there", script.display());
    }
    Ok(script)
}
