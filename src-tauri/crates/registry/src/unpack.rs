//! Unpacking what somebody published: nothing of it may land outside its folder, lead out of it, or fill the disk.

use std::cell::Cell;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use crate::client::LARGEST_ON_DISK;
use crate::error::Error;

/// The most entries; the largest Feature of the public collections has some hundreds.
const MOST_ENTRIES: usize = 100_000;
/// What may come between the content of one entry and that of the next: headers, and long names.
const LARGEST_HEADERS: u64 = 4 * 1024 * 1024;
/// How compressed archives begin. Publishers call theirs `.tgz` whether they are compressed or not.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Unpacks an archive, compressed or not, into a folder that exists. `what` names it in errors, and `wanted` is asked for every path as
/// the archive writes it.
///
/// # Errors
/// When an entry would land outside, leads out, or is neither file, folder nor link; when the archive is damaged or too large; when
/// the disk refuses. What was unpacked before stays.
pub fn unpack(
    archive: impl Read,
    folder: &Path,
    what: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    let allowance = Rc::new(Cell::new(LARGEST_HEADERS));
    let damaged =
        |error: std::io::Error| Error::Malformed { what: what.to_owned(), detail: error.to_string() };
    let reader = Metered { inner: plain(archive).map_err(damaged)?, allowance: Rc::clone(&allowance) };
    let mut unpacking = Unpacking { folder, what, left: LARGEST_ON_DISK };
    let mut archive = tar::Archive::new(reader);
    let mut entries = archive.entries().map_err(damaged)?;
    for count in 0.. {
        allowance.set(LARGEST_HEADERS);
        let Some(entry) = entries.next() else { break };
        let mut entry = entry.map_err(damaged)?;
        allowance.set(u64::MAX);
        if count >= MOST_ENTRIES {
            return Err(Error::Malformed {
                what: what.to_owned(),
                detail: format!("it has more than {MOST_ENTRIES} entries"),
            });
        }
        unpacking.entry(&mut entry, wanted)?;
        // So that the small allowance is for headers alone.
        unpacking.copy(&mut entry, &mut std::io::sink(), "")?;
    }
    Ok(())
}

/// The archive itself, whether it is compressed or not.
fn plain<'a>(archive: impl Read + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
    let mut archive = BufReader::new(archive);
    let mut start = Vec::new();
    archive.by_ref().take(GZIP.len() as u64).read_to_end(&mut start)?;
    let compressed = start == GZIP;
    let whole = std::io::Cursor::new(start).chain(archive);
    Ok(if compressed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// A reader that gives no more than it is allowed to just now: a name of gigabytes would else be taken into memory.
struct Metered<R> {
    inner: R,
    allowance: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.allowance.get().checked_sub(read as u64) {
            Some(rest) => {
                self.allowance.set(rest);
                Ok(read)
            }
            None => Err(std::io::Error::other("a header of it is too long")),
        }
    }
}

struct Unpacking<'a> {
    folder: &'a Path,
    what: &'a str,
    /// Bytes that may still come.
    left: u64,
}

