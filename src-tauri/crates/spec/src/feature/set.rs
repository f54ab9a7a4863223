//! What is to be installed into an image, in the order of installation.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::graph::FeatureNode;
use super::lockfile::{LockedFeature, Lockfile};
use super::reference::FeatureReference;

/// The Features of an environment, resolved and ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureSet {
    /// The Features in the order of their installation.
    pub features: Vec<InstalledFeature>,
    /// What the lockfile would hold; none if lockfiles are switched off.
    pub lockfile: Option<Lockfile>,
    /// What to tell the user, a sentence each.
    pub warnings: Vec<String>,
}

/// A Feature with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstalledFeature {
    /// What it is and what it is asked to do.
    pub node: FeatureNode,
    /// Its content on this computer.
    pub folder: PathBuf,
    /// What stands for its content: `sha256:…` of its files.
    pub content: String,
}

impl FeatureSet {
    /// The name of a Feature's folder in the build's context: its id, and its place in the order of installation.
    ///
    /// An id is its author's text. Whatever it holds, this is the name of a folder, in a path as in a Dockerfile.
    #[must_use]
    pub fn folder_name(&self, index: usize) -> Option<String> {
        let plain = |character: char| character.is_ascii_alphanumeric() || ".-_".contains(character);
        let id = self.features.get(index)?.node.id();
        let name: String =
            id.chars().map(|character| if plain(character) { character } else { '_' }).collect();
        Some(format!("{name}_{index}"))
    }

    /// The lockfile of these Features: all that have a version and a digest, but for those that only the caller asked for, and for
    /// those of the first version, as with the reference.
    #[must_use]
    pub fn lock(nodes: &[FeatureNode]) -> Lockfile {
        let mut features: Vec<(String, LockedFeature)> = nodes
            .iter()
            .filter(|node| !node.additional && !node.manifest.first_version)
            .filter_map(|node| {
                let integrity = node.digest.clone()?;
                let resolved = match &node.reference {
                    FeatureReference::Oci(reference) => format!("{}@{integrity}", reference.resource()),
                    FeatureReference::Tarball { url, .. } => url.clone(),
                    FeatureReference::Local { .. } | FeatureReference::GitHub { .. } => return None,
                };
                let depends_on: Vec<String> = node.manifest.depends_on.keys().cloned().collect();
                let version = node.manifest.version.clone();
                Some((node.user_id.clone(), LockedFeature { version, resolved, integrity, depends_on }))
            })
            .collect();
        features.sort_by(|(left, _), (right, _)| crate::javascript::locale_compare(left, right));
        Lockfile { features: features.into_iter().collect() }
    }
}
