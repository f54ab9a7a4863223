//! A folder of results, file by file: the builder lists what there is, we ask for the contents.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};

use bollard::grpc::build::fsutil::types::packet::PacketType;
use bollard::grpc::build::fsutil::types::{Packet, Stat};
use bytes::Bytes;
use prost::Message as _;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tonic::Streaming;

use super::{Answers, output};
use crate::error::Error;

/// Go's bits for what a file is.
const FOLDER: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
/// Devices, pipes and sockets of an image mean nothing on this machine.
const SPECIAL: u32 = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19;

/// Takes a whole folder. What lies in it already stays, unless a file of the same name arrives.
pub(super) async fn receive(
    folder: &Path,
    messages: &mut Streaming<Bytes>,
    answers: &Answers,
) -> Result<(), Error> {
    tokio::fs::create_dir_all(folder).await.map_err(|error| output(folder, error))?;
    let mut taken = Taken { folder: folder.to_owned(), ..Taken::default() };
    let mut listed = false;
    loop {
        let message = messages.message().await.map_err(|status| broken(folder, status.message()))?;
        let Some(message) = message else {
            return Err(broken(folder, "the builder stopped in the middle"));
        };
        let packet = Packet::decode(message).map_err(|error| broken(folder, &error.to_string()))?;
        match PacketType::try_from(packet.r#type) {
            Ok(PacketType::PacketStat) => match packet.stat {
                Some(stat) => {
                    if let Some(number) = taken.entry(&stat).await? {
                        send(answers, PacketType::PacketReq, number).await;
                    }
                }
                None => listed = true,
            },
            Ok(PacketType::PacketData) => taken.content(packet.id, &packet.data).await?,
            Ok(PacketType::PacketErr) => {
                return Err(broken(folder, &String::from_utf8_lossy(&packet.data)));
            }
            // The builder confirms our own end.
            Ok(PacketType::PacketFin) => return Ok(()),
            _ => {}
        }
        if listed && taken.open.is_empty() {
            listed = false;
            taken.finish().await?;
            send(answers, PacketType::PacketFin, 0).await;
        }
    }
}

