//! `cargo xtask agent`: the program that runs inside containers, built static and put where `wharf-runner` embeds it from.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::system;

/// The architectures of the containers that Wharf knows, as the compiler names them. Each is built on a computer of its own kind, and a
/// released wharf embeds them all.
pub(crate) const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];
/// Every container gets a copy, so that growing beyond this must be a decision.
const LARGEST: u64 = 2 * 1024 * 1024;

/// Arguments of `cargo xtask agent`.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_arguments: Args) -> Result<()> {
    let (path, size) = build()?;
    println!("{}: {:.2} MB", path.display(), size as f64 / 1e6);
    println!("The next build of wharf-runner embeds it.");
    Ok(())
}

/// Builds this computer's own agent if the place does not hold it yet. Cheap when nothing has changed.
pub(crate) fn ensure() -> Result<()> {
    build().map(drop)
}

/// The folder that holds one folder per architecture. `wharf-runner`'s build script looks in the same place.
pub(crate) fn place() -> PathBuf {
    match std::env::var_os("WHARF_AGENT_DIR") {
        Some(folder) => folder.into(),
        None => target_folder().join("agents"),
    }
}

/// Where the agent for an architecture lies below such a folder.
pub(crate) fn file(place: &Path, architecture: &str) -> PathBuf {
    place.join(architecture).join("wharf-agent")
}

/// Where cargo builds, unless a command is told otherwise.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| system::clone_root().join("target"), PathBuf::from)
}

fn build() -> Result<(PathBuf, u64)> {
    let architecture = std::env::consts::ARCH;
    if !cfg!(all(target_os = "linux", target_env = "gnu")) || !ARCHITECTURES.contains(&architecture) {
        bail!(
            "the agent is built on x86-64 and 64-bit ARM Linux with the GNU C library; elsewhere put a built one at {}",
            file(&place(), "x86_64").display()
        );
    }
    let target = format!("{architecture}-unknown-linux-gnu");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(system::clone_root()).stdin(Stdio::null());
    command.args([
        "build",
        "--quiet",
        "--package",
        "wharf-agent",
        "--bin",
        "wharf-agent",
        "--profile",
        "agent",
    ]);
    command.args(["--target", &target]);
    // With `--target` the flags stay away from build scripts; whatever flags the caller has set are for other programs.
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "-C target-feature=+crt-static");
    if !command.status().context("cargo could not be started")?.success() {
        bail!("the agent for {architecture} could not be built");
    }
    let built = target_folder().join(&target).join("agent").join("wharf-agent");
    put(&built, &file(&place(), architecture))
}

/// Copies the program unless an equal one is there: a new time stamp would make cargo embed it again.
fn put(built: &Path, destination: &Path) -> Result<(PathBuf, u64)> {
    let program =
        std::fs::read(built).with_context(|| format!("{} is missing after the build", built.display()))?;
    let size = program.len() as u64;
    if size > LARGEST {
        bail!("the agent has grown to {size} bytes; at most {LARGEST} are allowed");
    }
    if std::fs::read(destination).is_ok_and(|present| present == program) {
        return Ok((destination.to_owned(), size));
    }
    let folder = destination.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // Renamed into place, so that a running copy keeps its own file.
    let beside = folder.join("wharf-agent.new");
    std::fs::copy(built, &beside)
        .and_then(|_| std::fs::rename(&beside, destination))
        .with_context(|| format!("cannot write {}", destination.display()))?;
    Ok((destination.to_owned(), size))
}
