//! Where a value came from, so that every merged value can name its author.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The origin of a value or of an entry of metadata.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Source {
    /// The metadata label of an image or of an existing container.
    Image {
        /// The image's or container's name.
        name: String,
        /// The entry's place in the label, the first being 0.
        index: usize,
        /// The Feature that contributed the entry when the image was built, as its user named it.
        feature: Option<String>,
    },
    /// A Feature that this configuration asks for.
    Feature {
        /// The Feature as its user named it.
        id: String,
    },
    /// The configuration itself, or a file that it extends.
    Config {
        /// The file.
        path: PathBuf,
    },
    /// What the person adds to every configuration: a file of their own that never reaches an image's label.
    Overlay {
        /// The file.
        path: PathBuf,
    },
}

impl Source {
    /// The name that messages about lifecycle commands use: the Feature's, or `devcontainer.json`.
    #[must_use]
    pub fn origin(&self) -> &str {
        match self {
            Self::Image { feature: Some(id), .. } | Self::Feature { id } => id,
            Self::Image { feature: None, .. } | Self::Config { .. } | Self::Overlay { .. } => {
                "devcontainer.json"
            }
        }
    }

    /// The file in which it stands, if it stands in one of this computer.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::Config { path } | Self::Overlay { path } => Some(path),
            Self::Image { .. } | Self::Feature { .. } => None,
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who wrote it.
    pub source: Source,
}
