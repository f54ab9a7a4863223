//! Why an engine on another machine cannot be reached: what encryption and `ssh` say, sorted by what a person can do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use tokio_rustls::rustls;
use tokio_rustls::rustls::{AlertDescription, CertificateError};

/// What is wrong between the two sides of an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsProblem {
    /// The engine's certificate comes from somebody who is not trusted.
    Authority {
        /// The file that says whom to trust; the system's own list when absent.
        trusted: Option<PathBuf>,
    },
    /// The engine's certificate is no longer valid.
    Expired,
    /// The engine's certificate is not valid yet, or one of the clocks is wrong.
    NotYetValid,
    /// The engine's certificate is for another name.
    OtherName {
        /// The name that was called.
        host: String,
    },
    /// The engine wants to know who calls.
    ClientCertificate {
        /// The folder in which `cert.pem` and `key.pem` were looked for.
        folder: Option<PathBuf>,
        /// Whether they were there, and the engine refused them.
        given: bool,
    },
    /// What listens there does not encrypt.
    Plain,
    /// A file with a certificate or key cannot be used.
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Anything else, in the words of the library.
    Other(String),
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsProblem::Authority { trusted: Some(path) } => {
                write!(formatter, "its certificate was not issued by the authority in {}", path.display())
            }
            TlsProblem::Authority { trusted: None } => {
                write!(
                    formatter,
                    "its certificate was issued by an authority that this system does not trust"
                )
            }
            TlsProblem::Expired => write!(formatter, "its certificate has expired"),
            TlsProblem::NotYetValid => write!(formatter, "its certificate is not valid yet"),
            TlsProblem::OtherName { host } => {
                write!(formatter, "its certificate is for another name than {host}")
            }
            TlsProblem::ClientCertificate { given: true, .. } => {
                write!(formatter, "it refuses the certificate that we showed")
            }
            TlsProblem::ClientCertificate { folder: Some(folder), .. } => {
                write!(
                    formatter,
                    "it asks for a client certificate, and there is no cert.pem with key.pem in {}",
                    folder.display()
                )
            }
            TlsProblem::ClientCertificate { .. } => write!(formatter, "it asks for a client certificate"),
            TlsProblem::Plain => write!(formatter, "what listens there does not speak TLS"),
            TlsProblem::File { path, reason } => write!(formatter, "{}: {reason}", path.display()),
            TlsProblem::Other(detail) => write!(formatter, "{detail}"),
        }
    }
}

impl std::error::Error for TlsProblem {}

impl TlsProblem {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            TlsProblem::Authority { .. } => {
                "Put the ca.pem of the engine's authority into the folder of DOCKER_CERT_PATH, or into the Docker context."
            }
            TlsProblem::Expired => "Renew the engine's certificate on its machine.",
            TlsProblem::NotYetValid => {
                "Compare the clocks of both machines, then look at the certificate's dates."
            }
            TlsProblem::OtherName { .. } => {
                "Call the engine by a name that its certificate holds, or issue a certificate for this name."
            }
            TlsProblem::ClientCertificate { .. } => {
                "Put a cert.pem and key.pem that the engine accepts into the folder of DOCKER_CERT_PATH, or into the Docker context."
            }
            TlsProblem::Plain => {
                "Look at the port: an engine with TLS usually listens at 2376. Without TLS, unset DOCKER_TLS_VERIFY and DOCKER_TLS."
            }
            TlsProblem::File { .. } => "Replace the file with a valid one in PEM form.",
            TlsProblem::Other(_) => "Look whether the engine is set up for TLS as this machine expects.",
        }
    }

    /// Reads what the library says, wherever in an error it stands.
    pub(crate) fn of(error: &rustls::Error, host: &str) -> TlsProblem {
        match error {
            rustls::Error::InvalidCertificate(certificate) => match certificate {
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    TlsProblem::Authority { trusted: None }
                }
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsProblem::Expired,
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    TlsProblem::NotYetValid
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    TlsProblem::OtherName { host: host.to_owned() }
                }
                other => TlsProblem::Other(other.to_string()),
            },
            rustls::Error::AlertReceived(
                AlertDescription::CertificateRequired
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateRevoked
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                | AlertDescription::DecryptError
                | AlertDescription::HandshakeFailure,
            ) => TlsProblem::ClientCertificate { folder: None, given: false },
            rustls::Error::InvalidMessage(_) => TlsProblem::Plain,
            other => TlsProblem::Other(other.to_string()),
        }
    }
}

