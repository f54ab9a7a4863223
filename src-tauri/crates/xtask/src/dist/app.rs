//! `cargo xtask dist app`: the app's packages for this system, with the command line inside.
//!
//! Tauri's own bundler makes them. What a package says and holds beside the app stands here and not in `tauri.conf.json`, because the
//! command line in it is built by this program and lies wherever cargo's target folder is.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Common, cli};
use crate::{agent, app, system};

/// Tauri's bundler: an npm package that needs no build.
const BUNDLER: &str = "@tauri-apps/cli";
const BUNDLER_VERSION: &str = "2.12.5";

/// Arguments of `cargo xtask dist app`.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
    /// The kinds of package; all that this system makes without it.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<String>,
    /// Pack the programs as developers build them, which takes minutes less: to look at the packages, never to release them.
    #[arg(long)]
    quick: bool,
}

/// The kinds of package of this system: as the bundler names them, with the ending of their files.
const KINDS: &[(&str, &str)] = if cfg!(target_os = "linux") {
    &[("deb", "deb"), ("rpm", "rpm"), ("appimage", "AppImage")]
} else if cfg!(target_os = "macos") {
    &[("dmg", "dmg")]
} else {
    &[("msi", "msi")]
};

pub(super) fn run(arguments: &Args) -> Result<()> {
    let chosen = chosen(&arguments.kinds)?;
    let out = arguments.common.folder()?;
    let agents = arguments.common.agents()?;
    app::prepare()?;
    let command_line = if arguments.quick { crate::demo::build()? } else { cli::build(None, &agents)?.path };
    let staging = tempfile::tempdir().context("cannot make a temporary folder")?;
    let settings = staging.path().join("bundle.json");
    let overlay = overlay(&command_line, staging.path())?;
    std::fs::write(&settings, overlay.to_string()).context("cannot write the bundler's settings")?;
    let bundler = bundler()?;
    let names: Vec<&str> = chosen.iter().map(|(kind, _)| *kind).collect();
    let (debug, profile): (&[&str], _) =
        if arguments.quick { (&["--debug"], "debug") } else { (&[], "release") };
    tauri(&bundler, &[&["build", "--no-bundle"], debug].concat(), &settings, &agents)?;
    // One after the other, so that a kind whose tools cannot be had does not take the others along.
    let mut failed = Vec::new();
    for (kind, ending) in chosen {
        let made = tauri(&bundler, &[&["bundle", "--bundles", kind], debug].concat(), &settings, &agents)
            .and_then(|()| collect(kind, ending, profile, &out));
        match made {
            Ok(path) => println!("{}: {:.1} MB", path.display(), path.metadata()?.len() as f64 / 1e6),
            Err(error) => failed.push(format!("{kind}: {error:#}")),
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("of {}, not all could be made:\n{}", names.join(", "), failed.join("\n"))
}

fn chosen(kinds: &[String]) -> Result<Vec<(&'static str, &'static str)>> {
    if kinds.is_empty() {
        return Ok(KINDS.to_vec());
    }
    let find = |kind: &String| {
        let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        let found = KINDS.iter().copied().find(|(name, _)| name == kind);
        found.with_context(|| format!("{kind} is not made here; this system makes {}", names.join(", ")))
    };
    kinds.iter().map(find).collect()
}

/// What the packages say and hold, on top of `tauri.conf.json`.
fn overlay(command_line: &Path, staging: &Path) -> Result<Value> {
    let mut bundle = json!({
        "active": true,
        "category": "DeveloperTool",
        "shortDescription": "Development environments on your own engine",
        "longDescription": "Runs the development environment that a folder's devcontainer.json describes, on the Docker or Podman that is already there. With the command line `wharf`.",
        "copyright": "The Wharf contributors",
        "license": "MIT OR Apache-2.0",
        "licenseFile": system::clone_root().join("LICENSE-MIT"),
    });
    if cfg!(target_os = "linux") {
        let mut files = json!({ "/usr/bin/wharf": command_line });
        for path in cli::extras(command_line, staging)? {
            files[format!("/usr/{path}")] = json!(staging.join(&path));
        }
        bundle["linux"] = json!({
            "deb": { "files": files, "section": "devel", "recommends": ["docker.io | podman | docker-ce", "libayatana-appindicator3-1"] },
            "rpm": { "files": files, "recommends": ["podman", "libayatana-appindicator-gtk3"] },
            "appimage": { "files": files },
        });
    } else {
        // Beside the app's own program. The bundler wants the target's name in the file's.
        let beside = staging.join("wharf");
        let ending = if cfg!(windows) { ".exe" } else { "" };
        let named = staging.join(format!("wharf-{}{ending}", super::host()?));
        std::fs::copy(command_line, &named).with_context(|| format!("cannot write {}", named.display()))?;
        bundle["externalBin"] = json!([beside]);
    }
    Ok(json!({ "version": super::version(), "bundle": bundle }))
}

/// The bundler, installed into a folder below cargo's target folder.
fn bundler() -> Result<PathBuf> {
    let folder = agent::target_folder().join("bundler");
    let program = folder.join("node_modules/.bin").join(if cfg!(windows) { "tauri.cmd" } else { "tauri" });
    let stamp = folder.join("version");
    if program.exists() && std::fs::read_to_string(&stamp).is_ok_and(|version| version == BUNDLER_VERSION) {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    println!("Installing {BUNDLER} {BUNDLER_VERSION} with npm");
    let mut npm = system::command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder);
    system::run(npm.arg(format!("{BUNDLER}@{BUNDLER_VERSION}")))?;
    std::fs::write(&stamp, BUNDLER_VERSION).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}

fn tauri(bundler: &Path, verb: &[&str], settings: &Path, agents: &Path) -> Result<()> {
    let status = system::command(bundler)
        .args(verb)
        .arg("--config")
        .arg(settings)
        .args(["--ci"])
        .current_dir(system::clone_root().join("src-tauri"))
        .env("WHARF_AGENT_DIR", agents)
        .stdin(Stdio::null())
        .status()
        .context("the bundler could not be started")?;
    if !status.success() {
        bail!("`tauri {}` failed ({status})", verb.join(" "));
    }
    Ok(())
}

/// Moves what the bundler made to the other packages, under a name of their kind.
fn collect(kind: &str, ending: &str, profile: &str, out: &Path) -> Result<PathBuf> {
    let folder = agent::target_folder().join(profile).join("bundle").join(kind);
    let mut found: Vec<_> = std::fs::read_dir(&folder)
        .with_context(|| format!("the bundler left nothing in {}", folder.display()))?
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == ending))
        .collect();
    found.sort_by_key(|entry| entry.metadata().and_then(|facts| facts.modified()).ok());
    let newest = found.pop().with_context(|| format!("{} holds no .{ending}", folder.display()))?;
    let platform = super::platform(&super::host()?)?;
    let to = out.join(format!("wharf-app-{}-{platform}.{ending}", super::version()));
    std::fs::copy(newest.path(), &to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(to)
}
