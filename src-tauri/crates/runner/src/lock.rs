//! One Wharf at a time per environment.
//!
//! The lock is the operating system's on an open file, so a crash releases it. The file also says who holds it; that text is
//! only for people, since it may outlive its writer.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// How often a waiting Wharf looks again. Waiting is rare and a person does it, so a short sleep is good enough.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody holds it from now on. A name that stays, because this fails or a crash comes before, is found out by whoever asks.
        let _ = self.file.set_len(0);
    }
}

impl Lock {
    /// Takes the lock of the environment whose state lies in `folder`, waiting for another holder to end.
    ///
    /// `waiting` is called once, with what the holder says of itself, if there is anything to wait for. Ends with
    /// [`Error::Cancelled`] when `cancel` fires while waiting.
    pub(crate) async fn acquire(
        folder: &Path,
        purpose: &str,
        cancel: &CancellationToken,
        waiting: impl FnOnce(&str),
    ) -> Result<Self, Error> {
        let path = folder.join("lock");
        let failed = |source| Error::State { path: path.clone(), action: "lock", source };
        crate::store::create_private_folder(folder).map_err(failed)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) => {
                    if let Some(waiting) = waiting.take() {
                        waiting(&holder(&path));
                    }
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        let text = format!("wharf {purpose} (pid {})", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(failed)?;
        Ok(Self { file })
    }
}

/// Who holds the lock of the environment whose state lies in `folder`, in its own words; nobody waits here.
pub(crate) fn held_by(folder: &Path) -> Option<String> {
    let path = folder.join("lock");
    let file = File::open(&path).ok()?;
    // Without a name in it nobody holds it, or not for long. Windows does not tell the length of a locked file's content to
    // others, but of the file.
    if file.metadata().ok()?.len() == 0 {
        return None;
    }
    match file.try_lock_shared() {
        // A crash has left the name. Closing the file gives the lock back.
        Ok(()) | Err(TryLockError::Error(_)) => None,
        Err(TryLockError::WouldBlock) => Some(holder(&path)),
    }
}

/// What the present holder wrote of itself.
fn holder(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(200).read_to_string(&mut text));
    match read {
        Ok(length) if length > 0 => text,
        // Windows refuses to read a locked file.
        _ => "another wharf".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_and_is_told_for_whom() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        let first =
            Lock::acquire(folder.path(), "up", &cancel, |_| panic!("nobody to wait for")).await.unwrap();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let path = folder.path().to_path_buf();
        let second = tokio::spawn(async move {
            let cancel = CancellationToken::new();
            Lock::acquire(&path, "down", &cancel, |holder| sender.send(holder.to_owned()).unwrap()).await
        });
        let holder = receiver.await.unwrap();
        assert_eq!(holder, format!("wharf up (pid {})", std::process::id()));
        drop(first);
        second.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn who_holds_it_is_told_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(held_by(folder.path()), None, "nobody ever has");
        let lock = Lock::acquire(folder.path(), "up", &CancellationToken::new(), |_| {}).await.unwrap();
        assert_eq!(held_by(folder.path()), Some(format!("wharf up (pid {})", std::process::id())));
        drop(lock);
        assert_eq!(held_by(folder.path()), None, "nobody does any more");
        std::fs::write(folder.path().join("lock"), "wharf up (pid 1)").unwrap();
        assert_eq!(held_by(folder.path()), None, "a crash has left its name");
    }

    #[tokio::test]
    async fn waiting_ends_when_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        let _first = Lock::acquire(folder.path(), "up", &cancel, |_| {}).await.unwrap();
        let waiter = cancel.clone();
        let second = Lock::acquire(folder.path(), "up", &cancel, |_| waiter.cancel()).await;
        assert!(matches!(second, Err(Error::Cancelled)));
    }
}
