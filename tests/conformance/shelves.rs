//! The registry of a case: the collection's Features and Templates, published anew to a port of loopback.

use std::collections::BTreeMap;
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
}

impl Shelves {
    /// Starts a registry and publishes what lies below the folder.
    pub(crate) fn fill(collection: &Path, script: &Registry) -> Self {
        let registry = MemoryRegistry::start(script.lock);
        if script.members_only {
            registry.members_only();
        }
        let mut digests = BTreeMap::new();
        if !script.empty {
            digests = publish(&registry, FEATURES, &collection.join("src"), Kind::Feature);
            digests.extend(publish(&registry, TEMPLATES, &collection.join("templates"), Kind::Template));
        }
        for version in &script.corrupt {
            if let Some(digest) = digests.get(version) {
                registry.corrupt_content(digest);
            }
        }
        Self { registry, digests }
    }

    /// The text with the registry's host and the digests in it.
    pub(crate) fn names(&self, text: &str) -> String {
        let mut text = text.replace("{registry}", &self.registry.host());
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

    /// What the registry holds: of each repository its tags, and of each manifest what it says and what is packed.
    pub(crate) fn published(&self) -> Value {
        let mut found = BTreeMap::new();
        for repository in self.registry.repositories() {
            let tags = self.registry.tags(&repository);
            let mut manifests = BTreeMap::new();
            for tag in &tags {
                let bytes = self.registry.manifest(&repository, tag).unwrap_or_default();
                let mut manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
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

    /// Gives names to what is another at every run.
    pub(crate) fn teach(&self, normaliser: &mut Normaliser) {
        normaliser.learn(&self.registry.host(), "localhost:<registry>".to_owned());
        for (version, digest) in &self.digests {
            let digest = digest.trim_start_matches("sha256:");
            normaliser.learn(digest, format!("<digest of {version}>"));
        }
    }
}
