//! How a configuration names ports: those that are forwarded, and those that attributes are for.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::ForwardPort;

/// What a compiled expression of a configuration may take.
const EXPRESSION_BYTES: usize = 256 * 1024;
/// Most of a command line that expressions look at.
const COMMAND_LINE_BYTES: usize = 4096;

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

impl ForwardPort {
    /// The port that is meant; None where there is none, as for port 0.
    #[must_use]
    pub fn inside(&self) -> Option<InsidePort> {
        match self {
            ForwardPort::Port(port) => InsidePort::parse(&port.to_string()),
            ForwardPort::HostPort(text) => InsidePort::parse(text),
        }
    }
}

/// What a key of `portsAttributes` stands for.
#[derive(Debug, Clone)]
pub enum PortKey {
    /// A port: wherever it is, or that of one host.
    Port(InsidePort),
    /// The ports from the first to the last.
    Range(u16, u16),
    /// The ports of processes whose command line contains this.
    Command(Regex),
}

impl PortKey {
    /// Reads `3000`, `db:5432`, `40000-55000` or a regular expression. None for anything else: an expression may have neither lookaround nor
    /// backreferences, and may not take much memory.
    #[must_use]
    pub fn parse(text: &str) -> Option<PortKey> {
        if let Some(port) = InsidePort::parse(text) {
            return Some(PortKey::Port(port));
        }
        if let Some((from, to)) = text.split_once('-')
            && let (Ok(from), Ok(to)) = (from.trim().parse::<u16>(), to.trim().parse::<u16>())
        {
            return (from <= to).then_some(PortKey::Range(from, to));
        }
        let expression = RegexBuilder::new(text).size_limit(EXPRESSION_BYTES).build();
        expression.ok().filter(|_| !text.is_empty()).map(PortKey::Command)
    }

    /// The smaller, the earlier it counts: what is exact before what is not.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            PortKey::Port(InsidePort { host: Some(_), .. }) => 0,
            PortKey::Port(_) => 1,
            PortKey::Range(..) => 2,
            PortKey::Command(_) => 3,
        }
    }

    /// Whether it means a port; `command_line` is that of the process which listens on it.
    #[must_use]
    pub fn matches(&self, port: &InsidePort, command_line: Option<&str>) -> bool {
        match self {
            // A number means that port wherever it is; with a host it means that host's alone.
            PortKey::Port(key) => key.port == port.port && (key.host.is_none() || key.host == port.host),
            PortKey::Range(from, to) => (*from..=*to).contains(&port.port),
            PortKey::Command(expression) => command_line.is_some_and(|line| {
                let end =
                    (0..=line.len().min(COMMAND_LINE_BYTES)).rev().find(|end| line.is_char_boundary(*end));
                expression.is_match(&line[..end.unwrap_or(0)])
            }),
        }
    }
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

    #[test]
    fn keys_and_what_is_none() {
        let huge = "(a{1,1000}){1,1000}";
        for none in ["", "(", "9-3", "x(?!y)", huge] {
            assert!(PortKey::parse(none).is_none(), "{none}");
        }
        let ranks = ["db:1", "1", "1-2", "1-x"].map(|key| PortKey::parse(key).unwrap().rank());
        assert_eq!(ranks, [0, 1, 2, 3]);
    }

    #[test]
    fn an_expression_cannot_take_time() {
        let key = PortKey::parse("(a+)+$").unwrap();
        let line = "a".repeat(1 << 20) + "b";
        assert!(key.matches(&InsidePort::own(1), Some(&line)));
        assert!(!key.matches(&InsidePort::own(1), None));
    }
}
