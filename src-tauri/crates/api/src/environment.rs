//! What a document is about: an environment, and the engine that it runs on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An environment: a workspace folder with one configuration, and what runs for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// What a person calls it: the configuration's `name`, else the base name of the folder.
    pub name: String,
    /// Absolute path of the workspace folder: on the host, or inside the container where the workspace lies in a volume.
    pub folder: String,
    /// Absolute path of the configuration file, when one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// The value of `${devcontainerId}`: stable for as long as folder and configuration keep their places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// An engine that Wharf talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Engine {
    /// Docker or Podman.
    pub kind: EngineKind,
    /// The engine's own version, such as `28.5.2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The address as `DOCKER_HOST` would have it, such as `unix:///var/run/docker.sock`.
    pub address: String,
    /// Whether the engine runs on this machine and sees its folders.
    pub local: bool,
    /// Whether the engine runs without root's rights.
    pub rootless: bool,
}

/// The make of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EngineKind {
    /// Docker Engine, or one that answers as it does.
    Docker,
    /// Podman.
    Podman,
}
