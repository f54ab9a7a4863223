//! What stands in the way, and what to do about it.

use wharf_api::{DoctorCheck, DoctorResult, Finding, Severity};

use super::Theme;
use crate::progress::engine_text;
use crate::text::{ACCENT, ERROR, FAINT, Line, STRONG, WARNING, count};

/// Every finding for people.
pub(crate) fn doctor(result: &DoctorResult, theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(engine) = &result.engine {
        lines.push(Line::new().add(FAINT, "engine").pad_to(9).text(engine_text(engine)));
    }
    let checked: Vec<_> = result.checked.iter().map(|check| name(*check)).collect();
    lines.push(Line::new().add(FAINT, "checked").pad_to(9).text(checked.join(", ")));
    for finding in &result.findings {
        lines.push(Line::new());
        lines.extend(one(finding));
    }
    lines.push(Line::new());
    lines.push(match result.findings.len() {
        0 => Line::new().add(ACCENT, theme.symbols.done).text(" nothing stands in the way"),
        number => Line::new().text(count(number, "finding", "findings")),
    });
    lines
}

fn one(finding: &Finding) -> Vec<Line> {
    let head = match finding.severity {
        Severity::Error => Line::new().add(ERROR, "error:"),
        Severity::Warning => Line::new().add(WARNING, "warning:"),
    };
    let row = |name: &str, text: &str| Line::new().text("  ").add(FAINT, name).pad_to(9).text(text);
    let mut lines =
        vec![head.text(" ").add(STRONG, &finding.what), row("why", &finding.why), row("fix", &finding.fix)];
    lines.extend(finding.commands.iter().map(|command| row("", command)));
    lines
}

fn name(check: DoctorCheck) -> &'static str {
    match check {
        DoctorCheck::Engine => "engine",
        DoctorCheck::Version => "version",
        DoctorCheck::Clock => "clock",
        DoctorCheck::Disk => "disk",
        DoctorCheck::Compose => "Compose",
        DoctorCheck::Requirements => "host requirements",
        DoctorCheck::Keychain => "keychain",
        DoctorCheck::Proxy => "proxy",
    }
}
