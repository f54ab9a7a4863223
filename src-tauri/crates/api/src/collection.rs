//! What is told of Features and Templates in registries. The documents are the reference's.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `outdated --output-format json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutdatedResult {
    /// The Features of the configuration that have versions, by reference, in its order.
    pub features: IndexMap<String, FeatureVersions>,
}

/// The versions of a Feature. What there is none of is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureVersions {
    /// The version that is used: the locked one, else `wanted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The newest one that the reference allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// The first number of `wanted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_major: Option<String>,
    /// The newest one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
    /// The first number of `latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_major: Option<String>,
}

/// What `templates apply` prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesApplyResult {
    /// The files that were written, as the Template's archive names them.
    pub files: Vec<String>,
}
