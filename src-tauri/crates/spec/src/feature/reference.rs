//! How a configuration, or another Feature, names a Feature: by registry, by URL, by folder or by GitHub release
//! (Features distribution specification, "Referencing a Feature").

mod error;

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::paths::PathStyle;

pub use error::ReferenceError;

/// The longest tag that a registry accepts.
const LONGEST_TAG: usize = 128;

/// Where a Feature comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum FeatureReference {
    /// An artifact in a registry.
    Oci(OciReference),
    /// An archive behind an HTTPS address.
    Tarball {
        /// The address, as URLs are normalised.
        url: String,
        /// The id that the archive's name holds.
        id: String,
    },
    /// A folder beside the configuration.
    Local {
        /// The way to it, as written: `./feature`.
        path: String,
        /// The folder, absolute.
        folder: String,
    },
    /// An asset of a GitHub release, as Features were distributed before registries.
    GitHub {
        /// Who owns the repository.
        owner: String,
        /// The repository.
        repository: String,
        /// The Feature's id.
        id: String,
        /// The release; none for the latest.
        tag: Option<String>,
    },
}

/// A Feature in a registry: `ghcr.io/devcontainers/features/go:1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OciReference {
    /// The registry's host, with its port if it has one.
    pub registry: String,
    /// What stands between registry and id: `devcontainers/features`.
    pub namespace: String,
    /// The Feature's id.
    pub id: String,
    /// Which version.
    pub version: OciVersion,
}

/// Which of the artifacts under one name is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OciVersion {
    /// A name that may be moved: `1`, `1.2.3`, `latest`.
    Tag(String),
    /// The content itself: `sha256:…`.
    Digest(String),
}

/// What local references are seen from.
#[derive(Debug, Clone, Copy)]
pub struct LocalBase<'a> {
    /// The configuration's file, absolute.
    pub configuration: &'a str,
    /// The workspace's folder, absolute. Local Features lie in its `.devcontainer`.
    pub workspace: &'a str,
    /// How the host writes paths.
    pub style: PathStyle,
    /// The folder of what was fetched from registries; nothing where that is none. A configuration in a registry, which others extend,
    /// names Features of its own in there.
    pub fetched: &'a str,
}

impl FeatureReference {
    /// Reads what a configuration or a Feature calls another Feature.
    ///
    /// # Errors
    /// The text names none.
    pub fn parse(text: &str, base: &LocalBase<'_>) -> Result<Self, ReferenceError> {
        if !text.contains(['/', '\\']) {
            return Err(ReferenceError::Legacy { reference: text.to_owned() });
        }
        if text.starts_with("https://") {
            return tarball(text);
        }
        if ["./", "../", "/"].iter().any(|start| text.starts_with(start)) {
            return local(text, base);
        }
        let registry = text.split('/').next().unwrap_or_default();
        if is_host(&registry.to_lowercase()) {
            return OciReference::parse(text).map(Self::Oci);
        }
        github(text)
    }

    /// The Feature's id as far as the reference tells it. What the Feature itself says may be written differently.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Oci(reference) => &reference.id,
            Self::Tarball { id, .. } | Self::GitHub { id, .. } => id,
            Self::Local { path, .. } => PathStyle::Linux.basename(path),
        }
    }

    /// The reference to a registry, if it is one.
    #[must_use]
    pub fn as_oci(&self) -> Option<&OciReference> {
        if let Self::Oci(reference) = self { Some(reference) } else { None }
    }
}

impl fmt::Display for FeatureReference {
    /// The same text for everything that names the same Feature in the same version.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oci(reference) => reference.fmt(formatter),
            Self::Tarball { url, .. } => formatter.write_str(url),
            Self::Local { folder, .. } => formatter.write_str(folder),
            Self::GitHub { owner, repository, id, tag } => {
                write!(formatter, "{owner}/{repository}/{id}")?;
                tag.iter().try_for_each(|tag| write!(formatter, "@{tag}"))
            }
        }
    }
}

