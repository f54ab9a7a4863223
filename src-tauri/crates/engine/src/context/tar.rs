//! A context as a tar archive that is made while it is sent.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::ignore::Ignore;
use super::walk::{Entry, EntryKind, Filter, Walk, io_error};
use crate::error::Error;

/// The size of a piece, and how many of them may wait: together the memory that a context of any size takes.
const PIECE: usize = 64 * 1024;
pub(super) const WAITING: usize = 4;

/// A file that is sent though the folder does not hold it, or holds something else under its name.
#[derive(Debug, Clone)]
pub(crate) struct Extra {
    pub(crate) name: String,
    pub(crate) content: Bytes,
}

/// What to send.
#[derive(Debug, Clone)]
pub(crate) struct ContextTar {
    /// The folder; None sends the extra files alone.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) ignore: Ignore,
    /// Sent even when the ignore file leaves them out.
    pub(crate) always: Vec<String>,
    pub(crate) extra: Vec<Extra>,
}

/// Where the reason stands when the stream ends early; the HTTP client only knows that it did.
pub(crate) type Reason = Arc<Mutex<Option<Error>>>;

impl ContextTar {
    /// The archive, piece by piece. The walk stops when the stream is dropped.
    pub(crate) fn stream(self) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, Reason) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let reason = Reason::default();
        let told = reason.clone();
        tokio::task::spawn_blocking(move || {
            let mut writer = Pieces::new(sender);
            if let Err(error) = self.write(&mut writer) {
                let text = error.to_string();
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                // Nobody may be listening any more, which is fine.
                let _ = writer.sender.blocking_send(Err(io::Error::other(text)));
            }
        });
        (ReceiverStream::new(receiver), reason)
    }

    fn write(&self, writer: &mut Pieces) -> Result<(), Error> {
        let gone = |error: io::Error| Error::Context { path: PathBuf::from("the archive"), source: error };
        let mut builder = Builder::new(writer);
        for extra in &self.extra {
            let mut header = header(EntryType::Regular, 0o644, 0);
            header.set_size(extra.content.len() as u64);
            builder.append_data(&mut header, &extra.name, extra.content.as_ref()).map_err(gone)?;
        }
        if let Some(folder) = &self.folder {
            for name in &self.always {
                if self.ignore.leaves_out(name) {
                    self.append_always(&mut builder, folder.join(name), name)?;
                }
            }
            let filter = Filter::without(&self.ignore);
            for entry in Walk::new(folder, &filter)? {
                let entry = entry?;
                if !self.extra.iter().any(|extra| extra.name == entry.path) {
                    append(&mut builder, &entry)?;
                }
            }
        }
        builder.into_inner().map_err(gone)?.flush().map_err(gone)
    }

    fn append_always(
        &self,
        builder: &mut Builder<&mut Pieces>,
        full: PathBuf,
        name: &str,
    ) -> Result<(), Error> {
        let content = match std::fs::read(&full) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(io_error(&full, error)),
        };
        let mut header = header(EntryType::Regular, 0o644, 0);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, content.as_slice()).map_err(|error| io_error(&full, error))
    }
}

pub(super) fn header(kind: EntryType, mode: u32, modified: i64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    // Whoever built the context owns nothing in the image.
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header.set_mtime(u64::try_from(modified / 1_000_000_000).unwrap_or(0));
    header
}

fn append(builder: &mut Builder<&mut Pieces>, entry: &Entry) -> Result<(), Error> {
    let failed = |error: io::Error| io_error(&entry.full, error);
    match &entry.kind {
        EntryKind::Folder => {
            let mut header = header(EntryType::Directory, entry.mode, entry.modified);
            builder.append_data(&mut header, format!("{}/", entry.path), io::empty()).map_err(failed)
        }
        EntryKind::File(size) => {
            let mut header = header(EntryType::Regular, entry.mode, entry.modified);
            header.set_size(*size);
            let file = File::open(&entry.full).map_err(failed)?;
            let exact = Exact { file, left: *size };
            builder.append_data(&mut header, &entry.path, exact).map_err(failed)
        }
        EntryKind::Symlink(target) => {
            let mut header = header(EntryType::Symlink, 0o777, entry.modified);
            builder.append_link(&mut header, &entry.path, target).map_err(failed)
        }
        EntryKind::Pipe => {
            let mut header = header(EntryType::Fifo, entry.mode, entry.modified);
            builder.append_data(&mut header, &entry.path, io::empty()).map_err(failed)
        }
    }
}

