//! What pulls and builds tell while they go on.

use bytes::Bytes;

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A layer of an image moves.
    Layer {
        /// The layer's short id.
        id: String,
        /// `Downloading`, `Extracting`, `Pull complete`, …
        status: String,
        /// Bytes done, when the engine says.
        current: Option<u64>,
        /// Bytes in all, when the engine says.
        total: Option<u64>,
    },
    /// A step of a build began, or ended.
    Vertex {
        /// The same for all news of one step.
        id: String,
        /// What it does, as the builder words it.
        name: String,
        /// Milliseconds since 1970; None while it waits.
        started: Option<i64>,
        /// Milliseconds since 1970; None while it runs.
        completed: Option<i64>,
        /// Whether its result was there already.
        cached: bool,
        /// Why it failed.
        error: Option<String>,
    },
    /// A step of a build wrote something.
    Output {
        /// The step.
        vertex: String,
        /// Which of its streams.
        stream: OutputStream,
        /// As it came: cut anywhere.
        text: Bytes,
    },
    /// A line about the whole.
    Message(String),
}

/// A standard stream of a build step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Where news goes.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);
