//! What was found about configurations: a table for people, and below it what is wrong and where.

mod github;
mod gitlab;
mod sarif;

use std::path::Path;

use wharf_api::{
    CheckFinding, CheckResult, CheckRule, CheckScenario, CheckSeverity, CheckedConfiguration, Severity,
};

use super::{Theme, diagnostic, relative, touch_verb};
use crate::text::{ACCENT, ERROR, FAINT, Line, STRONG, WARNING, count};

pub(crate) use github::annotations as check_for_github;
pub(crate) use gitlab::report as check_for_gitlab;
pub(crate) use sarif::document as check_as_sarif;

/// Widest that a configuration's path may make its column.
const WIDEST_PATH: usize = 60;

/// The table and the findings. A single configuration is told in full.
pub(crate) fn check(result: &CheckResult, folder: Option<&Path>, theme: &Theme, columns: usize) -> Vec<Line> {
    let mut lines = match result.configurations.as_slice() {
        [only] => whole(only, folder, theme),
        several => table(several, folder, theme, columns),
    };
    for found in &result.configurations {
        for finding in &found.findings {
            let severity = match finding.severity {
                CheckSeverity::Error => Severity::Error,
                CheckSeverity::Warning => Severity::Warning,
                CheckSeverity::Note => continue,
            };
            lines.push(Line::new());
            let location = finding.location.as_ref();
            lines.extend(diagnostic(
                severity,
                &finding.message,
                location,
                finding.hint.as_deref(),
                folder,
                theme,
            ));
        }
    }
    if result.configurations.len() == 1 {
        lines.extend(notes(&result.configurations, folder));
    }
    lines.push(Line::new());
    lines.push(summary(result, theme));
    lines
}

fn table(
    configurations: &[CheckedConfiguration],
    folder: Option<&Path>,
    theme: &Theme,
    columns: usize,
) -> Vec<Line> {
    let path = |found: &CheckedConfiguration| relative(&found.path, folder);
    let widest = configurations.iter().map(|found| Line::new().text(path(found)).width()).max().unwrap_or(0);
    let from = 2 + widest.clamp(13, WIDEST_PATH) + 2;
    let ends = [from + 10, from + 18, from + 24, from + 32];
    let mut lines = vec![row(
        Line::new().add(FAINT, "  CONFIGURATION").pad_to(from),
        ["ERRORS", "WARNINGS", "ASKS", "FEATURES", "FROM"].map(str::to_owned),
        ends,
    )];
    for found in configurations {
        let of = |severity| found.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (of(CheckSeverity::Error), of(CheckSeverity::Warning));
        let name = Line::new().text(path(found)).cut(WIDEST_PATH, &theme.symbols);
        let head = mark(found, theme).text(" ").join(name).pad_to(from);
        let cells = [
            number(errors),
            number(warnings),
            number(found.asks.len()),
            number(found.needs.features.len()),
            source(found),
        ];
        lines.push(row(head, cells, ends).cut(columns, &theme.symbols));
    }
    lines
}

fn row(head: Line, cells: [String; 5], ends: [usize; 4]) -> Line {
    let mut line = head;
    for (index, cell) in cells.iter().enumerate() {
        line = line.text(cell);
        if let Some(end) = ends.get(index) {
            line = line.pad_to(*end);
        }
    }
    line
}

/// A number, or nothing worth looking at.
fn number(number: usize) -> String {
    if number == 0 { "-".to_owned() } else { number.to_string() }
}

fn mark(found: &CheckedConfiguration, theme: &Theme) -> Line {
    let warns = found.findings.iter().any(|finding| finding.severity == CheckSeverity::Warning);
    match (found.usable, warns) {
        (false, _) => Line::new().add(ERROR, theme.symbols.failed),
        (true, true) => Line::new().add(WARNING, theme.symbols.running),
        (true, false) => Line::new().add(ACCENT, theme.symbols.done),
    }
}

