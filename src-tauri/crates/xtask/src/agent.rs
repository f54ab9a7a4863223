//! `cargo xtask agent`: the program that runs inside containers, built static and put where `wharf-runner` embeds it from.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cross::{self, StandardLibrary};
use crate::system;

/// The architectures of the containers that Wharf knows, as the compiler names them. A released wharf embeds them all; each of its agents is
/// built on a computer of its own kind, and a developer's computer builds those that it has a linker and a library for.
pub(crate) const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];
/// Every container gets a copy, so that growing beyond this must be a decision.
const LARGEST: u64 = 2 * 1024 * 1024;

/// The packages of Debian and Ubuntu that link for the other processor, and run what is linked.
pub(crate) const PACKAGES: [&str; 3] = ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "qemu-user-static"];
/// The linker that they bring.
const LINKER: &str = "aarch64-linux-gnu-gcc";
const EMULATOR: &str = "qemu-aarch64-static";

/// Arguments of `cargo xtask agent`.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_arguments: Args) -> Result<()> {
    for architecture in ARCHITECTURES {
        match lacking(architecture)? {
            None => {
                let (path, size) = build(architecture)?;
                println!("{}: {:.2} MB", path.display(), size as f64 / 1e6);
            }
            Some(what) => println!("not for {architecture}: this computer has no {what}"),
        }
    }
    println!("The next build of wharf-runner embeds what is there.");
    Ok(())
}

/// Builds this computer's own agent if the place does not hold it yet. Cheap when nothing has changed.
pub(crate) fn ensure() -> Result<()> {
    build(std::env::consts::ARCH).map(drop)
}

/// What building for an architecture takes and is not here.
fn lacking(architecture: &str) -> Result<Option<String>> {
    if architecture == std::env::consts::ARCH {
        return Ok(None);
    }
    if architecture != "aarch64" || !cfg!(target_os = "linux") {
        return Ok(Some(format!("linker for {architecture}")));
    }
    if lacks_programs() {
        return Ok(Some(format!("{LINKER} (packages {})", PACKAGES.join(" "))));
    }
    let target = target(architecture);
    Ok((cross::standard_library(&target)? == StandardLibrary::Missing)
        .then(|| format!("standard library for it (`rustup target add {target}`)")))
}

/// Whether a program is missing that [`PACKAGES`] bring.
pub(crate) fn lacks_programs() -> bool {
    [LINKER, EMULATOR]
        .iter()
        .any(|program| system::output(system::command(program).arg("--version")).is_err())
}

fn target(architecture: &str) -> String {
    format!("{architecture}-unknown-linux-gnu")
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

fn build(architecture: &str) -> Result<(PathBuf, u64)> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) || !ARCHITECTURES.contains(&architecture) {
        bail!(
            "the agent is built on x86-64 and 64-bit ARM Linux with the GNU C library; elsewhere put a built one at {}",
            file(&place(), "x86_64").display()
        );
    }
    let target = target(architecture);
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
    let mut built = target_folder();
    if architecture != std::env::consts::ARCH {
        let name = format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase());
        command.env(name, LINKER);
        if cross::standard_library(&target)? == StandardLibrary::FromSource {
            // Another compiler: what it makes must not push out what the usual one has made.
            built.push("cross");
            command.arg("-Zbuild-std=std,panic_abort").env("CARGO_TARGET_DIR", &built);
            command.env("RUSTC", cross::COMPILER).env("RUSTC_BOOTSTRAP", "1");
        }
    }
    if !command.status().context("cargo could not be started")?.success() {
        bail!("the agent for {architecture} could not be built");
    }
    let built = built.join(&target).join("agent").join("wharf-agent");
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
