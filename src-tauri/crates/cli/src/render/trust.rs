//! What has been allowed.

use wharf_api::{TrustEntry, TrustList};

use super::{Theme, touch_verb};
use crate::text::{FAINT, Line, STRONG};

/// Every stored consent for people.
pub(crate) fn trust_list(list: &TrustList, theme: &Theme) -> Vec<Line> {
    if list.entries.is_empty() {
        return vec![Line::new().text("Nothing is allowed beyond its container.")];
    }
    let mut lines = Vec::new();
    for entry in &list.entries {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(trust_entry(entry, theme));
    }
    lines
}

/// One consent: to whom, since when, for what.
pub(crate) fn trust_entry(entry: &TrustEntry, theme: &Theme) -> Vec<Line> {
    let environment = &entry.environment;
    let mut lines = vec![
        Line::new()
            .add(STRONG, &environment.name)
            .text(format!(" {} ", theme.symbols.dot))
            .text(&environment.folder)
            .add(FAINT, format!(" {} {}", theme.symbols.dot, entry.granted_at)),
    ];
    for touch in &entry.touches {
        let line = Line::new().text("  ").add(FAINT, touch_verb(touch.kind)).pad_to(11);
        lines.push(line.text(&touch.subject));
    }
    lines
}
