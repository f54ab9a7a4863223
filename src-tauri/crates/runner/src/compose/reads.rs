//! Which files Compose reads of this computer, looked up before it is asked.

use std::path::{Path, PathBuf};

use wharf_spec::compose::{FileRead, Files, ReadFor, ReadSources, files_read};

use crate::environment::STYLE;
use crate::reconciler::Reconciler;
use crate::volume::{Content, WORKSPACES};

/// What is longer is no Compose file.
const LONGEST: u64 = 16 * 1024 * 1024;

impl Reconciler<'_> {
    /// The files that Compose reads for a project of these files, which lie on this computer.
    pub(super) fn files_read(&self, files: &[String]) -> Vec<FileRead> {
        let folder = self.folder_of_compose().display().to_string();
        let home = self.observed.host.home.as_deref();
        let sources = ReadSources { files, folder: &folder, home, style: STYLE };
        let mut found = files_read(&sources, &Disk);
        if let Some(content) = self.environment.content() {
            let room = Room::of(content);
            found.iter_mut().for_each(|read| room.put_back(read));
        }
        found
    }
}

/// This computer's own files.
pub(super) struct Disk;

impl Files for Disk {
    fn is_there(&self, path: &str) -> bool {
        Path::new(path).exists()
    }

    fn is_folder(&self, path: &str) -> bool {
        Path::new(path).is_dir()
    }

    fn text(&self, path: &str) -> Option<String> {
        // Anything else than a file could keep whoever reads it waiting.
        let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        if found.len() > LONGEST { None } else { std::fs::read_to_string(path).ok() }
    }
}

/// Where the copy of a volume's files lies.
struct Room {
    written: PathBuf,
    real: PathBuf,
}

impl Room {
    fn of(content: &Content) -> Self {
        let written = content.path().to_owned();
        Self { real: written.canonicalize().unwrap_or_else(|_| written.clone()), written }
    }

    /// Gives a file the place that it has in the volume. Links in there are followed here, as Compose does: one that leads to a file of
    /// this computer names that file.
    fn put_back(&self, read: &mut FileRead) {
        for path in [&mut read.path, &mut read.from] {
            // As it is written, where nobody can tell the place.
            if !Path::new(path.as_str()).is_absolute() {
                continue;
            }
            let real = Path::new(path.as_str()).canonicalize();
            let place = match &real {
                Ok(real) => real.strip_prefix(&self.real).map_err(|_| real.as_path()),
                Err(_) => {
                    Path::new(path.as_str()).strip_prefix(&self.written).map_err(|_| Path::new(path.as_str()))
                }
            };
            *path = match place {
                Ok(below) => format!("{WORKSPACES}/{}", below.to_string_lossy().replace('\\', "/")),
                // This computer may have a folder of that name too, as one that is a dev container itself has.
                Err(outside) if outside.starts_with(WORKSPACES) => {
                    read.purpose = ReadFor::Untold;
                    outside.display().to_string()
                }
                Err(outside) => outside.display().to_string(),
            };
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn read(path: &Path) -> FileRead {
        FileRead {
            path: path.display().to_string(),
            from: "/x".to_owned(),
            property: "include".to_owned(),
            purpose: ReadFor::Project,
        }
    }

    #[test]
    fn what_lies_in_the_volume_has_its_place_there() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("room/content/api")).unwrap();
        std::fs::write(at("room/content/api/.env"), "").unwrap();
        std::fs::write(at("secret"), "").unwrap();
        std::os::unix::fs::symlink(at("room/content"), at("linked")).unwrap();
        std::os::unix::fs::symlink(at("secret"), at("room/content/api/out")).unwrap();
        std::os::unix::fs::symlink(".env", at("room/content/api/in")).unwrap();
        let secret = at("secret").canonicalize().unwrap().display().to_string();
        for written in ["room/content", "linked"] {
            let room = Room { written: at(written), real: at(written).canonicalize().unwrap() };
            for (path, expected) in [
                (at(written).join("api/.env"), "/workspaces/api/.env"),
                (at(written).join("api/in"), "/workspaces/api/.env"),
                (at(written).join("api/gone"), "/workspaces/api/gone"),
                (at(written).join("api/out"), secret.as_str()),
                (at("secret"), secret.as_str()),
                ("${X}".into(), "${X}"),
                ("/workspaces/mine/.env".into(), "/workspaces/mine/.env"),
            ] {
                let mut found = read(&path);
                room.put_back(&mut found);
                assert_eq!(found.path, expected, "{}", path.display());
                // A place of this computer that has the look of one in the volume.
                assert_eq!(
                    found.purpose == ReadFor::Untold,
                    path.starts_with(WORKSPACES),
                    "{}",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn only_files_are_read() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("compose.yml");
        std::fs::write(&path, "services: {}").unwrap();
        let text = |path: &Path| Disk.text(path.to_str().unwrap());
        assert_eq!(text(&path).as_deref(), Some("services: {}"));
        assert_eq!(text(root.path()), None);
        assert!(Disk.is_there(root.path().to_str().unwrap()));
        assert_eq!(text(&root.path().join("gone")), None);
        assert_eq!(text(Path::new("/dev/zero")), None);
    }
}
