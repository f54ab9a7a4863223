//! What was fetched once, by its digest: the same bytes need no network again, for whichever configuration asks.
//!
//! An entry is written beside the others and renamed into its place when it is whole, so that a crash or a second Wharf leaves one or
//! none. Whether it is still whole is seen from its size each time it is taken.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::digest::hexadecimal;
use crate::error::Error;
use crate::tree::{Tree, TreeSize};

/// The names in an entry's folder.
const RECORD: &str = "entry.json";
const CONTENT: &str = "content";
const MANIFEST: &str = "manifest.json";
/// How folders of what is still being written begin, and after how long nobody is still writing.
const PARTIAL: &str = "partial-";
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
/// The form of entries; others are written anew.
const VERSION: u32 = 1;

/// Content by its digest, in a folder of this computer.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// Something that is in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// The digest of its manifest, or of its tarball.
    pub digest: String,
    /// The manifest's bytes, if it came from a registry.
    pub manifest: Option<Vec<u8>>,
    /// Its content, unpacked.
    pub folder: PathBuf,
    /// What stands for the content.
    pub content: String,
}

/// Something on its way into the cache. Dropped before the end, nothing is left of it.
#[derive(Debug)]
pub struct Partial {
    folder: TempDir,
}

#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    content: String,
    size: TreeSize,
}

