//! The `featuresConfiguration` of `read-configuration`: what is known of Features, as the reference shows it.

use serde_json::{Value, json};

use super::graph::FeatureNode;
use super::reference::{FeatureReference, OciReference, OciVersion};
use super::set::FeatureSet;
use crate::resolve::move_old_properties;

/// The document. `gathered` is the folder in which the Features would be put together for a build.
#[must_use]
pub fn features_configuration(set: &FeatureSet, gathered: &str) -> Value {
    let sets: Vec<Value> = set
        .features
        .iter()
        .enumerate()
        .map(|(place, feature)| {
            let folder = set.folder_name(place).unwrap_or_default();
            let mut entry = json!({
                "sourceInformation": source(&feature.node),
                "features": [properties(&feature.node, &folder, gathered)],
                "internalVersion": if feature.node.manifest.first_version { "1" } else { "2" },
            });
            let digest = feature.node.digest.as_ref().filter(|_| !feature.node.manifest.first_version);
            if let (Some(digest), Value::Object(entry)) = (digest, &mut entry) {
                entry.insert("computedDigest".to_owned(), digest.clone().into());
            }
            entry
        })
        .collect();
    json!({ "featureSets": sets, "dstFolder": gathered })
}

/// Where a Feature comes from.
fn source(node: &FeatureNode) -> Value {
    match &node.reference {
        FeatureReference::Oci(reference) => json!({
            "type": "oci",
            "manifest": node.artifact,
            "manifestDigest": node.digest,
            "featureRef": feature_reference(reference),
            "userFeatureId": node.user_id,
            "userFeatureIdWithoutVersion": node.id_without_version(),
        }),
        FeatureReference::Tarball { url, .. } => {
            json!({ "type": "direct-tarball", "tarballUri": url, "userFeatureId": node.user_id })
        }
        FeatureReference::Local { folder, .. } => {
            json!({ "type": "file-path", "resolvedFilePath": folder, "userFeatureId": node.user_id })
        }
        FeatureReference::GitHub { owner, repository, tag, .. } => {
            let release = tag.as_ref().map_or_else(|| "latest".to_owned(), |tag| format!("tags/{tag}"));
            let download =
                tag.as_ref().map_or_else(|| "latest/download".to_owned(), |tag| format!("download/{tag}"));
            let mut source = json!({
                "type": "github-repo",
                "apiUri": format!("https://api.github.com/repos/{owner}/{repository}/releases/{release}"),
                "unauthenticatedUri": format!("https://github.com/{owner}/{repository}/releases/{download}"),
                "owner": owner,
                "repo": repository,
                "tag": tag,
                "isLatest": tag.is_none(),
                "userFeatureId": node.user_id,
                "userFeatureIdWithoutVersion": node.id_without_version(),
            });
            if let (None, Value::Object(source)) = (tag, &mut source) {
                source.shift_remove("tag");
            }
            source
        }
    }
}

fn feature_reference(reference: &OciReference) -> Value {
    let host = reference.registry.split(':').next().unwrap_or_default();
    let mut shown = json!({
        "scheme": if host == "localhost" { "http" } else { "https" },
        "id": reference.id,
        "owner": reference.namespace.split('/').next(),
        "namespace": reference.namespace,
        "registry": reference.registry,
        "resource": reference.resource(),
        "path": reference.path(),
        "version": reference.version_text(),
    });
    let kind = match &reference.version {
        OciVersion::Tag(_) => "tag",
        OciVersion::Digest(_) => "digest",
    };
    shown[kind] = reference.version_text().into();
    shown
}

/// What a Feature says of itself, and then what is known of it beside that.
fn properties(node: &FeatureNode, folder: &str, gathered: &str) -> Value {
    let mut shown = node.manifest.raw.clone();
    let mut add = |name: &str, value: Value| {
        shown.entry(name).or_insert(value);
    };
    add("id", node.id().into());
    if node.reference.as_oci().is_none() {
        add("name", node.name().unwrap_or_default().into());
        add("value", node.options.clone());
        add("included", true.into());
    } else {
        add("included", true.into());
        add("value", node.options.clone());
    }
    add("cachePath", format!("{gathered}/{folder}").into());
    add("consecutiveId", folder.into());
    move_old_properties(Value::Object(shown))
}
