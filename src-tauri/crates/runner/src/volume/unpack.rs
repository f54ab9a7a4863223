//! Writing an archive of an engine's to the disk, with bounds: what is in a volume comes from strangers.

use std::io::{self, Read};
use std::path::{Component, Path};

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use tar::EntryType;
use tokio::sync::mpsc;
use wharf_engine::Incoming;

use crate::error::Error;

/// How many pieces of an archive may wait to be written.
const WAITING: usize = 8;

/// Writes the archive below `folder`. `most` bounds the bytes of its files; `wanted` says which paths are written at all.
/// Folders, files and links only: nothing that an archive says leads out of `folder`.
pub(super) async fn unpack(
    mut archive: Incoming<Bytes>,
    folder: &Path,
    most: u64,
    wanted: fn(&Path) -> bool,
) -> Result<(), Error> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let target = folder.to_owned();
    let writing = tokio::task::spawn_blocking(move || {
        write(Pieces { receiver, piece: Bytes::new() }, &target, most, wanted)
    });
    while let Some(piece) = archive.next().await {
        let piece = piece.map_err(super::open::engine_error)?;
        // Nobody takes it any more when writing has failed, which is told below.
        if sender.send(piece).await.is_err() {
            break;
        }
    }
    drop(sender);
    let failed = |source| Error::Unpack { path: folder.to_owned(), source };
    writing.await.map_err(|error| failed(io::Error::other(error)))?.map_err(failed)
}

fn write(pieces: Pieces, folder: &Path, most: u64, wanted: fn(&Path) -> bool) -> io::Result<()> {
    let mut archive = tar::Archive::new(pieces);
    let mut bytes = 0;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let kind = entry.header().entry_type();
        if !matches!(kind, EntryType::Regular | EntryType::Directory | EntryType::Symlink | EntryType::Link)
            || !wanted(&path)
        {
            continue;
        }
        bytes += entry.header().size()?;
        if bytes > most {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it holds more than {} MB", most / 1_000_000),
            ));
        }
        if kind == EntryType::Directory {
            // With usual permissions: one that may not be written to could not be filled, nor removed again.
            make_folder(folder, &path)?;
            continue;
        }
        match entry.unpack_in(folder) {
            // Where links cannot be made they are not there.
            Err(_) if cfg!(windows) && kind == EntryType::Symlink => {}
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a folder of the archive, if it leads nowhere else.
fn make_folder(folder: &Path, path: &Path) -> io::Result<()> {
    let mut current = folder.to_owned();
    for part in path.components() {
        match part {
            Component::Normal(name) => current.push(name),
            Component::CurDir | Component::RootDir => continue,
            _ => return Ok(()),
        }
        match std::fs::symlink_metadata(&current) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Ok(()),
            Err(_) => std::fs::create_dir(&current)?,
        }
    }
    Ok(())
}

/// The pieces that arrive, for a reader that waits.
struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        buffer[..count].copy_from_slice(&self.piece[..count]);
        self.piece.advance(count);
        Ok(count)
    }
}
