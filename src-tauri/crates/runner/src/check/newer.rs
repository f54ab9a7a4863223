//! Which Features and images have newer versions in their registries. The only part of `check` that asks a network, and only when told to.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use wharf_api as api;
use wharf_api::{CheckRule, CheckSeverity};
use wharf_registry::{Client, Repository};
use wharf_spec::ImageReference;
use wharf_spec::feature::{self, OciReference};

use super::findings;

/// How many repositories are asked at once.
const AT_ONCE: usize = 16;

/// The tags of every repository that was asked, or why there are none.
type Tags = BTreeMap<Repository, Result<Vec<String>, String>>;

/// Asks each repository once, however many configurations name it, and adds what is newer.
pub(super) async fn add(result: &mut api::CheckResult, client: &Client) {
    let mut tags = Tags::new();
    for configuration in &result.configurations {
        let needs = &configuration.needs;
        let features = needs.features.iter().filter_map(|found| Some(of_feature(&found.reference)?.0));
        let images = needs.images.iter().filter_map(|found| Some(of_image(&found.reference)?.0));
        tags.extend(features.chain(images).map(|repository| (repository, Ok(Vec::new()))));
    }
    let answers = tags.into_keys().map(async |repository| {
        let answer = client.tags(&repository).await.map_err(|error| error.to_string());
        (repository, answer)
    });
    let tags: Tags = futures_util::stream::iter(answers).buffer_unordered(AT_ONCE).collect().await;
    for configuration in &mut result.configurations {
        compare(configuration, &tags);
        findings::sort(&mut configuration.findings);
    }
    result.asked_registries = true;
}

fn compare(configuration: &mut api::CheckedConfiguration, tags: &Tags) {
    let needs = &mut configuration.needs;
    for found in &mut needs.features {
        let Some((repository, reference)) = of_feature(&found.reference) else { continue };
        match &tags[&repository] {
            Err(problem) => configuration.findings.push(silent(problem, found.location.clone())),
            Ok(tags) => {
                let versions = feature::outdated(&reference.version, found.locked.as_deref(), tags, None);
                found.newest = versions.latest.filter(|latest| Some(latest) != versions.current.as_ref());
                let Some(newest) = &found.newest else { continue };
                let message = format!("{} has the newer version {newest}", found.reference);
                let hint = "`wharf outdated` shows what the configuration allows, `wharf upgrade` locks it";
                let rule = CheckRule::OutdatedFeature;
                configuration.findings.push(newer(rule, message, hint, found.location.clone()));
            }
        }
    }
    for found in &mut needs.images {
        let Some((repository, tag)) = of_image(&found.reference) else { continue };
        match &tags[&repository] {
            Err(problem) => configuration.findings.push(silent(problem, found.location.clone())),
            Ok(tags) => {
                found.newest = newest_like(tag, tags).map(str::to_owned);
                let Some(newest) = &found.newest else { continue };
                let message = format!("the image {} has the newer version {newest}", found.reference);
                let hint = "Try it, and name it where the older one is named";
                let rule = CheckRule::OutdatedImage;
                configuration.findings.push(newer(rule, message, hint, found.location.clone()));
            }
        }
    }
}

fn newer(rule: CheckRule, message: String, hint: &str, location: Option<api::Location>) -> api::CheckFinding {
    api::CheckFinding { rule, severity: CheckSeverity::Note, message, location, hint: Some(hint.to_owned()) }
}

fn silent(problem: &str, location: Option<api::Location>) -> api::CheckFinding {
    api::CheckFinding {
        rule: CheckRule::Registry,
        severity: CheckSeverity::Warning,
        message: format!("whether there is a newer version is not known: {problem}"),
        location,
        hint: None,
    }
}

fn of_feature(reference: &str) -> Option<(Repository, OciReference)> {
    let reference = OciReference::parse(reference).ok()?;
    Some((Repository::new(&reference.registry, reference.path()), reference))
}

/// Where an image lies, and its tag, if that is a version: what is named by a digest is meant to stay.
fn of_image(reference: &str) -> Option<(Repository, &str)> {
    let image = ImageReference::parse(reference);
    let tag = image.tag.filter(|_| image.digest.is_none())?;
    version(tag)?;
    Some((Repository::new(image.registry, image.path), tag))
}

/// The numbers that a tag begins with, and what follows them: `12.4-slim` is `[12, 4]` and `-slim`.
fn version(tag: &str) -> Option<(Vec<u64>, &str)> {
    let end =
        tag.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(tag.len());
    let numbers: Result<Vec<u64>, _> = tag[..end].split('.').map(str::parse).collect();
    Some((numbers.ok()?, &tag[end..]))
}

/// The newest tag of the same kind, as many numbers and the same words behind them; None if that is the tag itself.
fn newest_like<'a>(tag: &str, tags: &'a [String]) -> Option<&'a str> {
    let (numbers, words) = version(tag)?;
    let same_kind = |other: &&'a String| {
        version(other).is_some_and(|(those, others)| those.len() == numbers.len() && others == words)
    };
    let newest = tags.iter().filter(same_kind).max_by_key(|other| version(other).map(|(those, _)| those))?;
    (version(newest)?.0 > numbers).then_some(newest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_their_tags() {
        let cases = [
            ("debian:12", Some(("docker.io/library/debian", "12"))),
            ("acme/base:1.4-slim", Some(("docker.io/acme/base", "1.4-slim"))),
            ("localhost:5000/a/b:3", Some(("localhost:5000/a/b", "3"))),
            (
                "mcr.microsoft.com/devcontainers/go:1-bookworm",
                Some(("mcr.microsoft.com/devcontainers/go", "1-bookworm")),
            ),
            ("debian", None),
            ("debian:bookworm", None),
            ("localhost:5000/a", None),
            ("debian:12@sha256:00", None),
        ];
        for (reference, expected) in cases {
            let found = of_image(reference);
            let found = found.as_ref().map(|(repository, tag)| (repository.to_string(), *tag));
            assert_eq!(found, expected.map(|(path, tag)| (path.to_owned(), tag)), "{reference}");
        }
    }

    #[test]
    fn newer_tags_are_of_the_same_kind() {
        let tags: Vec<String> = ["9", "10", "12", "12.4", "13-slim", "14-rc", "latest", "11.9", "20240101"]
            .map(str::to_owned)
            .into();
        let cases = [
            ("10", Some("20240101")),
            ("12.3", Some("12.4")),
            ("12.4", None),
            ("12-slim", Some("13-slim")),
            ("13-slim", None),
            ("1.2.3", None),
            ("bookworm", None),
        ];
        for (tag, expected) in cases {
            assert_eq!(newest_like(tag, &tags), expected, "{tag}");
        }
    }
}
