//! `cargo xtask app`: the window, built with its pages and what it needs of this system, and started.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{system, ui};

/// What building the app needs on Debian. The command line needs none of it.
const LIBRARIES: [&str; 4] =
    ["libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "libdbus-1-dev", "pkg-config"];
/// What running it without a screen and steering it needs.
const SCREEN: [&str; 6] = ["xvfb", "xauth", "webkit2gtk-driver", "dbus", "fonts-dejavu-core", "xdotool"];
/// The program between a test and the web view's own driver.
const DRIVER: &str = "tauri-driver";
/// Its version; built from the registry into the folder of the test tools.
const DRIVER_VERSION: &str = "^2";

/// Arguments of `cargo xtask app`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build it with optimisations.
    #[arg(long)]
    release: bool,
    /// Build it and name the program instead of starting it.
    #[arg(long)]
    build: bool,
    /// What the app is given: a folder to open.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    let program = build(arguments.release)?;
    if arguments.build {
        println!("{}", program.display());
        return Ok(());
    }
    let status = Command::new(&program)
        .args(&arguments.arguments)
        .status()
        .with_context(|| format!("{} does not start", program.display()))?;
    if status.success() { Ok(()) } else { bail!("{} ended with {status}", program.display()) }
}

/// Makes sure of the libraries and the pages that the app is built from.
pub(crate) fn prepare() -> Result<()> {
    if cfg!(target_os = "linux") {
        system::ensure_packages("building the app", &LIBRARIES)?;
    }
    ui::ensure()
}

/// Makes sure of a screen in memory and of the driver, for tests and measurements.
pub(crate) fn prepare_screen() -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the window is steered on Linux only");
    }
    system::ensure_packages("running the window without a screen", &SCREEN)
}

/// Makes sure of the program that steers the window.
pub(crate) fn prepare_driver(cargo: &Path) -> Result<()> {
    let home = wharf_test_support::engines::home()?.join(DRIVER);
    if home.join("bin").join(DRIVER).is_file() {
        return Ok(());
    }
    eprintln!("Installing {DRIVER} with cargo, for steering the window");
    let mut install = system::command(cargo);
    install.args([
        "install",
        "--quiet",
        "--debug",
        "--locked",
        DRIVER,
        "--version",
        DRIVER_VERSION,
        "--root",
    ]);
    system::run(install.arg(home))
}

/// Builds the app and answers where it is.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    prepare()?;
    crate::agent::ensure()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = system::command(cargo);
    build.args(["build", "--package", "wharf-desktop", "--message-format=json"]);
    if release {
        build.arg("--release");
    }
    eprintln!("Building the app, which takes some minutes the first time");
    let messages = system::output(build.current_dir(system::clone_root()))?;
    crate::bench::built_program(&messages, "wharf-desktop")
        .context("cargo names no built program `wharf-desktop`")
}
