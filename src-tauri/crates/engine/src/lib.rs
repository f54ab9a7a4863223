//! Docker and Podman over their socket.
//!
//! This crate turns plans into calls and answers into facts. It never starts a docker program and never sees a
//! devcontainer.json; where Compose is, and how it is asked, it knows.

mod address;
mod answers;
mod build;
mod compose;
mod containers;
pub mod context;
mod create;
mod credentials;
pub mod discover;
mod disturbed;
mod documents;
mod engine;
mod error;
mod events;
mod exec;
mod executable;
mod health;
mod images;
mod load;
mod logs;
mod network;
pub mod podman_service;
mod progress;
mod proxy;
mod pull;
mod reach;
mod space;
mod stream;
mod transport;
mod usage;
mod volumes;

pub use address::{Address, Tls};
pub use build::{Builders, BuiltImage};
pub use compose::{ComposeKind, ComposePlaces, ComposeProgram, compose_environment};
pub use containers::{ContainerSummary, Incoming, LONGEST_REMOVAL};
pub use context::{Fingerprint, Ignore, Tree, TreeReport, TreeSize, context_fingerprint};
pub use credentials::{Credentials, FindCredentials, no_credentials};
pub use discover::{Candidate, CandidateState, Found, Surroundings, System, discover, find_engine};
pub use engine::Engine;
pub use error::Error;
pub use events::{EVENTS_BEGIN, EngineEvent};
pub use exec::Exec;
pub use health::Health;
pub use logs::LogQuery;
pub use network::NetworkFacts;
pub use progress::{OnProgress, OutputStream, Progress};
pub use proxy::{ThroughProxy, through_proxy};
pub use reach::{SshProblem, TlsProblem};
pub use space::{CacheSpace, ContainerSpace, ImageSpace, Space, VolumeSpace};
pub use stream::Output;
pub use usage::Usage;
pub use volumes::VolumeFacts;
