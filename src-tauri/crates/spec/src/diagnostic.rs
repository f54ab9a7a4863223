//! What is wrong with a text, and where: data that a terminal, an editor and a window each render their own way.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A place in a text. Both numbers start at 1; the column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The line, the first being 1.
    pub line: u32,
    /// The character within the line, the first being 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration cannot be used as it is.
    Error,
    /// The configuration can be used, though probably not as its author meant it.
    Warning,
}

/// One finding about one place of a configuration, a metadata label or a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Whether the text can be used despite this.
    pub severity: Severity,
    /// The file; for an image's metadata label, the image's name.
    pub path: PathBuf,
    /// Where in the file, if the finding is about a place that is written there.
    pub position: Option<Position>,
    /// How many characters are concerned, from the position on; 0 when the position is unknown.
    pub length: usize,
    /// The property as a person would write it, such as `build.args.VERSION` or `mounts[2].type`. Empty for the whole text.
    pub property: String,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Whether the text cannot be used because of this.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// `path:line:column: message`, the form that editors and terminals turn into a link.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path.display())?;
        if let Some(position) = self.position {
            write!(formatter, ":{position}")?;
        }
        write!(formatter, ": {}", self.message)
    }
}
