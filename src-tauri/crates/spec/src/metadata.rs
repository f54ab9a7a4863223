//! Image metadata: the label in which an image or a container remembers the configuration it was made with
//! (devcontainer reference, "Image Metadata").
//!
//! Values in the label are as their author wrote them, variables included; they are substituted when they are used.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Severity};
use crate::javascript;
use crate::pointer::At;
use crate::quote;
use crate::read::reader::{Reader, kind};
use crate::read::{Draft, PROPERTIES};
use crate::resolve::{Part, ResolvedConfig};
use crate::source::Source;

/// The label's name.
pub const LABEL: &str = "devcontainer.metadata";

/// What a configuration contributes to the label, in the order in which the label shows it.
const FROM_CONFIG: [&str; 24] = [
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
    "waitFor",
    "customizations",
    "mounts",
    "containerEnv",
    "containerUser",
    "init",
    "privileged",
    "capAdd",
    "securityOpt",
    "remoteUser",
    "userEnvProbe",
    "remoteEnv",
    "overrideCommand",
    "portsAttributes",
    "otherPortsAttributes",
    "forwardPorts",
    "shutdownAction",
    "updateRemoteUserUID",
    "hostRequirements",
];

/// What a configuration may change on a container that exists.
const CHANGEABLE: [&str; 3] = ["remoteUser", "userEnvProbe", "remoteEnv"];

/// One contribution to an environment: an element of the label, a Feature, or the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The Feature that it comes from, as its user named it.
    pub id: Option<String>,
    /// The properties as written, variables and all; the Feature's id among them.
    pub value: Value,
    /// Who contributed it.
    pub source: Source,
}

/// Reads the label of an image or a container.
///
/// A label is never an error: images come from elsewhere. What cannot be used is named by a warning and left out of merges,
/// though it stays in the entries, because they are copied into other images.
#[must_use]
pub fn read_label(text: &str, image: &str) -> (Vec<Entry>, Vec<Diagnostic>) {
    if text.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let values = match parse(text).map(javascript::normalize) {
        Ok(Value::Array(values)) => values,
        Ok(value @ Value::Object(_)) => vec![value],
        Ok(other) => {
            let message = format!("the label `{LABEL}` of {image} is {} and is ignored", kind(&other));
            return (Vec::new(), vec![warning(image, LABEL.to_owned(), message)]);
        }
        Err(error) => {
            let message = format!("the label `{LABEL}` of {image} is not JSON and is ignored: {error}");
            return (Vec::new(), vec![warning(image, LABEL.to_owned(), message)]);
        }
    };
    let mut entries = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        if !value.is_object() {
            let property = format!("{LABEL}[{index}]");
            let message = format!("`{property}` of {image} is {} and is ignored", kind(&value));
            diagnostics.push(warning(image, property, message));
            continue;
        }
        let (_, found) = usable(&value, image, index);
        diagnostics.extend(found);
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let source = Source::Image { name: image.to_owned(), index, feature: id.clone() };
        entries.push(Entry { id, value, source });
    }
    (entries, diagnostics)
}

/// JSON without any of the liberties that a configuration takes.
///
/// serde_json judges, because it is strict and limits the depth; json5 gives the value, because it reads numbers exactly.
fn parse(text: &str) -> serde_json::Result<Value> {
    let value = serde_json::from_str(text)?;
    Ok(json5::from_str(text).unwrap_or(value))
}

/// What a configuration contributes to the label of its image or container, an entry for each of its files; none for one that
/// contributes nothing. Properties in `omit` are left out.
#[must_use]
pub fn pick_from_config(config: &ResolvedConfig, omit: &[&str]) -> Vec<Entry> {
    let properties: Vec<&str> =
        FROM_CONFIG.iter().copied().filter(|property| !omit.contains(property)).collect();
    pick(config, &properties)
}

