//! Walking a context: what is kept, in an order that depends on nothing but the names.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::ignore::{Ignore, Inherited};
use crate::error::Error;

/// One thing in a context.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Below the context, with slashes.
    pub(crate) path: String,
    /// On this machine.
    pub(crate) full: PathBuf,
    /// What it is.
    pub(crate) kind: EntryKind,
    /// Permission bits, with set-user-id and the like.
    pub(crate) mode: u32,
    /// Nanoseconds since 1970.
    pub(crate) modified: i64,
    /// What the system said.
    pub(crate) metadata: Metadata,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Folder,
    /// With its size in bytes.
    File(u64),
    /// With its target as it stands.
    Symlink(PathBuf),
    /// A named pipe.
    Pipe,
}

/// A file or folder that cannot be read.
pub(crate) fn io_error(path: &Path, source: io::Error) -> Error {
    Error::Context { path: path.to_owned(), source }
}

/// Which paths of a context are sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Only these, when a builder asks for a part.
    pub(crate) include: Option<Ignore>,
    /// Not these.
    pub(crate) exclude: Ignore,
}

/// For one folder, which patterns of each kind matched it.
#[derive(Clone, Default)]
struct Verdict {
    include: Option<Inherited>,
    exclude: Option<Inherited>,
}

impl Filter {
    /// Everything but what an ignore file leaves out.
    pub(crate) fn without(ignore: &Ignore) -> Filter {
        Filter { include: None, exclude: ignore.clone() }
    }

    /// Whether a path stays out, and what its children inherit.
    fn decide(&self, path: &str, parent: &Verdict) -> (bool, Verdict) {
        let (excluded, exclude) = self.exclude.decide(path, parent.exclude.as_ref());
        let include = self.include.as_ref().map(|include| include.decide(path, parent.include.as_ref()));
        let out = excluded || include.as_ref().is_some_and(|(included, _)| !included);
        (out, Verdict { include: include.map(|(_, inherited)| inherited), exclude: Some(exclude) })
    }

    /// Whether something below a folder that stays out may be sent after all.
    fn may_keep_below(&self, folder: &str) -> bool {
        (!self.exclude.leaves_out(folder) || self.exclude.may_return_below(folder))
            && self
                .include
                .as_ref()
                .is_none_or(|include| include.leaves_out(folder) || include.may_match_below(folder))
    }
}

/// The walk over all that is kept: folders before what is in them, names in the order of their bytes.
pub(crate) struct Walk<'a> {
    filter: &'a Filter,
    open: Vec<Folder>,
    ready: VecDeque<Entry>,
}

/// A folder that is being walked.
struct Folder {
    path: String,
    children: std::vec::IntoIter<(OsString, PathBuf)>,
    inherited: Verdict,
    /// The folder itself, when it is left out until something in it is kept.
    withheld: Option<Entry>,
}

impl<'a> Walk<'a> {
    /// Begins at the top of a context, which is itself no entry.
    pub(crate) fn new(context: &Path, filter: &'a Filter) -> Result<Walk<'a>, Error> {
        let children = children(context).map_err(|error| io_error(context, error))?;
        let top = Folder { path: String::new(), children, inherited: Verdict::default(), withheld: None };
        Ok(Walk { filter, open: vec![top], ready: VecDeque::new() })
    }

    fn visit(&mut self, name: &OsString, full: PathBuf) -> Result<(), Error> {
        let Some(folder) = self.open.last() else { return Ok(()) };
        let name = name.to_string_lossy();
        let path = if folder.path.is_empty() { name.into_owned() } else { format!("{}/{name}", folder.path) };
        let (left_out, inherited) = self.filter.decide(&path, &folder.inherited);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            // It went away since its folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(_) if left_out => return Ok(()),
            Err(error) => return Err(io_error(&full, error)),
        };
        let Some(entry) = describe(path, full, metadata)? else { return Ok(()) };
        if entry.kind != EntryKind::Folder {
            if !left_out {
                self.release();
                self.ready.push_back(entry);
            }
            return Ok(());
        }
        if left_out && !self.filter.may_keep_below(&entry.path) {
            return Ok(());
        }
        let children = match children(&entry.full) {
            Ok(children) => children,
            Err(error)
                if error.kind() == io::ErrorKind::NotFound
                    || (left_out && error.kind() == io::ErrorKind::PermissionDenied) =>
            {
                return Ok(());
            }
            Err(error) => return Err(io_error(&entry.full, error)),
        };
        let path = entry.path.clone();
        let withheld = if left_out {
            Some(entry)
        } else {
            self.release();
            self.ready.push_back(entry);
            None
        };
        self.open.push(Folder { path, children, inherited, withheld });
        Ok(())
    }

    /// Lets the folders above go first that were withheld so far.
    fn release(&mut self) {
        for folder in &mut self.open {
            self.ready.extend(folder.withheld.take());
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Some(Ok(entry));
            }
            match self.open.last_mut()?.children.next() {
                Some((name, full)) => {
                    if let Err(error) = self.visit(&name, full) {
                        return Some(Err(error));
                    }
                }
                None => {
                    self.open.pop();
                }
            }
        }
    }
}

fn children(folder: &Path) -> io::Result<std::vec::IntoIter<(OsString, PathBuf)>> {
    let mut list = Vec::new();
    for child in fs::read_dir(folder)? {
        let child = child?;
        list.push((child.file_name(), child.path()));
    }
    list.sort_by(|(one, _), (other, _)| one.as_encoded_bytes().cmp(other.as_encoded_bytes()));
    Ok(list.into_iter())
}

/// None for what no builder takes: sockets and devices.
fn describe(path: String, full: PathBuf, metadata: Metadata) -> Result<Option<Entry>, Error> {
    let kind = if metadata.is_dir() {
        EntryKind::Folder
    } else if metadata.is_file() {
        EntryKind::File(metadata.len())
    } else if metadata.is_symlink() {
        EntryKind::Symlink(fs::read_link(&full).map_err(|error| io_error(&full, error))?)
    } else if is_pipe(&metadata) {
        EntryKind::Pipe
    } else {
        return Ok(None);
    };
    let modified = metadata.modified().ok().map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    });
    let mode = mode(&metadata);
    Ok(Some(Entry { path, full, kind, mode, modified, metadata }))
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    metadata.mode() & 0o7777
}

/// Windows has no such bits; Docker's own tools send these.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0o755
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}
