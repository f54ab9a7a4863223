//! What an installed Feature leaves in an image's metadata (devcontainer reference, "Image Metadata").

use serde_json::{Map, Value};

use super::graph::FeatureNode;
use crate::metadata::Entry;
use crate::resolve::move_old_properties;
use crate::source::Source;

/// What a Feature contributes to the label, in the order in which the label shows it.
const FROM_FEATURE: [&str; 12] = [
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
    "init",
    "privileged",
    "capAdd",
    "securityOpt",
    "entrypoint",
    "mounts",
    "customizations",
];

/// What a Feature contributes. Properties in `omit` are left out.
#[must_use]
pub fn entry_of_feature(node: &FeatureNode, omit: &[&str]) -> Entry {
    let properties = move_old_properties(Value::Object(node.manifest.raw.clone()));
    let mut value = Map::from_iter([("id".to_owned(), Value::from(node.user_id.clone()))]);
    for property in FROM_FEATURE.into_iter().filter(|property| !omit.contains(property)) {
        if let Some(contribution) = properties.get(property) {
            value.insert(property.to_owned(), contribution.clone());
        }
    }
    Entry {
        id: Some(node.user_id.clone()),
        value: Value::Object(value),
        source: Source::Feature { id: node.user_id.clone() },
    }
}
