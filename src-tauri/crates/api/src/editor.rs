//! Editors that environments can be opened in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The editors of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditorList {
    /// Those that were found, the one that is used first.
    pub editors: Vec<EditorSummary>,
    /// The editor of the person's settings, where it was not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// An editor of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditorSummary {
    /// The program, as the setting names it.
    pub program: String,
    /// What people call it.
    pub name: String,
    /// Whether it works inside the container, and needs it to run; another one opens the folder on this computer.
    pub inside: bool,
}
