//! Folders that were handed to the window: by the command line, by a second start, by the system. They wait here until the page
//! takes them, since it may not have been loaded yet.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};

use crate::arguments::{self, Start};

/// The event that says that there is something to take.
const OPENED: &str = "opened";

/// Folders that nobody has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    waiting: Mutex<Vec<String>>,
}

impl Handover {
    /// Keeps a folder as it is seen from `current`.
    pub(crate) fn add(&self, current: &Path, folder: &Path) {
        // The runner makes paths plain; here only the folder that they are seen from counts, which is not that of this process.
        let folder = current.join(folder).to_string_lossy().into_owned();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.contains(&folder) {
            waiting.push(folder);
        }
    }

    /// Hands over what waits.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Another start of the program, which ends when this returns: its folder is opened here, and the window comes to the front.
pub(crate) fn second_start(app: &AppHandle, given: Vec<String>, current: &str) {
    if let Start::Window(Some(folder)) = arguments::read(given.into_iter().map(OsString::from)) {
        open(app, Path::new(current), &folder);
    }
    to_front(app);
}

/// Opens folders that the system hands over, such as those dropped on the icon.
#[cfg(target_os = "macos")]
pub(crate) fn open_urls(app: &AppHandle, urls: &[tauri::Url]) {
    for folder in urls.iter().filter_map(|url| url.to_file_path().ok()) {
        open(app, Path::new("/"), &folder);
    }
    to_front(app);
}

fn open(app: &AppHandle, current: &Path, folder: &Path) {
    app.state::<Handover>().add(current, folder);
    // A page that is not there yet asks by itself when it is.
    let _ = app.emit(OPENED, ());
}

fn to_front(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(crate::window::MAIN) {
        // A window manager may refuse; the folder is open all the same.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_waits_once_until_it_is_taken() {
        let handover = Handover::default();
        let root = std::env::temp_dir();
        let expected = |name: &str| root.join(name).to_string_lossy().into_owned();
        handover.add(&root, Path::new("a"));
        handover.add(&root, &root.join("b"));
        handover.add(&root, Path::new("a"));
        assert_eq!(handover.take(), [expected("a"), expected("b")]);
        assert!(handover.take().is_empty());
    }
}
