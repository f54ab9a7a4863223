//! A code quality report of GitLab: an array of findings, each with a fingerprint that tells it from the others.

use std::path::Path;

use serde_json::{Value, json};
use wharf_api::{CheckFinding, CheckResult, CheckSeverity};

use super::{path_of, rule};

/// The report: every finding with a place.
pub(crate) fn report(result: &CheckResult, folder: Option<&Path>) -> Value {
    let findings = result.configurations.iter().flat_map(|found| &found.findings);
    findings.filter_map(|finding| entry(finding, folder)).collect()
}

fn entry(finding: &CheckFinding, folder: Option<&Path>) -> Option<Value> {
    let path = path_of(finding, folder)?;
    let line = finding.location.as_ref().and_then(|location| location.line).unwrap_or(1);
    let rule = rule(finding.rule);
    let severity = match finding.severity {
        CheckSeverity::Error => "major",
        CheckSeverity::Warning => "minor",
        CheckSeverity::Note => "info",
    };
    Some(json!({
        "description": finding.message,
        "check_name": rule,
        "fingerprint": fingerprint(&[&rule, &path, &finding.message]),
        "severity": severity,
        "location": { "path": path, "lines": { "begin": line } },
    }))
}

/// The same for the same finding, wherever in its file it has moved to: 64-bit FNV-1a, in hexadecimal.
fn fingerprint(parts: &[&str]) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}
