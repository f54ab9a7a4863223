//! `cargo xtask demo`: a realistic example brought up on this machine, from nothing but Rust and git.
//!
//! What takes long happens side by side: `wharf` is built while the engine and the base image are made ready.

mod engine;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use wharf_test_support::images::DEBIAN;

use crate::{agent, system};
use engine::Engine;

/// The example that shows most of what a team would set up.
const EXAMPLE: &str = "examples/notes-service";

/// Arguments of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder to bring up.
    #[arg(default_value = EXAMPLE)]
    folder: PathBuf,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    let begin = Instant::now();
    let running = engine::find()?;
    announce(running.as_ref(), &arguments.folder);
    if !system::has_program("cc") {
        system::ensure_packages("linking programs", &["gcc", "libc6-dev"])?;
    }
    if running.is_none() {
        engine::ask_for_rights()?;
    }
    let (built, engine) = std::thread::scope(|scope| {
        let build = scope.spawn(build);
        let engine =
            running.map_or_else(engine::start, |running| engine::ensure_image(&running).map(|()| running));
        (build.join().map_err(|_| anyhow!("the build panicked")), engine)
    });
    let (wharf, engine) = (built??, engine?);

    println!("Running: {} up --workspace-folder {}", shown(&wharf), arguments.folder.display());
    let mut up = Command::new(&wharf);
    up.arg("up").arg("--workspace-folder").arg(&arguments.folder).current_dir(system::clone_root());
    engine.lead(&mut up);
    let output = up
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .context("wharf could not be started")?;
    let document = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() {
        bail!("`wharf up` failed ({}): {document}", output.status);
    }
    println!(
        "The environment runs after {:.0} s; this is how wharf describes it:\n{document}",
        begin.elapsed().as_secs_f32()
    );
    let inside = if arguments.folder == Path::new(EXAMPLE) {
        "curl --silent http://localhost:8000/notes"
    } else {
        "sh"
    };
    println!(
        "Look inside: {}{} exec --workspace-folder {} {inside}",
        engine.prefix(),
        shown(&wharf),
        arguments.folder.display()
    );
    Ok(())
}

/// Says beforehand what will happen to this machine.
fn announce(running: Option<&Engine>, folder: &Path) {
    println!("This brings {} up.", folder.display());
    match running {
        Some(engine) => println!(
            "Engine: the one that runs already, {engine}. It gets the image {DEBIAN} if it has none."
        ),
        None => println!(
            "Engine: none runs here, so one is started in a folder of its own; `cargo xtask engines down` ends it."
        ),
    }
}

/// Builds the command line, and nothing else, with the agent in it.
pub(crate) fn build() -> Result<PathBuf> {
    println!("Building wharf");
    let begin = Instant::now();
    agent::ensure()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args([
        "build",
        "--package",
        "wharf-cli",
        "--bin",
        "wharf",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let messages = build
        .current_dir(system::clone_root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .context("cargo could not be started")?;
    if !messages.status.success() {
        bail!("wharf could not be built ({})", messages.status);
    }
    println!("Built wharf in {:.0} s", begin.elapsed().as_secs_f32());
    executable_from(&String::from_utf8_lossy(&messages.stdout))
        .context("cargo names no program that it built")
}

/// Where cargo put the program, as it says in its messages.
fn executable_from(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "wharf")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The path as somebody who stands in the clone would type it.
fn shown(path: &Path) -> String {
    path.strip_prefix(system::clone_root()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    #[test]
    fn the_program_is_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"wharf_cli"},"executable":null}
not json
{"reason":"compiler-artifact","target":{"name":"wharf"},"executable":"/t/debug/wharf"}"#;
        assert_eq!(super::executable_from(messages), Some(PathBuf::from("/t/debug/wharf")));
        assert_eq!(super::executable_from("{}"), None);
    }
}
