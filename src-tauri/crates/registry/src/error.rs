//! What can go wrong between Wharf and a registry, and with what a registry gave.

use std::path::PathBuf;

/// A failure of this crate. What a person can do about it is told by [`Error::hint`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file with credentials or certificates is there and cannot be read.
    #[error("cannot read {}: {detail}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A credential helper could not be run, or failed.
    #[error("the credential helper {program} did not give the credentials of {registry}: {detail}")]
    Helper {
        /// The program's name, `docker-credential-…`.
        program: String,
        /// The registry it was asked for.
        registry: String,
        /// What happened, in the system's or the helper's words.
        detail: String,
    },
    /// No answer could be had from a host.
    #[error("{host} cannot be reached: {detail}")]
    Unreachable {
        /// The host.
        host: String,
        /// Why, in the system's words.
        detail: String,
        /// Whether the host showed a certificate that nobody here trusts.
        certificate: bool,
    },
    /// A host took the question and then said nothing more.
    #[error("{host} has not answered for {seconds} s while {what}")]
    Silent {
        /// The host.
        host: String,
        /// How long it was waited for.
        seconds: u64,
        /// What was going on: `connecting`, `asking for …`, `receiving …`.
        what: String,
    },
    /// There is no such thing in the registry.
    #[error("{what} does not exist")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The registry does not give it to this person.
    #[error("{registry} refuses {what} ({status}): {detail}")]
    Refused {
        /// The registry.
        registry: String,
        /// What was asked for.
        what: String,
        /// The answer's status.
        status: u16,
        /// The registry's words, or what is missing.
        detail: String,
        /// Where the credentials came from that were sent; None when none were.
        credentials: Option<String>,
    },
    /// The registry sends to a server for tokens that nobody allowed (`--oci-auth-hardening`).
    #[error("{registry} wants credentials to be shown to {realm}, which is another host")]
    Realm {
        /// The host of the registry that asked.
        registry: String,
        /// The address that it named.
        realm: String,
        /// The option that would allow it; None when nothing would.
        option: Option<String>,
    },
    /// A redirect that is not followed.
    #[error("{from} redirects to {to}, {why}")]
    Redirect {
        /// The host that redirects.
        from: String,
        /// Where to.
        to: String,
        /// Why it is not followed.
        why: &'static str,
    },
    /// Any other answer than the one that was wanted.
    #[error("{host} answers {status} for {what}: {detail}")]
    Answer {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// The answer's status.
        status: u16,
        /// The host's words.
        detail: String,
    },
    /// Content is not what its digest says.
    #[error("Digest did not match for {what}. Expected {expected}, found {found}")]
    Digest {
        /// What it is.
        what: String,
        /// What was expected.
        expected: String,
        /// What came.
        found: String,
    },
    /// More than anybody would publish.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What it is.
        what: String,
        /// The most that is taken.
        limit: u64,
    },
    /// Something that cannot be read as what it should be.
    #[error("{what} is not usable: {detail}")]
    Malformed {
        /// What it is.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// An archive holds something that is not unpacked.
    #[error("{what} is not unpacked: its entry {entry} {why}")]
    Archive {
        /// The archive.
        what: String,
        /// The path in it.
        entry: String,
        /// Why not.
        why: String,
    },
    /// The cache on this computer cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `write`, `make`, …
        action: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// An exception for credentials that cannot be read.
    #[error("Invalid cross-origin auth host '{text}'. Expected '<registry-host>=<auth-host>'.")]
    AuthHost {
        /// As it was given.
        text: String,
    },
}

impl Error {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Error::File { .. } => {
                "Correct or remove the file; `docker login` writes Docker's file with credentials anew.".to_owned()
            }
            Error::Helper { program, .. } => format!(
                "Install {program}, or remove it from \"credsStore\" and \"credHelpers\" in Docker's config.json."
            ),
            Error::Unreachable { certificate: true, .. } => "If the host's certificate comes from an authority of your \
                 company's, add that to the system's authorities, or name its file in SSL_CERT_FILE."
                .to_owned(),
            Error::Unreachable { .. } | Error::Silent { .. } => "Check the network connection, and HTTPS_PROXY and \
                 NO_PROXY if there is a proxy. What a lockfile names and was once fetched needs no network."
                .to_owned(),
            Error::NotFound { what } if what.starts_with("https://github.com/") => {
                "Check the name and the version. If the repository is private, set GITHUB_TOKEN.".to_owned()
            }
            Error::NotFound { .. } => "Check the name and the version.".to_owned(),
            Error::Refused { registry, credentials: Some(origin), .. } => {
                format!("The credentials came from {origin}. Renew them with `docker login {registry}`.")
            }
            Error::Refused { registry, credentials: None, .. } => {
                format!("Check the name. If it is private, log in with `docker login {registry}`.")
            }
            Error::Realm { option: Some(option), .. } => {
                format!("If that host is the registry's own, allow it with `{option}`.")
            }
            Error::Realm { option: None, .. } => "Tokens are asked for over HTTPS alone.".to_owned(),
            Error::Redirect { .. } => "Name the place that it leads to instead, if you trust it.".to_owned(),
            Error::Answer { status: 429, .. } => "Too much was asked of it; try again in a while.".to_owned(),
            Error::Answer { status, .. } if *status >= 500 => "Try again in a while.".to_owned(),
            Error::Answer { .. } => "Check the name and the version.".to_owned(),
            Error::Digest { .. } => {
                "What the registry gives now is not what was asked for. Try again; if it stays so, tell the publisher."
                    .to_owned()
            }
            Error::TooLarge { .. } | Error::Malformed { .. } | Error::Archive { .. } => {
                "Tell whoever published it, or use another version.".to_owned()
            }
            Error::Disk { .. } => "Check the folder's owner and the space that is left.".to_owned(),
            Error::AuthHost { .. } => "Write it as in `ghcr.io=auth.example.com`.".to_owned(),
        }
    }

    /// Whether it is the network's fault and not an answer: a thing that may be known from before can be used instead.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Error::Unreachable { .. } | Error::Silent { .. })
    }
}
