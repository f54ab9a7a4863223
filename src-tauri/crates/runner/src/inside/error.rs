//! What can go wrong between Wharf and its agent.

use std::sync::Arc;

use wharf_agent::message::Refusal;
use wharf_agent::network::DialFailure;

/// A failure of the agent or on the way to it. What to do about it is told by [`Error::hint`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] wharf_engine::Error),
    /// There is no agent for the container's architecture in this build.
    #[error("this build of wharf has no agent for containers of the architecture {architecture}")]
    NotBuilt {
        /// As the compiler names it.
        architecture: String,
    },
    /// The root file system is read-only, and no volume is there that would take the agent.
    #[error(
        "the container {container} has a read-only root file system and no writable volume, so the agent cannot be put into it"
    )]
    NoPlace {
        /// The container's id.
        container: String,
    },
    /// The exec ended before the agent said anything.
    #[error("the agent did not start in the container{}", tail(.said))]
    NotStarted {
        /// What came instead, if anything.
        said: String,
    },
    /// The agent said something that it must not, or found fault with us.
    #[error("the agent and wharf do not understand each other: {what}")]
    Protocol {
        /// What is wrong.
        what: String,
    },
    /// The agent inside this program was built from other sources than the rest of it.
    #[error(
        "the agent inside this wharf (version {version}) was built from other sources than wharf itself, and they do not understand each other"
    )]
    OtherProtocol {
        /// The agent's own version, as it says.
        version: String,
    },
    /// The connection to the agent ended before it was done.
    #[error("the connection into the container ended before its work was done{}", tail(.said))]
    Ended {
        /// The last words on its error output, if any.
        said: String,
    },
    /// The engine's stream broke.
    #[error("{error}")]
    Lost {
        /// The engine's words.
        error: Arc<wharf_engine::Error>,
    },
    /// No connection could be made from inside.
    #[error("cannot connect to {host}:{port} in the container: {failure}")]
    Dial {
        /// As asked.
        host: String,
        /// As asked.
        port: u16,
        /// Why.
        failure: DialFailure,
    },
    /// Programs inside have no place to leave links.
    #[error("programs in the container cannot hand over links: {reason}")]
    NoLinks {
        /// The system's words.
        reason: String,
    },
    /// The container has no place left for what was asked for.
    #[error("the container has no room for what was asked of it: {reason}")]
    NoRoom {
        /// The agent's words.
        reason: String,
    },
    /// There is no such user in the container.
    #[error("unable to find user {user}: no matching entries in passwd file")]
    UnknownUser {
        /// As in the configuration.
        user: String,
    },
    /// There is no such group in the container.
    #[error("unable to find group {group}: no matching entries in group file")]
    UnknownGroup {
        /// As in the configuration.
        group: String,
    },
    /// The agent may not become the user.
    #[error("the agent cannot become the user {user} in the container: {reason}")]
    Identity {
        /// As in the configuration.
        user: String,
        /// The system's words.
        reason: String,
    },
    /// One of our own streams broke.
    #[error("{stream} cannot be used any more: {error}")]
    Local {
        /// `standard input`, …
        stream: &'static str,
        /// The system's words.
        error: std::io::Error,
    },
    /// It was cancelled; nothing that ran inside was left.
    #[error("cancelled")]
    Cancelled,
}

fn tail(said: &str) -> String {
    let said = said.trim();
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

impl Error {
    /// Whether it is no better for this container a moment later.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self, Error::NotBuilt { .. } | Error::OtherProtocol { .. } | Error::NoPlace { .. })
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Error::Engine(error) => return error.hint(),
            Error::Lost { error } => return error.hint(),
            Error::NotBuilt { .. } => {
                "Run `cargo xtask agent`, then build wharf again; a released wharf has the agents inside."
                    .to_owned()
            }
            Error::OtherProtocol { .. } => {
                "Run `cargo xtask agent`, then build wharf again; a released wharf has the agents that fit it."
                    .to_owned()
            }
            Error::NoPlace { .. } => {
                "Mount a volume somewhere in the container, or leave out `--read-only` in runArgs.".to_owned()
            }
            Error::NotStarted { .. } => {
                "Look whether the container still runs, and what its log says.".to_owned()
            }
            Error::Ended { .. } => {
                "The container may have been stopped or removed. Run the command again to go on from there."
                    .to_owned()
            }
            Error::UnknownUser { user } | Error::Identity { user, .. } => {
                format!(
                    "Name a user in remoteUser or containerUser that the image has; {user} is none it can use."
                )
            }
            Error::UnknownGroup { group } => {
                format!("Name a group that the image has; {group} is none of them.")
            }
            Error::Dial { failure: DialFailure::UnknownName, host, .. } => {
                format!("Name a service of the environment's Compose project, or an address; {host} is neither.")
            }
            Error::NoRoom { .. } => "End something that runs in the container, or allow it more processes (--pids-limit in `runArgs`).".to_owned(),
            Error::Protocol { .. }
            | Error::Dial { .. }
            | Error::NoLinks { .. }
            | Error::Local { .. }
            | Error::Cancelled => return None,
        })
    }

    /// Why a connection ended, for one more of those who want to know.
    pub(super) fn again(&self) -> Error {
        match self {
            Error::NotStarted { said } => Error::NotStarted { said: said.clone() },
            Error::Protocol { what } => Error::Protocol { what: what.clone() },
            Error::OtherProtocol { version } => Error::OtherProtocol { version: version.clone() },
            Error::Ended { said } => Error::Ended { said: said.clone() },
            Error::Lost { error } => Error::Lost { error: Arc::clone(error) },
            Error::Cancelled => Error::Cancelled,
            other => Error::Ended { said: other.to_string() },
        }
    }

    /// Whether the agent may simply not be in the container, or no longer.
    pub(super) fn means_missing(&self) -> bool {
        match self {
            Error::NotStarted { .. } => true,
            // Engines differ: some refuse to start what is not there, some start and end at once.
            Error::Engine(wharf_engine::Error::Rejected { words, .. }) => {
                let words = words.to_ascii_lowercase();
                ["no such file or directory", "executable file", "not found", "exec format error"]
                    .iter()
                    .any(|sign| words.contains(sign))
            }
            _ => false,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        match refusal {
            Refusal::UnknownUser { user } => Error::UnknownUser { user },
            Refusal::UnknownGroup { group } => Error::UnknownGroup { group },
            Refusal::Identity { user, reason } => Error::Identity { user, reason },
            Refusal::NoPlace { reason } => Error::NoRoom { reason },
        }
    }
}

impl From<Error> for crate::Error {
    fn from(error: Error) -> crate::Error {
        let hint = error.hint();
        match error {
            Error::Cancelled => crate::Error::Cancelled,
            Error::Engine(error) => crate::Error::Engine {
                error: Box::new(error),
                description: "An error occurred setting up the container.",
                location: None,
            },
            other => crate::Error::Agent { message: other.to_string(), hint, container: None },
        }
    }
}
