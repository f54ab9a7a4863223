//! `cargo xtask conformance`: plays the cases of `tests/conformance` through Wharf, or records the reference's answers anew.
//!
//! Playing needs an engine and Wharf. Recording also needs Node, npm and a `docker` program.

use anyhow::{Context, Result, bail};

use crate::{engines, reference, system};

/// Arguments of `cargo xtask conformance`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Play the cases through the reference command line and store its answers.
    #[arg(long)]
    record: bool,
    /// Write the table in docs/conformance.md anew.
    #[arg(long, conflicts_with = "record")]
    table: bool,
    /// Write down what Wharf answers where deviations.toml says that it answers otherwise.
    #[arg(long, conflicts_with_all = ["record", "table"])]
    accept: bool,
    /// Only cases whose names contain this.
    case: Option<String>,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    if !arguments.table {
        engines::ensure()?;
    }
    let mut tests = system::command("cargo");
    tests.current_dir(system::clone_root());
    tests.args(["test", "--quiet", "--package", "wharf-cli", "--test", "conformance", "--"]);
    tests.args(&arguments.case);
    if arguments.table {
        tests.arg("the_table").env("WHARF_CONFORMANCE_TABLE", "1");
    }
    if arguments.accept {
        tests.env("WHARF_CONFORMANCE_ACCEPT", "1");
    }
    if arguments.record {
        if !system::has_program("docker") {
            bail!(
                "the reference command line needs the program `docker`; install Docker's command line (no daemon) and run this again"
            );
        }
        tests.env("WHARF_CONFORMANCE_RECORD", reference::ensure()?);
    }
    let status = tests.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the conformance suite failed");
    }
    Ok(())
}
