//! What engines there are, and which one is used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::EngineKind;

/// What `engine list` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineList {
    /// The places where something is, or where a person expects an engine.
    pub engines: Vec<EngineReport>,
    /// The name or address that was chosen for this folder or for all, by a flag or with `engine use`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// How the engine in use was chosen, such as `with DOCKER_HOST`; absent when it is the first that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_by: Option<String>,
    /// Why what was chosen cannot be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One place, and what answers there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineReport {
    /// What a person calls it, as `engine use` and `--engine` take it.
    pub name: String,
    /// Where it is written down, such as `DOCKER_HOST`, `Docker context "work"` or `rootless Podman`.
    pub origin: String,
    /// The address as `DOCKER_HOST` would have it; absent when what is written down cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether this folder's environments use it.
    pub used: bool,
    /// Whether it answers and can be used.
    pub usable: bool,
    /// Docker or Podman, once it has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EngineKind>,
    /// The engine's own version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version of the API that it offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Whether it runs on this machine and sees its folders.
    pub local: bool,
    /// What it can do that not every engine can.
    pub abilities: Vec<EngineAbility>,
    /// Why it cannot be used, or what is doubtful about it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Something that not every engine can, or is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EngineAbility {
    /// It sees this computer's folders, so that one can be a workspace.
    LocalFolders,
    /// It builds with BuildKit.
    BuildKit,
    /// It runs without root's rights.
    Rootless,
    /// It labels containers for SELinux.
    Selinux,
    /// It hands NVIDIA's graphics cards to containers.
    Gpu,
    /// It can give a person their own user id inside a container.
    KeepId,
    /// It creates a container in several networks at once.
    SeveralNetworks,
}

/// What `engine use` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineUsed {
    /// The name or address that is remembered now; absent when it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Where that leads today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The folder that it is for; absent when it is for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// A variable of this shell that comes before what is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overruled_by: Option<String>,
}