/// Why `ssh` gives no connection to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SshProblem {
    /// The machine is not the one that is known by that name, or none is known.
    HostKey,
    /// The machine does not let this user in.
    Login,
    /// The machine is not there.
    Host,
    /// Logged in, but no engine's socket can be opened there.
    Socket,
    /// There is no `ssh` program here.
    Program,
    /// Anything else.
    Other,
}

impl SshProblem {
    /// Sorts what `ssh` wrote before it ended.
    pub(crate) fn of(words: &str) -> SshProblem {
        let words = words.to_ascii_lowercase();
        let says = |needles: &[&str]| needles.iter().any(|needle| words.contains(needle));
        if says(&["host key verification failed", "remote host identification has changed"]) {
            SshProblem::HostKey
        } else if says(&[
            "open failed",
            "stdio forwarding failed",
            "not found",
            "cannot connect to the docker",
        ]) {
            SshProblem::Socket
        } else if says(&[
            "permission denied (",
            "too many authentication failures",
            "permission denied, please",
        ]) {
            SshProblem::Login
        } else if says(&[
            "could not resolve hostname",
            "connection refused",
            "connection timed out",
            "no route to host",
            "network is unreachable",
            "connection closed by",
            "connection reset by",
        ]) {
            SshProblem::Host
        } else if says(&["permission denied", "no such file"]) {
            SshProblem::Socket
        } else {
            SshProblem::Other
        }
    }

    /// What it means, for a message.
    pub(crate) fn summary(self) -> &'static str {
        match self {
            SshProblem::HostKey => "the machine's key is not the known one",
            SshProblem::Login => "the machine does not let this user in",
            SshProblem::Host => "the machine does not answer",
            SshProblem::Socket => "logged in, but the engine's socket there cannot be opened",
            SshProblem::Program => "the ssh program cannot be started",
            SshProblem::Other => "ssh gives no connection",
        }
    }

    /// What a person can do about it. `login` is what they would type to log in.
    pub(crate) fn hint(self, login: &str) -> String {
        match self {
            SshProblem::HostKey => format!(
                "Run `{login}` once in a terminal and compare the key that it shows with the machine's; Wharf never accepts a key by itself."
            ),
            SshProblem::Login => format!(
                "Make `{login}` work without a question: add your key there with ssh-copy-id, and load it with ssh-add when it has a passphrase. Look at the user's name, too."
            ),
            SshProblem::Host => format!("Look at the name and port, and whether `{login}` works."),
            SshProblem::Socket => format!(
                "Look with `{login}` whether the engine runs there and whether that user may open its socket; another socket goes at the end of the address, as in ssh://host/run/user/1000/docker.sock."
            ),
            SshProblem::Program => {
                "Install OpenSSH's client, so that `ssh` is on the search path.".to_owned()
            }
            SshProblem::Other => format!("Look whether `{login}` works in a terminal."),
        }
    }
}

/// What a connector fails with when `ssh` gave no connection.
#[derive(Debug, Clone)]
pub(crate) struct SshFailure {
    pub(crate) problem: SshProblem,
    pub(crate) words: String,
}

impl fmt::Display for SshFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.problem.summary())?;
        if self.words.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.words) }
    }
}

impl std::error::Error for SshFailure {}

/// Looks for a cause of a kind along the chain of an error.
pub(crate) fn cause<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An error of the system does not count the one that it holds among its sources.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_says_is_sorted_by_what_to_do() {
        for (words, expected) in [
            ("Host key verification failed.", SshProblem::HostKey),
            ("me@far: Permission denied (publickey,password).", SshProblem::Login),
            ("ssh: Could not resolve hostname far: Name or service not known", SshProblem::Host),
            ("ssh: connect to host far port 22: Connection refused", SshProblem::Host),
            (
                "channel 0: open failed: connect failed: No such file or directory\nstdio forwarding failed",
                SshProblem::Socket,
            ),
            ("channel 0: open failed: administratively prohibited: open failed", SshProblem::Socket),
            ("bash: line 1: docker: command not found", SshProblem::Socket),
            ("permission denied while trying to connect to the Docker daemon socket", SshProblem::Socket),
            ("something new", SshProblem::Other),
        ] {
            assert_eq!(SshProblem::of(words), expected, "{words}");
        }
    }

    #[test]
    fn a_cause_is_found_however_deep_it_stands() {
        let failure = SshFailure { problem: SshProblem::Login, words: String::new() };
        let error = io::Error::other(io::Error::other(failure));
        assert_eq!(cause::<SshFailure>(&error).map(|found| found.problem), Some(SshProblem::Login));
        assert!(cause::<SshFailure>(&io::Error::other("x")).is_none());
    }
}