impl Unpacking<'_> {
    fn entry(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let bytes = entry.path_bytes().into_owned();
        let Ok(written) = String::from_utf8(bytes) else {
            return Err(self.refused("?", "has a name that is not UTF-8"));
        };
        let kind = entry.header().entry_type();
        let ignored = matches!(kind, EntryType::XGlobalHeader) || !wanted(&written);
        let Some(names) = self.names(&written, &written)?.filter(|_| !ignored) else { return Ok(()) };
        let Some((name, parents)) = names.split_last() else { return Ok(()) };
        if kind.is_dir() {
            return self.make_folders(&names, &written).map(drop);
        }
        let place = self.make_folders(parents, &written)?.join(name);
        match std::fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => {
                return Err(self.refused(&written, "is a folder and something else"));
            }
            // As with every other unpacker the later entry wins.
            Ok(_) => std::fs::remove_file(&place).map_err(|error| disk(&place, "replace", error))?,
            Err(_) => {}
        }
        match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let mode = entry.header().mode().unwrap_or(0o644);
                let mut file =
                    std::fs::File::create_new(&place).map_err(|error| disk(&place, "write", error))?;
                self.copy(entry, &mut file, &written)?;
                make_executable(&file, mode).map_err(|error| disk(&place, "write", error))
            }
            EntryType::Symlink => {
                let target = self.target(entry, &written)?;
                self.check_link(parents, &target, &written)?;
                make_link(&target, &place).map_err(|error| disk(&place, "link", error))
            }
            EntryType::Link => {
                let target = self.target(entry, &written)?;
                let source = self.names(&target, &written)?.unwrap_or_default();
                self.copy_linked(&source, &place, &written)
            }
            _ => Err(self.refused(&written, "is neither file, folder nor link")),
        }
    }

    /// The names of a path; None for the folder itself.
    fn names<'t>(&self, path: &'t str, entry: &str) -> Result<Option<Vec<&'t str>>, Error> {
        if path.starts_with('/') {
            return Err(self.refused(entry, "has an absolute path"));
        }
        let names: Vec<&str> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
        for name in &names {
            // What is a name here is a path elsewhere.
            let foreign = cfg!(windows) && name.contains(['\\', ':']);
            if *name == ".." || foreign || name.contains('\0') {
                return Err(self.refused(entry, "leads out of its folder"));
            }
        }
        Ok(Some(names).filter(|names| !names.is_empty()))
    }

    /// Makes folders, none of which may be a link: what lies behind one would lie elsewhere.
    fn make_folders(&self, names: &[&str], entry: &str) -> Result<PathBuf, Error> {
        let mut place = self.folder.to_owned();
        for name in names {
            place.push(name);
            match std::fs::symlink_metadata(&place) {
                Ok(found) if found.is_dir() => {}
                Ok(found) if found.is_symlink() => return Err(self.refused(entry, "lies behind a link")),
                Ok(_) => return Err(self.refused(entry, "lies in something that is no folder")),
                Err(_) => std::fs::create_dir(&place).map_err(|error| disk(&place, "make", error))?,
            }
        }
        Ok(place)
    }

    fn target(&self, entry: &tar::Entry<'_, impl Read>, written: &str) -> Result<String, Error> {
        let target = entry.link_name_bytes().and_then(|bytes| String::from_utf8(bytes.into_owned()).ok());
        target.ok_or_else(|| self.refused(written, "is a link to nothing that can be named"))
    }

    /// A link may go up to its archive's folder and no further. Going up is for its beginning alone: after the name of another link it
    /// would start wherever that leads.
    fn check_link(&self, parents: &[&str], target: &str, entry: &str) -> Result<(), Error> {
        let out = || Err(self.refused(entry, "is a link that leads out of its folder"));
        let mut depth = parents.len();
        let mut down = false;
        let foreign = cfg!(windows) && target.contains(['\\', ':']);
        if target.starts_with('/') || target.contains('\0') || target.is_empty() || foreign {
            return out();
        }
        for name in target.split('/').filter(|name| !matches!(*name, "" | ".")) {
            match name {
                ".." if down || depth == 0 => return out(),
                ".." => depth -= 1,
                _ => down = true,
            }
        }
        Ok(())
    }

    /// The archive's second name for a file becomes a file of its own.
    fn copy_linked(&mut self, source: &[&str], place: &Path, entry: &str) -> Result<(), Error> {
        let missing = || self.refused(entry, "is a second name of something that is no file before it");
        let mut path = self.folder.to_owned();
        for (index, name) in source.iter().enumerate() {
            path.push(name);
            let found = std::fs::symlink_metadata(&path).map_err(|_| missing())?;
            let last = index + 1 == source.len();
            if !(if last { found.is_file() } else { found.is_dir() }) {
                return Err(missing());
            }
        }
        if source.is_empty() {
            return Err(missing());
        }
        let mut file = std::fs::File::open(&path).map_err(|error| disk(&path, "read", error))?;
        let mut copy = std::fs::File::create_new(place).map_err(|error| disk(place, "write", error))?;
        self.copy(&mut file, &mut copy, entry)?;
        let permissions = file.metadata().map_err(|error| disk(&path, "read", error))?.permissions();
        copy.set_permissions(permissions).map_err(|error| disk(place, "write", error))
    }

    fn copy(&mut self, from: &mut dyn Read, to: &mut dyn std::io::Write, entry: &str) -> Result<(), Error> {
        // One more than there may be, to see whether there is more.
        let copied = std::io::copy(&mut from.take(self.left.saturating_add(1)), to).map_err(|error| {
            Error::Malformed { what: self.what.to_owned(), detail: format!("{entry}: {error}") }
        })?;
        to.flush().map_err(|error| disk(self.folder, "write", error))?;
        match self.left.checked_sub(copied) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Error::TooLarge { what: self.what.to_owned(), limit: LARGEST_ON_DISK }),
        }
    }

    fn refused(&self, entry: &str, why: &str) -> Error {
        Error::Archive {
            what: self.what.to_owned(),
            entry: entry.escape_debug().to_string(),
            why: why.to_owned(),
        }
    }
}

fn disk(path: &Path, action: &'static str, source: std::io::Error) -> Error {
    Error::Disk { path: path.to_owned(), action, source }
}

/// Owners may always read and write, or nobody could remove it again.
#[cfg(unix)]
fn make_executable(file: &std::fs::File, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode & 0o777 | 0o600))
}

/// There is no such thing.
#[cfg(not(unix))]
fn make_executable(_: &std::fs::File, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make_link(target: &str, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(windows)]
fn make_link(target: &str, place: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target.replace('/', "\\"), place)
}
