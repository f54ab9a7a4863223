//! Terminals in environments: they belong to the program, and a page that is loaded anew finds them again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EnvironmentReference, ErrorResult};

/// What a terminal is opened for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalRequest {
    /// In which environment.
    pub reference: EnvironmentReference,
    /// Its size.
    pub size: TerminalSize,
    /// The program and its arguments; empty for the remote user's shell.
    #[serde(default)]
    pub command: Vec<String>,
}

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSize {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

/// A terminal that is open, or whose program has ended and that nobody has closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSummary {
    /// Tells it from others.
    pub id: String,
    /// In which environment it is.
    pub reference: EnvironmentReference,
    /// What runs in it: the program and its arguments; empty for the shell.
    pub command: Vec<String>,
    /// When it was opened, in milliseconds since 1970-01-01T00:00:00Z.
    pub started_at: u64,
    /// How its program has ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<TerminalEnd>,
}

/// How the program in a terminal has ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalEnd {
    /// Its exit code; absent when it was closed or could not be started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Why it could not be started, or its connection broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorResult>,
}

/// What a terminal has written. Its reader says when it has taken it; only then more follows, and the program waits meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TerminalBatch {
    /// Counts the batches of one reader, from 1. The reader answers with it.
    pub number: u64,
    /// Whether this is what was written before the reader came: an answer that it contains a question for was given then.
    pub replayed: bool,
    /// Whether older output was dropped that is not kept.
    pub truncated: bool,
    /// The bytes, in base64: a terminal's output need not be text.
    pub data: String,
}
