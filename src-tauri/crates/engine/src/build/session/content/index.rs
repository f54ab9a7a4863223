//! The list of a cache folder's contents, `index.json`: the builder writes blobs only, so it is ours to say which is the newest.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::store::blob;
use crate::error::Error;

const NAME: &str = "org.opencontainers.image.ref.name";

/// The digest of what a cache folder holds under a tag; None when there is nothing to use.
pub(in crate::build) fn newest(folder: &Path, tag: &str) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("index.json")).ok()?;
    let index: Value = serde_json::from_str(&text).ok()?;
    let manifests = index.get("manifests")?.as_array()?;
    let named = manifests.iter().find(|manifest| manifest["annotations"][NAME].as_str() == Some(tag))?;
    let digest = named.get("digest")?.as_str()?;
    blob(folder, digest).ok().filter(|path| path.is_file()).map(|_| digest.to_owned())
}

/// Writes down what a build has put into a cache folder. `manifest` is the builder's description of it.
pub(in crate::build) fn finish(folder: &Path, tag: &str, manifest: &str) -> Result<(), Error> {
    let failed = |source: io::Error| Error::Output { path: folder.to_owned(), source };
    let mut manifest: Value = serde_json::from_str(manifest).map_err(|error| failed(error.into()))?;
    manifest["annotations"][NAME] = json!(tag);
    let path = folder.join("index.json");
    let before: Option<Value> =
        std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
    let mut manifests: Vec<Value> =
        before.as_ref().and_then(|index| index.get("manifests")?.as_array().cloned()).unwrap_or_default();
    manifests.retain(|other| other["annotations"][NAME].as_str() != Some(tag));
    manifests.push(manifest);
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    });
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(folder.join("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }).to_string())
        .map_err(failed)?;
    // Written whole or not at all: a damaged list would hide the whole cache.
    let partial = folder.join(format!(".index.json.{}", std::process::id()));
    std::fs::write(&partial, index.to_string())
        .and_then(|()| std::fs::rename(&partial, &path))
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_each_tag_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let digest = |letter: &str| format!("sha256:{}", letter.repeat(64));
        let manifest = |letter: &str| json!({ "digest": digest(letter), "size": 1 }).to_string();
        std::fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
        for letter in ["a", "b", "c"] {
            std::fs::write(blob(folder.path(), &digest(letter)).unwrap(), "x").unwrap();
        }
        assert_eq!(newest(folder.path(), "latest"), None);
        finish(folder.path(), "latest", &manifest("a")).unwrap();
        finish(folder.path(), "other", &manifest("b")).unwrap();
        finish(folder.path(), "latest", &manifest("c")).unwrap();
        assert_eq!(newest(folder.path(), "latest"), Some(digest("c")));
        assert_eq!(newest(folder.path(), "other"), Some(digest("b")));
        // A blob that is gone is nothing to build from.
        std::fs::remove_file(blob(folder.path(), &digest("c")).unwrap()).unwrap();
        assert_eq!(newest(folder.path(), "latest"), None);
    }
}
