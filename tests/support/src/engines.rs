//! The engines that the tests run on, as `cargo xtask engines up` recorded them.
//!
//! A test that needs an engine which is not there fails and names the command that starts it; it never skips itself.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[cfg(unix)]
use crate::socket::Socket;

/// The command that makes every test engine available.
pub const COMMAND: &str = "cargo xtask engines up";

/// The name of the current Docker among the test engines (28.5, containerd image store).
pub const DOCKER: &str = "docker28";
/// The name of the current Podman among the test engines (5.8).
pub const PODMAN: &str = "podman5";
/// The name of the oldest Docker that is supported (20.10).
pub const OLD_DOCKER: &str = "docker20";

/// The name of the oldest Podman that is supported (4.3), run by root.
pub const OLD_PODMAN: &str = "podman4";
/// The name of the same Podman run by an ordinary user.
pub const ROOTLESS_PODMAN: &str = "podman4-rootless";
/// The engines that every behaviour is held against, in the order of the table in the documents.
pub const MATRIX: [&str; 5] = [DOCKER, PODMAN, OLD_DOCKER, OLD_PODMAN, ROOTLESS_PODMAN];

/// Which family an engine belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Docker Engine.
    Docker,
    /// Podman's API service.
    Podman,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        })
    }
}

/// One engine that was started for the tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Its name among the test engines, `docker28` for example.
    pub name: String,
    /// Docker or Podman.
    pub kind: Kind,
    /// The version that it answered when it was started.
    pub version: String,
    /// Its socket; the path is short enough for every platform's limit.
    pub socket: PathBuf,
    /// The process, on this machine, whose end is the engine's end.
    pub process: u32,
    /// Folders that lie at the same path inside its own file system; a bind mount's source must be below one of them.
    #[serde(default)]
    pub shared: Vec<PathBuf>,
}

impl Engine {
    /// The value of `DOCKER_HOST` that leads a program to this engine.
    #[must_use]
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Whether it answers a ping.
    #[must_use]
    pub fn answers(&self) -> bool {
        #[cfg(unix)]
        {
            Socket::new(&self.socket).ping()
        }
        #[cfg(not(unix))]
        {
            false
        }
    }

    /// The same of one that is known to run: it may be busy with other tests.
    fn answers_in_time(&self) -> bool {
        #[cfg(unix)]
        {
            Socket::new(&self.socket).ping_within(crate::PATIENCE)
        }
        #[cfg(not(unix))]
        {
            false
        }
    }
}

/// What `cargo xtask engines up` wrote down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Engines that were started and not stopped since.
    pub engines: Vec<Engine>,
    /// Names of the images that every engine holds.
    pub images: Vec<String>,
}

impl Inventory {
    /// Reads the record; an absent one means that nothing was started.
    ///
    /// # Errors
    /// When the file cannot be read or is not what this version writes.
    pub fn read() -> std::io::Result<Self> {
        let path = home()?.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// The engine of that name, if it was started.
    #[must_use]
    pub fn engine(&self, name: &str) -> Option<&Engine> {
        self.engines.iter().find(|engine| engine.name == name)
    }
}

/// The record's file name inside [`home`].
pub const FILE: &str = "engines.json";

/// The one folder outside the clone that holds the engines, their data and their images: `WHARF_XTASK_HOME`, else `wharf-xtask` in the
/// user's cache folder.
///
/// # Errors
/// When the environment names no home folder.
pub fn home() -> std::io::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("WHARF_XTASK_HOME")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("wharf-xtask")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache/wharf-xtask")))
        .filter(|path| path.is_absolute())
        .ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "none of WHARF_XTASK_HOME, XDG_CACHE_HOME and HOME names an absolute folder",
            )
        })
}

/// The engine of that name, running.
///
/// # Panics
/// When it was not started or does not answer; the message names the command to run.
#[must_use]
pub fn engine(name: &str) -> Engine {
    let inventory = match Inventory::read() {
        Ok(inventory) => inventory,
        Err(error) => panic!("cannot read which test engines run: {error}; run `{COMMAND}`"),
    };
    match inventory.engine(name) {
        Some(engine) if engine.answers_in_time() => engine.clone(),
        Some(engine) => panic!(
            "the test engine {name} does not answer on {}; run `{COMMAND}`, which starts it again",
            engine.socket.display()
        ),
        None => panic!("the test engine {name} is not running; run `{COMMAND}`"),
    }
}

/// The two engines that everything must work on: the current Docker and the current Podman.
///
/// # Panics
/// As [`engine`].
#[must_use]
pub fn primary() -> [Engine; 2] {
    [engine(DOCKER), engine(PODMAN)]
}

/// The primary pair and the oldest Docker. The oldest Podmans are left to the suites of [`MATRIX`].
///
/// # Panics
/// As [`engine`].
#[must_use]
pub fn primary_and_oldest_docker() -> Vec<Engine> {
    [DOCKER, PODMAN, OLD_DOCKER].map(engine).to_vec()
}

/// A new folder that the engines see at the same path as the tests do.
///
/// # Panics
/// When the temporary folder of this process is not shared with the engines, or cannot be written.
#[must_use]
pub fn shared_folder() -> tempfile::TempDir {
    let inventory = Inventory::read().unwrap_or_default();
    let parent = std::env::temp_dir();
    let is_shared = |engine: &Engine| engine.shared.iter().any(|folder| parent.starts_with(folder));
    let parent = if inventory.engines.iter().all(is_shared) { parent } else { PathBuf::from("/tmp") };
    match tempfile::Builder::new().prefix("wharf-test-").tempdir_in(&parent) {
        Ok(folder) => folder,
        Err(error) => panic!("cannot make a folder in {}: {error}", parent.display()),
    }
}
