//! `devcontainer-template.json`, as it lies in a Template and in the annotation of its published manifest.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// What describes a Template. What is missing or of another type is left out: whoever applies a Template has not written it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TemplateManifest {
    /// The name of its folder, and the last part of its reference.
    pub id: String,
    /// Its version, by the rules of semver.
    pub version: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// A page about it.
    pub documentation_url: Option<String>,
    /// A page with its licence.
    pub license_url: Option<String>,
    /// What is asked of whoever applies it, by name.
    pub options: IndexMap<String, TemplateOption>,
    /// Languages and platforms that it is for.
    pub platforms: Vec<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// The whole object as written.
    pub raw: Map<String, Value>,
}

/// One option of a Template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateOption {
    /// `string` or `boolean`.
    pub kind: String,
    /// What it decides.
    pub description: Option<String>,
    /// Its value when nobody gives one, as text.
    pub default: Option<String>,
    /// Values worth choosing from; others are good too.
    pub proposals: Vec<String>,
    /// The only values that there are; empty when any is good.
    pub choices: Vec<String>,
}

impl TemplateManifest {
    /// Reads a description. None if it is no object or has no id.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let raw = value.as_object()?;
        Some(Self {
            id: text(raw, "id")?,
            version: text(raw, "version"),
            name: text(raw, "name"),
            description: text(raw, "description"),
            documentation_url: text(raw, "documentationURL"),
            license_url: text(raw, "licenseURL"),
            options: raw
                .get("options")
                .and_then(Value::as_object)
                .map(|options| {
                    options
                        .iter()
                        .map(|(name, option)| (name.clone(), TemplateOption::read(option)))
                        .collect()
                })
                .unwrap_or_default(),
            platforms: texts(raw, "platforms"),
            publisher: text(raw, "publisher"),
            keywords: texts(raw, "keywords"),
            raw: raw.clone(),
        })
    }
}

impl TemplateOption {
    fn read(value: &Value) -> Self {
        let Some(entries) = value.as_object() else { return Self::default() };
        Self {
            kind: text(entries, "type").unwrap_or_default(),
            description: text(entries, "description"),
            default: entries.get("default").and_then(as_text),
            proposals: texts(entries, "proposals"),
            choices: texts(entries, "enum"),
        }
    }

    /// Whether a value is one that the Template knows what to do with.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        match self.kind.as_str() {
            "boolean" => matches!(value, "true" | "false"),
            _ => self.choices.is_empty() || self.choices.iter().any(|choice| choice == value),
        }
    }
}

fn text(entries: &Map<String, Value>, name: &str) -> Option<String> {
    entries.get(name)?.as_str().map(str::to_owned)
}

fn texts(entries: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = entries.get(name).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(as_text).collect()
}

/// A text, a truth value or a number as it would be put into a file.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(crate::javascript::to_text(value)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
