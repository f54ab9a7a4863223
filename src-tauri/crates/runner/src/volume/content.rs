//! What lies in a volume, taken out as far as an operation needs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::Mutex;
use wharf_engine::Engine;
use wharf_plan::ContainerState;

use super::identity::{Place, TRANSIENT_LABEL, VOLUME_LABEL, WORKSPACES};
use super::room::Room;
use super::unpack::unpack;
use crate::CancellationToken;
use crate::error::{Error, Result};
use crate::locate;
use crate::store::Store;

/// More than any configuration and build context should be: the disk is a person's.
const MOST_BYTES: u64 = 8_000_000_000;
/// How long ago a container that only holds a volume may have been made to be somebody's still.
const YOUNG_SECONDS: i64 = 120;

/// A volume's content, of which a part lies on this computer too while this lives.
#[derive(Debug)]
pub(crate) struct Content {
    engine: Engine,
    /// Which folder of which volume.
    pub(crate) place: Place,
    room: Room,
    /// What has been taken out, as paths in the container.
    brought: Mutex<Vec<PathBuf>>,
}

impl Content {
    pub(crate) fn new(engine: Engine, place: Place, store: &Store) -> Result<Self> {
        Ok(Self { engine, place, room: Room::new(store)?, brought: Mutex::default() })
    }

    /// The folder of this computer where what has been taken out lies.
    pub(crate) fn path(&self) -> &Path {
        self.room.path()
    }

    /// A folder of this computer beside that, for files of this operation alone.
    pub(crate) fn spare_folder(&self) -> &Path {
        self.room.around()
    }

    /// Where a path of the container lies on this computer once it has been brought; a path outside the volume means this
    /// computer's own.
    pub(crate) fn on_disk(&self, path: &Path) -> PathBuf {
        let path = locate::absolute(Path::new(WORKSPACES), path);
        path.strip_prefix(WORKSPACES).map_or_else(|_| path.clone(), |below| self.room.path().join(below))
    }

    /// The opposite.
    pub(crate) fn in_container(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(self.room.path()) {
            Ok(below) => PathBuf::from(container_text(&Path::new(WORKSPACES).join(below))),
            Err(_) => path.to_owned(),
        }
    }

    /// Takes a file or folder out of the volume, once; answers where it lies now, whether or not there is one. What is not in
    /// the volume stays where it is.
    pub(crate) async fn bring(&self, path: &Path, cancel: &CancellationToken) -> Result<PathBuf> {
        let on_disk = self.on_disk(path);
        let Ok(below) = on_disk.strip_prefix(self.room.path()) else { return Ok(on_disk) };
        let path = Path::new(WORKSPACES).join(below);
        let mut brought = self.brought.lock().await;
        if !brought.iter().any(|before| path.starts_with(before)) {
            self.take_out(&path, &on_disk, cancel).await?;
            brought.push(path);
        }
        self.stays_inside(&on_disk)?;
        Ok(on_disk)
    }

    /// A link in the volume was made in there, and must not become a way to read this computer's files.
    fn stays_inside(&self, on_disk: &Path) -> Result<()> {
        let (Ok(real), Ok(room)) = (on_disk.canonicalize(), self.room.path().canonicalize()) else {
            return Ok(());
        };
        if real.starts_with(room) {
            return Ok(());
        }
        Err(Error::Impossible {
            message: format!(
                "{} is a link that leads out of the volume",
                self.in_container(on_disk).display()
            ),
            location: None,
            hint: Some("put the file itself in its place".to_owned()),
        })
    }

    async fn take_out(&self, path: &Path, on_disk: &Path, cancel: &CancellationToken) -> Result<()> {
        let parent = on_disk.parent().unwrap_or(self.room.path());
        // The volume itself is archived with its last name, and lies where the room is.
        let (path, parent) = if on_disk == self.room.path() {
            (format!("{WORKSPACES}/."), self.room.path())
        } else {
            (container_text(path), parent)
        };
        std::fs::create_dir_all(parent)
            .map_err(|source| Error::Unpack { path: parent.to_owned(), source })?;
        with_volume(&self.engine, &self.place.volume, async |container| {
            // Within, so that a container made for this goes all the same.
            tokio::select! {
                () = cancel.cancelled() => Err(Error::Cancelled),
                taken = take(&self.engine, container, &path, parent, MOST_BYTES, |_| true) => taken,
            }
        })
        .await
    }
}

/// Writes what a container has at a path below a folder of this computer; nothing when there is nothing.
pub(super) async fn take(
    engine: &Engine,
    container: &str,
    path: &str,
    folder: &Path,
    most: u64,
    wanted: fn(&Path) -> bool,
) -> Result<()> {
    match engine.download_stream(container, path).await.map_err(super::open::engine_error)? {
        Some(archive) => unpack(archive, folder, most, wanted).await,
        None => Ok(()),
    }
}

/// A path as the container writes it.
fn container_text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Does something with a container that has the volume mounted at its usual place: one that is there, else one that is made for
/// this and never started.
pub(super) async fn with_volume<T>(
    engine: &Engine,
    volume: &str,
    work: impl AsyncFnOnce(&str) -> Result<T>,
) -> Result<T> {
    let label = (VOLUME_LABEL.to_owned(), volume.to_owned());
    let found = engine.find_containers(&[label]).await.map_err(super::open::engine_error)?;
    let usable = |state: ContainerState| {
        matches!(state, ContainerState::Running | ContainerState::Created | ContainerState::Exited)
    };
    // One that another tool has made may have the volume elsewhere.
    for container in found.into_iter().filter(|found| usable(found.state)) {
        let facts = engine.inspect_container(&container.id).await.map_err(super::open::engine_error)?;
        let is_there = facts.is_some_and(|facts| {
            facts
                .mounts
                .iter()
                .any(|mount| mount.name.as_deref() == Some(volume) && mount.target == WORKSPACES)
        });
        if is_there {
            return work(&container.id).await;
        }
    }
    with_holder(engine, volume, work).await
}

/// The same with a container of its own.
pub(super) async fn with_holder<T>(
    engine: &Engine,
    volume: &str,
    work: impl AsyncFnOnce(&str) -> Result<T>,
) -> Result<T> {
    let labels = BTreeMap::from([(TRANSIENT_LABEL.to_owned(), format!("volume {volume}"))]);
    let holder =
        engine.create_holder(volume, WORKSPACES, &labels).await.map_err(super::open::engine_error)?;
    let result = work(&holder).await;
    let removed = engine.remove(&holder, false, true).await;
    let value = result?;
    removed.map_err(super::open::engine_error)?;
    Ok(value)
}

/// Removes what a killed Wharf has left of [`with_holder`]: it would keep the volume in use. One that was made just now is
/// another's, who is not done with it.
pub(crate) async fn remove_left_holders(engine: &Engine, volume: &str) -> Result<()> {
    let label = (TRANSIENT_LABEL.to_owned(), format!("volume {volume}"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    for left in engine.find_containers(&[label]).await.map_err(super::open::engine_error)? {
        if (now - left.created).abs() > YOUNG_SECONDS {
            engine.remove(&left.id, false, true).await.map_err(super::open::engine_error)?;
        }
    }
    Ok(())
}

/// Removes all of them, for who holds the volume's lock: nobody else works on it.
pub(super) async fn remove_all_holders(engine: &Engine, volume: &str) -> Result<()> {
    let label = (TRANSIENT_LABEL.to_owned(), format!("volume {volume}"));
    for left in engine.find_containers(&[label]).await.map_err(super::open::engine_error)? {
        engine.remove(&left.id, false, true).await.map_err(super::open::engine_error)?;
    }
    Ok(())
}
