//! Who may see whose credentials: the rules of `--oci-auth-hardening`, and what is recorded when it is not asked for.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::error::Error;
use crate::repository::origin;

/// Hosts that are one registry.
const DOCKER_HUB: [&str; 4] = ["registry-1.docker.io", "registry.docker.io", "docker.io", "index.docker.io"];

/// Registries whose servers for tokens are known to be other hosts.
const KNOWN: [(&str, &str); 5] = [
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.docker.io", "auth.docker.io"),
    ("docker.io", "auth.docker.io"),
    ("index.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
];

/// Which other hosts a registry may send to for tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AuthHosts(BTreeMap<String, BTreeSet<String>>);

impl AuthHosts {
    /// Those that are known, and what a person adds: `registry=host`.
    pub(crate) fn new(given: &[String]) -> Result<AuthHosts, Error> {
        let mut hosts = AuthHosts::default();
        for (registry, host) in KNOWN {
            hosts.add(registry.to_owned(), host.to_owned());
        }
        for text in given {
            let invalid = || Error::AuthHost { text: text.clone() };
            let (registry, host) = text.split_once('=').ok_or_else(invalid)?;
            if host.contains('=') {
                return Err(invalid());
            }
            let (Some(registry), Some(host)) = (normal(registry), normal(host)) else {
                return Err(invalid());
            };
            hosts.add(registry, host);
        }
        Ok(hosts)
    }

    fn add(&mut self, registry: String, host: String) {
        self.0.entry(registry).or_default().insert(host);
    }

    /// Whether a registry that answered from `challenger` may send to `realm` for tokens.
    pub(crate) fn allows(&self, challenger: &Url, realm: &Url) -> bool {
        let (asked, named) = (authority(challenger), authority(realm));
        if asked == named && is_private(realm) {
            return true;
        }
        realm.scheme() == "https" && self.0.get(&asked).is_some_and(|hosts| hosts.contains(&named))
    }
}

/// Whether nobody on the way can read what is sent there.
pub(crate) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && url.host_str() == Some("localhost")
}

/// Whether an address is the registry's own, so that its credentials may be sent there.
pub(crate) fn belongs_to(url: &Url, registry: &str) -> bool {
    let Ok(own) = origin(registry) else { return false };
    let hub = |url: &Url| url.scheme() == "https" && DOCKER_HUB.contains(&authority(url).as_str());
    url.origin() == own.origin() || hub(url) && hub(&own)
}

/// Host, and port where it is not the scheme's own.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A host as a person writes it; None when it is something else.
fn normal(host: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{host}")).ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    (plain && !host.is_empty()).then(|| authority(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_realm_is_the_registry_s_own_or_allowed() {
        let hosts = AuthHosts::new(&["a.example=b.example".to_owned(), "R:5000=T:443".to_owned()]).unwrap();
        for (challenger, realm, expected) in [
            ("https://ghcr.io/v2/", "https://ghcr.io/token", true),
            ("https://ghcr.io/v2/", "http://ghcr.io/token", false),
            ("https://ghcr.io/v2/", "https://evil.example/token", false),
            ("https://ghcr.io/v2/", "https://ghcr.io:8443/token", false),
            ("http://localhost:5000/v2/", "http://localhost:5000/token", true),
            ("http://localhost:5000/v2/", "http://localhost:5001/token", false),
            ("http://127.0.0.1:5000/v2/", "http://127.0.0.1:5000/token", false),
            ("https://registry-1.docker.io/v2/", "https://auth.docker.io/token", true),
            ("https://registry.gitlab.com/v2/", "https://gitlab.com/jwt/auth", true),
            ("https://registry.gitlab.com/v2/", "http://gitlab.com/jwt/auth", false),
            ("https://a.example/v2/", "https://b.example/token", true),
            ("https://b.example/v2/", "https://a.example/token", false),
            ("https://r:5000/v2/", "https://t/token", true),
        ] {
            assert_eq!(hosts.allows(&url(challenger), &url(realm)), expected, "{challenger} {realm}");
        }
    }

    #[test]
    fn exceptions_are_two_hosts() {
        for text in ["", "a", "=b", "a=", "a=b=c", "a/x=b", "a=u@b", "a=b?c", "a=b#c"] {
            let error = AuthHosts::new(&[text.to_owned()]).unwrap_err();
            let expected =
                format!("Invalid cross-origin auth host '{text}'. Expected '<registry-host>=<auth-host>'.");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn credentials_belong_to_one_origin() {
        for (address, registry, expected) in [
            ("https://ghcr.io/v2/x", "ghcr.io", true),
            ("https://ghcr.io:443/v2/x", "ghcr.io", true),
            ("http://ghcr.io/v2/x", "ghcr.io", false),
            ("https://ghcr.io:444/v2/x", "ghcr.io", false),
            ("https://pkg.example/blob", "ghcr.io", false),
            ("https://registry-1.docker.io/v2/x", "docker.io", true),
            ("http://localhost:5000/v2/x", "localhost:5000", true),
            ("http://localhost:5001/v2/x", "localhost:5000", false),
        ] {
            assert_eq!(belongs_to(&url(address), registry), expected, "{address} {registry}");
        }
    }
}
