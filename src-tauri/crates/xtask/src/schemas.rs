//! `cargo xtask schemas`: writes what is generated from types anew.
//!
//! The tests of the crates that own the types know how; with `WHARF_UPDATE_SCHEMAS=1` they write instead of comparing. The window's TypeScript
//! types are made from the schemas by `npm run types` (`ui/scripts/types.mjs`), which needs Node and is no part of this.

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
        if changed.contains("app.schema.json") {
            println!("The window's types follow with `npm run types` in ui/.");
        }
    }
    Ok(())
}
