//! What is wrong with this computer, as far as environments need it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, Severity};

/// What `doctor` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorResult {
    /// The engine that would be used, when one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// What was looked at, in order.
    pub checked: Vec<DoctorCheck>,
    /// What was found, worst first; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Something that `doctor` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DoctorCheck {
    /// Whether an engine answers.
    Engine,
    /// Whether the engine is new enough.
    Version,
    /// Whether the engine's clock agrees with this computer's.
    Clock,
    /// Whether there is room on the engine's disk and in Wharf's own folder.
    Disk,
    /// Whether Compose is there; only where the folder's configuration needs it.
    Compose,
    /// Whether the engine's machine has what the folder's configuration requires; only where it requires something.
    Requirements,
    /// Whether there is a keychain; only where the folder's configuration declares secrets.
    Keychain,
    /// Whether what passes through the proxy is trusted; only where there is a proxy.
    Proxy,
}

/// Something that stands in the way, or soon will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Which one of those that `doctor` knows.
    pub kind: FindingKind,
    /// Whether environments cannot work until it is mended.
    pub severity: Severity,
    /// What is wrong, and where.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// The commands that do it on this system, in order.
    pub commands: Vec<String>,
}

/// What `doctor` can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FindingKind {
    /// No engine is here.
    NoEngine,
    /// An engine is here, and this user may not use it.
    NoPermission,
    /// An engine's socket is here, and nobody answers.
    StoppedEngine,
    /// An engine on another computer, or one behind TLS, is out of reach.
    UnreachableEngine,
    /// The engine is older than what Wharf is tested with.
    OldEngine,
    /// The clocks disagree.
    ClockSkew,
    /// A disk is full or nearly so.
    FullDisk,
    /// The configuration needs Compose, and there is none.
    MissingCompose,
    /// The engine's machine has less than the configuration requires.
    UnmetRequirement,
    /// The configuration declares secrets, and there is no keychain to keep them in.
    NoKeychain,
    /// A proxy reads what passes, with a certificate that nobody here trusts.
    ProxyCertificate,
}
