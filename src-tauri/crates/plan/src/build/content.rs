//! What a build reads beside its own context: files of several folders and texts, put together as one tree.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A tree that a build reads from, and the name by which its Dockerfile does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildContent {
    /// How the Dockerfile reaches it.
    pub reach: ContentReach,
    /// Folders of this computer, each at its place in the tree. What only the folder's owner may do, everybody may there.
    pub folders: Vec<ContentFolder>,
    /// Texts, which replace files of the folders.
    pub files: Vec<ContentFile>,
}

/// How a Dockerfile reaches a tree of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", content = "value")]
pub enum ContentReach {
    /// A named build context of this name: needs BuildKit 0.10.
    Context(String),
    /// As the build's own context, which is nothing else.
    Alone,
    /// An image of its own, made before the build and gone after it, in which the tree lies below [`IN_IMAGE`]. Its name is known only then, and
    /// given to the build as this argument.
    Image(String),
}

/// Where the tree lies in an image of its own.
pub const IN_IMAGE: &str = "/tmp/build-features";

/// A folder of a tree of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentFolder {
    /// Its name at the top of the tree.
    pub at: String,
    /// The folder of this computer. Where that is says nothing about what goes in.
    #[serde(skip)]
    pub from: PathBuf,
    /// SHA-256 of what is in it, in hexadecimal.
    pub digest: String,
    /// Who it belongs to, for people: a Feature as its user named it.
    pub owner: String,
}

/// A text in a tree of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentFile {
    /// Its path in the tree, with slashes.
    pub at: String,
    /// What it holds.
    pub text: String,
}

impl BuildContent {
    /// The folder that a step of the build works in, as far as its words tell.
    #[must_use]
    pub fn folder_of_step(&self, words: &str) -> Option<&ContentFolder> {
        let names = |folder: &&ContentFolder| {
            words.match_indices(&folder.at).any(|(start, name)| {
                let before = words[..start].chars().next_back();
                let after = words[start + name.len()..].chars().next();
                matches!(before, Some('/' | '='))
                    && !after.is_some_and(|next| next.is_alphanumeric() || "._-".contains(next))
            })
        };
        self.folders.iter().find(names)
    }
}
