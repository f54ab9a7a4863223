//! The table of `outdated`, as the reference draws it.

use unicode_width::UnicodeWidthStr as _;
use wharf_api::OutdatedResult;

use crate::text::{FAINT, Line};

/// What stands for a version that there is none of.
const NONE: &str = "-";

/// A row for each Feature, its version left out of its name.
pub(crate) fn outdated(result: &OutdatedResult) -> Vec<Line> {
    let heading = ["Feature", "Current", "Wanted", "Latest"].map(str::to_owned);
    let rows = result.features.iter().map(|(id, versions)| {
        let [current, wanted, latest] = [&versions.current, &versions.wanted, &versions.latest]
            .map(|version| version.clone().unwrap_or_else(|| NONE.to_owned()));
        [wharf_runner::identifier_without_version(id).to_owned(), current, wanted, latest]
    });
    let rows: Vec<[String; 4]> = std::iter::once(heading).chain(rows).collect();
    let widths: Vec<usize> =
        (0..4).map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let style = if index == 0 { FAINT } else { crate::text::PLAIN };
            let mut line = Line::new();
            let mut end = 0;
            for (cell, width) in row.iter().zip(&widths) {
                line = line.pad_to(end).add(style, cell);
                end += width + 2;
            }
            line
        })
        .collect()
}
