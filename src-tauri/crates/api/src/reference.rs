//! How a door names an environment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which environment is meant. A list hands these out, and every request that is about one environment takes them back, so that
/// nobody has to put paths and labels together again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentReference {
    /// Absolute path of the workspace folder on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Absolute path of the configuration file; absent where the folder's only one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// The volume that holds the workspace, instead of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// The container, where there is one. It is enough by itself when the folder is not on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Labels that tell the container, where they are not those of folder and configuration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_labels: BTreeMap<String, String>,
    /// Address of the engine that has the container; absent where the usual one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}
