//! Logs as a window shows them: opened, asked for by pages, searched, and followed by word that there is more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EnvironmentReference, LogEntry, LogSource, StepId};

/// Which log a window wants to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogRequest {
    /// Of which environment.
    pub reference: EnvironmentReference,
    /// Of one operation alone, by the id of its record; absent for all that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Of one step of that operation, and of the steps that are part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Which lines are shown.
    #[serde(default)]
    pub filter: LogFilter,
}

/// Which lines of a log are shown. Without any wish all are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogFilter {
    /// Who wrote them; empty for everybody.
    #[serde(default)]
    pub sources: Vec<LogSource>,
    /// What they contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LogText>,
}

/// A text to find in lines. What colours a line is not a part of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogText {
    /// The text.
    pub text: String,
    /// Whether it is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether capital letters are others than small ones.
    #[serde(default)]
    pub case_sensitive: bool,
}

/// How much there is of a log that is open. Told when it is opened and after every change, at most some times a second.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogState {
    /// Counts what was told of this log, from 1. The reader answers with it, and only then hears more.
    pub number: u64,
    /// Counts the filters that this log was given, from 1: positions under another filter mean other lines.
    pub filter: u64,
    /// The first position that can be asked for: 0 until the oldest lines had to go.
    pub first: u64,
    /// The position after the last line that the filter lets through.
    pub end: u64,
    /// Lines of every source, whatever the filter.
    pub counts: Vec<LogCount>,
    /// Whether everything that was there has been read; before that the numbers still rise fast.
    pub complete: bool,
    /// Whether new lines are waited for.
    pub following: bool,
    /// Why a part is missing, such as an engine that does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Lines of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogCount {
    /// Who wrote them.
    pub source: LogSource,
    /// How many.
    pub lines: u64,
}

/// Some lines of a log, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// The filter under which the positions count.
    pub filter: u64,
    /// The position of the first of these lines.
    pub from: u64,
    /// The lines. A line that is longer than a window can show is cut.
    pub lines: Vec<LogEntry>,
}

/// Where a text was found in a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogMatches {
    /// The filter under which the positions count.
    pub filter: u64,
    /// Positions of lines that contain it, in order.
    pub positions: Vec<u64>,
    /// How many lines contain it; more than there are positions when it is very common.
    pub total: u64,
}

/// A log that was written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogExported {
    /// Absolute path of the file.
    pub path: String,
    /// How many lines were written.
    pub lines: u64,
}
