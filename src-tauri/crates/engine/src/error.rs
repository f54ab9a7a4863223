//! What can go wrong between Wharf and an engine, told in fields: which engine, which call, and the engine's own words.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::address::Address;
use crate::credentials::Credentials;
use crate::discover::Candidate;
use crate::reach::{SshProblem, TlsProblem};

mod refusal;

pub(crate) use refusal::{Call, Subject, refusal};

/// A failure of this crate. What a person can do about it is told by [`Error::hint`], apart from the message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text of an address cannot be read.
    #[error("{text:?} is not an engine's address: {reason}")]
    Address {
        /// As written, for example in `DOCKER_HOST`.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A Docker context was asked for by name and cannot be used.
    #[error("the Docker context {name:?} cannot be used: {reason}")]
    DockerContext {
        /// Its name, from `DOCKER_CONTEXT` or Docker's configuration.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A Podman connection was asked for by name and is not there.
    #[error("there is no Podman connection {name:?}{}", choices(.known))]
    PodmanConnection {
        /// Its name, from `CONTAINER_CONNECTION`.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// An engine was asked for by a name that none has.
    #[error("there is no engine {name:?}{}", choices(.known))]
    UnknownEngine {
        /// As asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Nothing of all that was tried is an engine.
    #[error("no container engine answers{}", tried(.candidates))]
    NoEngine {
        /// Each place that was tried, with what came of it.
        candidates: Vec<Candidate>,
    },
    /// Nothing listens at the address.
    #[error("no engine listens at {engine}")]
    Absent {
        /// The engine's address.
        engine: String,
    },
    /// The socket is there, but nobody accepts connections.
    #[error("{engine} refuses connections")]
    Refused {
        /// The engine's address.
        engine: String,
    },
    /// This user may not open the socket.
    #[error("no permission to open {engine}")]
    NoPermission {
        /// The engine's address.
        engine: String,
    },
    /// The connection cannot be made for another reason.
    #[error("cannot reach {engine}: {detail}")]
    Unreachable {
        /// The engine's address.
        engine: String,
        /// The system's words.
        detail: String,
    },
    /// There is no agreement about encryption.
    #[error("no encrypted connection to {engine}: {problem}")]
    Encryption {
        /// The engine's address.
        engine: String,
        /// What is wrong.
        problem: TlsProblem,
    },
    /// `ssh` gives no connection to the engine.
    #[error("no connection to {engine}: {}{}", .problem.summary(), detail(.words))]
    Ssh {
        /// The engine's address.
        engine: String,
        /// What is wrong.
        problem: SshProblem,
        /// What `ssh` wrote.
        words: String,
    },
    /// Something answers, but it is no engine.
    #[error("what answers at {engine} is not a container engine: {detail}")]
    NotAnEngine {
        /// The address.
        engine: String,
        /// What it answered.
        detail: String,
    },
    /// No answer in time.
    #[error("{engine} did not {call} within {} s", .after.as_secs_f32())]
    Timeout {
        /// The engine's address.
        engine: String,
        /// What it was asked, as a verb: `list containers`.
        call: String,
        /// How long it was given.
        after: Duration,
    },
    /// An answer that is not what the API promises.
    #[error("{engine} was asked to {call} and gave an answer that cannot be understood: {detail}")]
    Garbage {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// What is wrong with the answer.
        detail: String,
    },
    /// The connection ended before the answer did.
    #[error("the connection to {engine} broke while it was asked to {call}: {detail}")]
    Broken {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The system's words.
        detail: String,
    },
    /// There is no such container, or no longer.
    #[error("{engine} has no container {container}")]
    ContainerNotFound {
        /// The engine's address.
        engine: String,
        /// Id or name.
        container: String,
    },
    /// The container does not run, so nothing can be done inside it.
    #[error("{engine} could not {call}: {words}")]
    ContainerNotRunning {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// Id or name.
        container: String,
        /// The engine's words.
        words: String,
    },
    /// The image is neither here nor in its registry.
    #[error("image {image} was not found: {words}")]
    ImageNotFound {
        /// The engine's address.
        engine: String,
        /// The reference as asked for.
        image: String,
        /// The engine's words.
        words: String,
    },
    /// The registry wants other credentials.
    #[error("{registry} did not let {engine} {call} {}: {words}", asked_as(.credentials.as_deref()))]
    ImageDenied {
        /// The engine's address.
        engine: String,
        /// What it was asked, with the image as it was asked for.
        call: String,
        /// The registry's host.
        registry: String,
        /// Whose credentials were shown, and where they were found; None when there were none.
        credentials: Option<String>,
        /// The engine's words.
        words: String,
    },
    /// The engine could not reach a registry.
    #[error("{engine} could not {call} over the network: {words}")]
    Network {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// A network that the container is to be in does not exist.
    #[error("{engine} could not {call}: {words}")]
    NetworkNotFound {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// A container or volume of that name exists.
    #[error("{engine} could not {call}: {words}")]
    NameTaken {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// A port of the host is in use.
    #[error("{engine} could not {call}: {words}")]
    PortTaken {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// A mount that the engine does not accept.
    #[error("{engine} could not {call}: {words}")]
    Mount {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// The engine's disk is full.
    #[error("{engine} has no space left to {call}: {words}")]
    DiskFull {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The engine's words.
        words: String,
    },
    /// Any other refusal.
    #[error("{engine} could not {call}: {words} (status {status})")]
    Rejected {
        /// The engine's address.
        engine: String,
        /// What it was asked.
        call: String,
        /// The HTTP status.
        status: u16,
        /// The engine's words.
        words: String,
    },
    /// An image build failed.
    #[error("the image could not be built{}: {words}", at_step(.step.as_deref()))]
    Build {
        /// The engine's address.
        engine: String,
        /// The step that failed, as the builder names it.
        step: Option<String>,
        /// The builder's words.
        words: String,
    },
    /// A file of the build context cannot be read.
    #[error("cannot read {} for the build: {source}", .path.display())]
    Context {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// What a build made cannot be written where it was to go.
    #[error("cannot write {} with the build's result: {source}", .path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// The system's words, or the builder's.
        source: io::Error,
    },
    /// A line of an ignore file is no pattern.
    #[error("{}:{line}: {pattern:?} is not a pattern: {reason}", .path.display())]
    IgnorePattern {
        /// The ignore file.
        path: PathBuf,
        /// 1-based.
        line: u32,
        /// The line.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A build secret has no value.
    #[error("the build secret {id:?} cannot be read: {reason}")]
    Secret {
        /// The secret's id.
        id: String,
        /// Why not.
        reason: String,
    },
    /// An option that this engine cannot honour.
    #[error("{option} cannot be used with {engine}: {reason}")]
    UnsupportedOption {
        /// The engine's address.
        engine: String,
        /// The option, as a person writes it.
        option: String,
        /// Why not.
        reason: String,
    },
    /// A builder beside the engine cannot be used.
    #[error("the builder {builder} cannot be used: {detail}")]
    Builder {
        /// Its name, as buildx keeps it, or the engine's address.
        builder: String,
        /// Why not.
        detail: String,
    },
    /// Podman's own service could not be started.
    #[error("{} could not be started as a service: {detail}", .program.display())]
    Service {
        /// The program.
        program: PathBuf,
        /// What happened.
        detail: String,
    },
    /// The caller changed its mind.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// The same, told with whose credentials the registry was asked.
    pub(crate) fn asked_with(self, shown: Option<&Credentials>) -> Error {
        match self {
            Error::ImageDenied { engine, call, registry, words, .. } => {
                let credentials = shown.map(Credentials::told);
                Error::ImageDenied { engine, call, registry, credentials, words }
            }
            other => other,
        }
    }

    /// What a person can do about it, if this crate knows.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Error::Address { .. } => {
                "Correct DOCKER_HOST or CONTAINER_HOST, or unset it to use the engine of this machine.".to_owned()
            }
            Error::DockerContext { name, .. } => {
                format!("Choose another context with DOCKER_CONTEXT, or set {name:?} up again with Docker's own tools.")
            }
            Error::PodmanConnection { .. } => {
                "Correct CONTAINER_CONNECTION, or add the connection with `podman system connection add`.".to_owned()
            }
            Error::UnknownEngine { .. } => {
                "`wharf engine list` shows the names; an address such as unix:///run/podman/podman.sock or ssh://user@host works too.".to_owned()
            }
            Error::Encryption { problem, .. } => problem.hint().to_owned(),
            Error::Ssh { problem, engine, .. } => problem.hint(&login(engine)),
            Error::NoEngine { .. } => {
                "Install Docker or Podman, or start the one that is installed, or set DOCKER_HOST to the address of an engine.".to_owned()
            }
            Error::Absent { .. } | Error::Refused { .. } => {
                "Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.".to_owned()
            }
            Error::NoPermission { .. } => {
                "Add your user to the group that owns the socket (for Docker: `sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.".to_owned()
            }
            Error::Unreachable { .. } | Error::Broken { .. } => {
                "Look whether the engine still runs, then try again.".to_owned()
            }
            Error::NotAnEngine { .. } | Error::Garbage { .. } => {
                "Look what listens at that address; DOCKER_HOST may point to the wrong place.".to_owned()
            }
            Error::Timeout { .. } => "The engine may hang. Restart it, then try again.".to_owned(),
            Error::ContainerNotFound { .. } => "The container was removed. Run the command again.".to_owned(),
            Error::ContainerNotRunning { .. } => {
                "Look at the container's log for why it ended, then start it again.".to_owned()
            }
            Error::ImageNotFound { image, .. } => {
                format!("Look whether {image:?} is spelt right, and whether its registry asks for a login.")
            }
            Error::ImageDenied { registry, .. } => {
                format!("Log in with `docker login {registry}` or `podman login {registry}`, then try again.")
            }
            Error::Network { .. } => "Look at the network connection and its proxy, then try again.".to_owned(),
            Error::NetworkNotFound { .. } => {
                "Make the network with `docker network create` or `podman network create`, or correct its name in runArgs.".to_owned()
            }
            Error::NameTaken { .. } => "Remove or rename the one that has the name, or choose another name.".to_owned(),
            Error::PortTaken { .. } => "End the program that uses the port, or publish another one.".to_owned(),
            Error::Mount { .. } => {
                "Look whether the mount's source exists on the engine's machine and whether the engine may read it.".to_owned()
            }
            Error::DiskFull { .. } => {
                "Free disk space on the engine's machine, for example by removing unused images and build cache.".to_owned()
            }
            Error::Context { .. } => {
                "Make the file readable, or leave it out of the build with a line in .dockerignore.".to_owned()
            }
            Error::Output { .. } => "Look whether the place exists, may be written, and has room, or name another one.".to_owned(),
            Error::IgnorePattern { .. } => "Correct or remove the line.".to_owned(),
            Error::Secret { .. } => "Give the secret a file with src= or a variable with env= that exists.".to_owned(),
            Error::UnsupportedOption { .. } => "Remove the option, or use an engine that knows it.".to_owned(),
            Error::Builder { builder, .. } => format!(
                "Look at it with `docker buildx inspect {builder}`, or choose another one with `docker buildx use` or BUILDX_BUILDER."
            ),
            Error::Service { .. } => "Run `podman info` to see what is wrong with Podman's set-up.".to_owned(),
            Error::Rejected { .. } | Error::Build { .. } | Error::Cancelled => return None,
        })
    }

    /// Whether trying the same again may well work: the network's fault, not the request's.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Network { .. } | Error::Broken { .. } | Error::Timeout { .. } => true,
            Error::Rejected { status, .. } => *status == 503 || *status == 429,
            _ => false,
        }
    }
}

fn tried(candidates: &[Candidate]) -> String {
    if candidates.is_empty() {
        return ": no place to look for one is known on this system".to_owned();
    }
    let lines: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("\n  {} ({}): {}", candidate.address, candidate.origin, candidate.state))
        .collect();
    format!("; tried:{}", lines.concat())
}

fn choices(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; there are {}", known.join(", ")) }
}

fn detail(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

/// What a person types to log in where an engine's address leads.
fn login(address: &str) -> String {
    let Ok(Address::Ssh { user, host, port, .. }) = address.parse() else { return "ssh".to_owned() };
    let port = port.map(|port| format!(" -p {port}")).unwrap_or_default();
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    format!("ssh{port} {user}{host}")
}

fn asked_as(credentials: Option<&str>) -> String {
    credentials.map_or_else(
        || "without credentials".to_owned(),
        |credentials| format!("with the credentials of {credentials}"),
    )
}

fn at_step(step: Option<&str>) -> String {
    step.map(|step| format!(" (step {step})")).unwrap_or_default()
}
