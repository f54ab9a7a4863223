//! Where something lies: a registry, and a path in it.

use url::Url;

use crate::error::Error;

/// What Docker Hub is called in references, and the host that answers for it.
const DOCKER_HUB: [&str; 2] = ["docker.io", "index.docker.io"];
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";

/// One repository of a registry: all versions of one Feature or Template, or a collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repository {
    /// The registry's host, with its port if it has one: `ghcr.io`, `localhost:5000`.
    pub registry: String,
    /// The path in it: `devcontainers/features/go`.
    pub path: String,
}

impl Repository {
    /// A repository of a registry.
    pub fn new(registry: impl Into<String>, path: impl Into<String>) -> Repository {
        Repository { registry: registry.into(), path: path.into() }
    }

    /// The address of something in it: `manifests/latest`.
    pub(crate) fn url(&self, rest: &str) -> Result<Url, Error> {
        let root = origin(&self.registry)?;
        let text = format!("{}v2/{}/{rest}", root, self.path);
        Url::parse(&text).map_err(|error| self.unusable(&error.to_string()))
    }

    fn unusable(&self, detail: &str) -> Error {
        Error::Malformed { what: format!("the name {self}"), detail: detail.to_owned() }
    }
}

impl std::fmt::Display for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.registry, self.path)
    }
}

/// The root of a registry's addresses. Plain HTTP for the host `localhost` alone, as the reference has it: a registry that is
/// not on this computer is spoken to in secret or not at all.
pub(crate) fn origin(registry: &str) -> Result<Url, Error> {
    let host = if DOCKER_HUB.contains(&registry) { DOCKER_HUB_HOST } else { registry };
    let unusable = |detail: String| Error::Malformed { what: format!("the registry {registry}"), detail };
    let mut url = Url::parse(&format!("https://{host}/")).map_err(|error| unusable(error.to_string()))?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(unusable("it is not a host".to_owned()));
    }
    if url.host_str() == Some("localhost") {
        // Parsed again, because the other scheme has another default port.
        url = Url::parse(&format!("http://{host}/")).map_err(|error| unusable(error.to_string()))?;
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_localhost_is_spoken_to_in_the_open() {
        let cases = [
            ("ghcr.io", "https://ghcr.io/v2/a/b/tags/list"),
            ("localhost:5000", "http://localhost:5000/v2/a/b/tags/list"),
            ("localhost", "http://localhost/v2/a/b/tags/list"),
            ("LOCALHOST:443", "http://localhost:443/v2/a/b/tags/list"),
            ("127.0.0.1:5000", "https://127.0.0.1:5000/v2/a/b/tags/list"),
            ("localhost.example", "https://localhost.example/v2/a/b/tags/list"),
            ("docker.io", "https://registry-1.docker.io/v2/a/b/tags/list"),
        ];
        for (registry, expected) in cases {
            let url = Repository::new(registry, "a/b").url("tags/list").unwrap();
            assert_eq!(url.as_str(), expected, "{registry}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for registry in ["", "a/b", "user@host", "host?x", "host#x", "a b"] {
            assert!(origin(registry).is_err(), "{registry}");
        }
    }
}
