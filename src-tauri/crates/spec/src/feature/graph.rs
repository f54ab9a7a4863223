//! Which Features an environment needs: those asked for, and those that they depend on (Feature dependencies specification, part A).
//!
//! Manifests are facts from outside. The graph is built from those that are known and names the ones that it needs next, level by
//! level, so that a caller can fetch each level at once.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asked::{AskedFeature, map_identifier};
use super::manifest::FeatureManifest;
use super::options::findings;
use super::order::{equal, satisfies};
use super::reference::{FeatureReference, LocalBase, ReferenceError, identifier_without_version};

/// A Feature that will be installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureNode {
    /// What its user wrote: a configuration's author or another Feature's.
    pub user_id: String,
    /// Where it comes from.
    pub reference: FeatureReference,
    /// The options as given.
    pub options: Value,
    /// Only the caller asked for it, and not the configuration.
    pub additional: bool,
    /// What it says of itself.
    pub manifest: FeatureManifest,
    /// The digest of its artifact's manifest, or of its archive.
    pub digest: Option<String>,
    /// Its artifact's manifest, if a registry has it.
    pub artifact: Option<Value>,
    /// The nodes that must be installed before, by their place in the graph.
    pub depends_on: Vec<usize>,
    /// What is installed before if it is installed at all.
    pub installs_after: Vec<SoftDependency>,
}

/// A Feature that another one wants before itself if it is installed at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SoftDependency {
    /// What the other Feature's author wrote.
    pub user_id: String,
    /// What that stands for.
    pub reference: FeatureReference,
    /// The names under which it is or was published, as far as they are known.
    pub aliases: Vec<String>,
}

/// What was found behind a reference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fetched {
    /// The digest of its artifact's manifest, or of its archive; a folder has none.
    pub digest: Option<String>,
    /// What it says of itself.
    pub manifest: FeatureManifest,
    /// Its artifact's manifest, if a registry has it; documents show it.
    pub artifact: Option<Value>,
}

/// A Feature whose manifest is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What its user wrote.
    pub user_id: String,
    /// Where it is.
    pub reference: FeatureReference,
    /// The Feature that depends on it, if it was not asked for.
    pub needed_by: Option<String>,
}

/// What is known of the Features so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Graph {
    /// Everything: each Feature once, the ones asked for first.
    Complete {
        /// The Features.
        nodes: Vec<FeatureNode>,
        /// What to tell about options and dependencies, a sentence each.
        warnings: Vec<String>,
    },
    /// More manifests are needed.
    Incomplete {
        /// Without these there is no graph.
        needed: Vec<Wanted>,
        /// With these, Features that were renamed are recognised. If one cannot be had, nothing else changes.
        hoped: Vec<FeatureReference>,
    },
}

/// Why there is no graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}{}", needed_by.as_ref().map(|id| format!("; the Feature '{id}' depends on it")).unwrap_or_default())]
pub struct GraphError {
    /// What the Feature's user wrote.
    pub user_id: String,
    /// The Feature that depends on it, if it was not asked for.
    pub needed_by: Option<String>,
    /// What is wrong with it.
    #[source]
    pub error: ReferenceError,
}

/// A Feature on the way into the graph.
struct Waiting {
    user_id: String,
    id: String,
    options: Value,
    /// The node that depends on it.
    parent: Option<usize>,
}

