//! `cargo xtask dist cli`: the command line, packed for people who install it without a package manager.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::archive::Package;
use super::{Common, musl};
use crate::{agent, system};

/// Arguments of `cargo xtask dist cli`.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
    /// The compiler's name of the system to build for; this one without it, on Linux with the C library that links statically.
    #[arg(long)]
    target: Option<String>,
}

pub(super) fn run(arguments: &Args) -> Result<()> {
    let out = arguments.common.folder()?;
    let program = build(arguments.target.as_deref(), &arguments.common.agents()?)?;
    let name = format!("wharf-{}-{}", super::version(), super::platform(&program.target)?);
    let package = Package::new(&name)?;
    let windows = program.target.contains("windows");
    package.add(&program.path, if windows { "wharf.exe" } else { "wharf" })?;
    for file in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md"] {
        package.add(&system::clone_root().join(file), file)?;
    }
    if !program.runs_here()? {
        bail!("a program for {} does not run here, so its completions cannot be made", program.target);
    }
    let staging = tempfile::tempdir().context("cannot make a temporary folder")?;
    for path in extras(&program.path, staging.path())? {
        package.add(&staging.path().join(&path), &path)?;
    }
    let archive = package.pack(&out, windows)?;
    println!("{}: {:.1} MB", archive.display(), archive.metadata()?.len() as f64 / 1e6);
    Ok(())
}

/// A built command line.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) target: String,
}

impl Program {
    /// macOS runs programs of its older processors too; everything else only its own.
    fn runs_here(&self) -> Result<bool> {
        let (ours, theirs) = (super::platform(&super::host()?)?, super::platform(&self.target)?);
        Ok(ours == theirs || (ours == "aarch64-macos" && theirs == "x86_64-macos"))
    }
}

/// Builds the command line with the agents of that folder in it. On Linux it is static, and shown to be before anybody gets it.
pub(super) fn build(target: Option<&str>, agents: &Path) -> Result<Program> {
    let host = super::host()?;
    let target = match target {
        Some(target) => target.to_owned(),
        None if cfg!(target_os = "linux") => musl::target(),
        None => host,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    build.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "wharf-cli",
        "--bin",
        "wharf",
        "--target",
        &target,
    ]);
    let mut folder = agent::target_folder();
    if target.contains("musl") {
        folder = musl::prepare(&mut build, &target)?;
    }
    println!("Building wharf for {target}");
    let status = build
        .current_dir(system::clone_root())
        .env("WHARF_AGENT_DIR", agents)
        .stdin(Stdio::null())
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        bail!("wharf could not be built for {target} ({status})");
    }
    let name = if target.contains("windows") { "wharf.exe" } else { "wharf" };
    let path = folder.join(&target).join("release").join(name);
    if target.contains("musl") {
        musl::prove_static(&path)?;
    }
    Ok(Program { path, target })
}

/// Writes what goes beside the program into a folder: completions of each shell, and the manual. Answers the paths in that folder, which are
/// those below `/usr` too.
pub(super) fn extras(program: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for (shell, path) in [
        ("bash", "share/bash-completion/completions/wharf"),
        ("zsh", "share/zsh/site-functions/_wharf"),
        ("fish", "share/fish/vendor_completions.d/wharf.fish"),
        ("powershell", "share/powershell/wharf.ps1"),
    ] {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        let script = system::output(system::command(program).args(["completion", shell]))?;
        std::fs::write(&file, script).with_context(|| format!("cannot write {}", file.display()))?;
        paths.push(path.to_owned());
    }
    let manual = "share/man/man1";
    system::run(system::command(program).arg("man").arg(folder.join(manual)))?;
    for entry in std::fs::read_dir(folder.join(manual)).context("there is no manual")? {
        paths.push(format!("{manual}/{}", entry?.file_name().to_string_lossy()));
    }
    Ok(paths)
}
