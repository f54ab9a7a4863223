//! Desired and observed state, and how they differ.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Engine, Location};

/// What a person wants of an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DesiredState {
    /// Running, stopped or gone.
    pub wanted: Wanted,
    /// Where the workspace's files come from.
    pub source: WorkspaceSource,
    /// Hash of the configuration as it was last applied; absent before the first `up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_configuration: Option<String>,
    /// When the configuration was last applied, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<String>,
}

/// The state in which an environment should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// The container runs and every hook is done.
    Running,
    /// The container exists, but does not run.
    Stopped,
    /// There is no container.
    Gone,
}

/// Where the workspace's files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkspaceSource {
    /// A folder of this machine, mounted.
    Folder {
        /// Its absolute path.
        path: String,
    },
    /// A volume on the engine.
    Volume {
        /// Its name.
        name: String,
        /// The folder in it that is opened; absent when nothing tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folder: Option<String>,
        /// The repository that was cloned into it, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repository: Option<Repository>,
    },
}

/// A repository that was cloned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its address, without user names, passwords and tokens.
    pub url: String,
    /// The branch or tag that was asked for; absent for the repository's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// What is really there, read from the engine and the disk. A part that is absent could not be read or does not exist.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedState {
    /// The engine that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// How that engine was chosen, such as `with DOCKER_HOST`; absent when it is the first that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_chosen_by: Option<String>,
    /// Hash of the configuration as it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// The image that the configuration names or builds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ObservedImage>,
    /// The container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<ObservedContainer>,
    /// What is known of the hooks, in the order in which they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<ObservedHook>,
}

/// An image on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedImage {
    /// Its name.
    pub name: String,
    /// Its id; absent when the engine does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A container on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedContainer {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its state.
    pub state: ContainerState,
    /// The image it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// When it was created, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last started, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// The user whom commands run as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_user: Option<String>,
    /// The workspace folder inside the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_workspace_folder: Option<String>,
}

/// The state of a container, in the engine's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContainerState {
    /// Created, never started.
    Created,
    /// Running.
    Running,
    /// Paused.
    Paused,
    /// Being restarted.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Could not be removed.
    Dead,
}

/// What is known of one hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedHook {
    /// The property, such as `postCreateCommand`.
    pub name: String,
    /// How far it is.
    pub state: HookState,
}

/// How far a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HookState {
    /// It has not run for this container, or this start of it.
    Pending,
    /// It ran and succeeded.
    Done,
    /// It failed; the next `up` runs it again.
    Failed,
}

/// One difference between what is desired and what is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What differs: a property such as `remoteEnv.LOG_LEVEL`, or `container`, `image`, `hooks`.
    pub subject: String,
    /// What it was when it was last applied, or what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is now, or what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The smallest change that brings them together.
    pub change: ChangeClass,
    /// What that means, such as `next command` or `container is replaced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Where the new value stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The instruction or Feature from which on the image is built again; what comes before it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// How much a change costs, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeClass {
    /// Applied while the container runs.
    Hot,
    /// The container is started or restarted.
    Restart,
    /// The container is replaced; its image stays.
    Recreate,
    /// The image is built again and the container is replaced.
    Rebuild,
}

/// Why the environment cannot get to where it should be without somebody's help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    /// What stands in the way.
    pub by: BlockedBy,
    /// What it is, in one line.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What can stand in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BlockedBy {
    /// Somebody has to consent first.
    Consent,
    /// The configuration has an error.
    Configuration,
    /// No engine answers.
    Engine,
    /// A step failed and would fail again.
    Failure,
    /// Another Wharf works on the environment.
    Lock,
    /// Something could not be found out.
    Unknown,
}
