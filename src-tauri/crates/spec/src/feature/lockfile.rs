//! `devcontainer-lock.json`: which contents the Features of a configuration had (Lockfile specification).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::javascript;
use crate::paths::PathStyle;

/// The Features of a configuration, by what their user wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lockfile {
    /// The Features, in the order of their names.
    pub features: IndexMap<String, LockedFeature>,
}

/// A Feature with its content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockedFeature {
    /// The version that its manifest names.
    pub version: Option<String>,
    /// Where the content is: `ghcr.io/owner/collection/id@sha256:…`, or an archive's address.
    pub resolved: String,
    /// The digest of its artifact's manifest, or of its archive.
    pub integrity: String,
    /// The Features that it depends on, as it names them.
    pub depends_on: Vec<String>,
}

/// Why a text is no lockfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockfileError {
    /// It is not JSON.
    #[error("the lockfile is not JSON: {reason}")]
    Syntax {
        /// What keeps it from being JSON, with line and column.
        reason: String,
    },
    /// It is JSON of another form.
    #[error("the lockfile's `{property}` must be {expected}")]
    Form {
        /// The property as a person would write it.
        property: String,
        /// What it must be.
        expected: &'static str,
    },
}

impl LockfileError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "Restore the lockfile from version control, or remove it to have it written anew"
    }
}

impl Lockfile {
    /// Reads a lockfile. `None` if it is empty, which asks for it to be written.
    ///
    /// # Errors
    /// It is not JSON, or not a lockfile.
    pub fn parse(text: &str) -> Result<Option<Self>, LockfileError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let form = |property: String, expected| LockfileError::Form { property, expected };
        let value = value(text)?;
        let features = value
            .get("features")
            .and_then(Value::as_object)
            .ok_or_else(|| form("features".to_owned(), "an object"))?;
        let mut lockfile = Self::default();
        for (id, entry) in features {
            let property = |name: &str| format!("features[{id:?}].{name}");
            let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            let required = |name: &str| text(name).ok_or_else(|| form(property(name), "a string"));
            let depends_on = match entry.get("dependsOn") {
                None => Vec::new(),
                Some(value) => value
                    .as_array()
                    .and_then(|ids| ids.iter().map(|id| id.as_str().map(str::to_owned)).collect())
                    .ok_or_else(|| form(property("dependsOn"), "an array of strings"))?,
            };
            let locked = LockedFeature {
                version: text("version"),
                resolved: required("resolved")?,
                integrity: required("integrity")?,
                depends_on,
            };
            lockfile.features.insert(id.clone(), locked);
        }
        Ok(Some(lockfile))
    }

    /// The lockfile's text.
    #[must_use]
    pub fn print(&self) -> String {
        let features: Map<String, Value> =
            self.features.iter().map(|(id, feature)| (id.clone(), feature.to_json())).collect();
        let whole = Value::Object(Map::from_iter([("features".to_owned(), Value::Object(features))]));
        format!("{}\n", javascript::to_indented_text(&whole))
    }

    /// Whether a lockfile's text says the same, however it is laid out.
    #[must_use]
    pub fn is_written_as(&self, text: &str) -> bool {
        value(text).is_ok_and(|value| format!("{}\n", javascript::to_indented_text(&value)) == self.print())
    }
}

impl LockedFeature {
    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        if let Some(version) = &self.version {
            entry.insert("version".to_owned(), version.clone().into());
        }
        entry.insert("resolved".to_owned(), self.resolved.clone().into());
        entry.insert("integrity".to_owned(), self.integrity.clone().into());
        if !self.depends_on.is_empty() {
            entry.insert("dependsOn".to_owned(), self.depends_on.clone().into());
        }
        Value::Object(entry)
    }
}

/// The lockfile that belongs to a configuration: beside it, and hidden if the configuration is.
#[must_use]
pub fn lockfile_path(configuration: &str, style: PathStyle) -> String {
    let hidden = style.basename(configuration).starts_with('.');
    let name = if hidden { ".devcontainer-lock.json" } else { "devcontainer-lock.json" };
    style.resolve(style.dirname(configuration), name)
}

fn value(text: &str) -> Result<Value, LockfileError> {
    serde_json::from_str(text)
        .map(javascript::normalize)
        .map_err(|error| LockfileError::Syntax { reason: error.to_string() })
}
