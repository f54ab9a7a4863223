//! What an image's name says: registry, path, tag and digest, with what is meant where nothing is written (Docker: "docker image tag";
//! the reference takes such names in `image`, `FROM` and `--cache-from`).

use std::borrow::Cow;

/// The registry of images that name none.
pub const DOCKER_HUB: &str = "docker.io";

/// An image's name, taken apart. Any text has these parts, whether or not an engine would take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// The registry's host, with its port if it has one: `docker.io`, `localhost:5000`.
    pub registry: &'a str,
    /// The path in the registry: `library/debian`, `devcontainers/base`.
    pub path: Cow<'a, str>,
    /// Everything before tag and digest, as written: `debian`, `localhost:5000/a`.
    pub repository: &'a str,
    /// The tag, if one is written.
    pub tag: Option<&'a str>,
    /// The content that is meant, if it is: `sha256:…`.
    pub digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Takes a name apart.
    #[must_use]
    pub fn parse(text: &'a str) -> ImageReference<'a> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let (repository, tag) = match name.rsplit_once(':') {
            // What has a slash behind the colon begins with a registry's port.
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        let (registry, path) = match repository.split_once('/') {
            Some((host, path)) if is_host(host) => (host, path),
            _ => (DOCKER_HUB, repository),
        };
        // The host that Docker Hub has had before.
        let registry = if registry == "index.docker.io" { DOCKER_HUB } else { registry };
        let path = if registry == DOCKER_HUB && !path.contains('/') {
            Cow::Owned(format!("library/{path}"))
        } else {
            Cow::Borrowed(path)
        };
        let said = |part: Option<&'a str>| part.filter(|part| !part.is_empty());
        ImageReference { registry, path, repository, tag: said(tag), digest: said(digest) }
    }

    /// Whether both mean the same image, however much of the name is left to be meant.
    #[must_use]
    pub fn means_the_same(&self, other: &ImageReference<'_>) -> bool {
        (self.registry, &self.path, self.digest, self.meant_tag())
            == (other.registry, &other.path, other.digest, other.meant_tag())
    }

    fn meant_tag(&self) -> &str {
        self.tag.unwrap_or("latest")
    }

    /// Whether the name says which content is meant: by digest, or by a tag that is not `latest`.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some() || self.tag.is_some_and(|tag| tag != "latest")
    }
}

/// Whether the first part of a name is a host: paths are in lower case, and have neither dots nor ports there.
fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':']) || part.contains(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_parts() {
        let table = [
            ("debian", "docker.io library/debian debian - -"),
            ("debian:12", "docker.io library/debian debian 12 -"),
            ("debian:", "docker.io library/debian debian - -"),
            ("library/debian", "docker.io library/debian library/debian - -"),
            ("acme/base:1.4-slim", "docker.io acme/base acme/base 1.4-slim -"),
            ("docker.io/debian", "docker.io library/debian docker.io/debian - -"),
            ("index.docker.io/acme/base", "docker.io acme/base index.docker.io/acme/base - -"),
            ("ghcr.io/a/b:1@sha256:00", "ghcr.io a/b ghcr.io/a/b 1 sha256:00"),
            ("debian@sha256:00", "docker.io library/debian debian - sha256:00"),
            ("localhost/x", "localhost x localhost/x - -"),
            ("localhost", "docker.io library/localhost localhost - -"),
            ("localhost:5000/a/b", "localhost:5000 a/b localhost:5000/a/b - -"),
            ("localhost:5000/a/b:c", "localhost:5000 a/b localhost:5000/a/b c -"),
            ("[::1]:5000/a:b", "[::1]:5000 a [::1]:5000/a b -"),
            ("Registry/a", "Registry a Registry/a - -"),
            ("", "docker.io library/  - -"),
        ];
        for (text, expected) in table {
            let found = ImageReference::parse(text);
            let part = |part: Option<&str>| part.unwrap_or("-").to_owned();
            let ImageReference { registry, path, repository, tag, digest } = &found;
            let parts = format!("{registry} {path} {repository} {} {}", part(*tag), part(*digest));
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn names_of_one_image() {
        let table = [
            ("debian", "docker.io/library/debian:latest", true),
            ("index.docker.io/debian:12", "library/debian:12", true),
            ("localhost:5000/a", "localhost:5000/a:latest", true),
            ("debian", "debian:12", false),
            ("debian", "localhost/debian", false),
            ("debian", "debian@sha256:00", false),
            ("library/a/b", "a/b", false),
        ];
        for (one, other, expected) in table {
            let same = ImageReference::parse(one).means_the_same(&ImageReference::parse(other));
            assert_eq!(same, expected, "{one} {other}");
        }
    }

    #[test]
    fn pinned_images() {
        let table = [
            ("debian", false),
            ("debian:", false),
            ("debian:latest", false),
            ("debian:12", true),
            ("localhost:5000/debian", false),
            ("localhost:5000/debian:12", true),
            ("debian@sha256:0123", true),
            ("debian:latest@sha512:0123", true),
        ];
        for (image, expected) in table {
            assert_eq!(ImageReference::parse(image).is_pinned(), expected, "{image}");
        }
    }
}
