//! The checks, in the order in which they run.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Place;
use super::count::{self, Count, Failure};
use crate::{app, cross, ui};

/// The one package that needs a window's libraries.
const APP: &str = "wharf-desktop";
/// Where the tests of the window put pictures of it.
const PICTURES: &str = "target/gui-screenshots";

/// One thing that must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Check {
    /// Everything is formatted.
    Format,
    /// Clippy has nothing to say.
    Lint,
    /// The program for inside containers builds.
    Agent,
    /// The window's pages are right by themselves.
    Ui,
    /// Every crate type-checks for Windows.
    Windows,
    /// Every crate type-checks for macOS.
    Macos,
    /// The examples in the documentation run, and its links lead somewhere.
    Docs,
    /// The engines that the suites need run.
    Engines,
    /// Every suite passes.
    Suites,
    /// The app builds, and its window does what a person asks.
    App,
}

/// How a check ended. Only the suites and the documentation's examples count tests.
pub(crate) struct Outcome {
    pub(crate) passed: bool,
    pub(crate) count: Count,
    /// The tests of the suites that failed.
    pub(crate) failures: Vec<Failure>,
}

impl Outcome {
    pub(crate) fn failed() -> Outcome {
        Outcome::of(false)
    }

    /// Of a check that counts no tests.
    fn of(passed: bool) -> Outcome {
        Outcome { passed, count: Count::default(), failures: Vec::new() }
    }
}

impl Check {
    /// Cheap checks first; the engines start just before the suites that need them.
    pub(crate) const ALL: [Check; 10] = [
        Check::Format,
        Check::Lint,
        Check::Agent,
        Check::Ui,
        Check::Windows,
        Check::Macos,
        Check::Docs,
        Check::Engines,
        Check::Suites,
        Check::App,
    ];

    /// Whether `--quick` includes it.
    pub(crate) fn is_quick(self) -> bool {
        matches!(self, Check::Format | Check::Lint | Check::Suites)
    }

    /// What it makes sure of, for the heading.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Check::Format => "every file is formatted",
            Check::Lint => "clippy has nothing to say, in tests too",
            Check::Agent => "the program for inside containers builds",
            Check::Ui => "the window's pages type-check, and pass their tests against a fake",
            Check::Windows => "every crate type-checks for Windows",
            Check::Macos => "every crate type-checks for macOS",
            Check::Docs => "the documentation builds without a broken link, and its examples run",
            Check::Engines => "the tests' engines run",
            Check::Suites => "every suite passes",
            Check::App => "the app builds, and its window passes its tests",
        }
    }

    pub(crate) fn run(self, place: &Place) -> Result<Outcome> {
        match self {
            Check::Format => plain(cargo(place, &["fmt", "--all", "--check"])),
            Check::Lint => plain(cargo(
                place,
                &with_all_but_the_app(
                    &["clippy"],
                    &["--all-targets", "--locked", "--", "--deny", "warnings"],
                ),
            )),
            Check::Agent => plain(verb(place, &["agent"])),
            Check::Engines => plain(verb(place, &["engines", "up"])),
            Check::Ui => Ok(Outcome::of(ui::check()?)),
            Check::Windows => cross_check(place, cross::WINDOWS),
            Check::Macos => cross_check(place, cross::MACOS),
            Check::Docs => documentation(place),
            Check::Suites => suites(place, &with_all_but_the_app(&[], &[])),
            Check::App => app(place),
        }
    }
}

impl std::fmt::Display for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Check::Format => "format",
            Check::Lint => "lint",
            Check::Agent => "agent",
            Check::Ui => "ui",
            Check::Windows => "windows",
            Check::Macos => "macos",
            Check::Docs => "docs",
            Check::Engines => "engines",
            Check::Suites => "suites",
            Check::App => "app",
        })
    }
}

/// Every package but the app, which needs libraries that the others must never need, and has a check of its own.
fn with_all_but_the_app<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
    [before, &["--workspace", "--exclude", APP], after].concat()
}

fn cargo(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(&place.cargo);
    command.args(arguments).current_dir(&place.root);
    command
}

fn verb(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(&place.xtask);
    command.args(arguments).current_dir(&place.root);
    command
}

fn plain(mut command: Command) -> Result<Outcome> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{} does not start", command.get_program().display()))?;
    Ok(Outcome::of(status.success()))
}

/// The app takes its pages along, whatever it is built for.
fn cross_check(place: &Place, target: &str) -> Result<Outcome> {
    ui::ensure()?;
    plain(cross::command(&place.cargo, target, &place.target)?)
}

/// What the other checks do for the other packages.
fn app(place: &Place) -> Result<Outcome> {
    app::prepare()?;
    app::prepare_screen()?;
    app::prepare_driver(&place.cargo)?;
    let lint = ["clippy", "--package", APP, "--all-targets", "--locked", "--", "--deny", "warnings"];
    let linted = plain(cargo(place, &lint))?;
    // The screens belong to the run that made them.
    let pictures = place.root.join(PICTURES);
    if pictures.exists() {
        std::fs::remove_dir_all(&pictures).with_context(|| format!("cannot empty {}", pictures.display()))?;
    }
    let outcome = suites(place, &["--package", APP])?;
    Ok(Outcome { passed: linted.passed && outcome.passed, ..outcome })
}

fn documentation(place: &Place) -> Result<Outcome> {
    let arguments = ["--no-deps", "--document-private-items", "--locked", "--quiet"];
    let mut build = cargo(place, &with_all_but_the_app(&["doc"], &arguments));
    build.env("RUSTDOCFLAGS", "--deny warnings --allow rustdoc::private-intra-doc-links");
    let built = plain(build)?;
    let output = cargo(place, &with_all_but_the_app(&["test"], &["--doc", "--locked", "--quiet"]))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        eprint!("{text}");
    }
    let count = count::from_results(&text);
    Ok(Outcome { count, ..Outcome::of(built.passed && output.status.success()) })
}

/// Where nextest puts its reports, relative to the workspace's root: `store.dir` of `.config/nextest.toml`. It does not follow cargo's target
/// folder.
const REPORTS: &str = "target/nextest";

fn suites(place: &Place, packages: &[&str]) -> Result<Outcome> {
    let profile = match (place.quick, std::env::var_os("CI").is_some()) {
        (true, _) => "quick",
        (false, true) => "ci",
        (false, false) => "default",
    };
    let report = place.root.join(REPORTS).join(profile).join("junit.xml");
    // A report of an earlier run must not stand in for one that never came.
    if report.exists() {
        std::fs::remove_file(&report).with_context(|| format!("cannot remove {}", report.display()))?;
    }
    let arguments = ["--locked", "--no-fail-fast", "--profile", profile];
    let mut command = cargo(place, &[&["nextest", "run"], packages, &arguments].concat());
    // A snapshot that differs is a failure here, never a new file.
    command.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0");
    let outcome = plain(command)?;
    let text = std::fs::read_to_string(&report)
        .with_context(|| format!("the suites did not run: there is no report {}", report.display()))?;
    let (count, failures) = count::from_junit(&text)?;
    Ok(Outcome { passed: outcome.passed && count.failed == 0 && count.passed > 0, count, failures })
}

#[cfg(test)]
mod tests {
    /// Looked for in the wrong place, the report is missing only where `CARGO_TARGET_DIR` is set.
    #[test]
    fn the_reports_lie_where_the_configuration_of_nextest_puts_them() {
        let configuration = include_str!("../../../../../.config/nextest.toml");
        assert!(
            configuration.contains(&format!("[store]\ndir = \"{}\"\n", super::REPORTS)),
            "{configuration}"
        );
    }
}
