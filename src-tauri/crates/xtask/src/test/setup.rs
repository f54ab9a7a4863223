//! What the checks need on this machine, and how it gets here.

use std::fmt;

use anyhow::{Context, Result};

use super::Place;
use super::check::Check;
use crate::agent;
use crate::cross::{self, StandardLibrary};
use crate::system::{self, Distribution};

/// The test runner's version where it has to be built; an installed one is taken as it is.
const NEXTEST: &str = "0.9.143";

/// Something that is not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A component of the Rust toolchain.
    Component(&'static str),
    /// The standard library of another target, from rustup.
    Target(&'static str),
    /// Debian's packages that stand in for rustup's targets.
    CrossPackages,
    /// Debian's and Ubuntu's packages that link the agent for the other processor, and run it.
    AgentPackages,
    /// The test runner, built from the registry.
    Nextest,
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Component(name) => write!(formatter, "the Rust component {name}, with rustup"),
            Need::Target(name) => write!(formatter, "the standard library for {name}, with rustup"),
            Need::CrossPackages => {
                write!(formatter, "the packages {}, with apt-get (about 800 MB)", cross::PACKAGES.join(" "))
            }
            Need::AgentPackages => {
                write!(formatter, "the packages {}, with apt-get (about 200 MB)", agent::PACKAGES.join(" "))
            }
            Need::Nextest => write!(formatter, "cargo-nextest {NEXTEST}, with cargo (some minutes)"),
        }
    }
}

/// What the given checks need and this machine lacks.
pub(crate) fn missing(place: &Place, checks: &[Check]) -> Result<Vec<Need>> {
    let lacks = |subcommand: &str| {
        system::output(system::command(&place.cargo).args([subcommand, "--version"])).is_err()
    };
    let mut needs = Vec::new();
    if checks.contains(&Check::Format) && lacks("fmt") {
        needs.push(Need::Component("rustfmt"));
    }
    if (checks.contains(&Check::Lint) || checks.contains(&Check::App)) && lacks("clippy") {
        needs.push(Need::Component("clippy"));
    }
    if (checks.contains(&Check::Suites) || checks.contains(&Check::App)) && lacks("nextest") {
        needs.push(Need::Nextest);
    }
    for (check, target) in [(Check::Windows, cross::WINDOWS), (Check::Macos, cross::MACOS)] {
        if !checks.contains(&check) || cross::standard_library(target)? != StandardLibrary::Missing {
            continue;
        }
        // Debian alone packages a compiler as new as this workspace needs.
        let need = match system::distribution() {
            Distribution::Debian => Need::CrossPackages,
            Distribution::Ubuntu | Distribution::Other(_) => Need::Target(target),
        };
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    let packaged = matches!(system::distribution(), Distribution::Debian | Distribution::Ubuntu);
    let other = checks.contains(&Check::Agent) && std::env::consts::ARCH == "x86_64";
    if packaged && other && agent::lacks_programs() {
        needs.push(Need::AgentPackages);
    }
    Ok(needs)
}

/// Installs one of them; the error says what to run by hand.
pub(crate) fn install(place: &Place, need: &Need) -> Result<()> {
    match need {
        Need::Component(name) => system::run(system::command("rustup").args(["component", "add", name])),
        Need::Target(name) => system::run(system::command("rustup").args(["target", "add", name])),
        Need::CrossPackages => {
            // Lists from before the last security update name a compiler that is too old.
            system::run(system::command_as_root("apt-get").args(["update", "-q"]))?;
            system::ensure_packages("checking for Windows and macOS", &cross::PACKAGES)
        }
        Need::AgentPackages => {
            system::ensure_packages("building and running the other agent", &agent::PACKAGES)
        }
        Need::Nextest => system::run(system::command(&place.cargo).args([
            "install",
            "--quiet",
            // It waits for tests most of its time, and builds in half of it.
            "--debug",
            "--locked",
            "cargo-nextest",
            "--version",
            NEXTEST,
        ])),
    }
    .with_context(|| format!("{need}: install it by hand and run this again"))
}
