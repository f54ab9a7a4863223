//! Ports: which of those inside an environment are wanted on this computer, where, and why not.
//!
//! ```text
//! DeclaredPorts ++ what listens ++ a person's choices ++ local ports that are taken --decide--> PortDecision for each port
//! wanted forwards, open forwards --reconcile_forwards--> close, open
//! ```
//!
//! Whether a local port is taken is found out by trying to have it: [`decide()`] takes every port for free that it was not told of, and
//! whoever fails to bind one comes back with a fact more. So it converges as everything else does, and nothing is asked that no decision
//! needs.

mod decide;
mod forwards;
mod rules;

use serde::{Deserialize, Serialize};

pub use decide::{
    Asked, Conflict, Holder, PortChoice, PortChoices, PortDecision, PortFacts, PortSource, Verdict, decide,
    newly_listening, only_open,
};
pub use forwards::{Forward, ForwardStep, reconcile_forwards};
pub use rules::{Attributes, DeclaredPorts, PortRules};
pub use wharf_spec::InsidePort;

/// A socket that listens inside an environment's container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Its port.
    pub port: u16,
    /// Whether it listens on loopback alone, where no port that an engine publishes leads to.
    pub near: bool,
    /// What it belongs to, as far as that can be told.
    pub process: Option<ListeningProcess>,
}

/// A process that listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListeningProcess {
    /// Its name.
    pub name: String,
    /// Its id, as the container counts.
    pub pid: u32,
    /// Its command line, arguments separated by spaces.
    pub command_line: String,
    /// The editor whose own server it is, if it is one.
    pub editor: Option<String>,
}
