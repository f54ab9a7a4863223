//! Finding an engine as the engines' own tools find theirs.
//!
//! Where to look is computed from the environment alone; only then is each place tried, in order. What a person chose by name
//! (`DOCKER_HOST`, `DOCKER_CONTEXT`, `CONTAINER_HOST`) is the only place tried, so that no other engine answers in its stead.

mod docker_context;
mod places;
mod podman_connection;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::address::Address;
use crate::engine::Engine;
use crate::error::Error;
use crate::podman_service;

pub use places::{Known, Place, choosing_variable, known, named, places};

/// The kind of system that this process runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux, and whatever else keeps its sockets where Linux does.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

impl System {
    /// The one this program was built for.
    #[must_use]
    pub const fn current() -> System {
        if cfg!(windows) {
            System::Windows
        } else if cfg!(target_os = "macos") {
            System::Mac
        } else {
            System::Linux
        }
    }
}

/// Everything that decides where engines are looked for.
pub struct Surroundings<'a> {
    /// A variable of the environment.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The user's numeric id, on systems that have one.
    pub user_id: Option<u32>,
    /// The kind of system.
    pub system: System,
    /// Reads a small file; None when it cannot be read.
    pub read: &'a (dyn Fn(&Path) -> Option<String> + Send + Sync),
    /// The names of what is in a folder; none when it cannot be read.
    pub list: &'a (dyn Fn(&Path) -> Vec<String> + Send + Sync),
    /// A private folder for the socket of a Podman service of our own.
    pub service_folder: Option<PathBuf>,
}

impl Surroundings<'_> {
    /// A variable that says something.
    fn set(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.trim().is_empty())
    }

    /// Where programs of Unix keep a person's configuration.
    fn config_home(&self) -> Option<PathBuf> {
        self.set("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| self.home.as_ref().map(|home| home.join(".config")))
    }
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Surroundings")
            .field("home", &self.home)
            .field("user_id", &self.user_id)
            .field("system", &self.system)
            .field("service_folder", &self.service_folder)
            .finish_non_exhaustive()
    }
}

/// A place that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where.
    pub address: Address,
    /// Why it was tried there: `DOCKER_HOST`, `rootless Podman`, …
    pub origin: String,
    /// What came of it.
    pub state: CandidateState,
}

/// What came of trying a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateState {
    /// An engine answers.
    Usable,
    /// Nothing is there.
    Absent,
    /// The socket is there and this user may not open it.
    NoPermission,
    /// The socket is there and nobody listens.
    Refused,
    /// It took the connection and did not answer in time.
    Silent,
    /// Something answered that is no engine.
    NotAnEngine(String),
    /// Something else, in the system's words.
    Other(String),
}

impl fmt::Display for CandidateState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CandidateState::Usable => write!(formatter, "an engine answers"),
            CandidateState::Absent => write!(formatter, "nothing is there"),
            CandidateState::NoPermission => write!(formatter, "no permission to open it"),
            CandidateState::Refused => write!(formatter, "nobody listens"),
            CandidateState::Silent => write!(formatter, "no answer in time"),
            CandidateState::NotAnEngine(detail) => write!(formatter, "not a container engine: {detail}"),
            CandidateState::Other(detail) => write!(formatter, "{detail}"),
        }
    }
}

impl From<&Error> for CandidateState {
    fn from(error: &Error) -> CandidateState {
        match error {
            Error::Absent { .. } => CandidateState::Absent,
            Error::NoPermission { .. } => CandidateState::NoPermission,
            Error::Refused { .. } => CandidateState::Refused,
            Error::Timeout { .. } => CandidateState::Silent,
            Error::NotAnEngine { detail, .. } => CandidateState::NotAnEngine(detail.clone()),
            Error::Unreachable { detail, .. } | Error::Broken { detail, .. } => {
                CandidateState::Other(detail.clone())
            }
            other => CandidateState::Other(other.to_string()),
        }
    }
}

/// A place that is written down somewhere, tried.
#[derive(Debug)]
pub struct Found {
    /// What a person calls it.
    pub name: String,
    /// Where it is written down.
    pub origin: String,
    /// Where it leads; absent when that cannot be read.
    pub address: Option<Address>,
    /// The engine, or why there is none.
    pub engine: Result<Engine, Error>,
}

/// Tries every place there is, all at the same time, whether or not another one answers: for a person who asks what there is.
pub async fn discover(surroundings: &Surroundings<'_>, timeout: Duration) -> Vec<Found> {
    let tries = known(surroundings).into_iter().map(async |Known { name, origin, address }| match address {
        Ok(address) => {
            let engine = Engine::connect(&address, timeout).await;
            Found { name, origin, address: Some(address), engine }
        }
        Err(error) => Found { name, origin, address: None, engine: Err(error) },
    });
    futures_util::future::join_all(tries).await
}

/// The engine that a person named, or else the first that answers. When none does, none was chosen by name, and Podman is
/// installed, its service is started for us and used; later commands find it again while it lives.
///
/// # Errors
/// [`Error::NoEngine`] with everything that was tried; or the chosen place's own error.
pub async fn find_engine(
    surroundings: &Surroundings<'_>,
    wanted: Option<&str>,
    timeout: Duration,
) -> Result<Engine, Error> {
    if let Some(wanted) = wanted {
        let place = named(wanted, surroundings)?;
        return match Engine::connect(&place.address, timeout).await {
            // Our own service sleeps until somebody wants it.
            Err(Error::Absent { .. } | Error::Refused { .. })
                if is_our_service(&place.address, surroundings) =>
            {
                start_service(surroundings, timeout).await
            }
            result => result,
        };
    }
    let found = places(surroundings)?;
    let mut candidates = Vec::new();
    for place in found.places {
        match Engine::connect(&place.address, timeout).await {
            Ok(engine) => return Ok(engine),
            // A place chosen by name has its own clear error.
            Err(error) if found.chosen => return Err(error),
            Err(error) => candidates.push(Candidate {
                address: place.address,
                origin: place.origin,
                state: CandidateState::from(&error),
            }),
        }
    }
    match start_service(surroundings, timeout).await {
        Err(Error::NoEngine { .. }) => Err(Error::NoEngine { candidates }),
        result => result,
    }
}

fn is_our_service(address: &Address, surroundings: &Surroundings<'_>) -> bool {
    let socket = surroundings.service_folder.as_deref().map(podman_service::socket);
    socket.is_some_and(|socket| *address == Address::Unix(socket))
}

/// Podman's service, started for ourselves; [`Error::NoEngine`] where there is no Podman that could be.
async fn start_service(surroundings: &Surroundings<'_>, timeout: Duration) -> Result<Engine, Error> {
    match (&surroundings.service_folder, podman_service::program(surroundings.environment)) {
        (Some(folder), Some(program)) => podman_service::start(&program, folder, timeout).await,
        _ => Err(Error::NoEngine { candidates: Vec::new() }),
    }
}