/// The entries that count for a container that exists already.
///
/// Without a label they are the configuration's. With one they are the label's, and of the configuration either everything, if
/// the container was found by other means than its id labels, or only what may change while a container lives.
#[must_use]
pub fn entries_for_container(
    label: Option<&str>,
    container: &str,
    id_labels_present: bool,
    config: &ResolvedConfig,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let Some(label) = label.filter(|label| !label.is_empty()) else {
        return (pick_from_config(config, &[]), Vec::new());
    };
    let (mut entries, diagnostics) = read_label(label, container);
    if let Some(applied) = config.applied_to(container) {
        entries.truncate(entries.len().saturating_sub(applied.made));
        entries.extend(applied.entries.iter().cloned());
    }
    // What the container was made with and still stands in a file is known by that file: there it can be looked at and changed.
    let written = pick_from_config(config, &[]);
    for entry in entries.iter_mut().filter(|entry| entry.id.is_none()) {
        if let Some(same) = written.iter().find(|other| other.value == entry.value) {
            entry.source = same.source.clone();
        }
    }
    let current = if id_labels_present { pick(config, &CHANGEABLE) } else { pick_from_config(config, &[]) };
    entries.extend(current);
    (entries, diagnostics)
}

/// The label's value for a container that needs more than its image's: the entries as one line of JSON, a person's overlay among
/// them. A label of an image never has those: images are given away.
#[must_use]
pub fn label_for_container(entries: &[Entry]) -> String {
    let values = written(entries).cloned().collect();
    javascript::to_text(&Value::Array(values))
}

/// The label's value for an image that is built: what the reference's instruction comes to once a builder has read it.
/// `None` if there is no entry, for then the image gets no label.
#[must_use]
pub fn label_value_of_image(entries: &[Entry]) -> Option<String> {
    let values: Vec<String> = shared(entries).map(javascript::to_text).collect();
    (!values.is_empty()).then(|| format!("[ {} ]", values.join(", ")))
}

/// The instruction that sets the label in a Dockerfile, one entry a line; empty if there is no entry.
#[must_use]
pub fn label_for_dockerfile(entries: &[Entry]) -> String {
    let lines: Vec<String> = shared(entries)
        .map(|value| format!(" \\\n{}", quote::dockerfile(&javascript::to_text(value))))
        .collect();
    if lines.is_empty() { String::new() } else { format!("LABEL {LABEL}=\"[{} \\\n]\"", lines.join(",")) }
}

/// The properties of an entry that can be merged, and what is wrong with the others.
pub(crate) fn usable(value: &Value, image: &str, index: usize) -> (Map<String, Value>, Vec<Diagnostic>) {
    let mut reader = Reader::of_label(image, LABEL);
    let root = At::Root.index(index);
    let mut usable = Map::new();
    let mut draft = Draft::default();
    for (property, value) in value.as_object().into_iter().flatten() {
        let before = reader.rejected.len();
        let at = root.key(property);
        if property == "id" || property == "entrypoint" {
            reader.text(&at, value);
        } else if FROM_CONFIG.contains(&property.as_str()) {
            if let Some((_, apply)) = PROPERTIES.iter().find(|(name, _)| name == property) {
                apply(&mut reader, &at, value, &mut draft);
            }
        } else {
            continue;
        }
        if reader.rejected.len() == before {
            usable.insert(property.clone(), value.clone());
        }
    }
    let errors = reader.diagnostics.into_iter().filter(Diagnostic::is_error);
    let diagnostics = errors.map(|diagnostic| Diagnostic {
        severity: Severity::Warning,
        message: format!("{}; {image} says so, and it is ignored", diagnostic.message),
        hint: None,
        ..diagnostic
    });
    (usable, diagnostics.collect())
}

fn pick(config: &ResolvedConfig, properties: &[&str]) -> Vec<Entry> {
    let of_part = |part: &Part| {
        let picked: Map<String, Value> = properties
            .iter()
            .filter_map(|property| Some(((*property).to_owned(), part.raw.get(*property)?.clone())))
            .collect();
        let source = part.source.clone();
        (!picked.is_empty()).then(|| Entry { id: None, value: Value::Object(picked), source })
    };
    config.parts().iter().filter_map(of_part).collect()
}

/// The entries that say anything.
fn written(entries: &[Entry]) -> impl Iterator<Item = &Value> {
    entries
        .iter()
        .map(|entry| &entry.value)
        .filter(|value| value.as_object().is_some_and(|entry| !entry.is_empty()))
}

/// The same without a person's overlay.
fn shared(entries: &[Entry]) -> impl Iterator<Item = &Value> {
    let is_shared = |entry: &&Entry| !matches!(entry.source, Source::Overlay { .. });
    entries
        .iter()
        .filter(is_shared)
        .map(|entry| &entry.value)
        .filter(|value| value.as_object().is_some_and(|entry| !entry.is_empty()))
}

fn warning(image: &str, property: String, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        path: PathBuf::from(image),
        position: None,
        length: 0,
        property,
        message,
        hint: None,
    }
}
