//! State on disk: small JSON files, each with a version, written whole or not at all.
//!
//! A damaged file is set aside under another name and reported, never deleted and never a reason to stop: everything in the
//! store can be gathered again from the engine, except consent, which is then asked for again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The version this program writes. A file with a higher one belongs to a newer Wharf and is left alone.
const VERSION: u32 = 1;

/// The file whose age tells when an environment was used last.
const USED: &str = "used";

/// The folder where Wharf keeps its state, one per user.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    root: PathBuf,
}

/// What reading a state file came to.
#[derive(Debug)]
pub(crate) enum Loaded<T> {
    /// The file's content.
    Found(T),
    /// There is no such file.
    Absent,
    /// The file was damaged or of a newer version and has been set aside under this path.
    SetAside(PathBuf),
}

impl<T> Loaded<T> {
    /// The content, if there was any.
    pub(crate) fn found(self) -> Option<T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Absent | Self::SetAside(_) => None,
        }
    }
}

#[derive(serde::Deserialize)]
struct ReadEnvelope {
    version: u32,
    data: serde_json::Value,
}

#[derive(Serialize)]
struct WriteEnvelope<'a, T> {
    version: u32,
    data: &'a T,
}

impl Store {
    /// The store of this user: `folder` if given, else `WHARF_STATE_DIR`, else the system's folder for application state.
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, Error> {
        let root = match folder {
            Some(folder) => folder.to_path_buf(),
            None => match std::env::var_os("WHARF_STATE_DIR").filter(|value| !value.is_empty()) {
                Some(folder) => PathBuf::from(folder),
                None => default_root().ok_or(Error::NoStateFolder)?,
            },
        };
        Ok(Self { root })
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one environment, told by its id labels.
    pub(crate) fn environment(&self, id_labels: &[(String, String)]) -> EnvironmentStore {
        let mut labels = id_labels.to_vec();
        labels.sort();
        let mut hash = Sha256::new();
        for (name, value) in &labels {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(value.as_bytes());
            hash.update([0]);
        }
        let key = hex::encode(&hash.finalize()[..12]);
        EnvironmentStore { folder: self.root.join("environments").join(key) }
    }

    /// The folder of one environment, by the name that [`EnvironmentStore::key`] has told. None for what can be no such name.
    pub(crate) fn environment_of_key(&self, key: &str) -> Option<EnvironmentStore> {
        let is_key = key.len() == 24 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_key.then(|| EnvironmentStore { folder: self.root.join("environments").join(key) })
    }

    /// What is kept of a volume while it is being filled.
    pub(crate) fn volume(&self, name: &str) -> EnvironmentStore {
        EnvironmentStore { folder: self.root.join("volumes").join(name) }
    }

    /// Reads `<name>.json` of the store itself.
    pub(crate) fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Loaded<T>, Error> {
        load(&self.root.join(format!("{name}.json")))
    }

    /// Writes `<name>.json` of the store itself.
    pub(crate) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        save(&self.root.join(format!("{name}.json")), value)
    }

    /// Removes `<name>.json` of the store itself, if it is there.
    pub(crate) fn forget(&self, name: &str) -> Result<(), Error> {
        forget(self.root.join(format!("{name}.json")))
    }

    /// The folders of all environments that have state.
    pub(crate) fn environments(&self) -> Result<Vec<EnvironmentStore>, Error> {
        let folder = self.root.join("environments");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::State { path: folder, action: "read", source }),
        };
        let mut found: Vec<_> =
            entries.filter_map(Result::ok).map(|entry| EnvironmentStore { folder: entry.path() }).collect();
        found.sort_by(|one, other| one.folder.cmp(&other.folder));
        Ok(found)
    }
}

/// The state of one environment.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentStore {
    folder: PathBuf,
}

impl EnvironmentStore {
    /// The state that lies in this folder.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What tells it from the others: its folder's name.
    pub(crate) fn key(&self) -> Option<String> {
        Some(self.folder.file_name()?.to_str()?.to_owned())
    }

    /// The folder itself; may not exist yet.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads `<name>.json`.
    pub(crate) fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Loaded<T>, Error> {
        load(&self.folder.join(format!("{name}.json")))
    }

