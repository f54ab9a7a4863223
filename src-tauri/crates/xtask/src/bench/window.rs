//! The window: how soon it can be used with many environments, what all its processes hold in memory, and what they do and ask while
//! nothing happens.

mod crowd;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wharf_test_support::engines::Engine;

use super::process::{family, ticks};
use crate::system;
use crowd::{Counted, Crowd};

/// Environments that the window shows, and how many of them run.
const ENVIRONMENTS: usize = 50;
const RUNNING: usize = 10;
/// What we hold ourselves to.
const USABLE_BOUND: f64 = 1000.0;
const IDLE_BOUND: f64 = 0.5;
/// With this variable the app says on standard output when it can be used.
const MARKS: &str = "WHARF_DESKTOP_MARKS";
/// How long the window is left alone before its memory is read, and how long it is watched then.
const SETTLING: Duration = Duration::from_secs(3);
const WATCHED: Duration = Duration::from_secs(10);

/// What one start showed.
struct Start {
    usable_milliseconds: f64,
    mebibytes: f64,
    /// Of one processor, while nothing happens.
    idle_percent: f64,
    /// Bytes that were sent to the engine meanwhile.
    asked: f64,
}

/// Starts the app again and again on a screen in memory, and prints the medians.
pub(super) fn run(program: &Path, engine: &Engine, rounds: u32) -> Result<()> {
    let (screen, display) = helper(system::command("Xvfb").args([
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1280x900x24",
        "-nolisten",
        "tcp",
    ]))?;
    let (bus, address) = helper(system::command("dbus-daemon").args([
        "--session",
        "--nofork",
        "--nopidfile",
        "--print-address=1",
    ]))?;
    let home = tempfile::tempdir().context("no temporary folder")?;
    let _crowd = Crowd::make(engine, home.path(), ENVIRONMENTS, RUNNING)?;
    let counted = Counted::listen(engine, home.path())?;
    let mut starts = Vec::new();
    // The first start reads everything from the disk and is not counted.
    for round in 0..=rounds {
        let mut command = system::command(program);
        command
            .env("DISPLAY", format!(":{display}"))
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("DOCKER_HOST", counted.docker_host())
            .env("HOME", home.path())
            .env("WHARF_STATE_DIR", home.path().join("state"))
            .env("NO_AT_BRIDGE", "1")
            .env("WHARF_NO_KEEPER", "1")
            .env(MARKS, "1")
            .env_remove("WAYLAND_DISPLAY");
        let start = one(&mut command, &counted)?;
        if round > 0 {
            starts.push(start);
        }
    }
    drop((screen, bus));
    let of = |value: fn(&Start) -> f64| median(starts.iter().map(value).collect());
    println!(
        "window with {} {}, {ENVIRONMENTS} environments of which {RUNNING} run, medians of {rounds} starts",
        engine.kind, engine.version
    );
    let usable = of(|start| start.usable_milliseconds);
    let idle = of(|start| start.idle_percent);
    let asked = of(|start| start.asked);
    println!("  usable after start        {usable:>8.0} ms          at most {USABLE_BOUND:.0}");
    println!("  memory of all processes   {:>8.0} MiB (PSS)", of(|start| start.mebibytes));
    println!("  processor while idle      {idle:>8.2} %           at most {IDLE_BOUND}");
    println!("  asked of the engine, idle {asked:>8.0} bytes       at most 0");
    Ok(())
}

fn one(command: &mut Command, counted: &Counted) -> Result<Start> {
    let begin = Instant::now();
    let mut app = Ended(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let output = app.0.stdout.take().context("the app has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    if line.trim() != "usable" {
        bail!("the app ended before its window could be used");
    }
    let usable_milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    std::thread::sleep(SETTLING);
    let processes = family(app.0.id())?;
    let mebibytes = processes.iter().map(|process| proportional_kibibytes(*process)).sum::<f64>() / 1024.0;
    let (before, sent) = (ticks(&processes), counted.sent());
    std::thread::sleep(WATCHED);
    // A hundred ticks a second, on every Linux there is.
    let idle_percent = (ticks(&processes) - before) / WATCHED.as_secs_f64();
    let asked = (counted.sent() - sent) as f64;
    Ok(Start { usable_milliseconds, mebibytes, idle_percent, asked })
}

/// A program that ends with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program that says on its first line where it listens.
fn helper(command: &mut Command) -> Result<(Ended, String)> {
    let mut child = Ended(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("no screen")?,
    );
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().context("no output")?).read_line(&mut line)?;
    Ok((child, line.trim().to_owned()))
}

/// Memory, shared pages divided by how many share them.
fn proportional_kibibytes(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
