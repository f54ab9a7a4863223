//! `cargo xtask test`: every check and every suite, with their set-up.
//!
//! All checks run even when one fails, so that one run tells everything. The suites come last, and the last line is their count.

mod check;
mod count;
mod setup;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use check::{Check, Outcome};
use count::{Count, Failure};

use crate::system;

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what needs no engine and no other system's library: under a minute when warm.
    #[arg(long)]
    quick: bool,
    /// Only these checks, in their usual order.
    #[arg(long, value_name = "CHECK", value_delimiter = ',', conflicts_with = "quick")]
    only: Vec<Check>,
    /// Say what would be installed and run, and stop.
    #[arg(long)]
    dry_run: bool,
}

/// Where things are, found once.
pub(crate) struct Place {
    /// The cargo that runs us.
    pub(crate) cargo: PathBuf,
    /// This very program, for the other verbs.
    pub(crate) xtask: PathBuf,
    /// The workspace's root folder.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, `CARGO_TARGET_DIR` honoured.
    pub(crate) target: PathBuf,
    /// Only what needs no engine.
    pub(crate) quick: bool,
}

impl Place {
    fn find(quick: bool) -> Result<Place> {
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let root = system::clone_root();
        let metadata = system::output(
            system::command(&cargo)
                .args(["metadata", "--format-version", "1", "--no-deps"])
                .current_dir(&root),
        )?;
        let metadata: serde_json::Value =
            serde_json::from_str(&metadata).context("cargo's metadata is not JSON")?;
        let target = metadata["target_directory"].as_str().context("cargo names no target folder")?;
        Ok(Place {
            cargo,
            xtask: std::env::current_exe().context("this program cannot find itself")?,
            root,
            target: PathBuf::from(target),
            quick,
        })
    }
}

#[expect(clippy::exit, reason = "the count is the last line, so no error message may follow it")]
pub(crate) fn run(arguments: Args) -> Result<()> {
    let place = Place::find(arguments.quick)?;
    let checks: Vec<Check> = Check::ALL
        .into_iter()
        .filter(|check| if arguments.quick { check.is_quick() } else { true })
        .filter(|check| arguments.only.is_empty() || arguments.only.contains(check))
        .collect();

    let missing = setup::missing(&place, &checks)?;
    announce(&checks, &missing);
    if arguments.dry_run {
        return Ok(());
    }
    for need in &missing {
        eprintln!("Installing {need}");
        setup::install(&place, need)?;
    }

    let mut count = Count::default();
    let mut results = Vec::new();
    let mut failures = Vec::new();
    for check in checks {
        eprintln!("\n== {check}: {}", check.purpose());
        let started = Instant::now();
        let outcome = check.run(&place).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Outcome::failed()
        });
        count += outcome.count;
        failures.extend(outcome.failures);
        results.push((check, outcome.passed, started.elapsed()));
    }
    for failure in &failures {
        repeat(failure);
    }
    summarise(&results);
    // The count stands on stdout, alone and last.
    let failed: Vec<String> =
        results.iter().filter(|(_, passed, _)| !passed).map(|(check, ..)| check.to_string()).collect();
    if !failed.is_empty() {
        eprintln!("error: failed: {}", failed.join(", "));
    }
    println!("{count}");
    if failed.is_empty() { Ok(()) } else { std::process::exit(1) }
}

fn announce(checks: &[Check], missing: &[setup::Need]) {
    let names: Vec<String> = checks.iter().map(ToString::to_string).collect();
    eprintln!("Checks: {}", names.join(", "));
    if missing.is_empty() {
        eprintln!("Nothing to install for them.");
    }
    for need in missing {
        eprintln!("Will install {need}");
    }
    if checks.contains(&Check::Ui) || checks.contains(&Check::App) {
        eprintln!(
            "The checks of the window install what they lack of a browser, WebKit and a screen, and say so."
        );
    }
    if checks.contains(&Check::Engines) {
        eprintln!(
            "The engines say themselves what they install (`cargo xtask engines status` shows what is there)."
        );
    }
}

/// Says again what a failed test said, since thousands of lines may have come after it: its end, for that is where a panic stands.
fn repeat(failure: &Failure) {
    const LINES: usize = 40;
    const CHARACTERS: usize = 1500;
    eprintln!("\nFAILED  {}", failure.name);
    let lines: Vec<&str> = failure.output.lines().collect();
    for line in &lines[lines.len().saturating_sub(LINES)..] {
        // Of a long line, the end: an answer closes with its error.
        let cut = line.chars().count().saturating_sub(CHARACTERS);
        eprintln!("    {}", line.chars().skip(cut).collect::<String>());
    }
}

fn summarise(results: &[(Check, bool, Duration)]) {
    eprintln!();
    for (check, passed, time) in results {
        let word = if *passed { "passed" } else { "FAILED" };
        eprintln!("{word}  {:<9} {:>6.1} s", check.to_string(), time.as_secs_f64());
    }
}
