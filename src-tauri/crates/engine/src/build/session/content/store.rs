//! Blobs in a folder, by their digest: `blobs/sha256/…`, and what is still being written in `ingest/`.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tonic::Status;

use super::messages::{
    Info, InfoResponse, ReadContentRequest, ReadContentResponse, Status as WriteStatus, StatusResponse,
    WriteAction, WriteContentRequest, WriteContentResponse,
};
use crate::build::session::{Troubles, hex};
use crate::error::Error;

/// How much of a blob goes with one message.
const PIECE: usize = 1 << 20;

/// One folder.
pub(super) struct Store {
    folder: PathBuf,
    troubles: Troubles,
}

impl Store {
    pub(super) fn new(folder: PathBuf, troubles: Troubles) -> Store {
        Store { folder, troubles }
    }

    pub(super) async fn info(&self, digest: &str) -> Result<InfoResponse, Status> {
        let path = blob(&self.folder, digest)?;
        let size = match tokio::fs::metadata(&path).await {
            Ok(found) => i64::try_from(found.len()).unwrap_or(i64::MAX),
            Err(_) => return Err(Status::not_found(format!("blob {digest}: not found"))),
        };
        Ok(InfoResponse { info: Some(Info { digest: digest.to_owned(), size }) })
    }

    /// How far a blob has come. One that was broken off starts anew, so none has come anywhere.
    pub(super) async fn status(&self, name: &str) -> Result<StatusResponse, Status> {
        let path = self.ingest(name);
        match tokio::fs::metadata(&path).await {
            Ok(found) => Ok(StatusResponse {
                status: Some(WriteStatus {
                    r#ref: name.to_owned(),
                    offset: i64::try_from(found.len()).unwrap_or(i64::MAX),
                }),
            }),
            Err(_) => Err(Status::not_found(format!("{name}: not found"))),
        }
    }

    pub(super) async fn abort(&self, name: &str) -> Result<(), Status> {
        match tokio::fs::remove_file(self.ingest(name)).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Status::not_found(format!("{name}: not found")))
            }
            Err(error) => Err(self.failed(&self.ingest(name), error)),
        }
    }

    pub(super) async fn open(&self, wanted: &ReadContentRequest) -> Result<Reader, Status> {
        let path = blob(&self.folder, &wanted.digest)?;
        let opened = async {
            let mut file = File::open(&path).await?;
            file.seek(SeekFrom::Start(u64::try_from(wanted.offset).unwrap_or(0))).await?;
            Ok::<_, io::Error>(file)
        };
        let file = opened.await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Status::not_found(format!("blob {}: not found", wanted.digest)),
            _ => self.failed(&path, error),
        })?;
        let left = match u64::try_from(wanted.size) {
            Ok(0) | Err(_) => u64::MAX,
            Ok(size) => size,
        };
        Ok(Reader { file, offset: wanted.offset, left })
    }

    /// Begins a blob. One that is there already is told to be so, which is no failure to the builder.
    pub(super) async fn write(self, first: &WriteContentRequest) -> Result<Writer, Status> {
        if !first.expected.is_empty()
            && tokio::fs::try_exists(blob(&self.folder, &first.expected)?).await.unwrap_or(false)
        {
            return Err(Status::already_exists(format!("content {}: already exists", first.expected)));
        }
        let path = self.ingest(&first.r#ref);
        let made = async {
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            File::create(&path).await
        };
        let file = made.await.map_err(|error| self.failed(&path, error))?;
        Ok(Writer { store: self, path, file, hash: Sha256::new(), offset: 0, done: false })
    }

    fn ingest(&self, name: &str) -> PathBuf {
        self.folder.join("ingest").join(hex(&Sha256::digest(name.as_bytes())))
    }

    /// The builder hears that it failed, the person hears why.
    fn failed(&self, path: &Path, error: io::Error) -> Status {
        let status = Status::internal(format!("{}: {error}", path.display()));
        self.troubles.note(Error::Output { path: path.to_owned(), source: error });
        status
    }
}

/// Where a blob lies. A digest that is none would lead elsewhere.
pub(super) fn blob(folder: &Path, digest: &str) -> Result<PathBuf, Status> {
    let hash = digest
        .strip_prefix("sha256:")
        .filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hash = hash.ok_or_else(|| Status::invalid_argument(format!("{digest:?} is no digest")))?;
    Ok(folder.join("blobs").join("sha256").join(hash))
}

/// A blob that is being read.
pub(super) struct Reader {
    file: File,
    offset: i64,
    left: u64,
}

