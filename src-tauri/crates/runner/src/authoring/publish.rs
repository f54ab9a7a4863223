//! `features publish` and `templates publish`: what is new of a collection goes to a registry, and its list with it.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use wharf_registry::{
    COLLECTION, CONTENT, Client, Descriptor, METADATA, ManifestDocument, PACKAGE_TYPE, Repository,
};
use wharf_spec::feature::OciReference;
use wharf_spec::javascript;

use super::package::{COLLECTION_FILE, Packed, collect};
use super::{PublishRequest, Published, impossible};
use crate::CancellationToken;
use crate::collections::{self, failed};
use crate::error::{Error, Result};

/// The registry that is told what it shows.
const GITHUB: &str = "ghcr.io";

/// Publishes what a registry does not have yet of a collection, each version under its own tag and those of which it is the newest.
///
/// # Errors
/// When a folder is not what it should be, a name or version cannot be published, or the registry does not take it.
pub async fn publish(request: &PublishRequest, cancel: CancellationToken) -> Result<Published> {
    let kind = request.kind;
    let target = request.target.clone();
    let collecting = tokio::task::spawn_blocking(move || collect(kind, &target, None));
    let collection = collecting.await.map_err(|error| impossible(error.to_string(), None))??;
    let publisher = Publisher { client: collections::client(&request.registries)?, request };
    // Known before anything is sent, or half a collection would be published.
    for member in &collection.members {
        publisher.repository(&member.id)?;
        for id in legacy_ids(member) {
            publisher.repository(id)?;
        }
    }
    let mut document = Map::new();
    for member in &collection.members {
        // Never between two tags of one version: the next time that version would count as published.
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut entry = Map::new();
        if let Some((tags, digest)) = publisher.version(member, &member.id).await? {
            entry.insert("publishedTags".to_owned(), json!(tags));
            entry.insert("digest".to_owned(), json!(digest));
            entry.insert("version".to_owned(), json!(member.version));
            let mut older = Vec::new();
            for id in legacy_ids(member) {
                if publisher.version(member, id).await?.is_some() {
                    older.push(id);
                }
            }
            if !older.is_empty() {
                entry.insert("publishedLegacyIds".to_owned(), json!(older));
            }
        }
        document.insert(member.id.clone(), Value::Object(entry));
    }
    publisher.list(collection.list.into_bytes()).await?;
    Ok(Published { document, warnings: collection.warnings })
}

/// Names that a Feature was published by before.
fn legacy_ids(member: &Packed) -> impl Iterator<Item = &str> {
    let ids = member.description.get("legacyIds").and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str)
}

struct Publisher<'a> {
    client: Client,
    request: &'a PublishRequest,
}

impl Publisher<'_> {
    /// Where something of this id goes.
    fn repository(&self, id: &str) -> Result<Repository> {
        let PublishRequest { registry, namespace, kind, .. } = self.request;
        let reference = OciReference::parse(&format!("{registry}/{namespace}/{id}")).map_err(|error| {
            let message = error.to_string().replacen("the Feature", &format!("the {}", kind.name()), 1);
            impossible(message, Some("Names have small letters, digits, and - . _ between them"))
        })?;
        Ok(Repository::new(&reference.registry, reference.path()))
    }

    /// Publishes a version under an id: its tags and digest; None if the registry has that version.
    async fn version(&self, member: &Packed, id: &str) -> Result<Option<(Vec<String>, String)>> {
        let repository = self.repository(id)?;
        let published = self.client.tags(&repository).await.map_err(failed)?;
        let tags = wharf_spec::feature::publishing_tags(&member.version, &published)
            .map_err(|error| impossible(format!("{id}: {error}"), Some("Write it as 1.2.3")))?;
        let Some(tags) = tags else { return Ok(None) };
        let kind = self.request.kind;
        let content = Descriptor::of(&member.archive, CONTENT, &kind.archive(&member.id));
        let description = javascript::to_text(&Value::Object(member.description.clone()));
        let annotations = self.shown_as(kind.word()).into_iter();
        let annotations: IndexMap<_, _> =
            std::iter::once((METADATA.to_owned(), description)).chain(annotations).collect();
        let manifest = ManifestDocument::of(content, Some(annotations));
        let digest =
            self.client.push(&repository, &manifest, member.archive.clone(), &tags).await.map_err(failed)?;
        Ok(Some((tags, digest)))
    }

    /// Publishes the list of the collection.
    async fn list(&self, content: Vec<u8>) -> Result<()> {
        let PublishRequest { registry, namespace, .. } = self.request;
        let repository = Repository::new(registry.to_lowercase(), namespace.to_lowercase());
        let annotations = self.shown_as("collection").map(|annotation| IndexMap::from([annotation]));
        let manifest =
            ManifestDocument::of(Descriptor::of(&content, COLLECTION, COLLECTION_FILE), annotations);
        self.client
            .push(&repository, &manifest, content, &["latest".to_owned()])
            .await
            .map(drop)
            .map_err(failed)
    }

    fn shown_as(&self, word: &str) -> Option<(String, String)> {
        (self.request.registry == GITHUB).then(|| (PACKAGE_TYPE.to_owned(), format!("devcontainer_{word}")))
    }
}
