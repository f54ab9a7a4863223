//! What an environment uses while somebody looks, what lies on the disk for it, and what could go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, EnvironmentReference, ErrorResult};

/// What an environment's container uses just now. Told about once a second while it is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSample {
    /// When it was measured, in milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: u64,
    /// Whether the container runs. Where it does not, everything else is 0, and the next sample comes when it has started.
    pub running: bool,
    /// Processor time per time, 1 being one whole core. Absent in the first sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f64>,
    /// How many cores there are for it.
    pub cpus: u32,
    /// Bytes of memory, without what could be dropped at once.
    pub memory: u64,
    /// The most that it may use; the engine's whole memory where nothing else limits it. Absent when the engine does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<u64>,
    /// Processes and threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    /// What came over its network; absent when it has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Traffic>,
    /// What went over its network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Traffic>,
    /// What was read from block devices; absent when the engine does not count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Traffic>,
    /// What was written to block devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Traffic>,
}

/// Bytes that went somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// Since the container was started.
    pub bytes: u64,
    /// In a second, since the sample before; absent in the first sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<f64>,
}

/// What lies on the disks of all engines.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpaceReport {
    /// Each engine that was asked.
    pub engines: Vec<EngineSpace>,
}

/// What lies on the disk of one engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineSpace {
    /// The engine.
    pub engine: Engine,
    /// Why it does not say, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What belongs to each environment.
    pub environments: Vec<EnvironmentSpace>,
    /// Bytes of the layers of all images, each counted once.
    pub images: u64,
    /// Bytes that all containers have written outside volumes.
    pub containers: u64,
    /// Bytes of all volumes, as far as the engine tells.
    pub volumes: u64,
    /// Bytes of the build cache.
    pub build_cache: u64,
}

/// What lies on an engine's disk for one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSpace {
    /// The value of `${devcontainerId}`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How to name it in a request.
    pub reference: EnvironmentReference,
    /// Bytes that its container has written outside volumes.
    pub written: u64,
    /// Bytes of the layers of its image that no other image has.
    pub own_layers: u64,
    /// Bytes of the layers of its image that others have too.
    pub shared_layers: u64,
    /// Its named volumes.
    pub volumes: Vec<VolumeSpace>,
    /// Bytes that would be free if it were gone, volumes included: what it has written, its own layers, and volumes.
    pub own: u64,
}

/// A volume and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSpace {
    /// Its name.
    pub name: String,
    /// Bytes in it; absent when the engine does not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What could be removed, before it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpPlan {
    /// Each thing by itself.
    pub items: Vec<CleanUpItem>,
    /// Engines that could not be asked, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// A thing that could be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpItem {
    /// Names it when it is to go.
    pub id: String,
    /// What it is.
    pub kind: CleanUpKind,
    /// What a person calls it.
    pub name: String,
    /// Address of the engine that has it.
    pub engine: String,
    /// Bytes that would be free; absent when the engine does not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Whether Wharf made it. What is not ours goes only when a person chooses it.
    pub ours: bool,
    /// Whether its content may be nowhere else.
    pub precious: bool,
    /// The environment that it was made for, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Kinds of things that could be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CleanUpKind {
    /// An image that no container uses.
    Image,
    /// What builds have kept and nothing uses now, of one engine.
    BuildCache,
    /// A volume that no container uses.
    Volume,
}

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpResult {
    /// Ids of what went.
    pub removed: Vec<String>,
    /// Bytes that are free now, as far as they are counted.
    pub bytes: u64,
    /// What stayed, and why.
    pub failed: Vec<CleanUpFailure>,
}

/// Something that stayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpFailure {
    /// Its id.
    pub id: String,
    /// Why.
    pub error: ErrorResult,
}
