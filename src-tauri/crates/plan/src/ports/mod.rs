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

use std::fmt;

use serde::{Deserialize, Serialize};

pub use decide::{
    Asked, Conflict, Holder, PortChoice, PortChoices, PortDecision, PortFacts, PortSource, Verdict, decide,
    newly_listening, only_open,
};
pub use forwards::{Forward, ForwardStep, reconcile_forwards};
pub use rules::{Attributes, DeclaredPorts, PortRules};

/// A port as it is named inside an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InsidePort {
    /// The service of the Compose project; None for the environment's own container.
    pub host: Option<String>,
    /// Its number.
    pub port: u16,
}

impl InsidePort {
    /// A port of the environment's own container.
    #[must_use]
    pub fn own(port: u16) -> InsidePort {
        InsidePort { host: None, port }
    }

    /// Reads `3000`, `localhost:3000` or `db:5432`. None for anything else, and for port 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<InsidePort> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (Some(host), port),
            None => (None, text),
        };
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port: u16 = port.parse().ok().filter(|port| is_number && *port != 0)?;
        match host {
            None | Some("localhost" | "127.0.0.1") => Some(InsidePort::own(port)),
            Some(host) if is_host(host) => Some(InsidePort { host: Some(host.to_owned()), port }),
            Some(_) => None,
        }
    }
}

/// Letters, digits, hyphens, underscores and dots: what services and hosts are called.
fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(allowed) && !text.starts_with('-')
}

impl fmt::Display for InsidePort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(formatter, "{host}:{}", self.port),
            None => write!(formatter, "{}", self.port),
        }
    }
}

/// A socket that listens inside an environment's container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Its port.
    pub port: u16,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports() {
        let cases = [
            ("3000", Some("3000")),
            ("localhost:3000", Some("3000")),
            ("127.0.0.1:3000", Some("3000")),
            ("db:5432", Some("db:5432")),
            ("my-db.internal:1", Some("my-db.internal:1")),
            ("0", None),
            ("65536", None),
            ("+80", None),
            ("db:", None),
            (":80", None),
            ("a/b:80", None),
            ("-x:80", None),
            ("http://x:80", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(InsidePort::parse(text).map(|port| port.to_string()).as_deref(), expected, "{text:?}");
        }
    }
}
