//! Where a user's keeper is found.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::store::{Store, create_private_folder};

/// The longest path that every system takes for a socket. On Windows a file is there instead, with the name of a pipe.
const LONGEST_PATH: usize = if cfg!(windows) { usize::MAX } else { 100 };

/// The folder of the keeper's own files, which nobody else can enter.
#[derive(Debug, Clone)]
pub(super) struct Place {
    folder: PathBuf,
    socket: PathBuf,
}

impl Place {
    /// The place that belongs to this state. Nothing is made yet.
    pub(super) fn of(store: &Store) -> Place {
        let folder = store.root().join("keeper");
        let near = folder.join("socket");
        let socket = if near.as_os_str().len() <= LONGEST_PATH { near } else { far(store.root()) };
        Place { folder, socket }
    }

    /// The socket that clients connect to; on Windows the file that tells which pipe they connect to.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Held by the keeper for as long as it is the one.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folders, and makes sure that they are private: a folder that somebody else has made is not used.
    pub(super) fn prepare(&self) -> Result<()> {
        for folder in [Some(self.folder.as_path()), self.socket.parent()].into_iter().flatten() {
            let failed = |source| Error::State { path: folder.to_path_buf(), action: "use", source };
            create_private_folder(folder).map_err(failed)?;
            crate::platform::make_private(folder).map_err(failed)?;
        }
        Ok(())
    }
}

/// The socket that the keeper of this state makes, whether one runs or not. Its folder is there from now on: nobody hears of what comes
/// into a folder that is not.
///
/// # Errors
/// When the folder cannot be made, or is somebody else's.
pub(crate) fn socket(store: &Store) -> Result<PathBuf> {
    let place = Place::of(store);
    place.prepare()?;
    Ok(place.socket)
}

/// A short path for a state folder whose own is too long for a socket.
fn far(root: &Path) -> PathBuf {
    let name = hex::encode(&Sha256::digest(root.as_os_str().as_encoded_bytes())[..8]);
    let base = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty() && folder.len() < 60);
    let base = base.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    let user = crate::platform::user_ids().map_or(0, |(user, _)| user);
    base.join(format!("wharf-{user}")).join(name).join("socket")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_has_a_short_socket() {
        let store = |path: &str| Store::open(Some(Path::new(path))).unwrap();
        assert_eq!(Place::of(&store("/s")).socket(), Path::new("/s/keeper/socket"));
        let long = format!("/{}", "x".repeat(200));
        let (one, other) = (Place::of(&store(&long)), Place::of(&store(&format!("{long}y"))));
        assert!(one.socket().as_os_str().len() <= LONGEST_PATH, "{one:?}");
        assert_ne!(one.socket(), other.socket());
        assert_eq!(one.folder(), Path::new(&long).join("keeper"));
    }

    #[cfg(unix)]
    #[test]
    fn its_folder_is_nobody_elses() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&Store::open(Some(&folder.path().join("state"))).unwrap());
        std::fs::create_dir_all(place.folder()).unwrap();
        std::fs::set_permissions(place.folder(), std::fs::Permissions::from_mode(0o777)).unwrap();
        place.prepare().unwrap();
        assert_eq!(std::fs::metadata(place.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
