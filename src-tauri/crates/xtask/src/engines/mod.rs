//! `cargo xtask engines up|down|status`: the engines that the tests run on.
//!
//! Each is a Debian release's own engine in a folder, with its own data, bridge, addresses and socket, in its own mount and process
//! namespaces. So nothing of an engine is installed on this machine, one that was there before is not touched, and the end of one
//! process ends an engine and every container of it.

#[cfg(target_os = "linux")]
mod definition;
#[cfg(target_os = "linux")]
mod down;
#[cfg(target_os = "linux")]
mod empty;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod self_test;
#[cfg(target_os = "linux")]
mod status;
#[cfg(target_os = "linux")]
mod unpacked;
#[cfg(target_os = "linux")]
mod up;

use anyhow::Result;

#[cfg(target_os = "linux")]
use crate::images::Selection;

/// Arguments of `cargo xtask engines`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Start the test engines and load the base images into them; does nothing where they run already.
    Up {
        /// Load the Debian image alone, which is all that the examples need.
        #[arg(long)]
        only_debian: bool,
        /// Which engines (docker28, podman5, docker20, podman4, podman4-rootless); without a name all.
        names: Vec<String>,
    },
    /// Make the archive of the Debian image, without starting an engine.
    #[command(hide = true)]
    DebianImage,
    /// Stop the test engines, remove what tests have left in them (the base images stay), and check that nothing is left behind.
    Down {
        /// Also remove the engines' folders, their data and the images: the next `up` starts from nothing.
        #[arg(long)]
        purge: bool,
        /// Which engines; without a name all that were started.
        names: Vec<String>,
    },
    /// Try every behaviour on every test engine, and write what came out into docs/engines.md.
    Matrix,
    /// Show the test engines and whether they answer.
    Status {
        /// As one JSON document.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the verbs.
#[cfg(target_os = "linux")]
pub(crate) fn run(arguments: Args) -> Result<()> {
    match arguments.verb {
        Verb::Up { names, only_debian } => {
            up::run(&names, if only_debian { Selection::Debian } else { Selection::All })
        }
        Verb::DebianImage => make_debian_image(),
        Verb::Down { names, purge } => down::run(&names, purge),
        Verb::Matrix => matrix(),
        Verb::Status { json } => status::run(json),
    }
}

/// Plays the suite so that it records.
#[cfg(target_os = "linux")]
fn matrix() -> Result<()> {
    ensure()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut play = crate::system::command(cargo);
    play.args(["test", "--package", "wharf-cli", "--test", "matrix", "--", "--test-threads=2"]);
    let status = play.env("WHARF_MATRIX_RECORD", "1").current_dir(crate::system::clone_root()).status()?;
    anyhow::ensure!(status.success(), "a behaviour could not be tried, so the document stays as it is");
    Ok(())
}

/// Explains that the engines need Linux.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_arguments: Args) -> Result<()> {
    anyhow::bail!(
        "the test engines need Linux; on this system run the suites in a Linux virtual machine, or `cargo xtask test --quick`, which needs no engine"
    )
}

/// Makes sure that all test engines run with all images, for the verbs that need them.
#[cfg(target_os = "linux")]
pub(crate) fn ensure() -> Result<()> {
    up::run(&[], Selection::All)
}

/// Explains that the engines need Linux.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ensure() -> Result<()> {
    run(Args { verb: Verb::Status { json: false } })
}

/// Starts the current Docker with the Debian image alone.
#[cfg(target_os = "linux")]
pub(crate) fn start_for_demo() -> Result<()> {
    up::run(&[wharf_test_support::engines::DOCKER.to_owned()], Selection::Debian)
}

/// Makes the archive of the Debian image, for an engine that was not started here.
#[cfg(target_os = "linux")]
pub(crate) fn make_debian_image() -> Result<()> {
    if crate::system::repeat_as_root("Making a Debian image", &["engines", "debian-image"])? {
        return Ok(());
    }
    up::make_images(Selection::Debian)
}
