//! `cargo xtask screenshots`: every state of the window in both themes and languages, to be looked at; and the pictures of the README.
//!
//! The states are those of the tests in a browser: what is looked at is what is tested.

use anyhow::{Context, Result, bail};

use crate::{system, ui};

/// Where the tests leave their pictures, in `ui/`.
const TAKEN: &str = "test-results/pictures";

/// Arguments of `cargo xtask screenshots`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Take those that the README shows, too
    #[arg(long)]
    readme: bool,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    let taken = system::clone_root().join("ui").join(TAKEN);
    // What was taken earlier may be of states that are no more.
    if taken.exists() {
        std::fs::remove_dir_all(&taken).with_context(|| format!("cannot empty {}", taken.display()))?;
    }
    let passed = ui::scripts(&["build:fake", "test:pictures"])?;
    let out = system::clone_root().join("target/screenshots");
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot empty {}", out.display()))?;
    }
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut count = 0;
    for entry in std::fs::read_dir(&taken).context("no picture was taken")?.flatten() {
        let to = out.join(entry.file_name());
        std::fs::copy(entry.path(), &to).with_context(|| format!("cannot write {}", to.display()))?;
        count += 1;
    }
    println!("{}: {count} pictures", out.display());
    if arguments.readme && !ui::scripts(&["picture"])? {
        bail!("the pictures of the README were not taken");
    }
    if passed {
        Ok(())
    } else {
        bail!("not every state could be reached; the pictures are of those that could")
    }
}
