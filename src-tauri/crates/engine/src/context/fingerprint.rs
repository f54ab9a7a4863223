//! One hash that says whether a context is still the same: names, kinds, modes, contents and link targets, but no times.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ignore::Ignore;
use super::walk::{Entry, EntryKind, Filter, Walk, io_error};
use crate::error::Error;

/// A file that changed this shortly before it was read may change again without the system's clock showing it.
const SETTLED: i64 = 2_000_000_000;

/// What a context is, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256 in hex.
    pub hash: String,
    /// Bytes in all files together.
    pub bytes: u64,
    /// How many entries there are.
    pub entries: u64,
}

/// Hashes a context. `cache` is a file that remembers the hashes of files by what the system says about them, so that a large
/// context that did not change is not read again; it may be absent or damaged.
///
/// # Errors
/// When something in the context cannot be read.
pub async fn context_fingerprint(
    context: &Path,
    ignore: &Ignore,
    cache: Option<&Path>,
) -> Result<Fingerprint, Error> {
    let (context, ignore, cache) = (context.to_owned(), ignore.clone(), cache.map(Path::to_owned));
    let folder = context.clone();
    tokio::task::spawn_blocking(move || fingerprint(&context, &ignore, cache.as_deref()))
        .await
        .unwrap_or_else(|error| Err(io_error(&folder, io::Error::other(error))))
}

fn fingerprint(context: &Path, ignore: &Ignore, cache: Option<&Path>) -> Result<Fingerprint, Error> {
    let before = cache.map(Cache::load).unwrap_or_default();
    let mut after = Cache::default();
    let mut whole = Sha256::new();
    let mut bytes = 0;
    let mut entries = 0;
    let filter = Filter::without(ignore);
    for entry in Walk::new(context, &filter)? {
        let entry = entry?;
        entries += 1;
        // Each part is preceded by its length, so that no two contexts run together to the same text.
        let mut part = |content: &[u8]| {
            whole.update((content.len() as u64).to_be_bytes());
            whole.update(content);
        };
        part(entry.path.as_bytes());
        part(&entry.mode.to_be_bytes());
        match &entry.kind {
            EntryKind::Folder => part(b"folder"),
            EntryKind::Pipe => part(b"pipe"),
            EntryKind::Symlink(target) => {
                part(b"link");
                part(target.as_os_str().as_encoded_bytes());
            }
            EntryKind::File(size) => {
                bytes += size;
                let stamp = Stamp::of(&entry.metadata);
                let known =
                    before.files.get(&entry.path).filter(|known| Some(&known.stamp) == stamp.as_ref());
                let hash = match known {
                    Some(known) => known.hash.clone(),
                    None => hash_file(&entry)?,
                };
                part(b"file");
                part(hash.as_bytes());
                if let Some(stamp) = stamp.filter(Stamp::is_settled) {
                    after.files.insert(entry.path, Known { stamp, hash });
                }
            }
        }
    }
    if let Some(path) = cache
        && after != before
    {
        // Without the cache the next time is slower, nothing else.
        if let Err(error) = after.store(path) {
            tracing::debug!(path = %path.display(), %error, "the context's hashes were not stored");
        }
    }
    Ok(Fingerprint { hash: hex(&whole.finalize()), bytes, entries })
}

