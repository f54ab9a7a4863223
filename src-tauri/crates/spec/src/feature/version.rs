//! Versions of Features and Templates: which tags a publication gets, and which published version a tag means.
//!
//! Tags are read as the reference reads them, which is npm's semantic versioning.

use std::cmp::Ordering;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::reference::OciVersion;

/// What `outdated` says of a Feature. What is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outdated {
    /// The version in use: the locked one, else the wanted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The newest version that the reference's tag means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// Its major version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted_major: Option<String>,
    /// The newest version that was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
    /// Its major version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_major: Option<String>,
}

/// Why a version cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It is not `major.minor.patch`.
    #[error("version {version} is not a valid semantic version")]
    Invalid {
        /// The version.
        version: String,
    },
}

/// The full versions among a registry's tags, the oldest first. Tags that move, such as `1` and `latest`, are left out.
#[must_use]
pub fn published_versions(tags: &[String]) -> Vec<String> {
    let mut versions: Vec<(Version, &String)> =
        tags.iter().filter_map(|tag| Some((parse(tag)?, tag))).collect();
    versions.sort_by(|(left, _), (right, _)| left.cmp_precedence(right));
    versions.into_iter().map(|(_, tag)| tag.clone()).collect()
}

/// The newest version that was published.
#[must_use]
pub fn newest(tags: &[String]) -> Option<String> {
    published_versions(tags).pop()
}

/// The newest published version that a tag means: any for `latest`, one of `1.2.x` for `1.2`.
#[must_use]
pub fn version_for_tag(tag: &str, tags: &[String]) -> Option<String> {
    if tag == "latest" {
        return newest(tags);
    }
    let wanted = Partial::parse(tag)?;
    published_versions(tags)
        .into_iter()
        .rev()
        .find(|version| parse(version).is_some_and(|version| wanted.includes(&version)))
}

/// What `outdated` says of a Feature, from its reference's version, its entry in the lockfile and the tags of its registry.
/// `by_digest` is the version that the content itself names; it counts for a reference to a digest that is not locked.
#[must_use]
pub fn outdated(
    version: &OciVersion,
    locked: Option<&str>,
    tags: &[String],
    by_digest: Option<&str>,
) -> Outdated {
    let wanted = match version {
        OciVersion::Tag(tag) => version_for_tag(tag, tags),
        OciVersion::Digest(_) => locked.or(by_digest).map(str::to_owned),
    };
    let latest = newest(tags);
    let major = |version: &Option<String>| {
        version.as_deref().and_then(parse).map(|version| version.major.to_string())
    };
    Outdated {
        current: locked.map(str::to_owned).or_else(|| wanted.clone()),
        wanted_major: major(&wanted),
        wanted,
        latest_major: major(&latest),
        latest,
    }
}

/// The tags under which a version is published: its major and minor versions and `latest`, as far as nothing newer has them.
/// `None` if the version is there already.
///
/// # Errors
/// The version is not a semantic version.
pub fn publishing_tags(version: &str, tags: &[String]) -> Result<Option<Vec<String>>, PublishError> {
    if tags.iter().any(|tag| tag == version) {
        return Ok(None);
    }
    let parsed = parse(version).ok_or_else(|| PublishError::Invalid { version: version.to_owned() })?;
    let published: Vec<Version> = tags.iter().filter_map(|tag| parse(tag)).collect();
    let is_newest = |range: Partial| {
        let among = published.iter().filter(|version| range.includes(version));
        among
            .max_by(|left, right| left.cmp_precedence(right))
            .is_none_or(|newest| parsed.cmp_precedence(newest) == Ordering::Greater)
    };
    let major = Partial { major: Some(parsed.major), ..Partial::default() };
    let minor = Partial { minor: Some(parsed.minor), ..major.clone() };
    let candidates = [
        (parsed.major.to_string(), is_newest(major)),
        (format!("{}.{}", parsed.major, parsed.minor), is_newest(minor)),
        (version.to_owned(), true),
        ("latest".to_owned(), is_newest(Partial::default())),
    ];
    Ok(Some(candidates.into_iter().filter_map(|(tag, newest)| newest.then_some(tag)).collect()))
}

/// A version of which parts may be left open: `1`, `1.2`, `1.x`, `1.2.3-beta`.
#[derive(Debug, Clone, Default)]
struct Partial {
    major: Option<u64>,
    minor: Option<u64>,
    /// The whole version, if nothing is open.
    full: Option<Version>,
}

impl Partial {
    fn parse(tag: &str) -> Option<Self> {
        if let Some(full) = parse(tag) {
            return Some(Self { full: Some(full), ..Self::default() });
        }
        let mut parts = tag.strip_prefix('v').unwrap_or(tag).split('.');
        let mut part = || match parts.next() {
            None | Some("x" | "X") => Some(None),
            Some(number) if number.len() > 1 && number.starts_with('0') => None,
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok().map(Some),
            Some(_) => None,
        };
        let (major, minor, patch) = (part()?, part()?, part()?);
        let open_after_open = patch.is_none() && parts.next().is_none();
        open_after_open.then_some(Self { major, minor: major.and(minor), full: None })
    }

    fn includes(&self, version: &Version) -> bool {
        if let Some(full) = &self.full {
            return version.cmp_precedence(full) == Ordering::Equal;
        }
        // What is not finished yet is only meant when it is named.
        version.pre.is_empty()
            && self.major.is_none_or(|major| version.major == major)
            && self.minor.is_none_or(|minor| version.minor == minor)
    }
}

/// A full version, with the `v` that some write before it.
fn parse(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}
