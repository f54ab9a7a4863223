//! The window: how soon it can be used with many environments, what all its processes hold in memory, what they do and ask while
//! nothing happens, and whether the log stays smooth while a container floods it.

mod crowd;
mod flood;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wharf_test_support::engines::Engine;

use super::process::{family, ticks};
use super::table::Cell;
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
/// How long the window is left alone before its memory is read, and how long it is watched then. A list's scroll bar, shown as the list is,
/// fades away in the first seconds.
const SETTLING: Duration = Duration::from_secs(8);
const WATCHED: Duration = Duration::from_secs(10);
/// How often it is started on a page without what containers use, at most.
const HIDDEN: u32 = 5;
/// How often the log is flooded, at most.
const FLOODS: u32 = 5;

/// What one start showed.
struct Start {
    usable_milliseconds: f64,
    mebibytes: f64,
    quiet: Quiet,
}

/// What all processes did while nothing happened.
struct Quiet {
    /// Of one processor.
    percent: f64,
    /// Bytes that were sent to the engine meanwhile.
    asked: f64,
}

/// What of the window is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Part {
    /// Starts: until it can be used, memory, idleness.
    Start,
    /// The log of a container that writes without end.
    Flood,
}

/// What the app finds where it is started: a home, a screen and a bus of their own.
struct Surroundings<'a> {
    home: &'a Path,
    display: String,
    bus: String,
}

impl Surroundings<'_> {
    /// A program in them.
    fn command(&self, program: &Path) -> Command {
        let mut command = system::command(program);
        command
            .env("DISPLAY", format!(":{}", self.display))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("HOME", self.home)
            .env("WHARF_STATE_DIR", self.home.join("state"))
            .env("NO_AT_BRIDGE", "1")
            .env("WHARF_NO_KEEPER", "1")
            .env_remove("WAYLAND_DISPLAY");
        command
    }
}

/// Starts the app again and again on a screen in memory, and prints what was seen.
pub(super) fn run(program: &Path, engine: &Engine, rounds: u32, parts: &[Part]) -> Result<()> {
    let mut screen = system::command("Xvfb");
    screen.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
    let (screen, display) = helper(&mut screen)?;
    let mut messages = system::command("dbus-daemon");
    messages.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    let (messages, bus) = helper(&mut messages)?;
    let home = tempfile::tempdir().context("no temporary folder")?;
    let surroundings = Surroundings { home: home.path(), display, bus };
    println!("window with {} {}", engine.kind, engine.version);
    if parts.contains(&Part::Start) {
        measure_starts(program, engine, &surroundings, rounds)?;
    }
    if parts.contains(&Part::Flood) {
        measure_floods(program, engine, &surroundings, rounds)?;
    }
    drop((screen, messages));
    Ok(())
}

fn measure_starts(
    program: &Path,
    engine: &Engine,
    surroundings: &Surroundings<'_>,
    rounds: u32,
) -> Result<()> {
    let _crowd = Crowd::make(engine, surroundings.home, ENVIRONMENTS, RUNNING)?;
    let counted = Counted::listen(engine, surroundings.home)?;
    let mut starts = Vec::new();
    // The first start reads everything from the disk and is not counted.
    for round in 0..=rounds {
        let mut command = surroundings.command(program);
        command.env("DOCKER_HOST", counted.docker_host()).env(MARKS, "1");
        let start = one(&mut command, &counted)?;
        if round > 0 {
            starts.push(start);
        }
    }
    // A page that shows nothing of what containers use.
    let mut hidden = Vec::new();
    for _ in 0..rounds.clamp(1, HIDDEN) {
        let mut command = surroundings.command(program);
        command.arg(surroundings.home.join(crowd::folder_name(0)));
        command.env("DOCKER_HOST", counted.docker_host()).env(MARKS, "1");
        hidden.push(one(&mut command, &counted)?);
    }
    let of = |value: fn(&Start) -> f64| median(starts.iter().map(value).collect());
    println!("  {ENVIRONMENTS} environments of which {RUNNING} run, medians of {rounds} starts");
    let usable = of(|start| start.usable_milliseconds);
    println!("  usable after start        {usable:>8.0} ms          at most {USABLE_BOUND:.0}");
    println!("  memory of all processes   {:>8.0} MiB (PSS)", of(|start| start.mebibytes));
    println!("  processor, board in view  {:>8.2} %", of(|start| start.quiet.percent));
    let idle = |value: fn(&Quiet) -> f64| median(hidden.iter().map(|start| value(&start.quiet)).collect());
    println!(
        "  processor, nothing shown  {:>8.2} %           at most {IDLE_BOUND}",
        idle(|quiet| quiet.percent)
    );
    println!("  asked of the engine then  {:>8.0} bytes       at most 0", idle(|quiet| quiet.asked));
    Ok(())
}

fn measure_floods(
    program: &Path,
    engine: &Engine,
    surroundings: &Surroundings<'_>,
    rounds: u32,
) -> Result<()> {
    let driver = flood::driver()?;
    let rounds = rounds.clamp(1, FLOODS);
    let floods: Result<Vec<_>> =
        (0..rounds).map(|_| flood::run(program, &driver, engine, surroundings)).collect();
    let floods = floods?;
    let of = |value: fn(&flood::Flood) -> f64| median(floods.iter().map(value).collect());
    println!("  200,000 log lines in {:.1} s, medians of {rounds}", of(|flood| flood.seconds));
    let bound = flood::FRAME_BOUND;
    println!("  longest frame meanwhile   {:>8.0} ms          at most {bound:.0}", of(|flood| flood.longest));
    println!("  99 of 100 frames          {:>8.0} ms", of(|flood| flood.usual));
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
    let percent = (ticks(&processes) - before) / WATCHED.as_secs_f64();
    let asked = (counted.sent() - sent) as f64;
    Ok(Start { usable_milliseconds, mebibytes, quiet: Quiet { percent, asked } })
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

fn median(values: Vec<f64>) -> f64 {
    Cell::Measured(values).median().unwrap_or(f64::NAN)
}
