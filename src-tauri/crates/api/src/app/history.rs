//! The last starts of an environment, step by step: what a time line is drawn from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ErrorResult, Outcome, StepId, StepName};

/// One operation on an environment that has ended, with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartRecord {
    /// Tells it from the others of its environment.
    pub id: String,
    /// The name of the outermost step: what the operation was.
    pub operation: StepName,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub started_at: u64,
    /// How long it worked. Time in which a person thought about an answer is not counted.
    pub milliseconds: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorResult>,
    /// Its steps in the order in which they began, the outermost first.
    pub steps: Vec<TimedStep>,
    /// Whether there were more steps than are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// One step of an operation that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimedStep {
    /// Its number in the operation.
    pub id: StepId,
    /// The step that it is a part of; absent for the outermost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// What it did.
    pub name: StepName,
    /// What it did it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it began, in milliseconds since the operation began.
    pub begin: u64,
    /// How long it took.
    pub milliseconds: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// A few words about the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How many lines it has written. A log that is opened for this step shows them, as far as they are still kept.
    pub lines: u64,
}
