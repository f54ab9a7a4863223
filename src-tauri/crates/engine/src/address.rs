//! Where an engine listens, in the syntax of `DOCKER_HOST`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Error;

/// The port of an unencrypted engine.
const PLAIN_PORT: u16 = 2375;
/// The port of an engine behind TLS.
const TLS_PORT: u16 = 2376;

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A unix socket: `unix:///var/run/docker.sock`.
    Unix(PathBuf),
    /// A Windows named pipe, with backslashes: `npipe:////./pipe/docker_engine`.
    NamedPipe(String),
    /// A network address: `tcp://host:2375`.
    Tcp {
        /// Host name or address, without brackets.
        host: String,
        /// Port.
        port: u16,
        /// Certificates, when the connection is to be encrypted.
        tls: Option<Tls>,
    },
    /// An engine on another machine, reached by the `ssh` program: `ssh://user@host:22/run/podman/podman.sock`.
    Ssh {
        /// Remote user; ssh's own configuration decides when absent.
        user: Option<String>,
        /// Remote host as ssh knows it.
        host: String,
        /// Remote port; ssh's own configuration decides when absent.
        port: Option<u16>,
        /// The engine's socket there; its default one when absent.
        socket: Option<String>,
        /// The private key to log in with; ssh's own configuration decides when absent. Not part of the text.
        identity: Option<PathBuf>,
        /// The socket of the agent that has the keys; that of this process's environment when absent. Not part of the text.
        agent: Option<PathBuf>,
    },
}

/// How a TCP connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tls {
    /// The folder that holds `ca.pem`, `cert.pem` and `key.pem`; the system's roots alone when absent.
    pub folder: Option<PathBuf>,
    /// Whether the engine's certificate is checked (`DOCKER_TLS_VERIFY`).
    pub verify: bool,
}

impl Address {
    /// Whether the engine shares this machine's kernel or at least its loopback.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Address::Unix(_) | Address::NamedPipe(_) => true,
            Address::Tcp { host, .. } => matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1"),
            Address::Ssh { .. } => false,
        }
    }

    /// The same, reached with the keys of the SSH agent at this socket, where keys are needed.
    #[must_use]
    pub fn with_agent(self, agent: Option<PathBuf>) -> Address {
        match self {
            Address::Ssh { user, host, port, socket, identity, .. } => {
                Address::Ssh { user, host, port, socket, identity, agent }
            }
            other => other,
        }
    }

    /// Whether both lead to the same engine. `/var/run` is another name for `/run` wherever engines put their sockets.
    #[must_use]
    pub fn is_same_as(&self, other: &Address) -> bool {
        match (self, other) {
            (Address::Unix(one), Address::Unix(other)) => below_run(one) == below_run(other),
            _ => self == other,
        }
    }
}

fn below_run(path: &Path) -> PathBuf {
    path.strip_prefix("/var/run").map_or_else(|_| path.to_owned(), |rest| Path::new("/run").join(rest))
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Address::NamedPipe(name) => write!(formatter, "npipe://{}", name.replace('\\', "/")),
            Address::Tcp { host, port, .. } if host.contains(':') => {
                write!(formatter, "tcp://[{host}]:{port}")
            }
            Address::Tcp { host, port, .. } => write!(formatter, "tcp://{host}:{port}"),
            Address::Ssh { user, host, port, socket, .. } => {
                write!(formatter, "ssh://")?;
                if let Some(user) = user {
                    write!(formatter, "{user}@")?;
                }
                write!(formatter, "{host}")?;
                if let Some(port) = port {
                    write!(formatter, ":{port}")?;
                }
                write!(formatter, "{}", socket.as_deref().unwrap_or_default())
            }
        }
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Address, Error> {
        let wrong = |reason: &str| Error::Address { text: text.to_owned(), reason: reason.to_owned() };
        let (scheme, rest) = text
            .trim()
            .split_once("://")
            .ok_or_else(|| wrong("an engine's address starts with unix://, npipe://, tcp:// or ssh://"))?;
        match scheme {
            "unix" if rest.is_empty() => Err(wrong("the path of the socket is missing")),
            "unix" => Ok(Address::Unix(PathBuf::from(rest))),
            "npipe" if rest.is_empty() => Err(wrong("the name of the pipe is missing")),
            "npipe" => Ok(Address::NamedPipe(rest.replace('/', "\\"))),
            "tcp" | "http" | "https" => {
                let tls = (scheme == "https").then_some(Tls { folder: None, verify: true });
                let (host, port) = host_and_port(rest.split('/').next().unwrap_or_default())
                    .ok_or_else(|| wrong("the port is not a number between 1 and 65535"))?;
                let host = if host.is_empty() { "localhost".to_owned() } else { host };
                Ok(Address::Tcp {
                    host,
                    port: port.unwrap_or(if tls.is_some() { TLS_PORT } else { PLAIN_PORT }),
                    tls,
                })
            }
            "ssh" => {
                let (authority, path) = match rest.find('/') {
                    Some(slash) => rest.split_at(slash),
                    None => (rest, ""),
                };
                let (user, host) = match authority.rsplit_once('@') {
                    Some((user, host)) => (Some(user), host),
                    None => (None, authority),
                };
                if user.is_some_and(|user| user.contains(':')) {
                    return Err(wrong("a password in the address is not supported; use a key or an agent"));
                }
                let (host, port) = host_and_port(host)
                    .ok_or_else(|| wrong("the port is not a number between 1 and 65535"))?;
                if host.is_empty() || host.starts_with('-') {
                    return Err(wrong("the host is missing"));
                }
                Ok(Address::Ssh {
                    user: user.filter(|user| !user.is_empty()).map(str::to_owned),
                    host,
                    port,
                    socket: (path.len() > 1).then(|| path.to_owned()),
                    identity: None,
                    agent: None,
                })
            }
            _ => Err(wrong("an engine's address starts with unix://, npipe://, tcp:// or ssh://")),
        }
    }
}

/// Splits `host`, `host:port`, `[::1]` and `[::1]:port`. None when the port is not one.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    if let Some(bracketed) = text.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(text) => Some((host.to_owned(), Some(port(text)?))),
            None if rest.is_empty() => Some((host.to_owned(), None)),
            None => None,
        };
    }
    match text.split_once(':') {
        Some((host, text)) => Some((host.to_owned(), Some(port(text)?))),
        None => Some((text.to_owned(), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, expected) in [
            ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
            (" unix:///a b.sock\n", "unix:///a b.sock"),
            ("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine"),
            ("tcp://host", "tcp://host:2375"),
            ("tcp://:2375", "tcp://localhost:2375"),
            ("http://host:1/", "tcp://host:1"),
            ("https://host", "tcp://host:2376"),
            ("tcp://[::1]:5", "tcp://[::1]:5"),
            ("ssh://host", "ssh://host"),
            ("ssh://me@host:22/run/podman/podman.sock", "ssh://me@host:22/run/podman/podman.sock"),
            ("ssh://host/", "ssh://host"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), expected, "{text}");
            assert_eq!(address.to_string().parse::<Address>().unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(
            "npipe:////./pipe/x".parse::<Address>().unwrap(),
            Address::NamedPipe(r"\\.\pipe\x".to_owned())
        );
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, reason) in [
            ("", "starts with"),
            ("/var/run/docker.sock", "starts with"),
            ("fd://", "starts with"),
            ("unix://", "path"),
            ("npipe://", "name"),
            ("tcp://host:0", "port"),
            ("tcp://host:x", "port"),
            ("ssh://", "host"),
            ("ssh://-oProxyCommand=x", "host"),
            ("ssh://me:secret@host", "password"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
