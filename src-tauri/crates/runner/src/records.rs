//! What Wharf remembers of an environment between operations. All of it can be gathered again; none of it is ever guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_agent::message::KnownEnvironment;
use wharf_plan::difference::Ingredients;
use wharf_plan::{Built, ContainerFacts, Inside, WorkspaceSource};
use wharf_spec::{AppliedEntries, Entry};

/// Name of [`EnvironmentRecord`]'s file.
pub(crate) const ENVIRONMENT: &str = "environment";
/// Name of [`InsideRecord`]'s file.
pub(crate) const INSIDE: &str = "inside";
/// Name of the file of images that Wharf built: [`BuiltRecord`].
pub(crate) const BUILT: &str = "built";

/// Images that Wharf built for an environment, by name.
pub(crate) type BuiltRecord = BTreeMap<String, Built>;

/// Which environment this is, and what was last wanted of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentRecord {
    /// The configuration's `name`, else the folder's.
    pub(crate) name: String,
    /// The workspace folder; empty where none of this computer belongs to it.
    pub(crate) folder: String,
    /// The configuration file.
    pub(crate) configuration: String,
    /// `${devcontainerId}`.
    pub(crate) id: String,
    /// Labels that tell its container.
    #[serde(default)]
    pub(crate) id_labels: Vec<(String, String)>,
    /// Where the workspace lies.
    pub(crate) source: WorkspaceSource,
    /// What was last wanted: `running`, `stopped` or `gone`.
    pub(crate) wanted: WantedRecord,
    /// The engine that had its container last.
    #[serde(default)]
    pub(crate) engine: Option<wharf_api::Engine>,
    /// Whether Wharf made that container.
    #[serde(default)]
    pub(crate) created: bool,
    /// The container, by the id it had last.
    pub(crate) container: Option<String>,
    /// Named volumes that its containers had and that are still there, so that they can be removed when no container tells of them
    /// any more.
    #[serde(default)]
    pub(crate) volumes: Vec<String>,
    /// The configuration as it was last applied, with its variables resolved.
    pub(crate) applied: Option<serde_json::Value>,
    /// What else the environment was made of then.
    #[serde(default)]
    pub(crate) ingredients: Option<Ingredients>,
    /// How many entries at the end of the container's label are the configuration's; known of a container that Wharf made.
    #[serde(default)]
    pub(crate) made_entries: Option<usize>,
    /// What was applied to the container without making it anew.
    #[serde(default)]
    pub(crate) applied_entries: Option<Vec<Entry>>,
    /// When that was, in RFC 3339.
    pub(crate) applied_at: Option<String>,
    /// What went wrong last, until something goes right.
    pub(crate) failure: Option<String>,
}

/// What was last wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WantedRecord {
    Running,
    Stopped,
    Gone,
}

/// What is known of the inside of a container since its last start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InsideRecord {
    /// The container.
    pub(crate) container: String,
    /// Its `State.StartedAt`: another start makes all of this unknown.
    pub(crate) started_at: String,
    /// Set-up and hooks that are done.
    pub(crate) inside: Inside,
    /// The hook that failed when they ran last.
    #[serde(default)]
    pub(crate) failed: Option<wharf_spec::Hook>,
    /// Who commands run as.
    pub(crate) user: ResolvedUser,
    /// Users' environments, by the user and the probe that found it.
    pub(crate) probed: BTreeMap<String, KnownEnvironment>,
}

/// Who commands run as, as the container knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResolvedUser {
    /// The name, else the number.
    pub(crate) name: String,
    /// The home folder.
    pub(crate) home: String,
    /// The login shell.
    pub(crate) shell: String,
}

impl EnvironmentRecord {
    /// The workspace folder, where one belongs to it.
    pub(crate) fn workspace_folder(&self) -> Option<String> {
        Some(self.folder.clone()).filter(|folder| !folder.is_empty())
    }

    /// What counts in place of the container's label.
    pub(crate) fn applied_to_container(&self) -> Option<AppliedEntries> {
        Some(AppliedEntries {
            container: self.container.clone()?,
            made: self.made_entries?,
            entries: self.applied_entries.clone()?,
        })
    }
}

impl InsideRecord {
    /// Whether this is about the present start of `container`.
    pub(crate) fn belongs_to(&self, container: &ContainerFacts) -> bool {
        self.container == container.id && self.started_at == container.started_at
    }
}
