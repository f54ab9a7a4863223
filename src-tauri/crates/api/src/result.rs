//! Results: the one document at the end of a command.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Blocked, DesiredState, Difference, Environment, EnvironmentPorts, ErrorResult, ObservedState, StepName,
    Touch, ValueOrigin,
};

/// What `up` prints: the reference's document, key for key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum UpDocument {
    /// The environment is up. Exit code 0.
    Success(UpResult),
    /// It is not. Exit code 1.
    Error(UpError),
}

/// An environment that is up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpResult {
    /// The container.
    pub container_id: String,
    /// The Compose project, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compose_project_name: Option<String>,
    /// The user whom commands run as.
    pub remote_user: String,
    /// The workspace folder inside the container. None where no folder is known: commands start in the user's home folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_workspace_folder: Option<String>,
    /// The configuration, variables of the host replaced (`--include-configuration`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// The configuration merged with what image and Features bring (`--include-merged-configuration`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_configuration: Option<Value>,
    /// What the reference says about credentials for registries.
    pub oci_auth_diagnostics: OciAuthDiagnostics,
}

/// An environment that could not be brought up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpError {
    /// What failed, in the words of whoever refused.
    pub message: String,
    /// What that means for the environment, in a sentence.
    pub description: String,
    /// The container that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_id: Option<String>,
    /// The Feature that must not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disallowed_feature_id: Option<String>,
    /// Whether a running container was stopped because of that Feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_stop_container: Option<bool>,
    /// Where to read more about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learn_more_url: Option<String>,
}

impl From<ErrorResult> for UpError {
    fn from(error: ErrorResult) -> Self {
        Self {
            message: error.message,
            description: error.description,
            container_id: error.container_id,
            did_stop_container: error.disallowed_feature.as_ref().map(|feature| feature.did_stop_container),
            learn_more_url: error
                .disallowed_feature
                .as_ref()
                .and_then(|feature| feature.learn_more_url.clone()),
            disallowed_feature_id: error.disallowed_feature.map(|feature| feature.id),
        }
    }
}

/// What the reference says about credentials for registries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciAuthDiagnostics {
    /// A look-up of credentials would be refused under `--oci-auth-hardening`.
    pub auth_lookup_would_be_blocked: bool,
    /// A redirect by the registry would keep credentials from being sent on.
    pub registry_redirect_would_prevent_credential_forwarding: bool,
    /// The server that hands out tokens redirected.
    pub auth_server_redirect: bool,
}

/// What `read-configuration` prints: the reference's document, key for key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadConfigurationResult {
    /// The configuration, variables of the host replaced.
    pub configuration: Value,
    /// Where the workspace lies in the container and how it gets there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceResult>,
    /// What was resolved about Features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features_configuration: Option<Value>,
    /// The configuration merged with what image and Features bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_configuration: Option<Value>,
    /// With `--show-origin`: who wrote each value, of the merged configuration if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<ValueOrigin>>,
    /// What the reference says about credentials for registries.
    pub oci_auth_diagnostics: OciAuthDiagnostics,
}

/// Where the workspace lies in the container and how it gets there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceResult {
    /// The workspace folder inside the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_folder: Option<String>,
    /// The mount as the engine's `--mount` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_mount: Option<String>,
    /// A second mount: the common `.git` of a worktree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_mount_string: Option<String>,
}

/// What the commands that are Wharf's own print with `--json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResultDocument<T> {
    /// The result.
    Success(T),
    /// Why there is none. Exit code 1.
    Error {
        /// What failed, where and what to do.
        error: Box<ErrorResult>,
    },
}

/// What `down` did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DownResult {
    /// Whose container went.
    pub environment: Environment,
    /// The containers that were removed; empty when there was none.
    pub removed_containers: Vec<String>,
    /// Volumes that were removed.
    #[serde(default)]
    pub removed_volumes: Vec<String>,
    /// Volumes that were kept.
    #[serde(default)]
    pub kept_volumes: Vec<String>,
}

/// What `stop` did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopResult {
    /// Whose container was stopped.
    pub environment: Environment,
    /// The containers that ran and do not any more; empty when none ran.
    pub stopped_containers: Vec<String>,
}

/// What `plan` prints with `--json`: what `up` would do, without doing it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanResult {
    /// Whose plan it is.
    pub environment: Environment,
    /// The steps that `up` would take, as far as they are known now. Empty when nothing is to be done.
    pub steps: Vec<PlannedStep>,
    /// Why they are needed.
    pub differences: Vec<Difference>,
    /// How long it takes to apply what has changed of the configuration, from the last operation that did the same work. Absent where none is
    /// remembered, and where nothing has to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_milliseconds: Option<u64>,
    /// What would survive, such as volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// What would be lost, such as files of the container outside volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// What the environment requires of the engine's machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// What stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocked>,
}

/// Something that an environment requires of the engine's machine (`hostRequirements`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requirement {
    /// The property, such as `hostRequirements.memory`.
    pub property: String,
    /// What is needed, for people.
    pub needed: String,
    /// What is there, for people; absent where it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Whether it is enough; what cannot be told is taken for enough.
    pub met: bool,
}

/// A step that `up` would take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    /// What it would do.
    pub name: StepName,
    /// What it would do it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it would say to the engine or run, in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// What `status` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResult {
    /// Whose state it is.
    pub environment: Environment,
    /// What is wanted; absent when nobody has wanted anything yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired: Option<DesiredState>,
    /// What is there.
    pub observed: ObservedState,
    /// How they differ. Empty when they agree.
    pub difference: Vec<Difference>,
    /// What the environment requires of the engine's machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// What the keeper does for it; absent while it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<EnvironmentPorts>,
    /// What stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocked>,
}

/// What `trust list` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustList {
    /// Every consent that is stored, newest first.
    pub entries: Vec<TrustEntry>,
}

/// A consent that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustEntry {
    /// Whose configuration it was given to.
    pub environment: Environment,
    /// The hash over what was allowed.
    pub hash: String,
    /// When it was given, in RFC 3339.
    pub granted_at: String,
    /// What was allowed.
    pub touches: Vec<Touch>,
}

/// What `trust revoke` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustRevoked {
    /// The consents that are gone now.
    pub revoked: Vec<TrustEntry>,
}

/// What `version` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionResult {
    /// Wharf's version.
    pub version: String,
    /// The version of the reference command line that Wharf stands in for.
    pub reference: String,
    /// Operating system and architecture of this program, such as `linux-x86_64`.
    pub platform: String,
    /// The architectures for which this program carries an agent.
    pub agents: Vec<String>,
}