/// Builds the graph as far as manifests are known.
///
/// `fetched` and `softly` are by a reference's text (its `Display`). In `softly`, `None` says that a manifest cannot be had.
///
/// # Errors
/// Something that is needed has no usable reference.
pub fn graph(
    asked: &[AskedFeature],
    base: &LocalBase<'_>,
    auto_mapping: bool,
    fetched: &HashMap<String, Fetched>,
    softly: &HashMap<String, Option<FeatureManifest>>,
) -> Result<Graph, GraphError> {
    let only_added: HashSet<&str> =
        asked.iter().filter(|feature| feature.additional).map(|feature| feature.user_id.as_str()).collect();
    let mapped = |id: &str| {
        let mapped = if auto_mapping { map_identifier(id) } else { None };
        mapped.map_or_else(|| id.to_owned(), |mapped| mapped.id)
    };
    let mut nodes: Vec<FeatureNode> = Vec::new();
    let mut needed: Vec<Wanted> = Vec::new();
    let mut warnings = Vec::new();
    let mut waiting: VecDeque<Waiting> = asked
        .iter()
        .map(|feature| Waiting {
            user_id: feature.user_id.clone(),
            id: feature.id.clone(),
            options: feature.options.clone(),
            parent: None,
        })
        .collect();
    while let Some(Waiting { user_id, id, options, parent }) = waiting.pop_front() {
        let needed_by = parent.map(|parent| nodes[parent].user_id.clone());
        let reference = FeatureReference::parse(&id, base).map_err(|error| GraphError {
            user_id: user_id.clone(),
            needed_by: needed_by.clone(),
            error,
        })?;
        let key = reference.to_string();
        let Some(Fetched { digest, manifest, artifact }) = fetched.get(&key).cloned() else {
            // A folder has many ways to it, and is one reference.
            if needed.iter().all(|wanted| wanted.reference.to_string() != key) {
                needed.push(Wanted { user_id, reference, needed_by });
            }
            continue;
        };
        let additional = only_added.contains(user_id.as_str());
        let mut node = FeatureNode {
            user_id,
            reference,
            options,
            additional,
            manifest,
            digest,
            artifact,
            depends_on: Vec::new(),
            installs_after: Vec::new(),
        };
        // A circle stops here, because it comes back to a node that is there. Ordering reports it.
        let place = nodes.iter().position(|existing| equal(existing, &node)).unwrap_or(nodes.len());
        if let Some(parent) = parent {
            nodes[parent].depends_on.push(place);
        } else {
            warnings.extend(findings(&node.user_id, &node.manifest, &node.options));
        }
        if place < nodes.len() {
            continue;
        }
        for (dependency, options) in &node.manifest.depends_on {
            waiting.push_back(Waiting {
                user_id: dependency.clone(),
                id: mapped(dependency),
                options: options.clone(),
                parent: Some(place),
            });
        }
        for dependency in node.manifest.installs_after.clone() {
            match FeatureReference::parse(&mapped(&dependency), base) {
                Ok(reference) => {
                    node.installs_after.push(SoftDependency {
                        user_id: dependency,
                        aliases: softly
                            .get(&reference.to_string())
                            .and_then(Option::as_ref)
                            .map(FeatureManifest::aliases)
                            .unwrap_or_default(),
                        reference,
                    });
                }
                Err(error) => warnings.push(format!(
                    "The Feature '{}' wants to be installed after '{dependency}', which is ignored: {error}",
                    node.user_id
                )),
            }
        }
        nodes.push(node);
    }
    let hoped = hoped(&nodes, softly);
    if needed.is_empty() && hoped.is_empty() {
        return Ok(Graph::Complete { nodes, warnings });
    }
    Ok(Graph::Incomplete { needed, hoped })
}

/// Soft dependencies that may be the new name of a Feature that is there under its old one.
/// Only Features of one collection can be each other's, so most soft dependencies need not be looked at.
fn hoped(nodes: &[FeatureNode], softly: &HashMap<String, Option<FeatureManifest>>) -> Vec<FeatureReference> {
    let mut hoped: Vec<FeatureReference> = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        for soft in &node.installs_after {
            let FeatureReference::Oci(wanted) = &soft.reference else { continue };
            let same_collection = nodes.iter().enumerate().any(|(other, candidate)| {
                other != place
                    && candidate.reference.as_oci().is_some_and(|reference| {
                        reference.registry == wanted.registry
                            && reference.namespace == wanted.namespace
                            && reference.id != wanted.id
                    })
                    && !satisfies(candidate, soft)
            });
            if same_collection
                && !softly.contains_key(&soft.reference.to_string())
                && !hoped.contains(&soft.reference)
            {
                hoped.push(soft.reference.clone());
            }
        }
    }
    hoped
}

impl FeatureNode {
    /// The Feature's id: its own word for it, else the reference's.
    #[must_use]
    pub fn id(&self) -> &str {
        self.manifest.id.as_deref().unwrap_or_else(|| self.reference.id())
    }

    /// The Feature's name for people. What comes from no registry is named by its reference if it does not say otherwise.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let own = self.manifest.name.as_deref();
        match self.reference {
            FeatureReference::Oci(_) => own,
            _ => own.or(Some(&self.user_id)),
        }
    }

    /// The reference as written, without its version; none for folders and archives, which have no version in it.
    #[must_use]
    pub fn id_without_version(&self) -> Option<&str> {
        match self.reference {
            FeatureReference::Oci(_) => Some(identifier_without_version(&self.user_id)),
            FeatureReference::GitHub { .. } => self.user_id.split('@').next(),
            FeatureReference::Tarball { .. } | FeatureReference::Local { .. } => None,
        }
    }
}
