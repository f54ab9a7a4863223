//! Features and Templates in folders, published as the distribution document of the specification says, without the program of anybody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::memory_registry::{MANIFEST, MemoryRegistry};

/// What a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Folders with `devcontainer-feature.json`.
    Feature,
    /// Folders with `devcontainer-template.json`.
    Template,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Template => "template",
        }
    }
}

/// Publishes every folder below `source` to a namespace of the registry, and answers what each version's digest is.
///
/// In texts `{registry}` becomes the registry's host. A file `versions.json` beside the folders names older versions of some:
/// `{"color": ["1.0.0", "1.0.3"]}`; they are the same files with another version. A Feature is published under its `legacyIds` too.
///
/// # Panics
/// When a folder is not what it should be.
#[must_use]
pub fn publish(
    registry: &MemoryRegistry,
    namespace: &str,
    source: &Path,
    kind: Kind,
) -> BTreeMap<String, String> {
    let older: BTreeMap<String, Vec<String>> = std::fs::read_to_string(source.join("versions.json"))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let mut digests = BTreeMap::new();
    for folder in folders(source) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut artifact = Artifact::read(&folder, kind, &registry.host());
        let newest = artifact.metadata["version"].as_str().unwrap_or_default().to_owned();
        for version in older.get(&name).into_iter().flatten().chain([&newest]) {
            artifact.metadata["version"] = json!(version);
            let digest = artifact.push(registry, namespace, &name, version);
            digests.insert(format!("{name}:{version}"), digest);
            let legacy: Vec<String> = artifact.metadata["legacyIds"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect();
            for id in legacy {
                let mut renamed = artifact.clone();
                renamed.metadata["currentId"] = json!(name);
                renamed.metadata["id"] = json!(id);
                let digest = renamed.push(registry, namespace, &id, version);
                digests.insert(format!("{id}:{version}"), digest);
            }
        }
    }
    digests
}

/// Publishes the list of a collection, as publishing a collection ends.
pub fn publish_list(registry: &MemoryRegistry, namespace: &str, list: &Value) {
    let media_type = "application/vnd.devcontainers.collection.layer.v1+json";
    let manifest = manifest(registry, media_type, list.to_string().into_bytes());
    registry.put_manifest(namespace, &["latest".to_owned()], manifest.to_string().as_bytes());
}

/// The manifest of one layer, which is put into the registry with the configuration.
fn manifest(registry: &MemoryRegistry, media_type: &str, layer: Vec<u8>) -> Value {
    let size = layer.len();
    let digest = registry.put_blob(layer);
    let configuration = registry.put_blob(b"{}".to_vec());
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": "application/vnd.devcontainers", "digest": configuration, "size": 2 },
        "layers": [{ "mediaType": media_type, "digest": digest, "size": size }],
    })
}

/// One Feature or Template in memory.
#[derive(Clone, Debug)]
struct Artifact {
    kind: Kind,
    metadata: Value,
    /// Path, content, and whether it may be run; without the metadata's file.
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Artifact {
    fn read(folder: &Path, kind: Kind, host: &str) -> Self {
        let description = format!("devcontainer-{}.json", kind.word());
        let mut files = Vec::new();
        collect(folder, folder, &mut files);
        let fill = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => text.replace("{registry}", host).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        let mut files: Vec<_> = files.into_iter().map(|(path, bytes)| (path, fill(bytes))).collect();
        let place = files.iter().position(|(path, _)| path == Path::new(&description));
        let Some(place) = place else { panic!("{} has no {description}", folder.display()) };
        let (_, text) = files.remove(place);
        let mut metadata: Value = match serde_json::from_slice(&text) {
            Ok(metadata) => metadata,
            Err(error) => panic!("{}: {description}: {error}", folder.display()),
        };
        if kind == Kind::Template {
            // What packaging adds.
            let names: Vec<String> =
                files.iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
            metadata["files"] = json!(names);
            metadata["fileCount"] = json!(names.len());
        }
        Self { kind, metadata, files }
    }

    /// Puts the layer and the manifest, with the tags that a version moves: versions come oldest first.
    fn push(&self, registry: &MemoryRegistry, namespace: &str, name: &str, version: &str) -> String {
        let word = self.kind.word();
        let title = format!("devcontainer-{word}-{name}.tgz");
        let mut manifest = manifest(registry, "application/vnd.devcontainers.layer.v1+tar", self.archive());
        manifest["layers"][0]["annotations"] = json!({ "org.opencontainers.image.title": title });
        manifest["annotations"] = json!({
            "dev.containers.metadata": self.metadata.to_string(),
            "com.github.package.type": format!("devcontainer_{word}"),
        });
        let mut tags = vec![version.to_owned()];
        let numbers: Vec<&str> = version.split('.').collect();
        if let [major, minor, _] = numbers.as_slice() {
            tags.extend([format!("{major}.{minor}"), (*major).to_owned()]);
        }
        tags.push("latest".to_owned());
        registry.put_manifest(&format!("{namespace}/{name}"), &tags, manifest.to_string().as_bytes())
    }

    /// An archive as `tar` makes it of the folder itself, with nothing in it that depends on the day.
    fn archive(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        let description = format!("devcontainer-{}.json", self.kind.word());
        let text = serde_json::to_string_pretty(&self.metadata).unwrap_or_default();
        let described = (PathBuf::from(description), text.into_bytes());
        for (path, bytes) in std::iter::once(&described).chain(&self.files) {
            let mut header = tar::Header::new_gnu();
            // Written as it is: the crate's own way drops the `./` that published archives have.
            let name = format!("./{}", path.display());
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(bytes.len() as u64);
            header.set_mode(if bytes.starts_with(b"#!") { 0o755 } else { 0o644 });
            header.set_entry_type(tar::EntryType::Regular);
            header.set_cksum();
            if let Err(error) = archive.append(&header, bytes.as_slice()) {
                panic!("{} cannot be packed: {error}", path.display());
            }
        }
        match archive.into_inner() {
            Ok(bytes) => bytes,
            Err(error) => panic!("an archive cannot be ended: {error}"),
        }
    }
}

fn folders(source: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(source).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty(), "{} holds no folder", source.display());
    folders
}

fn collect(base: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(base, &path, files);
        } else if let (Ok(relative), Ok(bytes)) = (path.strip_prefix(base), std::fs::read(&path)) {
            files.push((relative.to_owned(), bytes));
        }
    }
}
