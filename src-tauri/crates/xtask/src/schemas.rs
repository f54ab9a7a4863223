//! `cargo xtask schemas`: writes what is generated from types anew.
//!
//! The tests of the crates that own the types know how; with `WHARF_UPDATE_SCHEMAS=1` they write instead of comparing. TypeScript types for
//! the window, once there is one, are written by the same tests.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::system;

/// The crates whose types are published: the events and results, and devcontainer.json.
const OWNERS: [&str; 2] = ["wharf-api", "wharf-spec"];

/// Arguments of `cargo xtask schemas`.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_arguments: Args) -> Result<()> {
    let root = system::clone_root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["test", "--quiet", "--all-targets"]).current_dir(&root).env("WHARF_UPDATE_SCHEMAS", "1");
    for owner in OWNERS {
        command.args(["--package", owner]);
    }
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("cargo does not start")?;
    if !status.success() {
        bail!("the schemas were not written: a test of {} fails", OWNERS.join(" or "));
    }
    let changed = system::output(
        system::command("git").args(["status", "--short", "--", "schemas"]).current_dir(&root),
    )?;
    if changed.is_empty() {
        println!("schemas/ is as the types say.");
    } else {
        print!("Written anew; commit these:\n{changed}");
    }
    Ok(())
}
