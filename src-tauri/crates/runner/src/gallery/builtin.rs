//! The Templates that come with Wharf: small ones, over the images that the field uses, so that a first environment needs no registry of
//! Templates. They lie in `templates/` beside this crate's sources, each as a publisher would lay it out.

use wharf_spec::template::TemplateManifest;

use crate::collections::json_of;
use crate::templates::Entry;

/// What the references of these Templates begin with.
pub(super) const PREFIX: &str = "builtin/";

/// Where a Template keeps its only file.
const CONFIGURATION: &str = ".devcontainer/devcontainer.json";

/// One Template: what describes it, and its configuration.
struct Builtin {
    description: &'static str,
    configuration: &'static str,
}

macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        &[$(Builtin {
            description: include_str!(concat!("../../templates/", $name, "/devcontainer-template.json")),
            configuration: include_str!(concat!("../../templates/", $name, "/.devcontainer/devcontainer.json")),
        }),*]
    };
}

/// In the order in which they are shown: the most general first, then by language.
const ALL: &[Builtin] = builtin![
    "debian",
    "ubuntu",
    "alpine",
    "javascript-node",
    "typescript-node",
    "python",
    "go",
    "rust",
    "java",
    "cpp",
    "dotnet",
    "php",
    "ruby",
];

/// What describes every one of them.
pub(super) fn manifests() -> impl Iterator<Item = TemplateManifest> {
    ALL.iter().filter_map(|one| TemplateManifest::read(&json_of(one.description.as_bytes())?))
}

/// One of them by its id: what describes it, and its files.
pub(super) fn find(id: &str) -> Option<(TemplateManifest, Vec<Entry>)> {
    ALL.iter().find_map(|one| {
        let manifest = TemplateManifest::read(&json_of(one.description.as_bytes())?)?;
        (manifest.id == id).then(|| (manifest, vec![Entry::text(CONFIGURATION, one.configuration)]))
    })
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use wharf_spec::template::{Answers, fill_in};

    use super::*;

    #[test]
    fn each_is_whole_and_makes_a_configuration_without_a_fault() {
        let manifests: Vec<_> = manifests().collect();
        assert_eq!(manifests.len(), ALL.len());
        for manifest in manifests {
            let (found, entries) = find(&manifest.id).unwrap();
            assert_eq!(found, manifest);
            assert!(manifest.name.is_some() && manifest.description.is_some(), "{}", manifest.id);
            let text = String::from_utf8(entries[0].content.clone()).unwrap();
            let filled = fill_in(&text, &Answers::new(IndexMap::new(), Some(&manifest)));
            assert!(!filled.contains("templateOption"), "{filled}");
            let path = std::path::Path::new("/w/.devcontainer/devcontainer.json");
            let (document, mut faults) = wharf_spec::Document::parse(path, &filled).unwrap();
            let (config, found) = wharf_spec::read(&document);
            faults.extend(found);
            assert!(faults.is_empty(), "{}: {faults:?}", manifest.id);
            assert!(config.image.as_deref().is_some_and(|image| image.starts_with("mcr.microsoft.com/")));
        }
    }
}
