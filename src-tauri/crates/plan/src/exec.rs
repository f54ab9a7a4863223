//! What an engine is asked to run inside a container that is there.

use serde::{Deserialize, Serialize};

/// One exec.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExecSpec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// `user[:group]` by name or number; the container's user when absent.
    pub user: Option<String>,
    /// `NAME=value` lines on top of the container's environment.
    pub env: Vec<String>,
    /// The container's working folder when absent.
    pub working_dir: Option<String>,
    /// Whether anything will be written to its input.
    pub stdin: bool,
    /// Whether the engine is to make a pseudo-terminal for it.
    pub terminal: bool,
    /// All capabilities, as `docker exec --privileged` gives.
    pub privileged: bool,
}
