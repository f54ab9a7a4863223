//! What stands for the content of a folder.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::digest::{digest_of_reader, written};
use crate::error::Error;

/// The content of a folder. Two with the same one install the same: owners, times and modes, which differ between computers and are
/// set when a Feature is installed, are no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// `sha256:…` of all paths and their content.
    pub digest: String,
    /// What can be compared without reading the content again.
    pub size: TreeSize,
}

/// How much is in a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TreeSize {
    /// Files, folders and links.
    pub entries: u64,
    /// Bytes in the files.
    pub bytes: u64,
}

impl Tree {
    /// Reads a folder with everything in it.
    ///
    /// # Errors
    /// When something in it cannot be read.
    pub fn of(folder: &Path) -> Result<Tree, Error> {
        let mut hash = Sha256::new();
        let size = walk(folder, &mut |path, found| {
            let relative = path.strip_prefix(folder).unwrap_or(path);
            // Written alike on every system.
            let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
            let (kind, content) = if found.is_symlink() {
                ("link", std::fs::read_link(path).map(|target| target.to_string_lossy().replace('\\', "/")))
            } else if found.is_dir() {
                ("folder", Ok(String::new()))
            } else {
                ("file", std::fs::File::open(path).and_then(|mut file| digest_of_reader(&mut file)))
            };
            let content = content.map_err(|error| unreadable(path, error))?;
            for part in [kind, &names.join("/"), &content] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
            Ok(())
        })?;
        Ok(Tree { digest: written(hash.finalize().as_slice()), size })
    }
}

impl TreeSize {
    /// Counts what is in a folder.
    ///
    /// # Errors
    /// When something in it cannot be read.
    pub fn of(folder: &Path) -> Result<TreeSize, Error> {
        walk(folder, &mut |_, _| Ok(()))
    }
}

/// Everything below a folder in the order of names, links not followed.
fn walk(
    folder: &Path,
    visit: &mut dyn FnMut(&Path, &std::fs::Metadata) -> Result<(), Error>,
) -> Result<TreeSize, Error> {
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(|error| unreadable(folder, error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut size = TreeSize::default();
    for entry in entries {
        let path = entry.path();
        let found = entry.metadata().map_err(|error| unreadable(&path, error))?;
        visit(&path, &found)?;
        size.entries += 1;
        if found.is_dir() {
            let below = walk(&path, visit)?;
            size.entries += below.entries;
            size.bytes += below.bytes;
        } else if found.is_file() {
            size.bytes += found.len();
        }
    }
    Ok(size)
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Disk { path: path.to_owned(), action: "read", source }
}
