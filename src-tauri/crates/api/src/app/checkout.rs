//! What git has checked out in an environment's folder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What git has checked out in a folder: a branch, or a commit alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The beginning of the commit's hash, while no branch is checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}