async fn send(answers: &Answers, kind: PacketType, id: u32) {
    let packet = Packet { r#type: kind as i32, id, ..Packet::default() };
    // A builder that went away is noticed when nothing arrives any more.
    let _ = answers.send(Ok(Bytes::from(packet.encode_to_vec()))).await;
}

fn broken(folder: &Path, words: &str) -> Error {
    output(folder, io::Error::other(words.to_owned()))
}

/// What has arrived so far.
#[derive(Default)]
struct Taken {
    folder: PathBuf,
    /// The number of the next entry.
    next: u32,
    /// Files whose content has not all come.
    open: HashMap<u32, Arriving>,
    /// Folders made or found to be real ones, so that nothing is written through a link.
    safe: HashSet<PathBuf>,
    /// Names for files that are there under another name; made last.
    links: Vec<(PathBuf, PathBuf)>,
    /// Modes of folders, set last: a read-only one could not be filled.
    modes: Vec<(PathBuf, u32)>,
}

struct Arriving {
    path: PathBuf,
    file: File,
    mode: u32,
    modified: i64,
}

impl Taken {
    /// Takes one entry of the list, and answers its number when its content is to be asked for.
    async fn entry(&mut self, stat: &Stat) -> Result<Option<u32>, Error> {
        let number = self.next;
        self.next += 1;
        let path = self.place(&stat.path).await?;
        let failed = |error| output(&path, error);
        if stat.mode & FOLDER != 0 {
            match tokio::fs::symlink_metadata(&path).await {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    tokio::fs::remove_file(&path).await.map_err(failed)?;
                    tokio::fs::create_dir(&path).await.map_err(failed)?;
                }
                Err(_) => tokio::fs::create_dir(&path).await.map_err(failed)?,
            }
            self.safe.insert(path.clone());
            self.modes.push((path, stat.mode));
            return Ok(None);
        }
        if stat.mode & SPECIAL != 0 {
            return Ok(None);
        }
        clear(&path).await?;
        if stat.mode & SYMLINK != 0 {
            symlink(&stat.linkname, &path).map_err(failed)?;
            return Ok(None);
        }
        if !stat.linkname.is_empty() {
            let first = self.place(&stat.linkname).await?;
            self.links.push((first, path));
            return Ok(None);
        }
        let file = File::create(&path).await.map_err(failed)?;
        self.open.insert(number, Arriving { path, file, mode: stat.mode, modified: stat.mod_time });
        Ok(Some(number))
    }

    /// Takes a piece of a file; an empty one is its end.
    async fn content(&mut self, number: u32, data: &[u8]) -> Result<(), Error> {
        if !data.is_empty() {
            let Some(arriving) = self.open.get_mut(&number) else { return Ok(()) };
            return arriving.file.write_all(data).await.map_err(|error| output(&arriving.path, error));
        }
        let Some(mut arriving) = self.open.remove(&number) else { return Ok(()) };
        let failed = |error| output(&arriving.path, error);
        arriving.file.flush().await.map_err(failed)?;
        set_mode(&arriving.path, arriving.mode).map_err(failed)?;
        let file = arriving.file.into_std().await;
        // A file system that keeps no times is no reason to fail.
        if let Ok(nanoseconds) = u64::try_from(arriving.modified) {
            let modified = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(nanoseconds);
            let _ = file.set_modified(modified);
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Error> {
        for (first, path) in self.links.drain(..) {
            tokio::fs::hard_link(&first, &path).await.map_err(|error| output(&path, error))?;
        }
        for (path, mode) in self.modes.drain(..).rev() {
            set_mode(&path, mode).map_err(|error| output(&path, error))?;
        }
        Ok(())
    }

    /// The place of a path below the folder. A builder is not trusted with any other place.
    async fn place(&mut self, path: &str) -> Result<PathBuf, Error> {
        let refused = || broken(&self.folder, &format!("the builder names {path:?}, which lies outside"));
        let relative = Path::new(path.trim_start_matches('/'));
        if relative.as_os_str().is_empty()
            || !relative.components().all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(refused());
        }
        let mut parent = self.folder.clone();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            parent.push(part);
            if self.safe.contains(&parent) {
                continue;
            }
            match tokio::fs::symlink_metadata(&parent).await {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Err(refused()),
                Err(_) => {
                    tokio::fs::create_dir(&parent).await.map_err(|error| output(&parent, error))?;
                }
            }
            self.safe.insert(parent.clone());
        }
        Ok(self.folder.join(relative))
    }
}

/// Makes room for a file. A folder in its place is not removed: it may hold what a person wrote.
async fn clear(path: &Path) -> Result<(), Error> {
    match tokio::fs::symlink_metadata(path).await {
        Ok(found) if found.is_dir() => Err(broken(path, "a folder is in the way")),
        Ok(_) => tokio::fs::remove_file(path).await.map_err(|error| output(path, error)),
        Err(_) => Ok(()),
    }
}

#[cfg(unix)]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    // Links need a right that few have on Windows; the text says what was meant.
    std::fs::write(path, target)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o777))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, mode: u32, linkname: &str) -> Stat {
        Stat { path: path.to_owned(), mode, linkname: linkname.to_owned(), ..Stat::default() }
    }

    #[tokio::test]
    async fn nothing_is_written_outside_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("own")).unwrap();
        let away = outside.path().display().to_string();
        for (entries, refused) in [
            (vec![entry("a", 0o644, ""), entry("own/b", 0o644, "")], false),
            (vec![entry("new/deep/b", 0o644, "")], false),
            (vec![entry("../x", 0o644, "")], true),
            (vec![entry("own/../../x", 0o644, "")], true),
            (vec![entry("", 0o644, "")], true),
            (vec![entry("link", SYMLINK | 0o777, &away), entry("link/x", 0o644, "")], true),
            (vec![entry("hard", 0o644, "../x")], true),
        ] {
            let mut taken = Taken { folder: folder.path().to_owned(), ..Taken::default() };
            let mut result = Ok(());
            for entry in &entries {
                result = result.and(taken.entry(entry).await.map(drop));
            }
            assert_eq!(result.is_err(), refused, "{entries:?}: {result:?}");
        }
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
