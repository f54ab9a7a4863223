//! The registry of a case: the collection's Features and Templates, published anew to a port of loopback.

use std::collections::BTreeMap;
use std::path::Path;

use wharf_test_support::collection::{Kind, publish};
use wharf_test_support::memory_registry::MemoryRegistry;

use crate::case::Registry;
use crate::normalise::Normaliser;

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

    /// Gives names to what is another at every run.
    pub(crate) fn teach(&self, normaliser: &mut Normaliser) {
        normaliser.learn(&self.registry.host(), "localhost:<registry>".to_owned());
        for (version, digest) in &self.digests {
            let digest = digest.trim_start_matches("sha256:");
            normaliser.learn(digest, format!("<digest of {version}>"));
        }
    }
}