impl Cache {
    /// The cache in a folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Cache {
        Cache { folder: folder.into() }
    }

    /// Takes what has a digest, if it is there and whole.
    #[must_use]
    pub fn get(&self, digest: &str) -> Option<Cached> {
        let entry = self.entry(digest)?;
        let record: Record = serde_json::from_slice(&std::fs::read(entry.join(RECORD)).ok()?).ok()?;
        let folder = entry.join(CONTENT);
        let whole = record.version == VERSION && TreeSize::of(&folder).ok()? == record.size;
        let manifest = std::fs::read(entry.join(MANIFEST)).ok();
        // Half a manifest would be taken for another one.
        let manifest = manifest.filter(|body| crate::digest::digest_of(body) == digest);
        whole.then(|| Cached { digest: digest.to_owned(), manifest, folder, content: record.content })
    }

    /// A place to write to.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(&self) -> Result<Partial, Error> {
        let refused = |source| Error::Disk { path: self.folder.clone(), action: "write", source };
        std::fs::create_dir_all(&self.folder).map_err(refused)?;
        self.clear();
        let folder = tempfile::Builder::new().prefix(PARTIAL).tempdir_in(&self.folder).map_err(refused)?;
        std::fs::create_dir(folder.path().join(CONTENT)).map_err(refused)?;
        Ok(Partial { folder })
    }

    /// Keeps what was written.
    ///
    /// # Errors
    /// When the disk refuses, or the digest is none.
    pub fn keep(&self, partial: Partial, digest: &str, manifest: Option<&[u8]>) -> Result<Cached, Error> {
        let Some(entry) = self.entry(digest) else {
            return Err(Error::Malformed { what: digest.to_owned(), detail: "it is no digest".to_owned() });
        };
        let tree = Tree::of(&partial.content())?;
        let record = Record { version: VERSION, content: tree.digest, size: tree.size };
        let text = serde_json::to_vec(&record)
            .map_err(|error| Error::Malformed { what: digest.to_owned(), detail: error.to_string() })?;
        let write = |name: &str, bytes: &[u8]| {
            let path = partial.folder.path().join(name);
            std::fs::write(&path, bytes).map_err(|source| Error::Disk { path, action: "write", source })
        };
        if let Some(manifest) = manifest {
            write(MANIFEST, manifest)?;
        }
        write(RECORD, &text)?;
        // Nothing but content, manifest and record stays.
        let _ = std::fs::remove_file(partial.archive());
        if std::fs::rename(partial.folder.path(), &entry).is_err() {
            // Somebody else was quicker, or what is there is damaged.
            if let Some(found) = self.get(digest) {
                return Ok(found);
            }
            let aside = self.begin()?;
            let moved = std::fs::rename(&entry, aside.folder.path().join("damaged"));
            moved
                .and_then(|()| std::fs::rename(partial.folder.path(), &entry))
                .or_else(|error| if self.get(digest).is_some() { Ok(()) } else { Err(error) })
                .map_err(|source| Error::Disk { path: entry.clone(), action: "write", source })?;
        }
        Ok(Cached {
            digest: digest.to_owned(),
            manifest: manifest.map(<[u8]>::to_vec),
            folder: entry.join(CONTENT),
            content: record.content,
        })
    }

    fn entry(&self, digest: &str) -> Option<PathBuf> {
        hexadecimal(digest).map(|digits| self.folder.join(format!("sha256-{digits}")))
    }

    /// Removes what crashes left behind.
    fn clear(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let old = entry
                .metadata()
                .and_then(|found| found.modified())
                .is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age > ABANDONED));
            if old && entry.file_name().to_string_lossy().starts_with(PARTIAL) {
                // If it cannot be removed now, another time.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Partial {
    /// Where the archive is downloaded to.
    #[must_use]
    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// Where its content is unpacked.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.folder.path().join(CONTENT)
    }

    /// Unpacks the archive that was downloaded.
    ///
    /// # Errors
    /// As [`unpack()`](crate::unpack()).
    pub fn unpack(&self, what: &str, wanted: &dyn Fn(&str) -> bool) -> Result<(), Error> {
        let path = self.archive();
        let archive = std::fs::File::open(&path).map_err(|source| Error::Disk {
            path: path.clone(),
            action: "read",
            source,
        })?;
        crate::unpack::unpack(archive, &self.content(), what, wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::digest_of;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn put(cache: &Cache, digest: &str, manifest: Option<&[u8]>) -> Cached {
        let partial = cache.begin().unwrap();
        std::fs::write(partial.archive(), "an archive").unwrap();
        std::fs::write(partial.content().join("install.sh"), "echo").unwrap();
        std::fs::create_dir(partial.content().join("lib")).unwrap();
        cache.keep(partial, digest, manifest).unwrap()
    }

    #[test]
    fn what_was_kept_is_found_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("features"));
        let digest = digest_of(b"{}");
        assert_eq!(cache.get(&digest), None);
        let kept = put(&cache, &digest, Some(b"{}"));
        assert_eq!(cache.get(&digest), Some(kept.clone()));
        assert_eq!(std::fs::read_to_string(kept.folder.join("install.sh")).unwrap(), "echo");
        assert_eq!(names(&folder.path().join("features")), [digest.replace(':', "-")]);
        assert_eq!(names(kept.folder.parent().unwrap()), ["content", "entry.json", "manifest.json"]);
        // A second one at the same time.
        assert_eq!(put(&cache, &digest, Some(b"{}")), kept);
        assert_eq!(names(&folder.path().join("features")).len(), 1);
    }

    #[test]
    fn half_an_entry_does_not_count_and_is_replaced() {
        type Damage = fn(&Path);
        let damages: [(&str, Damage); 6] = [
            ("no record", |entry| std::fs::remove_file(entry.join("entry.json")).unwrap()),
            ("empty record", |entry| std::fs::write(entry.join("entry.json"), "").unwrap()),
            ("newer record", |entry| {
                let path = entry.join("entry.json");
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, text.replace("\"version\":1", "\"version\":2")).unwrap();
            }),
            ("short file", |entry| std::fs::write(entry.join("content/install.sh"), "e").unwrap()),
            ("file gone", |entry| std::fs::remove_file(entry.join("content/install.sh")).unwrap()),
            ("content gone", |entry| std::fs::remove_dir_all(entry.join("content")).unwrap()),
        ];
        for (name, damage) in damages {
            let folder = tempfile::tempdir().unwrap();
            let cache = Cache::new(folder.path());
            let digest = digest_of(name.as_bytes());
            let kept = put(&cache, &digest, None);
            damage(kept.folder.parent().unwrap());
            assert_eq!(cache.get(&digest), None, "{name}");
            assert_eq!(put(&cache, &digest, None), kept, "{name}");
            assert_eq!(cache.get(&digest), Some(kept), "{name}");
            assert_eq!(names(folder.path()).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_damaged_manifest_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let digest = digest_of(b"{}");
        let kept = put(&cache, &digest, Some(b"{}"));
        std::fs::write(kept.folder.parent().unwrap().join("manifest.json"), "{").unwrap();
        assert_eq!(cache.get(&digest).unwrap().manifest, None);
    }

    #[test]
    fn what_is_no_digest_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        for digest in ["", "..", "sha256:..", "sha256:/etc"] {
            assert_eq!(cache.get(digest), None);
            let partial = cache.begin().unwrap();
            assert!(cache.keep(partial, digest, None).is_err(), "{digest}");
        }
    }

    #[test]
    fn what_a_crash_left_is_removed_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("partial-old");
        std::fs::create_dir(&old).unwrap();
        std::fs::create_dir(folder.path().join("partial-new")).unwrap();
        let time = SystemTime::now() - ABANDONED - Duration::from_secs(60);
        std::fs::File::open(&old).unwrap().set_modified(time).unwrap();
        drop(Cache::new(folder.path()).begin().unwrap());
        assert_eq!(names(folder.path()), ["partial-new"]);
    }
}
