//! Rounds of measurements.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::place::{Place, quoted};
use super::table::{Cell, Program};
use super::work::Plan;
use crate::system;

/// Seconds of every program and round. Each round gives each program one turn; the first turn of each is not counted, and a program that
/// fails in it takes no further part.
pub(super) fn times(plans: &[Plan], place: &Place, rounds: u32) -> Result<Vec<(Program, Cell)>> {
    let mut cells: Vec<(Program, Cell)> = Vec::new();
    for plan in plans {
        let cell = match attempt(plan, place)? {
            None => Cell::Measured(Vec::new()),
            Some(reason) => Cell::Failed(reason),
        };
        cells.push((plan.program, cell));
    }
    let report = tempfile::NamedTempFile::new().context("no temporary file")?;
    for _ in 0..rounds {
        for (plan, (_, cell)) in plans.iter().zip(&mut cells) {
            if let Cell::Measured(samples) = cell {
                match hyperfine(plan, place, report.path()) {
                    Ok(seconds) => samples.push(seconds * 1000.0),
                    Err(error) => *cell = Cell::Failed(format!("{error:#}")),
                }
            }
        }
    }
    Ok(cells)
}

/// One run, unmeasured. Answers why it failed.
fn attempt(plan: &Plan, place: &Place) -> Result<Option<String>> {
    if let Some(text) = &plan.once
        && let Err(error) = system::run(prepared("sh", place).args(["-c", text]))
    {
        return Ok(Some(format!("{error:#}")));
    }
    before(plan, place)?;
    let mut command = prepared(&plan.command[0], place);
    let output = command
        .args(&plan.command[1..])
        .output()
        .with_context(|| format!("{} does not start", plan.command[0]))?;
    Ok((!output.status.success())
        .then(|| last_line(&output.stderr, &output.stdout, &output.status.to_string())))
}

fn before(plan: &Plan, place: &Place) -> Result<()> {
    match &plan.before {
        None => Ok(()),
        Some(text) => system::run(prepared("sh", place).args(["-c", text])),
    }
}

fn hyperfine(plan: &Plan, place: &Place, report: &Path) -> Result<f64> {
    let mut command = prepared("hyperfine", place);
    command.args(["--shell", "none", "--runs", "1", "--style", "none", "--export-json"]).arg(report);
    if let Some(text) = &plan.before {
        command.arg("--prepare").arg(quoted(&["sh".to_owned(), "-c".to_owned(), text.clone()]));
    }
    system::run(command.arg(quoted(&plan.command)))?;
    let text = std::fs::read_to_string(report).context("hyperfine wrote no report")?;
    let value: Value = serde_json::from_str(&text).context("hyperfine's report is not JSON")?;
    value["results"][0]["median"].as_f64().context("hyperfine's report has no median")
}

/// MiB of every round: the largest resident size.
pub(super) fn memory(plans: &[Plan], place: &Place, rounds: u32) -> Result<Vec<(Program, Cell)>> {
    let mut cells = Vec::new();
    for plan in plans {
        let mut samples = Vec::new();
        let mut failure = None;
        for _ in 0..rounds {
            before(plan, place)?;
            let report = tempfile::NamedTempFile::new().context("no temporary file")?;
            let mut command = prepared("time", place);
            let output = command
                .args(["--format", "%M", "--output"])
                .arg(report.path())
                .args(&plan.command)
                .output()
                .context("time does not start")?;
            if !output.status.success() {
                failure = Some(last_line(&output.stderr, &output.stdout, &output.status.to_string()));
                break;
            }
            let text = std::fs::read_to_string(report.path())?;
            let kibibytes: f64 = text.trim().parse().with_context(|| format!("time wrote {text:?}"))?;
            samples.push(kibibytes / 1024.0);
        }
        cells.push((plan.program, failure.map_or(Cell::Measured(samples), Cell::Failed)));
    }
    Ok(cells)
}

fn prepared(program: &str, place: &Place) -> Command {
    let mut command = system::command(program);
    command.envs(place.environment()).stdin(Stdio::null());
    for folder in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env_remove(folder);
    }
    command
}

fn last_line(errors: &[u8], output: &[u8], status: &str) -> String {
    let line = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().rev().find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned())
    };
    format!("{status}: {}", line(errors).or_else(|| line(output)).unwrap_or_default())
}
