//! `docs/engines.md`: the table, read and written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use wharf_test_support::engines;

use crate::behaviours::BEHAVIOURS;

pub const PATH: &str = "docs/engines.md";

/// What came out, by the behaviour's name and the engine's.
pub type Cells = BTreeMap<(&'static str, &'static str), String>;

const HEAD: &str = "# What differs between engines

Wharf reads from an engine what it can do, and behaves accordingly. This table comes from the tests: `cargo xtask engines matrix` tries
every behaviour on every engine and writes it; the suite `matrix` fails when something else comes out. Docker 28.5 and Podman 5.8 are
what everything is tested on; Docker 20.10 and Podman 4.3, run by root and by an ordinary user, are the oldest that are supported.
The tests run Wharf as root, also against the engine that an ordinary user runs.

";

const NAMES: [&str; 5] = ["Docker 28.5", "Podman 5.8", "Docker 20.10", "Podman 4.3", "Podman 4.3, rootless"];

pub struct Document(String);

impl Document {
    pub fn read() -> Self {
        Self(std::fs::read_to_string(path()).unwrap_or_default())
    }

    /// What the table says of a behaviour on an engine.
    pub fn cell(&self, behaviour: &str, engine: &str) -> Option<String> {
        let title = BEHAVIOURS.iter().find(|other| other.name == behaviour)?.title;
        let column = engines::MATRIX.iter().position(|other| *other == engine)?;
        let row = self.0.lines().find(|line| line.starts_with(&format!("| {title} |")))?;
        row.split('|').nth(column + 2).map(|cell| cell.trim().to_owned())
    }

    pub fn has_row(&self, title: &str) -> bool {
        self.0.lines().any(|line| line.starts_with(&format!("| {title} |")))
    }

    /// The rows below the table's head.
    pub fn rows(&self) -> usize {
        self.0.lines().filter(|line| line.starts_with('|')).count().saturating_sub(2)
    }

    pub fn write(cells: &Cells) {
        let mut text = HEAD.to_owned();
        let _ = writeln!(text, "| behaviour | {} |", NAMES.join(" | "));
        let _ = writeln!(text, "|---|{}", "---|".repeat(NAMES.len()));
        for behaviour in BEHAVIOURS {
            let row = engines::MATRIX.map(|engine| {
                cells.get(&(behaviour.name, engine)).map_or_else(|| "not tried".to_owned(), Clone::clone)
            });
            let _ = writeln!(text, "| {} | {} |", behaviour.title, row.join(" | "));
        }
        std::fs::create_dir_all(path().parent().unwrap()).unwrap();
        std::fs::write(path(), text).unwrap();
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..").join(PATH)
}
