//! A folder of one operation's own, on this computer, gone with the operation.
//!
//! It lies with Wharf's state and not among the system's temporary files, which may be kept in memory: a clone can be large. One that
//! a killed Wharf has left is removed by the next that makes one; a lock tells that its owner is gone.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::error::Error;
use crate::store::{Store, create_private_folder};

/// A folder without a lock may have been made a moment ago.
const YOUNG: Duration = Duration::from_secs(60);
const LOCK: &str = "lock";
/// The folder in it that is used.
pub(super) const CONTENT: &str = "content";

/// Removed with all its content when dropped.
#[derive(Debug)]
pub(crate) struct Room {
    content: PathBuf,
    // Dropped in this order: Windows does not remove a folder in which a file is open.
    _lock: File,
    folder: TempDir,
}

impl Room {
    pub(crate) fn new(store: &Store) -> Result<Self, Error> {
        let rooms = store.root().join("rooms");
        let failed = |source| Error::State { path: rooms.clone(), action: "make a folder in", source };
        create_private_folder(&rooms).map_err(failed)?;
        sweep(&rooms);
        let folder = TempDir::with_prefix_in("", &rooms).map_err(failed)?;
        let lock = File::create(folder.path().join(LOCK)).map_err(failed)?;
        lock.try_lock().map_err(|error| failed(error.into()))?;
        let content = folder.path().join(CONTENT);
        std::fs::create_dir(&content).map_err(failed)?;
        Ok(Self { content, _lock: lock, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.content
    }

    /// The folder around it, where nothing of the content's is.
    pub(crate) fn around(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what nobody holds any more. What cannot be removed now is left to the next time.
fn sweep(rooms: &Path) {
    for room in std::fs::read_dir(rooms).into_iter().flatten().flatten() {
        let path = room.path();
        let is_left = match File::open(path.join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => room.metadata().and_then(|found| found.modified()).is_ok_and(|modified| {
                SystemTime::now().duration_since(modified).is_ok_and(|age| age > YOUNG)
            }),
        };
        if is_left {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_of_others_stay_and_left_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Some(folder.path())).unwrap();
        let first = Room::new(&store).unwrap();
        std::fs::write(first.path().join("file"), "x").unwrap();
        // What a killed process leaves: the folder, with a lock that nobody holds.
        let left = folder.path().join("rooms/left");
        std::fs::create_dir_all(left.join("content")).unwrap();
        File::create(left.join(LOCK)).unwrap();
        let second = Room::new(&store).unwrap();
        assert!(first.path().join("file").exists() && second.path().is_dir());
        assert!(!left.exists());
        let gone = first.path().to_owned();
        drop(first);
        assert!(!gone.exists() && second.path().is_dir());
    }
}
