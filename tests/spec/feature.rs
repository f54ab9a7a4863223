//! Features, held to the reference's answers and to the rules of the specification.

mod advisory;
mod asked;
mod lockfile;
mod manifest;
mod options;
mod order;
mod record;
mod reference;
mod robustness;
mod version;

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};
use wharf_spec::PathStyle;
use wharf_spec::feature::{
    AskedFeature, FeatureManifest, FeatureNode, Fetched, Graph, LocalBase, asked, graph,
};

/// Where local references are seen from in these tests.
pub(crate) const BASE: LocalBase<'static> = LocalBase {
    configuration: "/w/.devcontainer/devcontainer.json",
    workspace: "/w",
    style: PathStyle::Linux,
    fetched: "",
};

/// The Features that a configuration's `features` asks for.
pub(crate) fn asked_for(features: &Value) -> Vec<AskedFeature> {
    asked(features.as_object().unwrap(), &Map::new(), true).features
}

/// A manifest without anything wrong in it.
pub(crate) fn manifest(value: &Value) -> FeatureManifest {
    let (manifest, diagnostics) = FeatureManifest::read(value, "test");
    assert_eq!(diagnostics, []);
    manifest
}

/// The graph of Features whose manifests are all at hand, fetched level by level. `collection` finds a manifest and a digest.
pub(crate) fn graph_of(
    asked: &[AskedFeature],
    base: &LocalBase<'_>,
    collection: impl Fn(&str) -> Option<Fetched>,
) -> Vec<FeatureNode> {
    let mut fetched = HashMap::new();
    let mut softly = HashMap::new();
    loop {
        match graph(asked, base, true, &fetched, &softly).unwrap() {
            Graph::Complete { nodes, .. } => return nodes,
            Graph::Incomplete { needed, hoped } => {
                for wanted in needed {
                    let key = wanted.reference.to_string();
                    let found = collection(&key).unwrap_or_else(|| panic!("no manifest of {key}"));
                    assert!(fetched.insert(key, found).is_none(), "nothing is asked for twice");
                }
                for reference in hoped {
                    let key = reference.to_string();
                    let found = collection(&key).map(|fetched| fetched.manifest);
                    assert!(softly.insert(key, found).is_none(), "nothing is asked for twice");
                }
            }
        }
    }
}

/// Every file of a folder whose name a test knows.
pub(crate) fn text(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
