//! How the web view draws where there is no graphics card: in virtual machines, on remote desktops, on a screen in memory.
//!
//! There WebKit would do all that a card does with the processor, and a page that scrolls takes 100 ms and more for a frame. Drawn plainly,
//! the same page takes a tenth of that.

use std::ffi::OsString;
use std::path::Path;

use tauri::{AppHandle, Manager};
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

use crate::window;

/// Folders, and what the names of the files in them begin with through which programs draw with a card: everybody's, the one of NVIDIA's own
/// driver, and the one of Windows around a Linux of its own.
const CARDS: [(&str, &str); 3] = [("/dev/dri", "renderD"), ("/dev", "nvidiactl"), ("/dev", "dxg")];

/// Has the window drawn plainly where there is no card.
pub(crate) fn suit_the_computer(app: &AppHandle) {
    if has_card(files) {
        return;
    }
    if let Some(window) = app.get_webview_window(window::MAIN) {
        // A web view that has no settings draws as it likes.
        let _ = window.with_webview(|webview| {
            if let Some(settings) = webview.inner().settings() {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
        });
    }
}

/// Whether there is a graphics card, by the names of the files in folders.
fn has_card(files: impl Fn(&Path) -> Vec<OsString>) -> bool {
    CARDS.iter().any(|(folder, begin)| {
        files(Path::new(folder)).iter().any(|name| name.as_encoded_bytes().starts_with(begin.as_bytes()))
    })
}

fn files(folder: &Path) -> Vec<OsString> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_told_by_the_file_that_leads_to_it() {
        let cases: [(&[&str], bool); 5] = [
            (&[], false),
            (&["/dev/null", "/dev/dri/card0"], false),
            (&["/dev/dri/card0", "/dev/dri/renderD128"], true),
            (&["/dev/nvidiactl"], true),
            (&["/dev/dxg"], true),
        ];
        for (paths, expected) in cases {
            let files = |folder: &Path| {
                let inside = paths.iter().map(Path::new).filter(|path| path.parent() == Some(folder));
                inside.filter_map(|path| path.file_name()).map(OsString::from).collect()
            };
            assert_eq!(has_card(files), expected, "{paths:?}");
        }
    }
}
