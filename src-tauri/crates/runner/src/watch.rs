//! Hearing of changes to files, also through editors that write beside a file and put the new one in its place.
//!
//! Not a file is watched but the folder that it lies in, and the folder around that: whatever is put in a file's place, and whatever
//! becomes of its folder, is heard of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::error::{Error, Result};

/// Folders that are watched at most: systems have few to give, and no configuration is made of more.
const MOST_FOLDERS: usize = 1_000;

/// Files that are watched.
#[derive(Debug)]
pub(crate) struct FileWatch {
    watcher: RecommendedWatcher,
    /// The files, and the folders that they lie in.
    named: Arc<Mutex<BTreeSet<PathBuf>>>,
    folders: BTreeSet<PathBuf>,
}

impl FileWatch {
    /// Watches nothing yet. `changed` is told the file that has changed, or the folder of some that has come or gone.
    ///
    /// # Errors
    /// When the system lets nobody watch.
    pub(crate) fn new(changed: impl Fn(&Path) + Send + 'static) -> Result<Self> {
        let named: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let known = Arc::clone(&named);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            // Reading is no change, and what the watching itself does is reading.
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            for path in &event.paths {
                if lock(&known).contains(path) {
                    changed(path);
                }
            }
        })
        .map_err(|error| failed(Path::new("."), error))?;
        Ok(Self { watcher, named, folders: BTreeSet::new() })
    }

    /// Watches these files from now on and no others. They need not be there. Whether everything of them can be heard of: the system may let
    /// nobody watch as much as that.
    pub(crate) fn set(&mut self, files: &BTreeSet<PathBuf>) -> bool {
        let parents: BTreeSet<PathBuf> = files.iter().filter_map(|file| parent(file)).collect();
        let around: BTreeSet<PathBuf> = parents.iter().filter_map(|folder| parent(folder)).collect();
        *lock(&self.named) = files.union(&parents).cloned().collect();
        let folders: BTreeSet<PathBuf> = parents.union(&around).take(MOST_FOLDERS).cloned().collect();
        for gone in self.folders.difference(&folders) {
            // It may be gone in every sense.
            let _ = self.watcher.unwatch(gone);
        }
        // Also those that are watched already: another folder of the same name may have come in their place. One that is not there is
        // heard of when it comes.
        let mut is_heard = true;
        for folder in &folders {
            let mut watch = || self.watcher.watch(folder, RecursiveMode::NonRecursive).is_ok();
            // One may come just now.
            is_heard &= watch() || !folder.exists() || watch();
        }
        self.folders = folders;
        is_heard
    }
}

fn parent(path: &Path) -> Option<PathBuf> {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map(Path::to_path_buf)
}

fn failed(path: &Path, error: notify::Error) -> Error {
    Error::State { path: path.to_owned(), action: "watch", source: std::io::Error::other(error) }
}

/// A panic elsewhere must not take the watching down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Far longer than any system takes.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn watched(files: &[&Path]) -> (FileWatch, mpsc::Receiver<PathBuf>) {
        let (sender, heard) = mpsc::channel();
        let mut watch = FileWatch::new(move |path| drop(sender.send(path.to_owned()))).unwrap();
        watch.set(&files.iter().map(|file| file.to_path_buf()).collect());
        (watch, heard)
    }

    /// Waits until `path` is heard of; others may be before it.
    fn hear(heard: &mpsc::Receiver<PathBuf>, path: &Path) {
        while heard.recv_timeout(PATIENCE).unwrap() != path {}
    }

    #[test]
    fn every_way_of_writing_is_heard() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let folder = root.join(".devcontainer");
        std::fs::create_dir(&folder).unwrap();
        let (file, other) = (folder.join("devcontainer.json"), folder.join("notes"));
        std::fs::write(&file, "1").unwrap();
        let (mut watch, heard) = watched(&[&file]);
        // In place.
        std::fs::write(&file, "2").unwrap();
        hear(&heard, &file);
        // Beside it, and put in its place: twice, since the first must not have been the last that is heard.
        for text in ["3", "4"] {
            std::fs::write(&other, text).unwrap();
            std::fs::rename(&other, &file).unwrap();
            hear(&heard, &file);
        }
        // Gone, and with the folder, and both again.
        std::fs::remove_dir_all(&folder).unwrap();
        hear(&heard, &file);
        std::fs::create_dir(&folder).unwrap();
        hear(&heard, &folder);
        watch.set(&BTreeSet::from([file.clone()]));
        while heard.try_recv().is_ok() {}
        std::fs::write(&file, "5").unwrap();
        hear(&heard, &file);
    }

    #[test]
    fn others_are_not_heard() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (file, other) = (root.join("a"), root.join("b"));
        let (_watch, heard) = watched(&[&file]);
        std::fs::write(&other, "x").unwrap();
        std::fs::write(&file, "x").unwrap();
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap(), file, "the first word is not of the other");
    }
}
