//! What went wrong, where, and what to do about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in a file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Absolute path of the file.
    pub path: String,
    /// Line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// How many characters are meant, from `column` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// The property as a person writes it, such as `build.args.VERSION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The line's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_line: Option<String>,
}

/// Why a command failed. Printed by the commands that are Wharf's own; `up` prints the reference's document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorResult {
    /// What failed, in one line.
    pub message: String,
    /// The sentence that the reference command line uses for this kind of failure.
    pub description: String,
    /// The words of whoever refused: the engine, a registry, the last lines of a command. One entry per line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<String>,
    /// Where in the configuration the failure has its cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The container that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_id: Option<String>,
    /// The Feature that must not be used, if that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disallowed_feature: Option<DisallowedFeature>,
}

/// A Feature that its maintainers' list says must not be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisallowedFeature {
    /// The Feature, as the configuration names it.
    pub id: String,
    /// Whether a running container was stopped because of it.
    pub did_stop_container: bool,
    /// Where to read more about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learn_more_url: Option<String>,
}
