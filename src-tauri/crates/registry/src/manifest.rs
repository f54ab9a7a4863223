//! Manifests of what is published for dev containers (spec: devcontainer-features-distribution).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::digest::{digest_of, hexadecimal};
use crate::error::Error;

/// The media type of manifests.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of the configuration of everything that is published for dev containers.
pub const CONFIGURATION: &str = "application/vnd.devcontainers";
/// The media type of a Feature's or Template's content.
pub const CONTENT: &str = "application/vnd.devcontainers.layer.v1+tar";
/// The media type of a collection's list.
pub const COLLECTION: &str = "application/vnd.devcontainers.collection.layer.v1+json";
/// The annotation that carries `devcontainer-feature.json` or `devcontainer-template.json`.
pub const METADATA: &str = "dev.containers.metadata";
/// The annotation that names a layer's file.
pub const TITLE: &str = "org.opencontainers.image.title";
/// The annotation that tells GitHub's registry what it shows.
pub const PACKAGE_TYPE: &str = "com.github.package.type";
/// What every configuration is: an empty object.
pub const EMPTY_CONFIGURATION: &[u8] = b"{}";

/// A manifest as a registry gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The digest of `body`.
    pub digest: String,
    /// The bytes, which the digest is of.
    pub body: Vec<u8>,
    /// What they say.
    pub document: ManifestDocument,
}

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestDocument {
    /// 2 for everything that is published today.
    pub schema_version: u32,
    /// [`MANIFEST`]; registries may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The configuration, of which only the media type matters.
    pub config: Descriptor,
    /// One layer: the content.
    pub layers: Vec<Descriptor>,
    /// Metadata, so that it is known without the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<IndexMap<String, String>>,
}

/// A blob, by what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What kind of content it is.
    pub media_type: String,
    /// The digest of its bytes.
    pub digest: String,
    /// Their number.
    pub size: u64,
    /// For layers: the file's name under [`TITLE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<IndexMap<String, String>>,
}

impl Manifest {
    /// Reads a manifest. `what` names it in errors.
    ///
    /// # Errors
    /// When it is no manifest of something for dev containers.
    pub fn read(body: Vec<u8>, what: &str) -> Result<Manifest, Error> {
        let malformed = |detail: String| Error::Malformed { what: what.to_owned(), detail };
        let document: ManifestDocument =
            serde_json::from_slice(&body).map_err(|error| malformed(format!("its manifest: {error}")))?;
        if document.config.media_type != CONFIGURATION {
            return Err(malformed(format!(
                "it is of the kind {}, and nothing for dev containers ({CONFIGURATION})",
                document.config.media_type
            )));
        }
        Ok(Manifest { digest: digest_of(&body), body, document })
    }

    /// `devcontainer-feature.json` or `devcontainer-template.json`, where the publisher put it beside the content.
    #[must_use]
    pub fn metadata(&self) -> Option<&str> {
        self.document.annotations.as_ref()?.get(METADATA).map(String::as_str)
    }

    /// The content.
    ///
    /// # Errors
    /// When there is none, or its digest is none.
    pub fn content(&self, what: &str) -> Result<&Descriptor, Error> {
        let malformed = |detail: String| Error::Malformed { what: what.to_owned(), detail };
        let layer = self
            .document
            .layers
            .first()
            .ok_or_else(|| malformed("its manifest names no content".to_owned()))?;
        if hexadecimal(&layer.digest).is_none() {
            return Err(malformed(format!(
                "its manifest names content by {:?}, which is no digest",
                layer.digest
            )));
        }
        Ok(layer)
    }
}

impl ManifestDocument {
    /// The manifest of one published file, as the reference writes it: the same keys in the same order, so that the digest is the
    /// same.
    #[must_use]
    pub fn of(content: Descriptor, annotations: Option<IndexMap<String, String>>) -> ManifestDocument {
        ManifestDocument {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            config: Descriptor {
                media_type: CONFIGURATION.to_owned(),
                digest: digest_of(EMPTY_CONFIGURATION),
                size: EMPTY_CONFIGURATION.len() as u64,
                annotations: None,
            },
            layers: vec![content],
            annotations,
        }
    }
}

impl Descriptor {
    /// The descriptor of a file that is going to be published.
    #[must_use]
    pub fn of(bytes: &[u8], media_type: &str, title: &str) -> Descriptor {
        Descriptor {
            media_type: media_type.to_owned(),
            digest: digest_of(bytes),
            size: bytes.len() as u64,
            annotations: Some(IndexMap::from([(TITLE.to_owned(), title.to_owned())])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(order: &str) -> String {
        format!(r#"{{"mediaType":"application/vnd.devcontainers","digest":"{order}","size":2}}"#)
    }

    #[test]
    fn what_is_nothing_for_dev_containers_says_so() {
        let digest = digest_of(b"x");
        let config = descriptor(&digest);
        let image = config.replace("vnd.devcontainers", "vnd.oci.image.config.v1+json");
        let cases = [
            (format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{config}]}}"#), Ok(digest.as_str())),
            (format!(r#"{{"schemaVersion":2,"config":{config},"layers":[]}}"#), Err("names no content")),
            (
                format!(
                    r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#,
                    descriptor("sha256:../x")
                ),
                Err("which is no digest"),
            ),
            (
                format!(r#"{{"schemaVersion":2,"config":{image},"layers":[{config}]}}"#),
                Err("is of the kind application/vnd.oci.image.config.v1+json"),
            ),
            (r#"{"schemaVersion":2}"#.to_owned(), Err("missing field `config`")),
            ("[]".to_owned(), Err("its manifest")),
            ("<html>".to_owned(), Err("its manifest")),
        ];
        for (body, expected) in cases {
            let read = Manifest::read(body.clone().into_bytes(), "it")
                .and_then(|manifest| manifest.content("it").map(|layer| layer.digest.clone()));
            match (read, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(error), Err(expected)) => {
                    assert!(error.to_string().contains(expected), "{body}: {error}")
                }
                (found, expected) => panic!("{body}: {found:?}, not {expected:?}"),
            }
        }
    }

    /// The reference's own comment in its publishing names this manifest and its digest.
    #[test]
    fn a_manifest_is_written_as_the_reference_writes_it() {
        let metadata = r#"{"id":"color","version":"1.0.0","name":"A feature to remind you of your favorite color","options":{"favorite":{"type":"string","enum":["red","gold","green"],"default":"red","description":"Choose your favorite color."}}}"#;
        let content = Descriptor {
            media_type: CONTENT.to_owned(),
            digest: "sha256:0bb92d2da46d760c599d0a41ed88d52521209408b529761417090b62ee16dfd1".to_owned(),
            size: 3584,
            annotations: Some(IndexMap::from([(
                TITLE.to_owned(),
                "devcontainer-feature-color.tgz".to_owned(),
            )])),
        };
        let annotations = IndexMap::from([
            (METADATA.to_owned(), metadata.to_owned()),
            (PACKAGE_TYPE.to_owned(), "devcontainer_feature".to_owned()),
        ]);
        let document = ManifestDocument::of(content, Some(annotations));
        let body = serde_json::to_vec(&document).unwrap();
        assert_eq!(
            digest_of(&body),
            "sha256:dd328c25cc7382aaf4e9ee10104425d9a2561b47fe238407f6c0f77b3f8409fc"
        );
    }
}
