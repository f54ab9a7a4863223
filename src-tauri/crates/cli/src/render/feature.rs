//! What a registry tells of a Feature, under headings in boxes.

use unicode_width::UnicodeWidthStr as _;
use wharf_runner::FeaturesInfo;

use crate::text::{Line, STRONG};

/// Each part that was asked for under its heading.
pub(crate) fn feature(info: &FeaturesInfo) -> Vec<Line> {
    let mut lines = Vec::new();
    let plain = |text: &str| text.lines().map(|line| Line::new().text(line)).collect::<Vec<_>>();
    if let Some(manifest) = &info.manifest {
        lines.extend(heading("Manifest"));
        lines.extend(plain(&format!("{manifest:#}")));
        lines.push(Line::new());
    }
    if let Some(id) = &info.canonical_id {
        lines.extend(heading("Canonical Identifier"));
        lines.extend([Line::new().text(id), Line::new()]);
    }
    if let Some(tags) = &info.published_tags {
        lines.extend(heading("Published Tags"));
        let indented = tags.iter().enumerate().map(|(index, tag)| {
            let indent = if index == 0 { "" } else { "   " };
            Line::new().text(format!("{indent}{tag}"))
        });
        lines.extend(indented);
    }
    if let Some(diagram) = &info.diagram {
        lines.extend(heading("Dependency Tree (Render with https://mermaid.live/)"));
        lines.extend(plain(diagram));
        lines.push(Line::new());
    }
    lines
}

fn heading(text: &str) -> [Line; 3] {
    let edge = "─".repeat(text.width());
    [
        Line::new().text(format!("┌{edge}┐")),
        Line::new().text("│").add(STRONG, text).text("│"),
        Line::new().text(format!("└{edge}┘")),
    ]
}