/// Reads as many bytes as the header has promised: a file that grows is cut, one that shrinks is an error.
pub(super) struct Exact {
    pub(super) file: File,
    pub(super) left: u64,
}

impl Read for Exact {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.file.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was sent",
            ));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Collects what is written into pieces and waits while too many of them wait.
pub(super) struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    buffer: BytesMut,
}

impl Pieces {
    pub(super) fn new(sender: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self { sender, buffer: BytesMut::with_capacity(PIECE) }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE - self.buffer.len();
        let count = room.min(bytes.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        if self.buffer.len() == PIECE {
            self.flush()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, BytesMut::with_capacity(PIECE)).freeze();
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;
    use std::path::Path;

    async fn names(tar: ContextTar) -> Result<Vec<String>, String> {
        let (stream, reason) = tar.stream();
        futures_util::pin_mut!(stream);
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(_) => return Err(reason.lock().unwrap().take().unwrap().to_string()),
            }
        }
        let mut archive = tar::Archive::new(bytes.as_slice());
        Ok(archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                let link =
                    entry.link_name_bytes().map(|link| format!(" -> {}", String::from_utf8_lossy(&link)));
                format!("{name} {:o}{}", header.mode().unwrap(), link.unwrap_or_default())
            })
            .collect())
    }

    fn context(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, *file).unwrap();
        }
        folder
    }

    fn whole(folder: &Path, ignore: &str) -> ContextTar {
        ContextTar {
            folder: Some(folder.to_owned()),
            ignore: Ignore::parse(Path::new("x"), ignore.as_bytes()).unwrap(),
            always: vec!["Dockerfile".to_owned()],
            extra: Vec::new(),
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_order_depends_on_the_names_alone() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let long = "l".repeat(150);
        let folder = context(&["b/x", "a.txt", "a/z", "a/y", "Dockerfile", &long]);
        symlink("../outside", folder.path().join("a/link")).unwrap();
        std::fs::set_permissions(folder.path().join("a/y"), PermissionsExt::from_mode(0o4750)).unwrap();
        std::fs::set_permissions(folder.path().join("b"), PermissionsExt::from_mode(0o700)).unwrap();
        std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let expected = vec![
            "Dockerfile 644".to_owned(),
            "a/ 755".to_owned(),
            "a/link 777 -> ../outside".to_owned(),
            "a/y 4750".to_owned(),
            "a/z 644".to_owned(),
            "a.txt 644".to_owned(),
            "b/ 700".to_owned(),
            "b/x 644".to_owned(),
            format!("{long} 644"),
        ];
        assert_eq!(names(whole(folder.path(), "")).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn what_is_left_out_stays_out_and_what_is_needed_goes_along() {
        let folder =
            context(&["Dockerfile", "src/a.rs", "src/b.log", "target/x", "docs/keep/me", "docs/other"]);
        let ignore = "**\n!src\n**/*.log\n!docs/keep";
        let expected =
            ["Dockerfile 644", "docs/ 755", "docs/keep/ 755", "docs/keep/me 644", "src/ 755", "src/a.rs 644"];
        assert_eq!(names(whole(folder.path(), ignore)).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn extra_files_stand_for_those_of_the_folder() {
        let folder = context(&["Dockerfile", "a"]);
        let tar = ContextTar {
            extra: vec![Extra { name: "Dockerfile".to_owned(), content: Bytes::from_static(b"FROM x") }],
            ..whole(folder.path(), "")
        };
        assert_eq!(names(tar).await.unwrap(), ["Dockerfile 644", "a 644"]);
        let alone = ContextTar {
            folder: None,
            ignore: Ignore::default(),
            always: Vec::new(),
            extra: vec![Extra { name: "Dockerfile".to_owned(), content: Bytes::from_static(b"FROM x") }],
        };
        assert_eq!(names(alone).await.unwrap(), ["Dockerfile 644"]);
    }

    #[tokio::test]
    async fn a_missing_folder_says_so() {
        let told = names(whole(Path::new("/nonexistent/context"), "")).await.unwrap_err();
        assert!(told.starts_with("cannot read /nonexistent/context for the build: "), "{told}");
    }

    #[tokio::test]
    async fn a_dropped_stream_ends_the_walk() {
        let folder = context(&["a"]);
        std::fs::write(folder.path().join("big"), vec![0; 4 * 1024 * 1024]).unwrap();
        let (stream, reason) = whole(folder.path(), "").stream();
        drop(stream);
        for _ in 0..500 {
            if reason.lock().unwrap().is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the walk goes on");
    }
}
