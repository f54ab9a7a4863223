//! A folder as a tar archive, whole: what a volume is filled with.
//!
//! Unlike a build's context nothing is left out but what cannot be read, and names travel as the bytes that they are.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use tar::{Builder, EntryType};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::tar::{Exact, Pieces, WAITING, header};
use super::walk::{Entry, EntryKind, Filter, Walk, io_error};
use crate::error::Error;

/// How many of the paths that could not be read are named.
const MOST_NAMED: usize = 10;

/// A folder to send.
#[derive(Debug, Clone)]
pub struct Tree {
    /// On this machine.
    pub folder: PathBuf,
    /// What it is called in the archive: one name, without slashes.
    pub name: String,
}

/// How large a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TreeSize {
    /// Files, links and folders.
    pub entries: u64,
    /// The content of all files.
    pub bytes: u64,
}

/// How far sending has come, and what became of it.
#[derive(Debug, Clone, Default)]
pub struct TreeReport(Arc<Mutex<Report>>);

#[derive(Debug, Default)]
struct Report {
    bytes: u64,
    unreadable: Vec<PathBuf>,
    more_unreadable: u64,
    error: Option<Error>,
}

impl TreeReport {
    fn change(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn get<T>(&self, get: impl FnOnce(&mut Report) -> T) -> T {
        get(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Bytes of file content that have been sent.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.get(|report| report.bytes)
    }

    /// Paths that were left out since this user may not read them, the first of them by name, and how many more there are.
    #[must_use]
    pub fn unreadable(&self) -> (Vec<PathBuf>, u64) {
        self.get(|report| (report.unreadable.clone(), report.more_unreadable))
    }

    /// Why the archive ended early, if it did; the HTTP client only knows that it did.
    #[must_use]
    pub fn take_error(&self) -> Option<Error> {
        self.get(|report| report.error.take())
    }

    fn leave_out(&self, path: &Path) {
        self.change(|report| {
            if report.unreadable.len() < MOST_NAMED {
                report.unreadable.push(path.to_owned());
            } else {
                report.more_unreadable += 1;
            }
        });
    }
}

impl Tree {
    /// How much there is to send. What cannot be read counts for nothing.
    ///
    /// # Errors
    /// When the folder itself cannot be read.
    pub fn measure(&self) -> Result<TreeSize, Error> {
        let filter = Filter::default();
        let mut size = TreeSize::default();
        for entry in Walk::new(&self.folder, &filter)?.flatten() {
            size.entries += 1;
            if let EntryKind::File(bytes) = entry.kind {
                size.bytes += bytes;
            }
        }
        Ok(size)
    }

    /// The archive, piece by piece, in an order that depends on the names alone. Everything in it belongs to root. Takes the
    /// memory of a few pieces, whatever its size, and ends when the stream is dropped.
    pub fn stream(self) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, TreeReport) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let report = TreeReport::default();
        let told = report.clone();
        tokio::task::spawn_blocking(move || {
            let mut writer = Pieces::new(sender.clone());
            if let Err(error) = self.write(&mut writer, &told) {
                let text = error.to_string();
                told.change(|report| report.error = Some(error));
                // Nobody may be listening any more, which is fine.
                let _ = sender.blocking_send(Err(io::Error::other(text)));
            }
        });
        (ReceiverStream::new(receiver), report)
    }

    fn write(&self, writer: &mut Pieces, report: &TreeReport) -> Result<(), Error> {
        let gone = |error: io::Error| Error::Context { path: PathBuf::from("the archive"), source: error };
        let mut builder = Builder::new(writer);
        let filter = Filter::default();
        let walk = Walk::new(&self.folder, &filter)?;
        let mut top = header(EntryType::Directory, 0o755, 0);
        builder.append_data(&mut top, format!("{}/", self.name), io::empty()).map_err(gone)?;
        for entry in walk {
            match entry {
                Ok(entry) => self.append(&mut builder, &entry, report)?,
                Err(Error::Context { path, source }) if source.kind() == io::ErrorKind::PermissionDenied => {
                    report.leave_out(&path);
                }
                Err(error) => return Err(error),
            }
        }
        builder.into_inner().map_err(gone)?.flush().map_err(gone)
    }

