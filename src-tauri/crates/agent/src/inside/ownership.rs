//! Giving a folder to the user.
//!
//! A workspace that was put into a volume belongs to root until somebody knows which user works in it.

use std::io;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::{Path, PathBuf};

/// Gives the folder and what is in it to the user, links themselves and not what they lead to. A folder that is the user's already
/// is left as it is, with whatever root has made in it since; the folder itself comes last, so that this goes on where it was
/// interrupted. What cannot be given is told in a sentence.
pub(crate) fn give(folder: &Path, uid: u32, gid: u32) -> Result<(), String> {
    let told = |path: &Path, error: &io::Error| {
        format!("{} could not be given to the user: {error}", path.display())
    };
    match std::fs::symlink_metadata(folder) {
        Ok(found) if found.uid() == uid || !found.is_dir() => return Ok(()),
        Ok(_) => {}
        Err(error) => return Err(told(folder, &error)),
    }
    // Folders that are open, each with what is still to be visited in it.
    let mut open = vec![(folder.to_owned(), children(folder).map_err(|error| told(folder, &error))?)];
    while let Some((current, rest)) = open.last_mut() {
        let Some(path) = rest.pop() else {
            lchown(&*current, Some(uid), Some(gid)).map_err(|error| told(current, &error))?;
            open.pop();
            continue;
        };
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
        if is_folder {
            let within = children(&path).map_err(|error| told(&path, &error))?;
            open.push((path, within));
        } else if let Err(error) = lchown(&path, Some(uid), Some(gid))
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(told(&path, &error));
        }
    }
    Ok(())
}

fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn everything_is_given_once_and_links_are_not_followed() {
        if !rustix::process::geteuid().is_root() {
            // Only root can give.
            return;
        }
        let outside = tempfile::tempdir().unwrap();
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("repository");
        std::fs::create_dir_all(folder.join("a/b")).unwrap();
        std::fs::write(folder.join("a/b/file"), "x").unwrap();
        symlink(outside.path(), folder.join("a/link")).unwrap();
        symlink("/nowhere", folder.join("broken")).unwrap();
        let owner = |path: &str| {
            let found = std::fs::symlink_metadata(folder.join(path)).unwrap();
            (found.uid(), found.gid())
        };
        give(&folder, 4242, 4243).unwrap();
        for path in ["", "a", "a/b", "a/b/file", "a/link", "broken"] {
            assert_eq!(owner(path), (4242, 4243), "{path}");
        }
        assert_eq!(std::fs::metadata(outside.path()).unwrap().uid(), 0);

        std::fs::write(folder.join("made-by-root"), "x").unwrap();
        give(&folder, 4242, 4243).unwrap();
        assert_eq!(owner("made-by-root"), (0, 0));
        assert!(give(&folder.join("none"), 4242, 4243).is_err());
    }
}
