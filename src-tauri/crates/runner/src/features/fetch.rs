//! One Feature from where it lies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use wharf_registry::{Cached, Error as Registry, Repository, Source, Tree, read_file};
use wharf_spec::feature::{
    COLLECTION_FILE, FEATURE_FILE, FeatureManifest, Fetched, LockedFeature, OciReference,
};

use crate::collections::json_of;

/// How many are fetched at once.
const AT_ONCE: usize = 16;
/// Where GitHub tells of releases, and how much it may tell.
const GITHUB_API: &str = "https://api.github.com/";
const LARGEST_RELEASE: u64 = 4 * 1024 * 1024;
/// The archive of all Features that a repository had, in the first version of Features.
const FIRST_ARCHIVE: &str = "devcontainer-features.tgz";

/// Fetches Features, as many at once as is good for everybody. A clone is the same one.
#[derive(Debug, Clone)]
pub(super) struct Fetcher {
    source: Source,
    permits: Arc<Semaphore>,
}

/// A Feature's content on this computer.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) folder: PathBuf,
    pub(super) content: String,
    /// What its file says, in the content itself.
    pub(super) manifest: Map<String, Value>,
    /// It is one of several in an archive of the first version.
    pub(super) first_version: bool,
}

/// What stands behind a reference: what it says of itself, and its content, if that is known already.
pub(super) struct Found {
    pub(super) fetched: Fetched,
    pub(super) content: Option<Content>,
    /// The manifest in a registry, by which content is still to be fetched.
    pub(super) artifact: Option<(Repository, wharf_registry::Manifest)>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum Failure {
    /// It cannot be had.
    Registry(Registry),
    /// It does not say what it is.
    Manifest { file: PathBuf, problem: String },
}

impl From<Registry> for Failure {
    fn from(error: Registry) -> Failure {
        Failure::Registry(error)
    }
}

impl Fetcher {
    pub(super) fn new(source: Source) -> Fetcher {
        Fetcher { source, permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The Feature in a registry. With an entry of the lockfile it is that content, whatever the tag is today.
    pub(super) async fn registry(
        &self,
        reference: &OciReference,
        locked: Option<&LockedFeature>,
    ) -> Result<Found, Failure> {
        let _permit = self.permits.acquire().await;
        let repository = Repository::new(&reference.registry, reference.path());
        let version = locked.map_or_else(|| reference.version_text(), |locked| &locked.integrity);
        let manifest = self.source.manifest(&repository, version).await?;
        let (digest, artifact) = (Some(manifest.digest.clone()), json_of(&manifest.body));
        // Publishers put what the Feature says beside its content, so that graphs need no content. The first ones did not.
        if let Some(Value::Object(said)) = manifest.metadata().and_then(|text| json_of(text.as_bytes())) {
            let said = read(&Value::Object(said), &reference.resource());
            let fetched = Fetched { digest, manifest: said, artifact };
            return Ok(Found { fetched, content: None, artifact: Some((repository, manifest)) });
        }
        let content = self.content_of(&repository, &manifest).await?;
        let said = Value::Object(content.manifest.clone());
        let fetched = Fetched { digest, manifest: read(&said, &reference.resource()), artifact };
        Ok(Found { fetched, content: Some(content), artifact: None })
    }

    /// What a Feature in a registry says of itself, if the registry tells it without the content.
    pub(super) async fn only_manifest(&self, reference: &OciReference) -> Result<FeatureManifest, Failure> {
        Ok(self.registry(reference, None).await?.fetched.manifest)
    }

    /// The content that a manifest names.
    pub(super) async fn content(
        &self,
        repository: &Repository,
        manifest: &wharf_registry::Manifest,
    ) -> Result<Content, Failure> {
        let _permit = self.permits.acquire().await;
        self.content_of(repository, manifest).await
    }

    async fn content_of(
        &self,
        repository: &Repository,
        manifest: &wharf_registry::Manifest,
    ) -> Result<Content, Failure> {
        unpacked(self.source.content(repository, manifest).await?, None)
    }

    /// A tarball from a server, which is a Feature or an archive of several.
    pub(super) async fn server(
        &self,
        address: &str,
        id: &str,
        locked: Option<&LockedFeature>,
    ) -> Result<Found, Failure> {
        let _permit = self.permits.acquire().await;
        let expected = locked.map(|locked| locked.integrity.as_str());
        let cached = self.source.tarball(address, expected).await?;
        let digest = Some(cached.digest.clone());
        let content = unpacked(cached, Some(id))?;
        let manifest = content.said(address);
        Ok(Found {
            fetched: Fetched { digest, manifest, artifact: None },
            content: Some(content),
            artifact: None,
        })
    }

    /// A release of a GitHub repository, which is where Features were before registries: an archive of the Feature's own, else the
    /// archive of all that the repository has, as the first version of Features was published.
    pub(super) async fn github(
        &self,
        owner: &str,
        repository: &str,
        id: &str,
        tag: Option<&str>,
    ) -> Result<Found, Failure> {
        let releases = format!("https://github.com/{owner}/{repository}/releases");
        let release = match tag {
            Some(tag) => format!("{releases}/download/{tag}"),
            None => format!("{releases}/latest/download"),
        };
        let private = self.private_release(owner, repository, id, tag).await;
        let everybody_s = [format!("{release}/{id}.tgz"), format!("{release}/{FIRST_ARCHIVE}")];
        let mut first = None;
        for address in private.into_iter().chain(everybody_s) {
            match self.server(&address, id, None).await {
                Err(Failure::Registry(error)) if is_about_this_address(&error) => {
                    // What was asked for first is what a person knows of.
                    first.get_or_insert(error);
                }
                other => return other,
            }
        }
        let what = || format!("{release}/{id}.tgz");
        Err(Failure::Registry(first.unwrap_or_else(|| Registry::NotFound { what: what() })))
    }

    /// Where the archive of a release lies that not everybody sees: with a token GitHub tells it. None without one, or where GitHub
    /// tells nothing; then it is looked for where everybody's are.
    async fn private_release(
        &self,
        owner: &str,
        repository: &str,
        id: &str,
        tag: Option<&str>,
    ) -> Option<String> {
        if !self.source.client.has_github_token() {
            return None;
        }
        let which = tag.map_or_else(|| "latest".to_owned(), |tag| format!("tags/{tag}"));
        let address = format!("{GITHUB_API}repos/{owner}/{repository}/releases/{which}");
        let release = self.source.client.document(&address, LARGEST_RELEASE).await.ok()?;
        asset_of(&release, id)
    }
}

/// Whether another address may have what this one has not: it was answered.
fn is_about_this_address(error: &Registry) -> bool {
    matches!(error, Registry::NotFound { .. } | Registry::Refused { .. } | Registry::Answer { .. })
}

/// The address of the archive in what GitHub tells of a release: that of the Feature, else that of all of them.
fn asset_of(release: &[u8], id: &str) -> Option<String> {
    let release = json_of(release)?;
    let assets = release.get("assets")?.as_array()?;
    let named = |name: &str| {
        let asset = assets.iter().find(|asset| asset.get("name").and_then(Value::as_str) == Some(name))?;
        let address = asset.get("url")?.as_str()?;
        address.starts_with(GITHUB_API).then(|| address.to_owned())
    };
    named(&format!("{id}.tgz")).or_else(|| named(FIRST_ARCHIVE))
}

impl Content {
    /// What the Feature says of itself.
    fn said(&self, name: &str) -> FeatureManifest {
        let manifest = read(&Value::Object(self.manifest.clone()), name);
        FeatureManifest { first_version: self.first_version, ..manifest }
    }
}

/// A folder of the workspace.
pub(super) async fn from_folder(folder: PathBuf) -> Result<Found, Failure> {
    let reading = tokio::task::spawn_blocking(move || {
        let (manifest, first_version) = own_manifest(&folder, None)?;
        let content = Tree::of(&folder)?.digest;
        Ok(Content { folder, content, manifest, first_version })
    });
    let content = reading.await.unwrap_or_else(|error| {
        Err(Failure::Manifest { file: PathBuf::from(FEATURE_FILE), problem: error.to_string() })
    })?;
    let manifest = read(&Value::Object(content.manifest.clone()), &content.folder.display().to_string());
    Ok(Found {
        fetched: Fetched { digest: None, manifest, artifact: None },
        content: Some(content),
        artifact: None,
    })
}

fn unpacked(cached: Cached, id: Option<&str>) -> Result<Content, Failure> {
    let (manifest, first_version) = own_manifest(&cached.folder, id)?;
    Ok(Content { folder: cached.folder, content: cached.content, manifest, first_version })
}

/// What the Feature's own file says; else, with an `id`, what an archive of the first version says of that one.
fn own_manifest(folder: &Path, id: Option<&str>) -> Result<(Map<String, Value>, bool), Failure> {
    let problem = |name: &str, problem: String| Failure::Manifest { file: folder.join(name), problem };
    if let Some(text) = read_file(folder, FEATURE_FILE)? {
        return match json_of(text.as_bytes()) {
            Some(Value::Object(said)) => Ok((said, false)),
            _ => Err(problem(FEATURE_FILE, "is no JSON object".to_owned())),
        };
    }
    let collection = match id {
        Some(_) => read_file(folder, COLLECTION_FILE)?,
        None => None,
    };
    let (Some(id), Some(text)) = (id, collection) else {
        return Err(problem(FEATURE_FILE, "does not exist".to_owned()));
    };
    let collection = json_of(text.as_bytes()).unwrap_or_default();
    match FeatureManifest::in_collection(&collection, id) {
        Some(said) => Ok((said.clone(), true)),
        None => Err(problem(COLLECTION_FILE, format!("has no Feature '{id}'"))),
    }
}

/// What is wrong in a Feature's file is its author's affair: what can be read counts.
pub(super) fn read(said: &Value, name: &str) -> FeatureManifest {
    let (manifest, diagnostics) = FeatureManifest::read(said, name);
    for found in diagnostics {
        tracing::debug!(name, message = found.message, "in a Feature's file");
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_of_a_release() {
        let release = |name: &str, url: &str| {
            serde_json::json!({ "assets": [
                { "name": "devcontainer-features.tgz", "url": "https://api.github.com/repos/a/b/releases/assets/1" },
                { "name": name, "url": url },
            ]})
            .to_string()
        };
        let address = "https://api.github.com/repos/a/b/releases/assets/2";
        for (said, expected) in [
            (release("color.tgz", address), Some(address)),
            // The archive of all Features, as it was before each had its own.
            (release("colour.tgz", address), Some("https://api.github.com/repos/a/b/releases/assets/1")),
            // A token goes where GitHub is, and nowhere else.
            (
                release("color.tgz", "https://example.com/color.tgz"),
                Some("https://api.github.com/repos/a/b/releases/assets/1"),
            ),
            (
                release("color.tgz", "https://example.com/color.tgz").replace("features.tgz", "others.tgz"),
                None,
            ),
            ("{}".to_owned(), None),
            ("<html>".to_owned(), None),
        ] {
            assert_eq!(asset_of(said.as_bytes(), "color").as_deref(), expected, "{said}");
        }
    }
}