fn source(found: &CheckedConfiguration) -> String {
    let image = found.needs.images.first().map(|image| image.reference.clone());
    match found.needs.scenario {
        Some(CheckScenario::Image) => image.unwrap_or_default(),
        Some(CheckScenario::Dockerfile) => {
            image.map_or_else(|| "Dockerfile".to_owned(), |image| format!("Dockerfile on {image}"))
        }
        Some(CheckScenario::Compose) => "Compose".to_owned(),
        None => String::new(),
    }
}

/// Everything that is known of one configuration but its findings.
fn whole(found: &CheckedConfiguration, folder: Option<&Path>, theme: &Theme) -> Vec<Line> {
    let head = Line::new().add(STRONG, &found.name).text("  ").add(FAINT, relative(&found.path, folder));
    let mut lines = vec![mark(found, theme).text(" ").join(head)];
    let mut add = |name: &str, texts: Vec<String>| {
        for (index, text) in texts.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            lines.push(Line::new().text("  ").add(FAINT, name).pad_to(13).text(text));
        }
    };
    let needs = &found.needs;
    add("from", Some(source(found)).filter(|text| !text.is_empty()).into_iter().collect());
    let features = needs.features.iter().map(|feature| match &feature.locked {
        Some(version) => format!("{} (locked at {version})", feature.reference),
        None => feature.reference.clone(),
    });
    add("Features", features.collect());
    let joined =
        |texts: &[String]| Some(texts.join(", ")).filter(|text| !text.is_empty()).into_iter().collect();
    add("registries", joined(&needs.registries));
    add("machine", joined(&needs.machine));
    add("secrets", joined(&needs.secrets));
    add("variables", joined(&needs.variables));
    let asks = found.asks.iter().map(|touch| format!("{} {}", touch_verb(touch.kind), touch.subject));
    add("asks for", asks.collect());
    lines
}

fn notes(configurations: &[CheckedConfiguration], folder: Option<&Path>) -> Vec<Line> {
    let notes = configurations.iter().flat_map(|found| &found.findings);
    let lines: Vec<Line> = notes
        .filter(|finding| finding.severity == CheckSeverity::Note)
        .map(|finding| {
            Line::new()
                .add(FAINT, "note:")
                .text(" ")
                .text(&finding.message)
                .add(FAINT, place(finding, folder))
        })
        .collect();
    if lines.is_empty() { lines } else { std::iter::once(Line::new()).chain(lines).collect() }
}

fn place(finding: &CheckFinding, folder: Option<&Path>) -> String {
    let Some(location) = &finding.location else { return String::new() };
    match location.line {
        Some(line) => format!("  {}:{line}", relative(&location.path, folder)),
        None => String::new(),
    }
}

fn summary(result: &CheckResult, theme: &Theme) -> Line {
    let all = result.configurations.len();
    let broken = result.configurations.iter().filter(|found| !found.usable).count();
    let line = match broken {
        0 => Line::new().add(ACCENT, theme.symbols.done),
        _ => Line::new().add(ERROR, theme.symbols.failed),
    };
    let text = match (all, broken) {
        (1, 0) => "the configuration can be used".to_owned(),
        (1, _) => "the configuration cannot be used".to_owned(),
        (_, 0) => format!("all {all} configurations can be used"),
        (_, _) => format!("{broken} of {all} configurations cannot be used"),
    };
    let line = line.text(" ").text(text);
    match result.without.len() {
        0 => line,
        number => line.add(FAINT, format!("; {} without one", count(number, "folder", "folders"))),
    }
}

/// The name of a rule, as `--json` writes it.
fn rule(rule: CheckRule) -> String {
    serde_json::to_value(rule).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A finding's path for a program that looks from the current folder, with slashes.
fn path_of(finding: &CheckFinding, folder: Option<&Path>) -> Option<String> {
    let location = finding.location.as_ref()?;
    Some(relative(&location.path, folder).replace('\\', "/"))
}
