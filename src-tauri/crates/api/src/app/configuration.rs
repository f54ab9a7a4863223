//! A configuration as a window explains it: merged, with the origin of every value, and the files that it is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Environment, ErrorResult, FolderDiagnostic, ValueOrigin};

/// Everything that is known of an environment's configuration without changing anything.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationReport {
    /// The environment; absent when the configuration cannot be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The configuration by itself, its files put together and local variables resolved; absent when it cannot be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// Merged with what its image, its Features and its container bring, as far as that is known without a pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Value>,
    /// Why it is not merged, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmerged: Option<ErrorResult>,
    /// Who wrote each value: of the merged configuration, or of the configuration by itself where it is not merged.
    pub origins: Vec<ValueOrigin>,
    /// What is wrong with it, and what a person should know.
    pub diagnostics: Vec<FolderDiagnostic>,
    /// The files that it is made of, in the order in which they are read.
    pub files: Vec<ConfigurationFile>,
}

/// A file that a configuration is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationFile {
    /// Absolute path, or the path in the volume that holds the workspace.
    pub path: String,
    /// What it is for.
    pub role: ConfigurationFileRole,
    /// Its text; absent when it cannot be read or is far too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why its text is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What a file of a configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConfigurationFileRole {
    /// The configuration itself.
    Configuration,
    /// A file that it extends.
    Extended,
    /// The person's own overlay.
    Overlay,
    /// The Dockerfile.
    Dockerfile,
    /// A Compose file.
    Compose,
    /// The lockfile of its Features.
    Lockfile,
}
