//! Annotations of GitHub Actions: workflow commands, one a line, which a workflow shows beside the lines of a change.

use std::path::Path;

use wharf_api::{CheckFinding, CheckResult, CheckSeverity};

use super::{path_of, rule};

/// One command for each finding that is more than a note.
pub(crate) fn annotations(result: &CheckResult, folder: Option<&Path>) -> String {
    let findings = result.configurations.iter().flat_map(|found| &found.findings);
    findings.filter_map(|finding| annotation(finding, folder)).collect()
}

fn annotation(finding: &CheckFinding, folder: Option<&Path>) -> Option<String> {
    let command = match finding.severity {
        CheckSeverity::Error => "error",
        CheckSeverity::Warning => "warning",
        CheckSeverity::Note => return None,
    };
    let mut properties = vec![("title", format!("wharf check: {}", rule(finding.rule)))];
    properties.extend(path_of(finding, folder).map(|path| ("file", path)));
    if let Some(location) = &finding.location {
        properties.extend(location.line.map(|line| ("line", line.to_string())));
        properties.extend(location.column.map(|column| ("col", column.to_string())));
        let end = location.column.zip(location.length).map(|(column, length)| column + length);
        properties.extend(end.map(|end| ("endColumn", end.to_string())));
    }
    let properties: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", of_property(value))).collect();
    let hint = finding.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    let message = of_message(&format!("{}{hint}", finding.message));
    Some(format!("::{command} {}::{message}\n", properties.join(",")))
}

/// A message on one line: the runner puts these characters back.
fn of_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, which also ends at a comma or a colon.
fn of_property(text: &str) -> String {
    of_message(text).replace(':', "%3A").replace(',', "%2C")
}
