//! The archive of a Template, read into memory, and its files, written into a folder that a person works in.
//!
//! Nothing is written outside that folder: neither by a path of the archive, nor through a link that lies in the folder.

use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use tar::{Archive, EntryType};

use crate::error::{Error, Result};
use crate::platform;

/// The most that all files of a Template may hold, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As the archive names it, `./` included.
    pub(crate) path: String,
    /// Its content.
    pub(crate) content: Vec<u8>,
    /// Whether it may be run.
    executable: bool,
}

impl Entry {
    /// A file that is a text and not to be run.
    pub(crate) fn text(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), content: text.as_bytes().to_vec(), executable: false }
    }

    /// The path without `./`.
    pub(crate) fn name(&self) -> &str {
        self.path.strip_prefix("./").unwrap_or(&self.path)
    }

    /// The path below the folder; None if it leads out of it.
    fn relative(&self) -> Option<PathBuf> {
        let mut relative = PathBuf::new();
        for component in Path::new(&self.path).components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => relative.push(name),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(relative).filter(|path| !path.as_os_str().is_empty())
    }
}

/// The files of an archive, in its order. `name` is what messages call it.
pub(super) fn read(archive: &[u8], name: &str) -> Result<Vec<Entry>> {
    let unusable = |why: String| Error::Impossible {
        message: format!("the archive of {name} cannot be used: {why}"),
        location: None,
        hint: Some("Tell whoever published it, or use another version".to_owned()),
    };
    let broken = |error: io::Error| unusable(error.to_string());
    let mut left = LARGEST;
    let mut files = Vec::new();
    for entry in Archive::new(archive).entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| unusable("a path in it is not Unicode".to_owned()))?;
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {}
            EntryType::Symlink | EntryType::Link => {
                return Err(unusable(format!("{path} is a link, and where it leads cannot be known")));
            }
            // Folders come with their files; nothing else belongs into a project.
            _ => continue,
        }
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let mut content = Vec::new();
        let read = entry.by_ref().take(left + 1).read_to_end(&mut content).map_err(broken)?;
        left = left
            .checked_sub(read as u64)
            .ok_or_else(|| unusable(format!("it holds more than {LARGEST} bytes")))?;
        let file = Entry { path, content, executable };
        if file.relative().is_none() {
            return Err(unusable(format!("{} leads out of the folder", file.path)));
        }
        files.push(file);
    }
    Ok(files)
}

/// Writes a file over what is there.
pub(super) fn write(folder: &Path, entry: &Entry) -> Result<()> {
    let Some(relative) = entry.relative() else { return Ok(()) };
    let path = folder.join(&relative);
    let failed = |source: io::Error| Error::Write { path: path.clone(), source };
    let mut parent = folder.to_owned();
    std::fs::create_dir_all(&parent).map_err(failed)?;
    for component in relative.parent().into_iter().flat_map(Path::components) {
        parent.push(component);
        match std::fs::symlink_metadata(&parent) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(Error::Impossible {
                    message: format!("{} is a link, and nothing is written through it", parent.display()),
                    location: None,
                    hint: Some(
                        "Put a folder in its place, or leave these files out with --omit-paths".to_owned(),
                    ),
                });
            }
            Ok(_) => {}
            Err(_) => std::fs::create_dir(&parent).map_err(failed)?,
        }
    }
    // A link would lead the content elsewhere, so it goes and the file comes in its place.
    if std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
        std::fs::remove_file(&path).map_err(failed)?;
    }
    std::fs::write(&path, &entry.content).map_err(failed)?;
    if entry.executable {
        platform::make_executable(&path).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, kind, content) in entries {
            let mut header = tar::Header::new_ustar();
            // The library refuses such names, and an archive need not come from it.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o755);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        for (path, kind, expected) in [
            ("../x", EntryType::Regular, "../x leads out of the folder"),
            ("./a/../../x", EntryType::Regular, "./a/../../x leads out of the folder"),
            ("/etc/x", EntryType::Regular, "/etc/x leads out of the folder"),
            (".", EntryType::Regular, ". leads out of the folder"),
            ("./x", EntryType::Symlink, "./x is a link"),
            ("./x", EntryType::Link, "./x is a link"),
        ] {
            let error = read(&archive(&[(path, kind, "")]), "t").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(read(b"no archive", "t").is_err());
    }

    #[test]
    fn files_are_written_over_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "old").unwrap();
        let files = [
            ("./", EntryType::Directory, ""),
            ("./a", EntryType::Regular, "new"),
            ("./b/c", EntryType::Regular, "deep"),
        ];
        let entries = read(&archive(&files), "t").unwrap();
        assert_eq!(entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["./a", "./b/c"]);
        for entry in &entries {
            write(folder.path(), entry).unwrap();
        }
        let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
        assert_eq!((read("a"), read("b/c")), ("new".to_owned(), "deep".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = elsewhere.path().join("target");
        std::fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("file")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
        let files = [("./file", EntryType::Regular, "new"), ("./link/target", EntryType::Regular, "new")];
        let entries = read(&archive(&files), "t").unwrap();
        write(folder.path(), &entries[0]).unwrap();
        assert!(write(folder.path(), &entries[1]).unwrap_err().to_string().contains("is a link"));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept");
        assert_eq!(std::fs::read_to_string(folder.path().join("file")).unwrap(), "new");
    }
}