    /// Writes `<name>.json`.
    pub(crate) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        save(&self.folder.join(format!("{name}.json")), value)
    }

    /// Reads `<name>.json` for somebody who only looks: what is damaged stays where it is, for whoever holds the lock.
    pub(crate) fn peek<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        content(&fs::read_to_string(self.folder.join(format!("{name}.json"))).ok()?)
    }

    /// Notes that the environment is used just now.
    pub(crate) fn touch(&self) {
        // A note for people; where it cannot be written, nothing else will miss it.
        let _ = fs::File::create(self.folder.join(USED));
    }

    /// When the environment was last used or worked on, in milliseconds since 1970.
    pub(crate) fn last_used(&self) -> Option<u64> {
        [USED, "lock"]
            .iter()
            .filter_map(|name| fs::metadata(self.folder.join(name)).ok()?.modified().ok())
            .max()
            .map(crate::events::milliseconds_since_1970)
    }

    /// Removes `<name>.json`, if it is there.
    pub(crate) fn forget(&self, name: &str) -> Result<(), Error> {
        forget(self.folder.join(format!("{name}.json")))
    }
}

fn forget(path: PathBuf) -> Result<(), Error> {
    match fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::State { path, action: "remove", source })
        }
        _ => Ok(()),
    }
}

fn default_root() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("dev", "", "wharf")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_path_buf())
}

fn load<T: DeserializeOwned>(path: &Path) -> Result<Loaded<T>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Loaded::Absent),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return set_aside(path),
        Err(source) => return Err(Error::State { path: path.to_path_buf(), action: "read", source }),
    };
    match content(&text) {
        Some(value) => Ok(Loaded::Found(value)),
        None => set_aside(path),
    }
}

fn content<T: DeserializeOwned>(text: &str) -> Option<T> {
    let envelope: ReadEnvelope = serde_json::from_str(text).ok()?;
    (envelope.version <= VERSION).then_some(envelope.data).and_then(|data| serde_json::from_value(data).ok())
}

fn set_aside<T>(path: &Path) -> Result<Loaded<T>, Error> {
    let stamp = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis());
    let aside = path.with_extension(format!("damaged-{stamp}"));
    fs::rename(path, &aside).map_err(|source| Error::State {
        path: path.to_path_buf(),
        action: "set aside",
        source,
    })?;
    Ok(Loaded::SetAside(aside))
}

/// Writes beside the file and renames over it, so that a reader or a crash meets the old content or the new, never half.
fn save<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let failed = |action: &'static str| {
        move |source: std::io::Error| Error::State { path: path.to_path_buf(), action, source }
    };
    let text = serde_json::to_vec_pretty(&WriteEnvelope { version: VERSION, data: value })
        .map_err(|error| failed("write")(error.into()))?;
    create_private_folder(path.parent().unwrap_or(Path::new("."))).map_err(failed("create the folder of"))?;
    write_whole(path, &text).map_err(failed("write"))
}

/// Writes a file whole or not at all. Where it is a link, what the link leads to is written.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().unwrap_or(Path::new("."));
    create_private_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    file.write_all(content).and_then(|()| file.flush())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// State holds environment variables of containers: nobody else's business.
pub(crate) fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Some(folder.path())).unwrap();
        (folder, store)
    }

    #[test]
    fn a_value_comes_back_as_it_was_saved() {
        let (_folder, store) = store();
        let environment = store.environment(&[("a".into(), "b".into())]);
        assert!(matches!(environment.load::<Vec<u8>>("x").unwrap(), Loaded::Absent));
        environment.save("x", &vec![1_u8, 2]).unwrap();
        assert_eq!(environment.load::<Vec<u8>>("x").unwrap().found(), Some(vec![1, 2]));
    }

    #[test]
    fn labels_tell_environments_apart_whatever_their_order() {
        let (_folder, store) = store();
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let one = store.environment(&[label("a", "1"), label("b", "2")]);
        assert_eq!(one.folder(), store.environment(&[label("b", "2"), label("a", "1")]).folder());
        assert_ne!(one.folder(), store.environment(&[label("a", "1b"), label("", "2")]).folder());
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_kept() {
        for damage in
            ["", "{", "[]", r#"{"version":1}"#, r#"{"version":99,"data":[1]}"#, r#"{"version":1,"data":"x"}"#]
        {
            let (_folder, store) = store();
            let path = store.root().join("x.json");
            fs::write(&path, damage).unwrap();
            let Loaded::SetAside(aside) = store.load::<Vec<u8>>("x").unwrap() else {
                panic!("{damage:?} was taken")
            };
            assert_eq!(fs::read_to_string(aside).unwrap(), damage);
            assert!(!path.exists());
        }
    }
}