fn hash_file(entry: &Entry) -> Result<String, Error> {
    let failed = |error| io_error(&entry.full, error);
    let mut file = File::open(&entry.full).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hashes of a context's files.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cache {
    version: u32,
    files: BTreeMap<String, Known>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Known {
    #[serde(flatten)]
    stamp: Stamp,
    hash: String,
}

/// What changes whenever a file's content does.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    inode: u64,
    modified: i64,
    /// The time that no program can set.
    changed: i64,
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt as _;
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        Some(Stamp {
            size: metadata.size(),
            inode: metadata.ino(),
            modified: nanos(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanos(metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Without a time of change that cannot be set, files are read each time.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Stamp> {
        None
    }

    fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        now.saturating_sub(self.changed.max(self.modified)) > SETTLED
    }
}

impl Cache {
    const VERSION: u32 = 1;

    fn load(path: &Path) -> Cache {
        let cache: Option<Cache> =
            std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cache.filter(|cache| cache.version == Cache::VERSION).unwrap_or_default()
    }

    fn store(&mut self, path: &Path) -> io::Result<()> {
        self.version = Cache::VERSION;
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let temporary = PathBuf::from(name);
        let written = (|| {
            let mut file = File::create(&temporary)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            std::fs::rename(&temporary, path)
        })();
        if written.is_err() {
            // Whatever was written of it is of no use.
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    async fn hash(folder: &Path, ignore: &str, cache: Option<&Path>) -> String {
        let ignore = Ignore::parse(Path::new("x"), ignore.as_bytes()).unwrap();
        context_fingerprint(folder, &ignore, cache).await.unwrap().hash
    }

    #[tokio::test]
    async fn every_change_that_a_build_can_see_changes_the_hash() {
        type Change = (&'static str, fn(&Path), bool);
        let changes: &[Change] = &[
            ("nothing", |_| {}, false),
            (
                "a time",
                |folder| {
                    File::options()
                        .write(true)
                        .open(folder.join("a"))
                        .unwrap()
                        .set_modified(UNIX_EPOCH)
                        .unwrap();
                },
                false,
            ),
            ("a file that is left out", |folder| std::fs::write(folder.join("x.log"), "new").unwrap(), false),
            ("a content", |folder| std::fs::write(folder.join("a"), "other").unwrap(), true),
            ("a name", |folder| std::fs::rename(folder.join("a"), folder.join("b")).unwrap(), true),
            (
                "a mode",
                |folder| {
                    std::fs::set_permissions(folder.join("a"), PermissionsExt::from_mode(0o600)).unwrap();
                },
                true,
            ),
            ("an empty folder", |folder| std::fs::create_dir(folder.join("empty")).unwrap(), true),
            (
                "a link's target",
                |folder| {
                    std::fs::remove_file(folder.join("link")).unwrap();
                    std::os::unix::fs::symlink("b", folder.join("link")).unwrap();
                },
                true,
            ),
        ];
        for (what, change, differs) in changes {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("a"), "content").unwrap();
            std::os::unix::fs::symlink("a", folder.path().join("link")).unwrap();
            let before = hash(folder.path(), "*.log", None).await;
            change(folder.path());
            let after = hash(folder.path(), "*.log", None).await;
            assert_eq!(before != after, *differs, "{what}");
        }
    }

    #[tokio::test]
    async fn a_cache_gives_the_same_hash_and_notices_changes() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let cache = outside.path().join("cache.json");
        let file = folder.path().join("a");
        std::fs::write(&file, "content").unwrap();
        let plain = hash(folder.path(), "", None).await;
        // Too young to be remembered.
        assert_eq!(hash(folder.path(), "", Some(&cache)).await, plain);
        assert!(Cache::load(&cache).files.is_empty());
        tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
        assert_eq!(hash(folder.path(), "", Some(&cache)).await, plain);
        let mut remembered = Cache::load(&cache);
        assert_eq!(remembered.files.len(), 1);
        // What is remembered is used: a wrong hash in the cache shows.
        remembered.files.get_mut("a").unwrap().hash = "wrong".to_owned();
        remembered.store(&cache).unwrap();
        assert_ne!(hash(folder.path(), "", Some(&cache)).await, plain);
        // The same length and the same time: only the time of change tells.
        let time = file.metadata().unwrap().modified().unwrap();
        std::fs::write(&file, "CONTENT").unwrap();
        File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        assert_eq!(hash(folder.path(), "", Some(&cache)).await, hash(folder.path(), "", None).await);
        std::fs::write(&cache, "damaged").unwrap();
        assert_eq!(hash(folder.path(), "", Some(&cache)).await, hash(folder.path(), "", None).await);
    }
}
