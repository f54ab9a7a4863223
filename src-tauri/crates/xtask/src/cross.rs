//! Type checks for systems that are not this one.
//!
//! Where rustup has a target's standard library, that is used. Where it has none and Debian's packages of a newer compiler carry the
//! library's sources, cargo checks those sources along; nothing is linked, so no linker, SDK or C compiler of the target is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Windows, with the tool chain that needs nothing of Microsoft's.
pub(crate) const WINDOWS: &str = "x86_64-pc-windows-gnu";
/// macOS on Apple's own processors.
pub(crate) const MACOS: &str = "aarch64-apple-darwin";

/// The Debian packages that check without rustup's targets: a compiler, the library it was built with, its sources, the program that
/// makes Windows import libraries, and the preprocessor of the app's Windows resources.
pub(crate) const PACKAGES: [&str; 5] = [
    "rustc-web",
    "libstd-rust-web-dev",
    "rust-web-src",
    "binutils-mingw-w64-x86-64",
    "gcc-mingw-w64-x86-64-win32",
];

/// The compiler that the packages install, and the sources beside it.
pub(crate) const COMPILER: &str = "/usr/bin/rustc";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";

/// Where a target's standard library comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StandardLibrary {
    /// The toolchain has it.
    Installed,
    /// Checked along from the sources of the packaged compiler.
    FromSource,
    /// From nowhere yet.
    Missing,
}

/// Where the standard library of `target` would come from now.
pub(crate) fn standard_library(target: &str) -> Result<StandardLibrary> {
    let output =
        Command::new("rustc").args(["--print", "sysroot"]).output().context("rustc does not start")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(if sysroot.join("lib/rustlib").join(target).join("lib").is_dir() {
        StandardLibrary::Installed
    } else if Path::new(COMPILER).is_file() && Path::new(SOURCES).is_dir() {
        StandardLibrary::FromSource
    } else {
        StandardLibrary::Missing
    })
}

/// The command that type-checks every crate of the workspace for `target`, with results kept apart below cargo's target folder.
pub(crate) fn command(cargo: &Path, target: &str, target_folder: &Path) -> Result<Command> {
    let mut command = Command::new(cargo);
    let folder = target_folder.join("cross");
    command
        .args(["check", "--workspace", "--locked", "--keep-going", "--target", target])
        .env("CARGO_TARGET_DIR", folder)
        .env("WHARF_AGENT_DIR", target_folder.join("agents"));
    match standard_library(target)? {
        StandardLibrary::Installed => {}
        StandardLibrary::FromSource => {
            command
                .arg("-Zbuild-std=std,panic_abort,panic_unwind")
                .env("RUSTC", COMPILER)
                .env("RUSTC_BOOTSTRAP", "1");
        }
        StandardLibrary::Missing => {
            bail!("there is no standard library for {target}; run `rustup target add {target}`")
        }
    }
    // Build scripts compile C for the target, which a type check never links. A C compiler that does nothing is enough for them.
    for (variable, program) in [("CC", "true"), ("AR", "true")] {
        let variable = format!("{variable}_{}", target.replace('-', "_"));
        if std::env::var_os(&variable).is_none() {
            command.env(variable, program);
        }
    }
    Ok(command)
}
