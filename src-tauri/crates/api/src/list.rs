//! Every environment there is, and every engine that was asked for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, EngineKind, EnvironmentReference, WorkspaceSource};

/// What `list` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListResult {
    /// The environments: what runs first, then by name.
    pub environments: Vec<EnvironmentSummary>,
    /// The engines, in the order in which they are tried.
    pub engines: Vec<EngineSummary>,
}

/// One environment in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSummary {
    /// The value of `${devcontainerId}`; `container:` and the container's id for one whose labels tell no folder, or that shares
    /// its labels with another container.
    pub id: String,
    /// What a person calls it: the configuration's `name`, else the base name of the folder, else the container's name.
    pub name: String,
    /// How to name it in a request.
    pub reference: EnvironmentReference,
    /// Where the workspace's files come from; absent when nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<WorkspaceSource>,
    /// Absolute path of the configuration file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// Its state.
    pub state: EnvironmentState,
    /// Which Wharf works on it just now, such as `wharf up (pid 812)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working: Option<String>,
    /// Why the last run failed, in one line; absent once something goes right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Which tool made it.
    pub maker: Maker,
    /// Whether Wharf has worked on it before.
    pub ours: bool,
    /// The engine that has its container, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// Its container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerSummary>,
    /// Whether its configuration, or a file that it is made of, has changed since it was applied. Told by a watched board alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
    /// When Wharf last worked on it or in it, in milliseconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<u64>,
}

/// The state of an environment in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EnvironmentState {
    /// Its container runs.
    Running,
    /// Its container keeps restarting, or could not be removed whole.
    Failing,
    /// Its container is frozen.
    Paused,
    /// Its container has ended.
    Stopped,
    /// Its container has never been started.
    Created,
    /// Somebody wants it, or wanted it, and there is no container.
    Gone,
    /// The engine that has its container does not answer.
    Unreachable,
}

/// The tool that made an environment, told by the labels that it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Maker {
    /// Wharf.
    Wharf,
    /// The reference command line, or another tool that leaves exactly its labels.
    Devcontainer,
    /// The extension of Visual Studio Code.
    Vscode,
    /// DevPod.
    Devpod,
    /// The labels do not say.
    Unknown,
}

/// A container in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerSummary {
    /// Its full id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The image it was made from.
    pub image: String,
    /// When it was created, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last started, in RFC 3339, as far as that is known without asking for it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
}

/// An engine, or a place where one was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineSummary {
    /// The address as `DOCKER_HOST` would have it.
    pub address: String,
    /// Why it was looked for there, such as `DOCKER_HOST` or `rootless Podman`.
    pub origin: String,
    /// Docker or Podman, once it has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EngineKind>,
    /// The engine's own version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it runs on this machine and sees its folders.
    pub local: bool,
    /// Whether it answers and can be used.
    pub usable: bool,
    /// Why it cannot be used, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
