//! What can be said of configurations without executing anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Location, Touch};

/// What `check` prints with `--format json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// Every configuration that was found, in the order of the folders that were named.
    pub configurations: Vec<CheckedConfiguration>,
    /// Folders that were named and have no configuration.
    pub without: Vec<String>,
    /// Whether registries were asked for newer versions.
    pub asked_registries: bool,
}

/// One configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedConfiguration {
    /// What a person calls it.
    pub name: String,
    /// The workspace folder.
    pub folder: String,
    /// The configuration file.
    pub path: String,
    /// Whether an environment can be made from it, as far as the file tells.
    pub usable: bool,
    /// What was found, in the order of the file.
    pub findings: Vec<CheckFinding>,
    /// What it needs.
    pub needs: CheckNeeds,
    /// What it would do to this computer, which a person has to allow first.
    pub asks: Vec<Touch>,
}

/// One finding about a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckFinding {
    /// Which rule found it.
    pub rule: CheckRule,
    /// How much it matters.
    pub severity: CheckSeverity,
    /// What is found, in one sentence.
    pub message: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CheckSeverity {
    /// No environment can be made from it. Exit code 1.
    Error,
    /// It works, though probably not as its author meant it.
    Warning,
    /// Worth knowing.
    Note,
}

/// The rules that `check` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckRule {
    /// The text is a JSON object, and each property has a known name and a value of its type.
    Configuration,
    /// Files that the configuration names are there.
    MissingFile,
    /// The stage that is to be built is in the Dockerfile.
    MissingStage,
    /// References to Features can be understood.
    FeatureReference,
    /// A Feature in a folder has a description and an `install.sh`.
    LocalFeature,
    /// The lockfile can be read and fits the configuration.
    Lockfile,
    /// Images are named by a version or a digest.
    UnpinnedImage,
    /// Features are named by a version, or locked.
    UnpinnedFeature,
    /// A registry has no newer version of an image.
    OutdatedImage,
    /// A registry has no newer version of a Feature.
    OutdatedFeature,
    /// A registry that was asked for versions did not answer.
    Registry,
    /// Something that the reference command line does otherwise.
    Deviation,
}

/// What a configuration needs before an environment can be made from it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckNeeds {
    /// Where the container comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<CheckScenario>,
    /// Images that are pulled unless the engine has them: the container's own, or the one that the Dockerfile rests on.
    pub images: Vec<CheckedImage>,
    /// Features that are installed.
    pub features: Vec<CheckedFeature>,
    /// Hosts that have to be reached where nothing is cached, ports included.
    pub registries: Vec<String>,
    /// The smallest machine on which the environment is useful, one text for each requirement, such as `4 processors`.
    pub machine: Vec<String>,
    /// Secrets that are asked for.
    pub secrets: Vec<String>,
    /// Variables of this computer that flow in.
    pub variables: Vec<String>,
}

/// Where a container comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CheckScenario {
    /// An image.
    Image,
    /// A Dockerfile.
    Dockerfile,
    /// Services of Compose.
    Compose,
}

/// An image that a configuration needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedImage {
    /// As it is written.
    pub reference: String,
    /// Where the configuration names it, or the Dockerfile that rests on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Whether the reference says which content is meant: by digest, or by a tag that is not `latest`.
    pub pinned: bool,
    /// The newest version of the same kind of tag, if a registry was asked and has a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

/// A Feature that a configuration needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedFeature {
    /// As it is written.
    pub reference: String,
    /// Where the configuration names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Whether the reference names a version or a digest, or the Feature lies in the workspace.
    pub pinned: bool,
    /// The version in the lockfile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<String>,
    /// The newest version, if a registry was asked and has a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}
