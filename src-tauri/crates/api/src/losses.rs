//! What goes with a container or a volume, told before it goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What would be lost, and what would stay, if an environment's container were removed or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Losses {
    /// Containers that would go, with what was changed in them outside volumes and the workspace.
    pub containers: Vec<LostContainer>,
    /// Volumes that would go.
    pub lost_volumes: Vec<String>,
    /// Volumes that would stay.
    pub kept_volumes: Vec<String>,
    /// Repositories in volumes that would go, with the work that is nowhere else.
    pub repositories: Vec<RepositoryLosses>,
}

/// A container that would go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LostContainer {
    /// Its full id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Bytes that were written in it since it was made, outside volumes and mounts; absent when the engine does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_bytes: Option<u64>,
}

/// A repository that would go, and what is only there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryLosses {
    /// Its folder in the container.
    pub folder: String,
    /// Files with changes that are in no commit, new ones included.
    pub uncommitted_files: u64,
    /// Commits that are on no remote.
    pub unpushed_commits: u64,
    /// Branches with such commits.
    pub unpushed_branches: Vec<String>,
    /// Stashes.
    pub stashes: u64,
    /// Why it could not be looked into: then everything in it may be nowhere else, and the numbers say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

impl Losses {
    /// Whether something would go that nobody could bring back: a volume, or work that is only in a repository there. What was changed
    /// in a container is said too, but a container is meant to be replaced.
    #[must_use]
    pub fn are_grave(&self) -> bool {
        !self.lost_volumes.is_empty() || self.repositories.iter().any(RepositoryLosses::is_any)
    }
}

impl RepositoryLosses {
    /// Whether there is work that is only here.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.uncommitted_files > 0
            || self.unpushed_commits > 0
            || !self.unpushed_branches.is_empty()
            || self.stashes > 0
            || self.unknown.is_some()
    }
}