impl Reader {
    pub(super) async fn send(mut self, sender: mpsc::Sender<Result<Bytes, Status>>) {
        while self.left > 0 {
            let mut data = vec![0; PIECE.min(usize::try_from(self.left).unwrap_or(PIECE))];
            let count = match self.file.read(&mut data).await {
                Ok(0) => return,
                Ok(count) => count,
                Err(error) => {
                    let _ = sender.send(Err(Status::internal(error.to_string()))).await;
                    return;
                }
            };
            data.truncate(count);
            let answer = ReadContentResponse { offset: self.offset, data };
            if sender.send(Ok(Bytes::from(answer.encode_to_vec()))).await.is_err() {
                return;
            }
            self.offset = self.offset.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
            self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
}

/// A blob that is being written. One that is dropped before its end leaves nothing.
pub(super) struct Writer {
    store: Store,
    path: PathBuf,
    file: File,
    hash: Sha256,
    offset: i64,
    done: bool,
}

impl Writer {
    pub(super) async fn take(
        &mut self,
        request: WriteContentRequest,
    ) -> Result<WriteContentResponse, Status> {
        let action = WriteAction::try_from(request.action).unwrap_or(WriteAction::Stat);
        let mut digest = String::new();
        if !request.data.is_empty() {
            if request.offset != self.offset {
                return Err(Status::out_of_range(format!(
                    "a blob is written from its beginning to its end: {} is not {}",
                    request.offset, self.offset
                )));
            }
            self.hash.update(&request.data);
            let written = self.file.write_all(&request.data).await;
            written.map_err(|error| self.store.failed(&self.path, error))?;
            self.offset = self.offset.saturating_add(i64::try_from(request.data.len()).unwrap_or(i64::MAX));
        }
        if action == WriteAction::Commit {
            digest = self.commit(&request).await?;
        }
        Ok(WriteContentResponse { action: request.action, offset: self.offset, total: request.total, digest })
    }

    async fn commit(&mut self, request: &WriteContentRequest) -> Result<String, Status> {
        let digest = format!("sha256:{}", hex(&self.hash.clone().finalize()));
        if !request.expected.is_empty() && request.expected != digest {
            return Err(Status::failed_precondition(format!(
                "{digest} arrived instead of {}",
                request.expected
            )));
        }
        if request.total > 0 && request.total != self.offset {
            return Err(Status::failed_precondition(format!(
                "{} bytes arrived instead of {}",
                self.offset, request.total
            )));
        }
        let place = blob(&self.store.folder, &digest)?;
        let moved = async {
            self.file.flush().await?;
            if let Some(folder) = place.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            tokio::fs::rename(&self.path, &place).await
        };
        moved.await.map_err(|error| self.store.failed(&place, error))?;
        self.done = true;
        Ok(digest)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(&self.path);
        }
        // Gone with the last blob that was being written.
        let _ = self.path.parent().map(std::fs::remove_dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_leads_nowhere_else() {
        let hash = "a".repeat(64);
        for (digest, expected) in [
            (format!("sha256:{hash}"), Some(format!("/c/blobs/sha256/{hash}"))),
            (format!("sha512:{hash}"), None),
            ("sha256:../../x".to_owned(), None),
            (String::new(), None),
        ] {
            let found = blob(Path::new("/c"), &digest).ok().map(|path| path.display().to_string());
            assert_eq!(found, expected, "{digest}");
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = || Store::new(folder.path().to_owned(), Troubles::default());
        let digest = format!("sha256:{}", hex(&Sha256::digest(b"onetwo")));
        let message = |action: WriteAction, offset: i64, data: &[u8], expected: &str| WriteContentRequest {
            action: action as i32,
            r#ref: "blob".to_owned(),
            offset,
            data: data.to_vec(),
            expected: expected.to_owned(),
            ..WriteContentRequest::default()
        };
        let begin = message(WriteAction::Stat, 0, b"", &digest);
        let mut writer = store().write(&begin).await.unwrap();
        writer.take(begin.clone()).await.unwrap();
        writer.take(message(WriteAction::Write, 0, b"one", "")).await.unwrap();
        assert!(writer.take(message(WriteAction::Write, 9, b"x", "")).await.is_err());
        writer.take(message(WriteAction::Write, 3, b"two", "")).await.unwrap();
        assert!(
            writer
                .take(message(WriteAction::Commit, 6, b"", &format!("sha256:{}", "0".repeat(64))))
                .await
                .is_err()
        );
        let end = writer.take(message(WriteAction::Commit, 6, b"", &digest)).await.unwrap();
        drop(writer);
        assert_eq!((end.digest.as_str(), end.offset), (digest.as_str(), 6));
        assert_eq!(store().info(&digest).await.unwrap().info.unwrap().size, 6);
        let again = store().write(&begin).await;
        assert_eq!(again.err().map(|status| status.code()), Some(tonic::Code::AlreadyExists));
        let (sender, mut pieces) = mpsc::channel(4);
        let wanted = ReadContentRequest { digest, offset: 2, size: 3 };
        store().open(&wanted).await.unwrap().send(sender).await;
        let piece = ReadContentResponse::decode(pieces.recv().await.unwrap().unwrap()).unwrap();
        assert_eq!((piece.offset, piece.data.as_slice()), (2, b"etw".as_slice()));
        assert!(pieces.recv().await.is_none());
        assert!(!folder.path().join("ingest").exists());
        // One that is broken off leaves nothing.
        let mut writer = store().write(&message(WriteAction::Stat, 0, b"", "")).await.unwrap();
        writer.take(message(WriteAction::Write, 0, b"half", "")).await.unwrap();
        drop(writer);
        assert!(!folder.path().join("ingest").exists());
    }
}
