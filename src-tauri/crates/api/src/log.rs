//! What builds, hooks and containers have written, as `logs` tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::OutputStream;

/// One line of a log: what `logs` prints with `--json`, one document a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// When it was written, in milliseconds since 1970-01-01T00:00:00Z; absent when nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// Who wrote it.
    pub source: LogSource,
    /// Which hook, command or build step wrote it; absent for the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Where it was written.
    pub stream: OutputStream,
    /// The line, without its end. Bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// Who writes into an environment's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogSource {
    /// Builds of its image, and pulls.
    Build,
    /// Its hooks, `initializeCommand` included.
    Hooks,
    /// The main process of its container.
    Container,
    /// The background process that keeps its forwards.
    Keeper,
}
