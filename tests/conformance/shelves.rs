//! The registry of a case: the collection's Features and Templates, published anew to a port of loopback.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use wharf_test_support::collection::{Kind, publish};
use wharf_test_support::memory_registry::MemoryRegistry;

use crate::case::Registry;
use crate::normalise::Normaliser;
use crate::observe;

/// The namespaces of the collection: Features, and Templates.
const FEATURES: &str = "our/features";
const TEMPLATES: &str = "our/templates";

/// A registry with what it holds.
pub(crate) struct Shelves {
    registry: MemoryRegistry,
    /// `color:1.0.0` to the digest of its manifest.
    digests: BTreeMap<String, String>,
    /// The repositories that were there before the first step.
    stocked: Vec<String>,
}

impl Shelves {
    /// Starts a registry and publishes what lies below the folder.
    pub(crate) fn fill(collection: &Path, script: &Registry) -> Self {
        let registry = MemoryRegistry::start(script.lock);
        if script.members_only {
            registry.members_only();
        }
        if script.elsewhere {
            registry.tokens_are_elsewhere();
        }
        let mut digests = BTreeMap::new();
        if !script.empty {
            digests = publish(&registry, FEATURES, &collection.join("src"), Kind::Feature);
            digests.extend(publish(&registry, TEMPLATES, &collection.join("templates"), Kind::Template));
        }
        for version in &script.unannotated {
            if let Some(digest) = digests.get_mut(version) {
                *digest = without_annotations(&registry, version, digest);
            }
        }
        for version in &script.corrupt {
            if let Some(digest) = digests.get(version) {
                registry.corrupt_content(digest);
            }
        }
        let stocked = registry.repositories();
        Self { registry, digests, stocked }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.registry.requests()
    }

    /// Puts an image in, given as an archive of the Open Container Initiative's layout.
    pub(crate) fn take_in(&self, image: &str, archive: &[u8]) -> Result<(), String> {
        let fail = |error: std::io::Error| format!("the archive of {image}: {error}");
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(archive).entries().map_err(fail)? {
            let mut entry = entry.map_err(fail)?;
            let name = entry.path().map_err(fail)?.to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(fail)?;
            files.insert(name, content);
        }
        let digests = |document: &[u8]| -> Vec<String> {
            let document: Value = serde_json::from_slice(document).unwrap_or_default();
            let manifests = document["manifests"].as_array().into_iter().flatten();
            manifests.filter_map(|manifest| manifest["digest"].as_str().map(str::to_owned)).collect()
        };
        let mut left = files.get("index.json").map(|index| digests(index)).unwrap_or_default();
        left.truncate(1);
        let mut tags = vec!["1".to_owned()];
        while let Some(digest) = left.pop() {
            // Of an image for several machines only this one's part is on the engine.
            let Some(manifest) = files.get(&format!("blobs/{}", digest.replace(':', "/"))) else { continue };
            self.registry.put_manifest(image, &tags, manifest);
            tags.clear();
            left.extend(digests(manifest));
        }
        let blobs = files.into_iter().filter(|(name, _)| name.starts_with("blobs/"));
        blobs.for_each(|(_, blob)| drop(self.registry.put_blob(blob)));
        if tags.is_empty() { Ok(()) } else { Err(format!("the archive of {image} has no manifest")) }
    }

    /// What the engine calls an image of it.
    pub(crate) fn image(&self, image: &str) -> String {
        format!("{}/{image}:1", self.registry.host())
    }

    /// The text with the registry's host and the digests in it.
    pub(crate) fn names(&self, text: &str) -> String {
        let mut text = text.replace("{registry}", &self.registry.host());
        text = text.replace("{realm}", &self.registry.elsewhere().unwrap_or_default());
        for (version, digest) in &self.digests {
            text = text.replace(&format!("{{digest {version}}}"), digest);
        }
        text
    }

    /// Puts them into the files below a folder.
    pub(crate) fn name_in(&self, folder: &Path) -> Result<(), String> {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                self.name_in(&path)?;
            } else if let Ok(text) = std::fs::read_to_string(&path)
                && (text.contains("{registry}") || text.contains("{digest "))
            {
                std::fs::write(&path, self.names(&text))
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
        Ok(())
    }

    /// What was published to repositories that were not there: of each repository its tags, and of each manifest what it says and what is packed.
    pub(crate) fn published(&self) -> Value {
        let mut found = BTreeMap::new();
        let new = |repository: &String| !self.stocked.contains(repository);
        for repository in self.registry.repositories().into_iter().filter(new) {
            let tags = self.registry.tags(&repository);
            let mut manifests = BTreeMap::new();
            for tag in &tags {
                let bytes = self.registry.manifest(&repository, tag).unwrap_or_default();
                let mut manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                if manifest["config"]["mediaType"] != json!("application/vnd.devcontainers") {
                    // What is in an image is the builder's business; whether others can build on its layers is what was asked for.
                    let cache = self.is_cache(&repository, &manifest);
                    manifests.insert(tag.clone(), json!({ "image": true, "cache": cache }));
                    continue;
                }
                let layer = manifest["layers"][0]["digest"].as_str().map(str::to_owned).unwrap_or_default();
                let blob = self.registry.blob(&layer).unwrap_or_default();
                // An archive's bytes hold the time; what is in it is compared, and that the manifest tells its size.
                let is_its_size = manifest["layers"][0]["size"] == json!(blob.len());
                manifest["layers"][0]["size"] = json!(is_its_size);
                let is_list = repository.matches('/').count() < 2;
                let content = if is_list { observe::content_of("", &blob) } else { observe::packed(&blob) };
                manifests.insert(tag.clone(), json!({ "manifest": manifest, "content": content }));
            }
            found.insert(repository, json!({ "tags": tags, "manifests": manifests }));
        }
        json!(found)
    }

    /// Whether an image, or one of a list of them, carries what a builder needs to take its layers for its own.
    fn is_cache(&self, repository: &str, manifest: &Value) -> bool {
        if let Some(parts) = manifest["manifests"].as_array() {
            return parts.iter().any(|part| {
                let bytes = self.registry.manifest(repository, part["digest"].as_str().unwrap_or_default());
                let manifest =
                    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
                self.is_cache(repository, &manifest)
            });
        }
        let configuration = manifest["config"]["digest"].as_str().unwrap_or_default();
        let bytes = self.registry.blob(configuration).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains("moby.buildkit.cache")
    }

    /// Gives names to what is another at every run.
    pub(crate) fn teach(&self, normaliser: &mut Normaliser) {
        normaliser.learn(&self.registry.host(), "localhost:<registry>".to_owned());
        if let Some(realm) = self.registry.elsewhere() {
            normaliser.learn(&realm, "localhost:<realm>".to_owned());
        }
        for (version, digest) in &self.digests {
            let digest = digest.trim_start_matches("sha256:");
            normaliser.learn(digest, format!("<digest of {version}>"));
        }
    }
}

/// Publishes the version anew without what its manifest tells of it, under the tags that it has, and answers the new digest.
fn without_annotations(registry: &MemoryRegistry, version: &str, digest: &str) -> String {
    let name = version.split(':').next().unwrap_or(version);
    let repository = format!("{FEATURES}/{name}");
    let bytes = registry.manifest(&repository, digest).unwrap_or_default();
    let leads_here = |tag: &String| registry.manifest(&repository, tag).as_ref() == Some(&bytes);
    let tags: Vec<String> = registry.tags(&repository).into_iter().filter(leads_here).collect();
    let mut manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("annotations");
    }
    registry.put_manifest(&repository, &tags, manifest.to_string().as_bytes())
}
