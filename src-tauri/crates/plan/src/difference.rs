//! How what is wanted differs from what was last applied, and how little it takes to apply it.
//!
//! What was applied is remembered in two parts: the configuration ([`properties`]) and what else the environment was made of
//! ([`ingredients`]). The largest change that any difference takes is what the whole takes.

mod ingredients;
mod properties;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use ingredients::{BaseImage, Built, Ingredients, of_ingredients};
pub use properties::{LabelIsKept, differences, entries_with_what_is_hot, with_what_is_hot};

/// What it takes to apply a change, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Nothing but the next command, hook or look.
    Hot,
    /// The container is stopped and started.
    Restart,
    /// The container is made anew from the same image.
    Recreate,
    /// The image is built anew, and the container from it.
    Rebuild,
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The property, for example `containerEnv.EDITOR`.
    pub property: String,
    /// The value that was applied; none if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value now; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// What it takes.
    pub change: Change,
    /// What that means, as a sentence for a person.
    pub effect: String,
    /// The instruction or Feature from which on the image is built anew; what comes before it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// What it takes to apply all of them; none if there is nothing to apply.
#[must_use]
pub fn smallest_application(differences: &[Difference]) -> Option<Change> {
    differences.iter().map(|difference| difference.change).max()
}
