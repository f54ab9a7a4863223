//! `cargo xtask bench`: Wharf, the reference command line and the engine's own program do the same work on the same folders, in turns.
//!
//! Each round runs every program once through hyperfine, so that a busy moment of the machine meets them all; medians and their ratios are
//! what counts. Memory is the largest resident size that `time` reports. Nothing here is a test: a shared machine's times are no verdict.

mod measure;
#[cfg(target_os = "linux")]
mod network;
mod parts;
mod place;
#[cfg(unix)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "containers are looked into on Linux only"))]
mod process;
mod table;
#[cfg(unix)]
mod window;
mod work;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wharf_test_support::engines::{DOCKER, Engine, Inventory, PODMAN};

use crate::{app, reference, system};
use place::Place;
use table::{Cell, Row};
use work::Work;

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which test engines; without one the current Docker and the current Podman.
    #[arg(long = "engine", value_name = "NAME")]
    engines: Vec<String>,
    /// Only this work, as the table names it.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Work>,
    /// How many rounds of each work.
    #[arg(long, default_value_t = 15)]
    rounds: u32,
    /// Leave the reference command line out.
    #[arg(long)]
    without_reference: bool,
    /// The program to measure; without it a release build is made.
    #[arg(long, value_name = "PROGRAM")]
    wharf: Option<PathBuf>,
    /// Measure the window instead: how soon it can be used, its memory, its idleness, a flooded log. Linux only.
    #[arg(long, conflicts_with_all = ["only", "wharf", "json"])]
    window: bool,
    /// Only this of the window.
    #[cfg(unix)]
    #[arg(long = "window-part", value_enum, value_delimiter = ',', requires = "window")]
    window_parts: Vec<window::Part>,
    /// Measure the network instead: streams, round trips, many connections, new servers, idleness. Linux only, as root.
    #[arg(long, conflicts_with_all = ["only", "window"])]
    network: bool,
    /// Only this of the network.
    #[cfg(target_os = "linux")]
    #[arg(long = "network-part", value_enum, value_delimiter = ',', requires = "network")]
    network_parts: Vec<network::Part>,
    /// The app to measure; without it a release build is made.
    #[arg(long, value_name = "PROGRAM", requires = "window")]
    app: Option<PathBuf>,
    /// Print one JSON document with every single time instead of the table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: Args) -> Result<()> {
    if arguments.window {
        return measure_window(arguments);
    }
    if arguments.network {
        return measure_network(arguments);
    }
    system::ensure_packages("measuring", &["hyperfine", "time"])?;
    let reference = if arguments.without_reference { None } else { Some(reference::ensure()?) };
    let wharf = program(arguments.wharf)?;
    start_engines()?;
    let names = names(arguments.engines);
    let works = if arguments.only.is_empty() { Work::ALL.to_vec() } else { arguments.only };

    let mut tables = Vec::new();
    for name in names {
        let engine = running(&name)?;
        let place = Place::make(&engine, &wharf, reference.as_deref())?;
        let mut rows = Vec::new();
        for work in &works {
            eprintln!("{} {}: {}", engine.kind, engine.version, work.title());
            rows.push(measure(*work, &place, &engine, arguments.rounds)?);
        }
        tables.push((engine, rows));
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&table::json(&tables))?);
    } else {
        print!("{}", table::text(&tables, arguments.rounds));
    }
    Ok(())
}

/// The program to measure.
fn program(given: Option<PathBuf>) -> Result<PathBuf> {
    match given {
        Some(program) => {
            std::fs::canonicalize(&program).with_context(|| format!("no program {}", program.display()))
        }
        None => release_build(),
    }
}

/// The engines to measure on.
fn names(given: Vec<String>) -> Vec<String> {
    if given.is_empty() { vec![DOCKER.to_owned(), PODMAN.to_owned()] } else { given }
}

#[cfg(target_os = "linux")]
fn measure_network(arguments: Args) -> Result<()> {
    let wharf = program(arguments.wharf)?;
    start_engines()?;
    let parts = if arguments.network_parts.is_empty() {
        network::Part::ALL.to_vec()
    } else {
        arguments.network_parts
    };
    let mut tables = Vec::new();
    for name in names(arguments.engines) {
        let engine = running(&name)?;
        let rows = network::measure(&wharf, &engine, &parts, arguments.rounds)?;
        tables.push((engine, rows));
    }
    network::print(&tables, arguments.json)
}

#[cfg(not(target_os = "linux"))]
fn measure_network(_: Args) -> Result<()> {
    bail!("the network is measured on Linux only: the servers are put into the networks of containers")
}

fn measure_window(arguments: Args) -> Result<()> {
    app::prepare_screen()?;
    let program = match arguments.app {
        Some(program) => program,
        None => app::build(true)?,
    };
    start_engines()?;
    let engine = running(arguments.engines.first().map_or(DOCKER, String::as_str))?;
    #[cfg(unix)]
    {
        use clap::ValueEnum as _;
        let parts = if arguments.window_parts.is_empty() {
            window::Part::value_variants()
        } else {
            &arguments.window_parts
        };
        window::run(&program, &engine, arguments.rounds, parts)
    }
    #[cfg(not(unix))]
    {
        bail!("{} is not measured here with {}", program.display(), engine.kind)
    }
}

fn measure(work: Work, place: &Place, engine: &Engine, rounds: u32) -> Result<Row> {
    if work == Work::MemoryContext {
        place.make_context()?;
    }
    let plans = work.plans(place);
    let cells = if work.is_memory() {
        measure::memory(&plans, place, rounds.min(3))?
    } else {
        measure::times(&plans, place, rounds)?
    };
    Ok(Row { work, bound: work.bound(engine.kind), cells: Cell::by_program(cells) })
}

/// What it says goes to stderr: stdout is for the results.
fn start_engines() -> Result<()> {
    let xtask = std::env::current_exe().context("this program cannot find itself")?;
    let status = system::command(xtask).args(["engines", "up"]).stdout(std::io::stderr()).status()?;
    if status.success() { Ok(()) } else { bail!("the test engines do not start") }
}

fn running(name: &str) -> Result<Engine> {
    let inventory = Inventory::read()?;
    match inventory.engine(name) {
        Some(engine) if engine.answers() => Ok(engine.clone()),
        _ => bail!("the test engine {name} does not run; start it with `cargo xtask engines up {name}`"),
    }
}

/// What a person installs: optimised, with the agent inside.
fn release_build() -> Result<PathBuf> {
    let root = system::clone_root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let xtask = std::env::current_exe().context("this program cannot find itself")?;
    eprintln!("Building the agent and the command line with optimisations");
    system::run(system::command(xtask).arg("agent").current_dir(&root))?;
    let mut build = system::command(cargo);
    build.args(["build", "--release", "--package", "wharf-cli", "--bin", "wharf", "--message-format=json"]);
    let messages = system::output(build.current_dir(&root))?;
    built_program(&messages, "wharf").context("cargo names no built program `wharf`")
}

/// The path of the program, from cargo's own messages, so that every target folder is found.
pub(crate) fn built_program(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == name)
            .then(|| message["executable"].as_str().map(Path::new).map(Path::to_path_buf))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_program_is_the_one_cargo_names_last() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"wharf"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"wharf"},"executable":"/t/release/wharf"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(built_program(messages, "wharf"), Some(PathBuf::from("/t/release/wharf")));
        assert_eq!(built_program("noise", "wharf"), None);
    }
}
