//! Results of the reference's verbs beside `up`: its documents, key for key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErrorResult, OciAuthDiagnostics};

/// What `build`, `set-up` and `run-user-commands` print: the reference's document, key for key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum CompatDocument<T> {
    /// It is done. Exit code 0.
    Success(T),
    /// It is not. Exit code 1.
    Error(CompatError),
}

/// Why it is not done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompatError {
    /// What failed, in the words of whoever refused.
    pub message: String,
    /// What that means, in a sentence.
    pub description: String,
}

impl From<ErrorResult> for CompatError {
    fn from(error: ErrorResult) -> Self {
        Self { message: error.message, description: error.description }
    }
}

/// What an image is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ImageName {
    /// All names, in the order in which they were given.
    Many(Vec<String>),
    /// The name of a Compose service's image, where none was asked for.
    One(String),
}

impl Default for ImageName {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// An image that is built.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuildResult {
    /// What it is called.
    pub image_name: ImageName,
    /// What the reference says about credentials for registries.
    pub oci_auth_diagnostics: OciAuthDiagnostics,
}

/// A container that is set up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetUpResult {
    /// The configuration, variables of the host and the container replaced (`--include-configuration`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// The configuration merged with what the container's image brings (`--include-merged-configuration`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_configuration: Option<Value>,
}

/// Hooks that have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunUserCommandsResult {
    /// Where they ended.
    pub result: HooksEnd,
}

/// Where hooks ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HooksEnd {
    /// After the last one.
    Done,
    /// At the wait point (`--skip-non-blocking-commands`).
    SkipNonBlocking,
    /// After `updateContentCommand` (`--prebuild`).
    Prebuild,
    /// After the dotfiles (`--stop-for-personalization`).
    StopForPersonalization,
}
