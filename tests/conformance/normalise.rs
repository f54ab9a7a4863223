//! What two equal runs may differ in gets a name instead of its value: places, ids and times.
//!
//! Names that Wharf must compute as the reference does (image names, the dev-container id) are computed here a third time, from
//! the algorithm's description, so that a wrong one survives and is seen.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Replaces what depends on the run.
pub(crate) struct Normaliser {
    literals: Vec<(String, String)>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Normaliser {
    /// The names that follow from where a case runs.
    pub(crate) fn new(root: &Path, workspace: &Path, engine_data: &str) -> Self {
        let mut literals = vec![
            (workspace_hash(workspace), "<workspace-hash>".to_owned()),
            (engine_data.to_owned(), "<engine>".to_owned()),
        ];
        for config in configurations_below(workspace) {
            let labels = BTreeMap::from([
                ("devcontainer.config_file".to_owned(), config.clone()),
                ("devcontainer.local_folder".to_owned(), workspace.to_string_lossy().into_owned()),
            ]);
            let shown = config.replace(&*root.to_string_lossy(), "<root>");
            literals.push((devcontainer_id(&labels), format!("<devcontainer-id of {shown}>")));
        }
        literals.push((root.to_string_lossy().into_owned(), "<root>".to_owned()));
        let patterns = [
            (
                r#"[^,\s"]*/docker-compose\.devcontainer\.[A-Za-z]+-[0-9a-f-]+\.yml"#,
                "<file that Compose is told>",
            ),
            (r"\b[0-9a-f]{6}\[", "<node>["),
            (
                r"<root>/homes/[\w.-]+/(tmp/devcontainercli-\w+/container-features/[0-9.]+-[0-9]+|\.local/state/wharf/features)",
                "<folder of the build>",
            ),
            (
                r"<root>/homes/[\w.-]+/tmp/(devcontainercli/container-features-test/[0-9]+|wharf-features-test-\w+)",
                "<folder of the test>",
            ),
            (r"/workspaces/([0-9]{13}|wharf-features-test-\w+)", "/workspaces/<test>"),
            (r"\bvsc-([0-9]{13}|wharf-features-test-\w+)-[0-9a-f]{64}", "vsc-<test>"),
            (r"dial tcp (\[::1\]|127\.0\.0\.1):", "dial tcp <loopback>:"),
            (r"\b[0-9a-f]{64}\b", "<id>"),
            (r"\bcontainer [0-9a-f]{12}\b", "container <container-short>"),
            (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>"),
            (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
        ];
        let patterns = patterns
            .into_iter()
            .filter_map(|(pattern, name)| Some((Regex::new(pattern).ok()?, name)))
            .collect();
        Self { literals, patterns }
    }

    /// Learns a value that differs from run to run, and what it is.
    pub(crate) fn learn(&mut self, value: &str, name: String) {
        self.literals.push((value.to_owned(), name));
    }

    /// Learns a container's id, its two times, and where the engine keeps its data.
    pub(crate) fn learn_container(&mut self, inspected: &Value) {
        let text =
            |pointer: &str| inspected.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = text("/Id");
        let short: String = id.chars().take(12).collect();
        for (value, name) in [
            (id, "<container>"),
            (short, "<container-short>"),
            (text("/Created"), "<created>"),
            (text("/State/StartedAt"), "<started>"),
        ] {
            if !value.is_empty()
                && !value.starts_with("0001")
                && !self.literals.iter().any(|(known, _)| *known == value)
            {
                self.literals.push((value, name.to_owned()));
            }
        }
    }

    /// The text with names in place of values.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (value, name) in &self.literals {
            text = text.replace(value, name);
        }
        for (pattern, name) in &self.patterns {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        text
    }

    /// The value with names in place of values, in keys too.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(key, field)| (self.text(key), self.value(field))).collect::<Map<_, _>>(),
            ),
            other => other.clone(),
        }
    }
}

/// Configuration files of the workspace, whose paths go into dev-container ids.
fn configurations_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(configurations_below(&path));
        } else if path.to_string_lossy().ends_with("devcontainer.json") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

/// What a workspace's images carry in their names: the SHA-256 of its path.
pub(crate) fn workspace_hash(workspace: &Path) -> String {
    Sha256::digest(workspace.to_string_lossy().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the names begin with that a case itself gives to images.
pub(crate) fn images_of(case: &str) -> String {
    format!("conformance-{case}/")
}

/// The SHA-256 of the labels' JSON as a number in base 32 (`0-9a-v`), padded to 52 digits.
fn devcontainer_id(labels: &BTreeMap<String, String>) -> String {
    let json = serde_json::to_string(labels).unwrap_or_default();
    let mut number = Sha256::digest(json.as_bytes()).to_vec();
    let mut digits = Vec::new();
    while digits.len() < 52 {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 32).unwrap_or_default();
            rest = value % 32;
        }
        digits.extend(char::from_digit(rest, 32));
    }
    digits.iter().rev().collect()
}
