//! Results, and how a person and a program read them.

use std::fmt::Write;

use serde_json::{Value, json};
use wharf_test_support::engines::Engine;

use super::work::{Bound, Work};

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// `docker` or `podman` itself.
    Engine,
    /// The pinned reference command line.
    Reference,
    /// Ours.
    Wharf,
}

impl Program {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Program::Engine => "engine",
            Program::Reference => "reference",
            Program::Wharf => "wharf",
        }
    }
}

/// One program's results for one work: milliseconds, or MiB for memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Measured(Vec<f64>),
    Failed(String),
    /// Nobody asked for it.
    Absent,
}

impl Cell {
    /// Sorts results into the table's columns: engine, reference, wharf.
    pub(crate) fn by_program(cells: Vec<(Program, Cell)>) -> [Cell; 3] {
        let mut row = [Cell::Absent, Cell::Absent, Cell::Absent];
        for (program, cell) in cells {
            row[program as usize] = cell;
        }
        row
    }

    /// The median as a person reads it: `–` where nothing was measured.
    pub(crate) fn shown(&self, unit: impl Fn(f64) -> String) -> String {
        match self {
            Cell::Failed(_) => "failed".to_owned(),
            cell => cell.median().map_or_else(|| "–".to_owned(), unit),
        }
    }

    /// Every single sample.
    pub(crate) fn json(&self) -> Value {
        match self {
            Cell::Measured(samples) => json!({ "median": self.median(), "samples": samples }),
            Cell::Failed(reason) => json!({ "failed": reason }),
            Cell::Absent => Value::Null,
        }
    }

    pub(crate) fn median(&self) -> Option<f64> {
        let Cell::Measured(samples) = self else { return None };
        let mut sorted = samples.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(sorted[middle]),
            _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
        }
    }
}

/// One work on one engine.
pub(crate) struct Row {
    pub(crate) work: Work,
    pub(crate) bound: Bound,
    /// Engine, reference, Wharf.
    pub(crate) cells: [Cell; 3],
}

impl Row {
    /// What is held against the bound, in the bound's own unit.
    fn value(&self) -> Option<f64> {
        let [engine, _, wharf] = &self.cells;
        let wharf = wharf.median()?;
        Some(match self.bound {
            Bound::Times(_) => wharf / engine.median()?,
            Bound::MillisecondsMore(_) => wharf - engine.median()?,
            Bound::Mebibytes(_) => wharf,
        })
    }

    /// Whether the bound is met; unknown when something was not measured.
    fn met(&self) -> Option<bool> {
        let (Bound::Times(limit) | Bound::MillisecondsMore(limit) | Bound::Mebibytes(limit)) = self.bound;
        self.value().map(|value| value <= limit)
    }
}

fn against_bound(value: f64, bound: Bound) -> String {
    match bound {
        Bound::Times(_) => format!("{value:.2} ×"),
        Bound::MillisecondsMore(_) => format!("{value:+.1} ms"),
        Bound::Mebibytes(_) => format!("{value:.1} MiB"),
    }
}

fn limit(bound: Bound) -> String {
    match bound {
        Bound::Times(limit) => format!("{limit} ×"),
        Bound::MillisecondsMore(limit) => format!("+{limit} ms"),
        Bound::Mebibytes(limit) => format!("{limit} MiB"),
    }
}

/// The tables as people read them.
pub(crate) fn text(tables: &[(Engine, Vec<Row>)], rounds: u32) -> String {
    let mut text = String::new();
    for (engine, rows) in tables {
        let _ =
            writeln!(text, "{} {}: medians of {rounds} rounds (memory: of 3)\n", engine.kind, engine.version);
        let _ = writeln!(text, "| work | {} | reference | wharf | measured | bound | met |", engine.kind);
        let _ = writeln!(text, "|---|---|---|---|---|---|---|");
        for row in rows {
            let unit = if row.work.is_memory() { "MiB" } else { "ms" };
            let shown = |cell: &Cell| cell.shown(|median| format!("{median:.1} {unit}"));
            let [engine, reference, wharf] = &row.cells;
            let baseline = match row.work.baseline() {
                "" => shown(engine),
                name => format!("{name} {}", shown(engine)),
            };
            let _ = writeln!(
                text,
                "| {} | {baseline} | {} | {} | {} | {} | {} |",
                row.work.title(),
                shown(reference),
                shown(wharf),
                row.value().map_or_else(|| "–".to_owned(), |value| against_bound(value, row.bound)),
                limit(row.bound),
                row.met().map_or("?", |met| if met { "yes" } else { "no" }),
            );
        }
        for row in rows {
            for (cell, who) in row.cells.iter().zip(["the engine's program", "the reference", "wharf"]) {
                if let Cell::Failed(reason) = cell {
                    let _ = writeln!(text, "\n{}: {who} failed: {reason}", row.work.title());
                }
            }
        }
        text.push('\n');
    }
    text
}

/// Everything, every single sample included.
pub(crate) fn json(tables: &[(Engine, Vec<Row>)]) -> Value {
    tables
        .iter()
        .map(|(engine, rows)| {
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    json!({
                        "work": row.work.title(),
                        "unit": if row.work.is_memory() { "MiB" } else { "ms" },
                        "engine": row.cells[0].json(),
                        "reference": row.cells[1].json(),
                        "wharf": row.cells[2].json(),
                        "measured": row.value().map(|value| against_bound(value, row.bound)),
                        "bound": limit(row.bound),
                        "met": row.met(),
                    })
                })
                .collect();
            json!({ "engine": engine.kind, "version": engine.version, "rows": rows })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let cases: [(&[f64], Option<f64>); 4] = [
            (&[], None),
            (&[3.0], Some(3.0)),
            (&[5.0, 1.0, 3.0], Some(3.0)),
            (&[4.0, 1.0, 3.0, 2.0], Some(2.5)),
        ];
        for (samples, median) in cases {
            assert_eq!(Cell::Measured(samples.to_vec()).median(), median);
        }
    }

    #[test]
    fn a_bound_is_met_missed_or_unknown() {
        let row = |bound, engine: &[f64], wharf: Cell| Row {
            work: Work::UpCold,
            bound,
            cells: [Cell::Measured(engine.to_vec()), Cell::Absent, wharf],
        };
        let cases = [
            (row(Bound::Times(1.5), &[100.0], Cell::Measured(vec![150.0])), Some(true)),
            (row(Bound::Times(1.5), &[100.0], Cell::Measured(vec![151.0])), Some(false)),
            (row(Bound::MillisecondsMore(8.0), &[1.0], Cell::Measured(vec![8.5])), Some(true)),
            (row(Bound::Mebibytes(30.0), &[], Cell::Measured(vec![31.0])), Some(false)),
            (row(Bound::Times(1.5), &[100.0], Cell::Failed("no".to_owned())), None),
            (row(Bound::Times(1.5), &[], Cell::Measured(vec![1.0])), None),
        ];
        for (row, met) in cases {
            assert_eq!(row.met(), met, "{:?}", row.bound);
        }
    }
}
