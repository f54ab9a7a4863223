//! What was handed to the window to be opened: by the command line, by a second start, by the system, by a link, in the tray. It waits
//! here until the page takes it, since that may not have been loaded yet.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};
use wharf_api::Opened;

use crate::arguments::{self, Opening, Start};
use crate::{preferences, text, window};

/// The event that says that there is something to take.
const OPENED: &str = "opened";

/// What nobody has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    waiting: Mutex<Vec<Opened>>,
}

impl Handover {
    /// Keeps it until it is taken. The same twice waits once.
    pub(crate) fn keep(&self, opened: Opened) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.contains(&opened) {
            waiting.push(opened);
        }
    }

    /// Hands over what waits.
    pub(crate) fn take(&self) -> Vec<Opened> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is to be opened, as it is seen from `current`. A link says itself what it asks for, and whether that is ever done.
pub(crate) fn read(current: &Path, opening: Opening) -> Opened {
    match opening {
        // The runner makes paths plain; here only the folder that they are seen from counts, which is not that of this process.
        Opening::Folder(folder) => {
            Opened::Folder { folder: current.join(folder).to_string_lossy().into_owned(), by_link: false }
        }
        Opening::Link(link) if preferences::load().links => wharf_runner::open_request(&link),
        Opening::Link(_) => Opened::Refused { message: text::words().links_are_off.to_owned() },
    }
}

/// Another start of the program, which ends when this returns: what it was given is opened here, and the window comes to the front.
pub(crate) fn second_start(app: &AppHandle, given: Vec<String>, current: &str) {
    match arguments::read(given.into_iter().map(OsString::from)) {
        Start::Window(opening) => {
            if let Some(opening) = opening {
                open(app, read(Path::new(current), opening));
            }
            window::to_front(app);
        }
        // The session has begun, and the program runs already.
        Start::Background => {}
        _ => window::to_front(app),
    }
}

/// Opens what the system hands over: folders that are dropped on the icon, links.
#[cfg(target_os = "macos")]
pub(crate) fn open_urls(app: &AppHandle, urls: &[tauri::Url]) {
    for url in urls {
        let opening = match url.to_file_path() {
            Ok(folder) => Opening::Folder(folder),
            Err(()) => Opening::Link(url.to_string()),
        };
        open(app, read(Path::new("/"), opening));
    }
    window::to_front(app);
}

/// Hands something to the page.
pub(crate) fn open(app: &AppHandle, opened: Opened) {
    app.state::<Handover>().keep(opened);
    // A page that is not there yet asks by itself when it is.
    let _ = app.emit(OPENED, ());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_waits_once_until_it_is_taken() {
        let handover = Handover::default();
        let root = std::env::temp_dir();
        let expected = |name: &str| Opened::Folder {
            folder: root.join(name).to_string_lossy().into_owned(),
            by_link: false,
        };
        for folder in ["a".into(), root.join("b"), "a".into()] {
            handover.keep(read(&root, Opening::Folder(folder)));
        }
        assert_eq!(handover.take(), [expected("a"), expected("b")]);
        assert!(handover.take().is_empty());
    }
}
