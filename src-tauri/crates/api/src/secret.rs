//! What is kept of secrets in the system's keychain: names, never values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `secrets list`, `set` and `forget` print with `--json`: everything that is kept, or what has been kept or forgotten now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretList {
    /// In the order of their names.
    pub secrets: Vec<KeptSecret>,
}

/// A secret in the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptSecret {
    /// The variable that hooks find it in.
    pub name: String,
    /// The folder whose environments it is for, those in it included, or `volume:` and the volume that a workspace lies in. Absent where
    /// it is for every environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}
