//! Hearing that a journal has grown, so that nobody who follows one looks at it again and again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{BEFORE, CURRENT, keeper};
use crate::watch::FileWatch;

/// Lines that are written this close together are read together.
const TOGETHER: Duration = Duration::from_millis(40);
/// How often a journal is looked at that nobody tells of: where the system lets nobody watch.
const UNTOLD: Duration = Duration::from_millis(150);
/// How often it is looked at beside what is heard, on systems that may tell of a file only once its writer has closed it.
const BESIDE: Option<Duration> =
    if cfg!(target_os = "linux") { None } else { Some(Duration::from_millis(500)) };

/// Tells when there may be more in a journal.
#[derive(Debug)]
pub(crate) struct Heard {
    files: BTreeSet<PathBuf>,
    /// None where the system lets nobody watch.
    watch: Option<FileWatch>,
    grown: Arc<Notify>,
    /// The folder itself has come or gone, and is to be watched anew.
    moved: Arc<AtomicBool>,
    /// When what was heard of is to be read.
    due: Option<Instant>,
    /// When it was read last.
    looked: Instant,
}

impl Heard {
    /// Listens from now on to the journal in an environment's state folder, which need not be there yet. Whoever reads opens the journal
    /// after this, so that nothing is missed.
    pub(crate) fn listen(folder: &Path) -> Self {
        let files = [CURRENT, BEFORE, keeper::CURRENT, keeper::BEFORE].map(|name| folder.join(name)).into();
        let (grown, moved) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (tell, tell_moved, own) = (Arc::clone(&grown), Arc::clone(&moved), folder.to_owned());
        let watch = FileWatch::new(move |path| {
            if path == own {
                tell_moved.store(true, Ordering::Release);
            }
            tell.notify_one();
        });
        let mut heard = Self { files, watch: watch.ok(), grown, moved, due: None, looked: Instant::now() };
        heard.watch_again();
        heard
    }

    /// Waits until there may be more. May be given up and begun anew at any time, however often: a word that has come is not lost.
    pub(crate) async fn more(&mut self) {
        let due = match self.due {
            Some(due) => due,
            None => {
                let pause = if self.watch.is_some() { BESIDE } else { Some(UNTOLD) };
                let look = self.looked + pause.unwrap_or_default();
                tokio::select! {
                    () = self.grown.notified() => Instant::now() + TOGETHER,
                    () = tokio::time::sleep_until(look), if pause.is_some() => look,
                }
            }
        };
        self.due = Some(due);
        if due > Instant::now() {
            tokio::time::sleep_until(due).await;
        }
        self.due = None;
        self.looked = Instant::now();
        // What these words are of is read now.
        let _ = self.grown.notified().now_or_never();
        if self.moved.swap(false, Ordering::AcqRel) {
            self.watch_again();
        }
    }

    /// A folder that is not there is heard of by the one around it. Where even that cannot be watched, it is looked at instead.
    fn watch_again(&mut self) {
        if self.watch.as_mut().is_some_and(|watch| !watch.set(&self.files)) {
            self.watch = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use tokio::time::timeout;

    use super::*;

    /// Far longer than any system takes.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn append(path: &Path, text: &str) {
        File::options().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the journal has a text, by nothing but what is heard.
    async fn until(heard: &mut Heard, path: &Path, text: &str) {
        let found = timeout(PATIENCE, async {
            while !std::fs::read_to_string(path).is_ok_and(|found| found.contains(text)) {
                heard.more().await;
            }
        });
        found.await.unwrap_or_else(|_| panic!("nothing is heard of {text:?}"));
    }

    #[tokio::test]
    async fn every_way_in_which_a_journal_grows_is_heard() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().canonicalize().unwrap().join("environments").join("a1");
        std::fs::create_dir(folder.parent().unwrap()).unwrap();
        let current = folder.join(CURRENT);
        let mut heard = Heard::listen(&folder);
        assert!(heard.watch.is_some(), "this system lets us watch");
        // Its folder comes only now, and then goes and comes again.
        for text in ["first", "second"] {
            std::fs::create_dir(&folder).unwrap();
            append(&current, text);
            until(&mut heard, &current, text).await;
            append(&current, "on and on");
            until(&mut heard, &current, "on and on").await;
            // A full file is set aside, and another one is begun.
            std::fs::rename(&current, folder.join(BEFORE)).unwrap();
            append(&current, "anew");
            until(&mut heard, &current, "anew").await;
            std::fs::remove_dir_all(&folder).unwrap();
            timeout(PATIENCE, heard.more()).await.unwrap();
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test(start_paused = true)]
    async fn nobody_looks_at_a_journal_that_does_not_grow() {
        let folder = tempfile::tempdir().unwrap();
        append(&folder.path().join(CURRENT), "all there is");
        let mut heard = Heard::listen(folder.path());
        assert!(timeout(PATIENCE, heard.more()).await.is_err(), "there is nothing to look for");
    }
}
