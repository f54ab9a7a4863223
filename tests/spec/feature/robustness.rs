//! Whatever a reference, a manifest, a lockfile or a control manifest holds, the answer is data and not a panic.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value};
use wharf_spec::PathStyle;
use wharf_spec::feature::{
    ControlManifest, FeatureManifest, FeatureReference, FeatureSet, Fetched, Graph, InstalledFeature,
    LocalBase, Lockfile, OciReference, OciVersion, asked, builtin_environment_file, entry_of_feature,
    environment_file, features_configuration, graph, identifier_without_version, install_order,
    install_script, lockfile_path, outdated, overrides, publishing_tags, safe_name,
};

use super::BASE;
use crate::document::json;

/// Texts that look like references, and others.
fn reference() -> impl Strategy<Value = String> {
    prop_oneof![
        "(ghcr\\.io|localhost:5000|\\.|\\.\\.|https://h\\.example|owner|[a-zA-Z.:é]{0,4})(/[a-z0-9._-]{0,6}){0,4}([:@][a-z0-9.:]{0,8})?(\\.tgz)?",
        "(\\./|\\.\\./|/){0,3}[a-c]{0,2}(/\\.\\.){0,2}",
        "https://[a-z.:@/?#%é]{0,12}devcontainer-feature-[a-z.]{0,8}(\\.tgz)?",
        any::<String>(),
    ]
}

/// A manifest with the language's own properties and any values.
fn manifest() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "id",
        "version",
        "name",
        "options",
        "containerEnv",
        "dependsOn",
        "installsAfter",
        "legacyIds",
        "currentId",
        "deprecated",
        "mounts",
        "customizations",
        "extensions",
        "settings",
        "onCreateCommand",
        "entrypoint",
        "other",
    ]);
    let soft = prop::collection::vec(reference(), 0..3).prop_map(Value::from);
    let hard = prop::collection::vec((reference(), json()), 0..3)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()));
    let value = prop_oneof![json(), soft, hard, "[a-z]{0,3}".prop_map(Value::from)];
    prop::collection::vec((names.prop_map(str::to_owned), value), 0..8)
        .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

proptest! {
    #[test]
    fn references(text in reference(), configuration in reference(), workspace in reference()) {
        for style in [PathStyle::Linux, PathStyle::Darwin, PathStyle::Windows] {
            let base = LocalBase { configuration: &configuration, workspace: &workspace, style, fetched: "" };
            match FeatureReference::parse(&text, &base) {
                Ok(reference) => prop_assert!(!reference.to_string().is_empty()),
                Err(error) => prop_assert!(!error.to_string().is_empty() && !error.reference_text().is_empty()),
            }
            let _ = lockfile_path(&configuration, style);
        }
        prop_assert!(text.starts_with(identifier_without_version(&text)));
        let _ = safe_name(&text);
    }

    /// What names a Feature in a registry is named so that it reads as the same.
    #[test]
    fn references_read_as_they_are_written(text in reference()) {
        if let Ok(reference) = OciReference::parse(&text) {
            prop_assert_eq!(OciReference::parse(&reference.to_string()), Ok(reference));
        }
    }

    #[test]
    fn manifests(value in prop_oneof![json(), manifest()], features in json(), additional in json(), user in any::<String>()) {
        let _ = FeatureManifest::parse(Path::new("f.json"), &value.to_string());
        let (manifest, _) = FeatureManifest::read(&value, "f");
        // Every Feature is this one, so that it depends on itself in every way.
        let known = Fetched { digest: None, manifest, artifact: Some(value) };
        let none = Map::new();
        let asked = asked(features.as_object().unwrap_or(&none), additional.as_object().unwrap_or(&none), true);
        let (mut fetched, mut softly) = (HashMap::new(), HashMap::new());
        for level in 0.. {
            match graph(&asked.features, &BASE, true, &fetched, &softly) {
                Err(error) => {
                    prop_assert!(!error.to_string().is_empty());
                    break;
                }
                Ok(Graph::Incomplete { needed, hoped }) => {
                    prop_assert!(level < 100, "the graph has an end");
                    fetched.extend(needed.iter().map(|wanted| (wanted.reference.to_string(), known.clone())));
                    softly.extend(hoped.iter().map(|soft| (soft.to_string(), Some(known.manifest.clone()))));
                }
                Ok(Graph::Complete { nodes, .. }) => {
                    let first: Vec<String> = nodes.iter().map(|node| node.user_id.clone()).collect();
                    let order = overrides(&first, &BASE, true).and_then(|first| install_order(&nodes, &first));
                    if let Err(error) = order {
                        prop_assert!(!error.to_string().is_empty());
                    }
                    let _ = FeatureSet::lock(&nodes).print();
                    let features = nodes.iter().map(|node| {
                        let _ = entry_of_feature(node, &[]);
                        let _ = environment_file(node);
                        let _ = install_script(node);
                        InstalledFeature { node: node.clone(), folder: Default::default(), content: String::new() }
                    });
                    let _ = features_configuration(&FeatureSet { features: features.collect(), ..FeatureSet::default() }, "/f");
                    break;
                }
            }
        }
        let _ = builtin_environment_file(&user, &user);
    }

    #[test]
    fn lockfiles(text in any::<String>(), value in json()) {
        for text in [text, value.to_string(), serde_json::json!({ "features": value }).to_string()] {
            if let Ok(Some(lockfile)) = Lockfile::parse(&text) {
                let _ = lockfile.is_written_as(&text);
            }
        }
    }

    #[test]
    fn control_manifests(text in any::<String>(), value in json(), id in reference()) {
        let wrapped = serde_json::json!({ "disallowedFeatures": [value, { "featureIdPrefix": &id }], "featureAdvisories": [value] });
        for text in [text, wrapped.to_string()] {
            let control = ControlManifest::parse(&text);
            let _ = control.disallowed(&id);
        }
    }

    #[test]
    fn versions(version in "v?[0-9x]{0,3}(\\.[0-9x]{0,22}){0,4}(-[a-z.0-9]{0,4})?", tags in prop::collection::vec("[0-9.]{0,8}|\\PC{0,4}", 0..5)) {
        let _ = publishing_tags(&version, &tags);
        let _ = outdated(&OciVersion::Tag(version.clone()), Some(&version), &tags, None);
    }
}
