//! `cargo xtask engines status`.

use anyhow::Result;
use serde_json::json;
use wharf_test_support::engines::{COMMAND, Engine, Inventory};

use super::definition::ENGINES;

/// Shows each engine of the table and whether it answers.
pub(super) fn run(json: bool) -> Result<()> {
    let inventory = Inventory::read()?;
    let states = ENGINES.iter().map(|engine| (engine, inventory.engine(engine.name)));
    if json {
        let engines: Vec<_> = states
            .map(|(engine, record)| {
                json!({
                    "name": engine.name,
                    "kind": engine.kind,
                    "state": state(record),
                    "version": record.map(|record| &record.version),
                    "dockerHost": record.map(Engine::docker_host),
                    "process": record.map(|record| record.process),
                    "shared": record.map(|record| &record.shared),
                })
            })
            .collect();
        println!("{}", json!({ "engines": engines, "images": inventory.images }));
        return Ok(());
    }
    for (engine, record) in states {
        let version = record.map_or("", |record| record.version.as_str());
        let socket = record.map(Engine::docker_host).unwrap_or_default();
        println!("{:<10} {:<16} {:<10} {socket}", engine.name, version, state(record));
    }
    if inventory.engines.is_empty() {
        println!("No test engine was started; `{COMMAND}` starts them.");
    }
    Ok(())
}

fn state(record: Option<&Engine>) -> &'static str {
    match record {
        None => "stopped",
        Some(engine) if engine.answers() => "running",
        Some(_) => "silent",
    }
}
