//! What the specification's maintainers warn of: Features that must not be used, and versions with known flaws (control manifest).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::graph::FeatureNode;
use super::reference::FeatureReference;
use crate::javascript::locale_compare;

/// The document at `https://containers.dev/static/devcontainer-control-manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlManifest {
    /// Features that must not be used.
    pub disallowed_features: Vec<DisallowedFeature>,
    /// Versions with known flaws.
    pub feature_advisories: Vec<Advisory>,
}

/// Features that must not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisallowedFeature {
    /// What their ids start with.
    #[serde(rename = "featureIdPrefix")]
    pub prefix: String,
    /// Where that is explained.
    #[serde(rename = "documentationURL", skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
}

/// A flaw of some versions of a Feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Advisory {
    /// The Feature, without a version: `ghcr.io/owner/collection/id`.
    pub feature_id: String,
    /// The first version that has it.
    pub introduced_in_version: String,
    /// The first version that has it no more.
    pub fixed_in_version: String,
    /// What it is.
    pub description: String,
    /// Where it is explained.
    #[serde(rename = "documentationURL", skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
}

/// A Feature that is used in a version with known flaws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advised {
    /// The Feature, without a version.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The flaws.
    pub advisories: Vec<Advisory>,
}

impl ControlManifest {
    /// Reads the document. Entries that lack something are left out, and anything else is a document without entries.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Self::default();
        };
        fn entries<T: for<'de> Deserialize<'de>>(value: &Value, property: &str) -> Vec<T> {
            let entries = value.get(property).and_then(Value::as_array);
            entries.into_iter().flatten().filter_map(|entry| T::deserialize(entry).ok()).collect()
        }
        Self {
            disallowed_features: entries(&value, "disallowedFeatures"),
            feature_advisories: entries(&value, "featureAdvisories"),
        }
    }

    /// The entry that forbids a Feature, which is named as the configuration names it.
    #[must_use]
    pub fn disallowed(&self, user_id: &str) -> Option<&DisallowedFeature> {
        self.disallowed_features.iter().find(|entry| {
            user_id
                .strip_prefix(&entry.prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '@']))
        })
    }

    /// The Features whose versions have known flaws, in the order of their ids.
    #[must_use]
    pub fn advised(&self, nodes: &[FeatureNode]) -> Vec<Advised> {
        let mut advised: Vec<Advised> = nodes
            .iter()
            .filter_map(|node| {
                let FeatureReference::Oci(reference) = &node.reference else { return None };
                let (id, version) = (reference.resource(), node.manifest.version.clone()?);
                let used = numbers(&version)?;
                let concerns = |advisory: &&Advisory| {
                    let introduced = numbers(&advisory.introduced_in_version);
                    let fixed = numbers(&advisory.fixed_in_version);
                    advisory.feature_id == id
                        && introduced.is_some_and(|introduced| !is_earlier(&used, &introduced))
                        && fixed.is_some_and(|fixed| is_earlier(&used, &fixed))
                };
                let advisories: Vec<_> = self.feature_advisories.iter().filter(concerns).cloned().collect();
                (!advisories.is_empty()).then_some(Advised { id, version, advisories })
            })
            .collect();
        advised.sort_by(|left, right| locale_compare(&left.id, &right.id));
        advised
    }
}

/// What to tell about Features with known flaws.
#[must_use]
pub fn advisories_text(advised: &[Advised]) -> String {
    let line = "-".repeat(107);
    let mut text = format!("\n\n{line}\nFEATURE ADVISORIES:");
    for feature in advised {
        text.push_str(&format!("\n- {}:{}:", feature.id, feature.version));
        for advisory in &feature.advisories {
            let see =
                advisory.documentation_url.as_ref().map(|url| format!(", see {url}")).unwrap_or_default();
            text.push_str(&format!(
                "\n  - {} (introduced in {}, fixed in {}{see})",
                advisory.description, advisory.introduced_in_version, advisory.fixed_in_version
            ));
        }
    }
    format!(
        "{text}\n\nIt is recommended that you update your configuration to versions of these features with the fixes applied.\n{line}\n\n"
    )
}

/// What to tell about Features that their authors have given up, or that go by another name today.
#[must_use]
pub fn retirement_texts(nodes: &[FeatureNode]) -> Vec<String> {
    let mut told = Vec::new();
    for node in nodes {
        let name = &node.user_id;
        let deprecated = node
            .manifest
            .deprecated
            .then(|| format!("the Feature {name} is deprecated: it will not receive any further updates"));
        let renamed = node.manifest.renamed_to().map(|current| {
            format!("the Feature {name} has been renamed: put \"{current}\" into devcontainer.json")
        });
        for text in [deprecated, renamed].into_iter().flatten() {
            // One Feature may be there several times, with other options each time.
            if !told.contains(&text) {
                told.push(text);
            }
        }
    }
    told
}

/// The numbers that a version starts with. More of them may follow, and they count as 0 where they are missing.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.strip_prefix('\'').unwrap_or(version);
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut numbers = Vec::new();
    let mut rest = version;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        if digits == 0 {
            break;
        }
        numbers.push(rest[..digits].parse().unwrap_or(u64::MAX));
        let Some(next) = rest[digits..].strip_prefix('.') else { break };
        rest = next;
    }
    (!numbers.is_empty()).then_some(numbers)
}

fn is_earlier(left: &[u64], right: &[u64]) -> bool {
    let number = |numbers: &[u64], place: usize| numbers.get(place).copied().unwrap_or(0);
    (0..left.len().max(right.len()))
        .map(|place| number(left, place).cmp(&number(right, place)))
        .find(|order| order.is_ne())
        .is_some_and(std::cmp::Ordering::is_lt)
}
