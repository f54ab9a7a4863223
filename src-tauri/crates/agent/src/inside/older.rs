//! Other builds of this program in the same folder: each newer Wharf puts its own beside them, in a container that may live for long.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The folder and the names of the builds, as the host lays them.
const FOLDER: &str = ".wharf";
const NAME: &str = "agent-";
/// Other builds that stay: two Wharfs that are used in turn need not send theirs each time.
const KEPT: usize = 1;
/// Files that are looked at in one go.
const MOST: usize = 64;

/// Removes other builds than this one, the newest excepted. One that runs goes on: its file is only without a name from then on. What
/// this user may not remove stays.
pub(super) fn remove() {
    let Ok(program) = std::env::current_exe() else { return };
    let (Some(folder), Some(own)) = (program.parent(), program.file_name()) else { return };
    if folder.file_name() == Some(OsStr::new(FOLDER)) && is_build(own) {
        remove_beside(folder, own);
    }
}

/// The folder that holds this program, if it is the one that a host lays it in.
pub(super) fn own_folder() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.to_owned();
    (folder.file_name() == Some(OsStr::new(FOLDER))).then_some(folder)
}

fn remove_beside(folder: &Path, own: &OsStr) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let others = entries.flatten().take(MOST).filter(|entry| {
        let name = entry.file_name();
        is_build(&name) && name != own
    });
    // The time of the last change of the file itself: its content is dated by the archive that it came in.
    let mut dated: Vec<_> = others
        .filter_map(|entry| {
            let facts = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((facts.ctime(), facts.ctime_nsec(), entry.path()))
        })
        .collect();
    dated.sort_unstable();
    let surplus = dated.len().saturating_sub(KEPT);
    for (_, _, path) in dated.into_iter().take(surplus) {
        // Nothing depends on its being gone.
        let _ = std::fs::remove_file(path);
    }
}

fn is_build(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(NAME))
}
