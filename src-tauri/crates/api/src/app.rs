//! What the window asks of the runner and what it is told: operations with a life of their own, and folders before they are opened.

mod checkout;
mod configuration;
mod history;
mod log;
mod resources;
mod template;
mod terminal;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EnvironmentReference, EnvironmentSummary, ErrorResult, Event, Location, Severity, UpResult};

pub use checkout::Checkout;
pub use configuration::{ConfigurationFile, ConfigurationFileRole, ConfigurationReport};
pub use history::{StartRecord, TimedStep};
pub use log::{LogCount, LogExported, LogFilter, LogMatches, LogPage, LogRequest, LogState, LogText};
pub use resources::{
    CleanUpFailure, CleanUpItem, CleanUpKind, CleanUpPlan, CleanUpResult, EngineSpace, EnvironmentSpace,
    ResourceSample, SpaceReport, Traffic, VolumeSpace,
};
pub use template::{
    FeatureChoice, FeatureList, FeatureSummary, TemplateFile, TemplateList, TemplateOption,
    TemplateOptionKind, TemplatePreview, TemplateRequest, TemplateSuggestion, TemplateSummary,
};
pub use terminal::{TerminalBatch, TerminalEnd, TerminalRequest, TerminalSize, TerminalSummary};

/// What a window wants done to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationRequest {
    /// What to do.
    pub operation: OperationName,
    /// To which environment.
    pub reference: EnvironmentReference,
    /// Whether `down` also removes the environment's volumes.
    #[serde(default)]
    pub remove_volumes: bool,
    /// Whether `apply` leaves what needs more than the next command or look as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_hot: bool,
    /// The repository that `up` clones into a volume first; the reference then names nothing but an engine, if that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone: Option<CloneSource>,
    /// Whether the window asks a person for secrets that the configuration declares and nobody has given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answers_secrets: bool,
}

/// A repository to clone into a volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CloneSource {
    /// Its address, as a person writes it.
    pub repository: String,
    /// A branch or tag; absent for the repository's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The folder in it that is opened; absent for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// How many of the last commits are fetched; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<std::num::NonZeroU32>,
}

/// What can be done to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OperationName {
    /// Bring it up: build or pull, create, start, run the hooks.
    Up,
    /// The same, and apply what has changed in the smallest way that does.
    Apply,
    /// Start the container that is there.
    Start,
    /// Stop the container; it is kept.
    Stop,
    /// Stop the container and start it again.
    Restart,
    /// Build again and replace the container.
    Rebuild,
    /// Remove the container.
    Down,
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationResult {
    /// How it ended.
    pub outcome: OperationOutcome,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorResult>,
    /// The environment, when it is up now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up: Option<UpResult>,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OperationOutcome {
    /// It did what was wanted.
    Done,
    /// A person ended it.
    Cancelled,
    /// It failed.
    Failed,
}

/// An operation that runs now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunningOperation {
    /// The name that its window chose for it.
    pub id: String,
    /// What is done, and to which environment.
    pub request: OperationRequest,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub started_at: u64,
}

/// Events of an operation, several at once. Its reader says when it has taken them; only then more follow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventBatch {
    /// Counts the batches of one reader, from 1. The reader answers with it.
    pub number: u64,
    /// Whether output was dropped before this reader could take it: it was more than is kept.
    pub truncated: bool,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// What is to be known of a folder before its environment is started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderReport {
    /// Its absolute path.
    pub folder: String,
    /// The environment's name when there is one configuration, else the folder's.
    pub name: String,
    /// Every configuration in it; several are a choice to make.
    pub configurations: Vec<ConfigurationChoice>,
    /// The environment of this folder that is known already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentSummary>,
    /// What is wrong with the configuration when there is one.
    pub diagnostics: Vec<FolderDiagnostic>,
    /// Templates that fit what lies in a folder without a configuration, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<TemplateSuggestion>,
}

/// One of the configurations of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationChoice {
    /// Absolute path of the file.
    pub path: String,
    /// What the configuration calls itself, else its folder's name.
    pub name: String,
}

/// Something about a folder's configuration that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FolderDiagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in one line.
    pub message: String,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
