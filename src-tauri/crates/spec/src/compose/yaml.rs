//! YAML as data: the text of `compose config`, and the one line of a person's own file that Compose does not tell.

use serde_json::Value;

/// No project comes near to this; what is longer is refused before it is read.
const LONGEST: usize = 16 * 1024 * 1024;

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// More than any project needs.
    #[error("the text has {length} bytes, more than the {LONGEST} that are read")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It is no YAML.
    #[error("{reason}")]
    Syntax {
        /// What is wrong, and where.
        reason: String,
    },
}

/// The first document of a text. Tags are looked past, as Compose's own (`!reset`, `!override`) mean nothing to anybody else.
///
/// # Errors
/// When it is no YAML, or more than is read. Documents that unfold themselves are cut off by the reader's own bounds.
pub fn read_yaml(text: &str) -> Result<Value, YamlError> {
    if text.len() > LONGEST {
        return Err(YamlError::TooLong { length: text.len() });
    }
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str(text).map_err(|error| YamlError::Syntax { reason: error.to_string() })
}

/// Every document of a text: Compose puts them together.
pub(super) fn read_documents(text: &str) -> Result<Vec<Value>, YamlError> {
    if text.len() > LONGEST {
        return Err(YamlError::TooLong { length: text.len() });
    }
    // Many services may take over the same few parts: what they unfold to is bounded by itself.
    let options =
        serde_saphyr::options! { budget: serde_saphyr::budget! { enforce_alias_anchor_ratio: false } };
    serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| YamlError::Syntax { reason: error.to_string() })
}

/// Whether a Compose file gives its project a name itself. A file that cannot be read gives none.
#[must_use]
pub fn names_project(text: &str) -> bool {
    let Ok(value) = read_yaml(text) else { return false };
    value.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty())
}
