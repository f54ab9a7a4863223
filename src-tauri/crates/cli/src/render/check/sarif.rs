//! SARIF 2.1.0, which code scanning reads.

use std::path::Path;

use serde_json::{Map, Value, json};
use wharf_api::{CheckFinding, CheckResult, CheckSeverity};

use super::{path_of, rule};

/// One run with every finding.
pub(crate) fn document(result: &CheckResult, folder: Option<&Path>) -> Value {
    let findings: Vec<&CheckFinding> =
        result.configurations.iter().flat_map(|found| &found.findings).collect();
    let mut rules: Vec<String> = findings.iter().map(|finding| rule(finding.rule)).collect();
    rules.sort();
    rules.dedup();
    let rules: Vec<Value> = rules.into_iter().map(|id| json!({ "id": id })).collect();
    let results: Vec<Value> = findings.into_iter().map(|finding| one(finding, folder)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "wharf", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn one(finding: &CheckFinding, folder: Option<&Path>) -> Value {
    let level = match finding.severity {
        CheckSeverity::Error => "error",
        CheckSeverity::Warning => "warning",
        CheckSeverity::Note => "note",
    };
    let hint = finding.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": rule(finding.rule),
        "level": level,
        "message": { "text": format!("{}{hint}", finding.message) },
    });
    if let Some(path) = path_of(finding, folder) {
        let mut place = json!({ "artifactLocation": { "uri": uri(&path) } });
        if let Some(region) = region(finding) {
            place["region"] = Value::Object(region);
        }
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}

fn region(finding: &CheckFinding) -> Option<Map<String, Value>> {
    let location = finding.location.as_ref()?;
    let mut region = Map::from_iter([("startLine".to_owned(), location.line?.into())]);
    if let Some(column) = location.column {
        region.insert("startColumn".to_owned(), column.into());
        if let Some(length) = location.length {
            region.insert("endColumn".to_owned(), (column + length).into());
        }
    }
    Some(region)
}

/// A path as a relative reference, or as a file's URI where it is absolute.
fn uri(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    match (path.starts_with('/'), path.as_bytes().get(1)) {
        (true, _) => format!("file://{text}"),
        (false, Some(b':')) => format!("file:///{}", text.replacen("%3A", ":", 1)),
        (false, _) => text,
    }
}
