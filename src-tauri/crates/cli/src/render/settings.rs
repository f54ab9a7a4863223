//! A person's settings.

use serde_json::Value;
use wharf_api::{SettingEntry, SettingsResult, Severity};

use super::Theme;
use crate::text::{ERROR, FAINT, Line, PLAIN, WARNING};

/// Every setting, and what is wrong with the file.
pub(crate) fn settings(result: &SettingsResult, _: &Theme) -> Vec<Line> {
    let width = result.entries.iter().map(|entry| entry.key.len()).max().unwrap_or(0) + 2;
    let mut lines = vec![Line::new().add(FAINT, &result.path)];
    lines.extend(result.entries.iter().map(|entry| row(entry, width)));
    for found in &result.diagnostics {
        let style = if found.severity == Severity::Error { ERROR } else { WARNING };
        let place = found.location.as_ref().and_then(|place| place.line);
        let place = place.map(|line| format!("line {line}: ")).unwrap_or_default();
        let hint = found.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
        lines.push(Line::new().add(style, format!("{place}{}", found.message)).add(FAINT, hint));
    }
    lines
}

fn row(entry: &SettingEntry, width: usize) -> Line {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = Line::new().text(&entry.key).pad_to(width);
    let line = match (&entry.value, &entry.default) {
        (Some(value), _) => line.add(PLAIN, text(value)),
        (None, Some(default)) => line.add(FAINT, format!("{} (default)", text(default))),
        (None, None) => line.add(FAINT, "-"),
    };
    match &entry.overruled_by {
        Some(variable) => line.add(FAINT, format!("  {variable} comes first")),
        None => line,
    }
}
