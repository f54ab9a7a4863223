//! Wharf in the file managers.

use wharf_api::{FileManager, IntegrationPlace, IntegrationReport, IntegrationState};

use super::Theme;
use crate::text::{FAINT, Line, STRONG};

/// Every place, what is there, and what was changed just now or would be.
pub(crate) fn integration(report: &IntegrationReport, dry_run: bool, theme: &Theme) -> Vec<Line> {
    let mut lines: Vec<_> = report.places.iter().map(|place| line(place, report, dry_run, theme)).collect();
    if report.changed.is_empty() {
        lines.push(Line::new().text("Nothing to change."));
    } else if dry_run {
        lines.push(Line::new().text("Nothing was changed."));
    }
    lines
}

fn line(place: &IntegrationPlace, report: &IntegrationReport, dry_run: bool, theme: &Theme) -> Line {
    let was_there = place.state != IntegrationState::Absent;
    let what = match (report.changed.contains(&place.path), dry_run, was_there) {
        (true, false, true) => "written",
        (true, false, false) => "removed",
        // What is there and would change either goes or is written anew; what is not there is written.
        (true, true, _) => "would change",
        (false, _, true) => "there",
        (false, _, false) => "not there",
    };
    Line::new()
        .add(STRONG, name(place.manager))
        .pad_to(24)
        .text(what)
        .pad_to(38)
        .add(FAINT, format!("{} {}", theme.symbols.dot, place.path))
}

fn name(manager: FileManager) -> &'static str {
    match manager {
        FileManager::OpenWith => "Open with",
        FileManager::Dolphin => "Dolphin",
        FileManager::Nautilus => "Files (GNOME)",
        FileManager::Nemo => "Nemo",
        FileManager::ExplorerFolder => "Explorer, folders",
        FileManager::ExplorerBackground => "Explorer, background",
        FileManager::Finder => "Finder",
    }
}
