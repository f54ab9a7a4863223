//! Results of the network, and how a person and a program read them.

use std::fmt::Write;

use serde_json::{Value, json};
use wharf_test_support::engines::Engine;

use super::client::Lost;
use crate::bench::table::Cell;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    MebibytesASecond,
    Milliseconds,
    /// Connections that were lost.
    Lost,
    Mebibytes,
    /// Of one processor.
    Percent,
}

impl Unit {
    fn shown(self, value: f64) -> String {
        match self {
            Unit::MebibytesASecond => format!("{value:.0} MiB/s"),
            Unit::Milliseconds => format!("{value:.2} ms"),
            Unit::Lost => format!("{value:.0} lost"),
            Unit::Mebibytes => format!("{value:.1} MiB"),
            Unit::Percent => format!("{value:.2} %"),
        }
    }
}

/// What Wharf must reach, or may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// So many times what the engine's own way reaches, or more.
    AtLeastTimes(f64),
    /// So much more than the engine's own way, or less.
    More(f64),
    /// So much, or less.
    AtMost(f64),
}

/// One line of the table.
pub(crate) struct Row {
    pub(crate) title: &'static str,
    /// What the engine's column holds; empty where it holds nothing.
    pub(crate) baseline_name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) bound: Bound,
    pub(crate) baseline: Cell,
    pub(crate) wharf: Cell,
}

impl Row {
    /// A row that the engine has no part in.
    pub(super) fn ours(title: &'static str, unit: Unit, bound: Bound, measured: impl Into<Cell>) -> Row {
        Row { title, baseline_name: "", unit, bound, baseline: Cell::Absent, wharf: measured.into() }
    }

    /// What is held against the bound, in the bound's own unit.
    fn value(&self) -> Option<f64> {
        let wharf = self.wharf.median()?;
        Some(match self.bound {
            Bound::AtLeastTimes(_) => wharf / self.baseline.median()?,
            Bound::More(_) => wharf - self.baseline.median()?,
            Bound::AtMost(_) => wharf,
        })
    }

    /// Whether the bound is met; unknown when something was not measured. What failed has not met it.
    fn met(&self) -> Option<bool> {
        if matches!(self.wharf, Cell::Failed(_)) {
            return Some(false);
        }
        self.value().map(|value| match self.bound {
            Bound::AtLeastTimes(limit) => value >= limit,
            Bound::More(limit) | Bound::AtMost(limit) => value <= limit,
        })
    }

    fn measured(&self) -> Option<String> {
        self.value().map(|value| match self.bound {
            Bound::AtLeastTimes(_) => format!("{value:.2} ×"),
            Bound::More(_) => format!("{value:+.2} ms"),
            Bound::AtMost(_) => self.unit.shown(value),
        })
    }

    fn limit(&self) -> String {
        match self.bound {
            Bound::AtLeastTimes(limit) => format!("≥ {limit} ×"),
            Bound::More(limit) => format!("≤ +{limit} ms"),
            Bound::AtMost(limit) => format!("≤ {limit}"),
        }
    }

    fn shown(&self, cell: &Cell) -> String {
        cell.shown(|median| self.unit.shown(median))
    }
}

impl From<Vec<f64>> for Cell {
    fn from(samples: Vec<f64>) -> Cell {
        Cell::Measured(samples)
    }
}

impl From<Lost> for Cell {
    fn from(lost: Lost) -> Cell {
        match lost.reason() {
            Some(reason) => Cell::Failed(format!("{} were lost, the first: {reason}", lost.count())),
            None => Cell::Measured(vec![0.0]),
        }
    }
}

/// One table per engine, in Markdown.
pub(super) fn text(tables: &[(Engine, Vec<Row>)]) -> String {
    let mut text = String::from("Medians; in each round every way has one turn.\n");
    for (engine, rows) in tables {
        let _ = writeln!(text, "\n### {} {}\n", engine.kind, engine.version);
        let _ = writeln!(text, "| network | {} | wharf | measured | bound | met |", engine.kind);
        let _ = writeln!(text, "|---|---|---|---|---|---|");
        for row in rows {
            let baseline = match row.baseline_name {
                "" => "–".to_owned(),
                name => format!("{name} {}", row.shown(&row.baseline)),
            };
            let _ = writeln!(
                text,
                "| {} | {baseline} | {} | {} | {} | {} |",
                row.title,
                row.shown(&row.wharf),
                row.measured().unwrap_or_else(|| "–".to_owned()),
                row.limit(),
                row.met().map_or("?", |met| if met { "yes" } else { "no" }),
            );
        }
        for row in rows {
            for (cell, who) in [(&row.baseline, "the engine's way"), (&row.wharf, "wharf")] {
                if let Cell::Failed(reason) = cell {
                    let _ = writeln!(text, "\n{}: {who} failed: {reason}", row.title);
                }
            }
        }
    }
    text
}

/// Everything, every single sample included.
pub(super) fn json(tables: &[(Engine, Vec<Row>)]) -> Value {
    tables
        .iter()
        .map(|(engine, rows)| {
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    json!({
                        "network": row.title,
                        "baseline": row.baseline_name,
                        "engine": row.baseline.json(),
                        "wharf": row.wharf.json(),
                        "measured": row.measured(),
                        "bound": row.limit(),
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
    fn a_bound_is_met_missed_or_unknown() {
        let row = |bound, baseline: &[f64], wharf: Cell| Row {
            title: "t",
            baseline_name: "b",
            unit: Unit::Milliseconds,
            bound,
            baseline: Cell::Measured(baseline.to_vec()),
            wharf,
        };
        let one = |value| Cell::Measured(vec![value]);
        let cases = [
            (row(Bound::AtLeastTimes(0.9), &[100.0], one(90.0)), Some(true)),
            (row(Bound::AtLeastTimes(0.9), &[100.0], one(89.0)), Some(false)),
            (row(Bound::More(0.5), &[1.0], one(1.5)), Some(true)),
            (row(Bound::More(0.5), &[1.0], one(1.6)), Some(false)),
            (row(Bound::AtMost(0.0), &[], one(0.0)), Some(true)),
            (row(Bound::AtMost(0.0), &[], one(1.0)), Some(false)),
            (row(Bound::AtLeastTimes(0.9), &[], one(1.0)), None),
            (row(Bound::More(0.5), &[1.0], Cell::Failed("no".to_owned())), Some(false)),
        ];
        for (row, met) in cases {
            assert_eq!(row.met(), met, "{:?}", row.bound);
        }
    }
}