    fn append(
        &self,
        builder: &mut Builder<&mut Pieces>,
        entry: &Entry,
        report: &TreeReport,
    ) -> Result<(), Error> {
        let failed = |error: io::Error| io_error(&entry.full, error);
        let below = entry.full.strip_prefix(&self.folder).unwrap_or(Path::new(&entry.path));
        let name = Path::new(&self.name).join(below);
        let of_kind = |kind, mode| header(kind, mode, entry.modified);
        match &entry.kind {
            EntryKind::Folder => {
                let mut header = of_kind(EntryType::Directory, entry.mode);
                builder.append_data(&mut header, name, io::empty()).map_err(failed)
            }
            EntryKind::File(size) => {
                let file = match File::open(&entry.full) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                        report.leave_out(&entry.full);
                        return Ok(());
                    }
                    Err(error) => return Err(failed(error)),
                };
                let mut header = of_kind(EntryType::Regular, entry.mode);
                header.set_size(*size);
                let content = Counted { content: Exact { file, left: *size }, report };
                builder.append_data(&mut header, name, content).map_err(failed)
            }
            EntryKind::Symlink(target) => {
                let mut header = of_kind(EntryType::Symlink, 0o777);
                builder.append_link(&mut header, name, target).map_err(failed)
            }
            EntryKind::Pipe => {
                let mut header = of_kind(EntryType::Fifo, entry.mode);
                builder.append_data(&mut header, name, io::empty()).map_err(failed)
            }
        }
    }
}

/// Tells how much has been read.
struct Counted<'a> {
    content: Exact,
    report: &'a TreeReport,
}

impl io::Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.report.change(|report| report.bytes += count as u64);
        Ok(count)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use futures_util::StreamExt as _;

    use super::*;

    async fn entries(tree: Tree) -> (Vec<(Vec<u8>, u32, u64)>, TreeReport) {
        let (stream, report) = tree.stream();
        futures_util::pin_mut!(stream);
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entries = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            let mut name = entry.path_bytes().into_owned();
            if let Some(link) = entry.link_name_bytes() {
                name.extend_from_slice(b" -> ");
                name.extend_from_slice(&link);
            }
            (name, header.mode().unwrap(), header.size().unwrap())
        });
        (entries.collect(), report)
    }

    #[tokio::test]
    async fn everything_goes_along_under_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let strange = OsStr::from_bytes(b"b\xff");
        std::fs::create_dir_all(top.join(".git/objects")).unwrap();
        std::fs::write(top.join(".git/config"), "[core]").unwrap();
        std::fs::write(top.join(".gitignore"), "out\n").unwrap();
        std::fs::write(top.join("out"), "built").unwrap();
        std::fs::write(top.join(strange), "x").unwrap();
        std::fs::write(top.join("run"), "#!").unwrap();
        std::fs::set_permissions(top.join("run"), PermissionsExt::from_mode(0o755)).unwrap();
        symlink("../run", top.join("link")).unwrap();
        let tree = Tree { folder: top.to_owned(), name: "api".to_owned() };
        assert_eq!(tree.measure().unwrap(), TreeSize { entries: 8, bytes: 6 + 4 + 5 + 1 + 2 });
        let (found, report) = entries(tree).await;
        let expected: [(&[u8], u32, u64); 9] = [
            (b"api/", 0o755, 0),
            (b"api/.git", 0o755, 0),
            (b"api/.git/config", 0o644, 6),
            (b"api/.git/objects", 0o755, 0),
            (b"api/.gitignore", 0o644, 4),
            (b"api/b\xff", 0o644, 1),
            (b"api/link -> ../run", 0o777, 0),
            (b"api/out", 0o644, 5),
            (b"api/run", 0o755, 2),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(name, mode, size)| (name.to_vec(), *mode, *size)).collect();
        assert_eq!(found, expected);
        assert_eq!(report.bytes(), 18);
        assert_eq!(report.unreadable(), (Vec::new(), 0));
    }

    #[tokio::test]
    async fn a_missing_folder_says_so() {
        let tree = Tree { folder: "/nonexistent/folder".into(), name: "x".to_owned() };
        let (stream, report) = tree.stream();
        let pieces: Vec<_> = stream.collect().await;
        assert!(pieces.last().unwrap().is_err());
        assert!(report.take_error().is_some());
    }
}
