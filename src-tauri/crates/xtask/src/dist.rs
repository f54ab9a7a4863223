//! `cargo xtask dist …`: what is released. The release workflow calls these verbs and nothing else, so that whatever it makes can be made
//! and looked at on a developer's computer first.

mod app;
mod archive;
mod cli;
mod elf;
mod installers;
mod musl;
mod notes;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{agent, system};

/// Arguments of `cargo xtask dist`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(clap::Subcommand)]
enum Part {
    /// Build the command line for this system, static on Linux, and pack it.
    Cli(cli::Args),
    /// Build the app with its command line, and make this system's packages of it.
    App(app::Args),
    /// Write the checksums of everything that is packed, and the install scripts that know them.
    Installers(installers::Args),
    /// Print what the changelog says about a version, after making sure that the tag, the version and the changelog agree.
    Notes(notes::Args),
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    match arguments.part {
        Part::Cli(arguments) => cli::run(&arguments),
        Part::App(arguments) => app::run(&arguments),
        Part::Installers(arguments) => installers::run(&arguments),
        Part::Notes(arguments) => notes::run(&arguments),
    }
}

/// What every build of a release is told.
#[derive(clap::Args)]
struct Common {
    /// The folder that the packages go to; `dist` below cargo's target folder without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// A folder with one agent for each architecture of containers, built before; without it this computer's own is built and embedded alone.
    #[arg(long, value_name = "FOLDER")]
    agents: Option<PathBuf>,
}

impl Common {
    /// The folder for packages, made if it is not there.
    fn folder(&self) -> Result<PathBuf> {
        folder(self.out.as_deref())
    }

    /// Makes sure of the agents, and answers the folder that they lie in.
    fn agents(&self) -> Result<PathBuf> {
        let place = match &self.agents {
            Some(folder) => {
                std::path::absolute(folder).context("the folder of agents has no absolute path")?
            }
            None => {
                agent::ensure()?;
                agent::place()
            }
        };
        let missing: Vec<&str> = agent::ARCHITECTURES
            .into_iter()
            .filter(|architecture| !agent::file(&place, architecture).is_file())
            .collect();
        if !missing.is_empty() && self.agents.is_some() {
            bail!("{} has no agent for {}", place.display(), missing.join(" and "));
        }
        if !missing.is_empty() {
            println!(
                "This build goes without an agent for {} containers, which a release must have",
                missing.join(" and ")
            );
        }
        Ok(place)
    }
}

fn folder(out: Option<&std::path::Path>) -> Result<PathBuf> {
    let folder = out.map_or_else(|| agent::target_folder().join("dist"), PathBuf::from);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::path::absolute(&folder).with_context(|| format!("{} has no absolute path", folder.display()))
}

/// The version of every package here.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// A system as the names of packages say it: `x86_64-linux`.
fn platform(target: &str) -> Result<String> {
    let (architecture, rest) = target.split_once('-').unwrap_or((target, ""));
    let system = match rest {
        _ if rest.contains("linux") => "linux",
        _ if rest.contains("darwin") => "macos",
        _ if rest.contains("windows") => "windows",
        _ => bail!("nothing is released for {target}"),
    };
    Ok(format!("{architecture}-{system}"))
}

/// The compiler's name of this computer.
fn host() -> Result<String> {
    let text = system::output(system::command("rustc").arg("-vV"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc does not say which system it is on")
}

#[cfg(test)]
mod tests {
    #[test]
    fn platforms() {
        let cases = [
            ("x86_64-unknown-linux-musl", Some("x86_64-linux")),
            ("aarch64-apple-darwin", Some("aarch64-macos")),
            ("x86_64-pc-windows-msvc", Some("x86_64-windows")),
            ("wasm32-unknown-unknown", None),
        ];
        for (target, expected) in cases {
            assert_eq!(super::platform(target).ok().as_deref(), expected, "{target}");
        }
    }
}
