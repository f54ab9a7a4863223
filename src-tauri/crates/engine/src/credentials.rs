//! What a registry wants to hear before it gives an image. Finding it is another crate's work.

use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde::Serialize;

/// Credentials for one registry.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// The registry's address as Docker's configuration keys it, for example `https://index.docker.io/v1/`.
    pub server: String,
    /// User name; empty with an identity token.
    pub username: String,
    /// Password or access token; empty with an identity token.
    pub password: String,
    /// A token that stands for a user.
    pub identity_token: Option<String>,
    /// Where they were found, for a person to look: a file, or a helper and the file that names it.
    pub origin: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets stay out of logs.
        formatter
            .debug_struct("Credentials")
            .field("server", &self.server)
            .field("username", &self.username)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Answers the credentials of a registry by its host, for example `docker.io` or `ghcr.io`.
pub type FindCredentials =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Option<Credentials>> + Send>> + Send + Sync>;

/// The finder of somebody who has none.
#[must_use]
pub fn no_credentials() -> FindCredentials {
    Arc::new(|_| Box::pin(std::future::ready(None)))
}

#[derive(Serialize)]
pub(crate) struct Header<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    password: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    serveraddress: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identitytoken: Option<&'a str>,
}

impl Credentials {
    /// `user, from /home/user/.docker/config.json`: what an error tells of them.
    pub(crate) fn told(&self) -> String {
        let who = if self.identity_token.is_some() { "a token" } else { self.username.as_str() };
        if self.origin.is_empty() { who.to_owned() } else { format!("{who}, from {}", self.origin) }
    }

    pub(crate) fn header(&self) -> Header<'_> {
        Header {
            username: &self.username,
            password: &self.password,
            serveraddress: &self.server,
            identitytoken: self.identity_token.as_deref(),
        }
    }
}

/// A document as the engines want it in a header.
pub(crate) fn encode(document: &impl Serialize) -> Option<String> {
    serde_json::to_vec(document).ok().map(|json| URL_SAFE.encode(json))
}

/// Whether a registry is on the engine's own machine, where nobody listens on the way.
pub(crate) fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    host == "localhost"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_of_this_machine() {
        for (registry, expected) in [
            ("localhost:5000", true),
            ("localhost", true),
            ("127.0.0.1:5000", true),
            ("127.1.2.3", true),
            ("[::1]:5000", true),
            ("localhost.example:5000", false),
            ("10.0.0.1:5000", false),
            ("docker.io", false),
        ] {
            assert_eq!(is_loopback(registry), expected, "{registry}");
        }
    }
}