impl OciReference {
    /// Reads the name of a Feature or Template in a registry. Case does not matter; without a version it is `latest`.
    ///
    /// # Errors
    /// The text has another form than `<registry>/<namespace>/<id>[:<tag>|@<digest>]`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let reference = || text.to_owned();
        let lower = text.to_lowercase();
        let (resource, version) = if let Some((resource, digest)) = lower.rsplit_once('@') {
            if !is_digest(digest) {
                return Err(ReferenceError::Digest { reference: reference(), digest: digest.to_owned() });
            }
            (resource, OciVersion::Digest(digest.to_owned()))
        } else {
            match lower.rsplit_once(':') {
                // A colon before the last slash belongs to the registry's port.
                Some((resource, tag)) if !tag.contains('/') => (resource, OciVersion::Tag(tag.to_owned())),
                _ => (lower.as_str(), OciVersion::Tag("latest".to_owned())),
            }
        };
        let version = match version {
            OciVersion::Tag(tag) if tag.is_empty() => OciVersion::Tag("latest".to_owned()),
            OciVersion::Tag(tag) if !is_tag(&tag) => {
                return Err(ReferenceError::Tag { reference: reference(), tag });
            }
            version => version,
        };
        let (registry, path) = resource.split_once('/').unwrap_or((resource, ""));
        let unusable = || ReferenceError::Path { reference: reference(), path: path.to_owned() };
        let (namespace, id) = path.rsplit_once('/').ok_or_else(unusable)?;
        if !path.split('/').all(is_path_name) {
            return Err(unusable());
        }
        if !is_host(registry) {
            return Err(ReferenceError::Unknown { reference: reference() });
        }
        Ok(Self {
            registry: registry.to_owned(),
            namespace: redirected(namespace),
            id: id.to_owned(),
            version,
        })
    }

    /// The name within the registry: `devcontainers/features/go`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.id)
    }

    /// The whole name without a version: `ghcr.io/devcontainers/features/go`.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}/{}/{}", self.registry, self.namespace, self.id)
    }

    /// The tag or the digest, as a registry's manifest endpoint takes it.
    #[must_use]
    pub fn version_text(&self) -> &str {
        match &self.version {
            OciVersion::Tag(text) | OciVersion::Digest(text) => text,
        }
    }

    /// The tag, if the reference is not to a digest.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        if let OciVersion::Tag(tag) = &self.version { Some(tag) } else { None }
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.tag().is_some() { ':' } else { '@' };
        write!(formatter, "{}{separator}{}", self.resource(), self.version_text())
    }
}

/// The text before a tag or digest, as written: what a Feature's banner shows, and what an editor's upgrade compares.
#[must_use]
pub fn identifier_without_version(text: &str) -> &str {
    let name = text.rfind('/').map_or(0, |slash| slash + 1);
    text[name..].find([':', '@']).map_or(text, |version| &text[..name + version])
}

fn tarball(text: &str) -> Result<FeatureReference, ReferenceError> {
    let url = Url::parse(text)
        .map_err(|error| ReferenceError::Url { reference: text.to_owned(), reason: error.to_string() })?;
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let id = name
        .split_once("devcontainer-feature-")
        .and_then(|(_, rest)| rest.rsplit_once(".tgz"))
        .map(|(id, _)| id)
        .filter(|id| is_feature_id(id) && !id.is_empty())
        .ok_or_else(|| ReferenceError::ArchiveName { reference: text.to_owned() })?
        .to_owned();
    Ok(FeatureReference::Tarball { url: url.into(), id })
}

fn local(text: &str, base: &LocalBase<'_>) -> Result<FeatureReference, ReferenceError> {
    if text.starts_with('/') {
        return Err(ReferenceError::Absolute { reference: text.to_owned() });
    }
    let style = base.style;
    let folder = style.resolve(style.dirname(base.configuration), text);
    let allowed = style.resolve(base.workspace, ".devcontainer");
    let was_fetched = !base.fetched.is_empty() && style.is_inside(&folder, base.fetched);
    if style.relative(&allowed, &folder).starts_with("..") && !was_fetched {
        return Err(ReferenceError::Outside { reference: text.to_owned(), folder, allowed });
    }
    Ok(FeatureReference::Local { path: text.to_owned(), folder })
}

fn github(text: &str) -> Result<FeatureReference, ReferenceError> {
    let unknown = || ReferenceError::Unknown { reference: text.to_owned() };
    let (name, tag) = match text.split_once('@') {
        Some((name, tag)) => (name, Some(tag)),
        None => (text, None),
    };
    let parts: Vec<&str> = name.split('/').collect();
    let is_repository = |name: &str| {
        !name.is_empty()
            && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character))
    };
    match parts[..] {
        [owner, repository, id]
            if [owner, id].iter().all(|name| !name.is_empty() && is_feature_id(name))
                && is_repository(repository)
                && tag.is_none_or(is_tag) =>
        {
            Ok(FeatureReference::GitHub {
                owner: owner.to_owned(),
                repository: repository.to_owned(),
                id: id.to_owned(),
                tag: tag.filter(|tag| *tag != "latest").map(str::to_owned),
            })
        }
        _ => Err(unknown()),
    }
}

/// A collection that moved takes its references along.
fn redirected(namespace: &str) -> String {
    match namespace.split_once('/') {
        Some(("devcontainers-contrib", rest)) => format!("devcontainers-extra/{rest}"),
        None if namespace == "devcontainers-contrib" => "devcontainers-extra".to_owned(),
        _ => namespace.to_owned(),
    }
}

/// Whether a name can be a registry: a domain, or this computer. Anything else was a GitHub user before registries.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    (host.contains('.') || host.starts_with("localhost"))
        && host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && host.chars().all(|character| character.is_ascii_alphanumeric() || ".-_".contains(character))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn is_tag(text: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.len() <= LONGEST_TAG
        && text.starts_with(word)
        && text.chars().all(|character| word(character) || ".-".contains(character))
}

/// One name of a path in a registry: letters and digits, with single `.`, `_` or `-` between them.
fn is_path_name(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    name.split(['.', '_', '-']).all(|part| !part.is_empty() && part.chars().all(plain))
}

fn is_feature_id(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
}
