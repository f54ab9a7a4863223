//! New configurations: Templates to choose from, and what one would write before it writes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Templates that can be chosen from: those that come with Wharf, or those of a collection in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateList {
    /// The Templates, in the order of their publisher.
    pub templates: Vec<TemplateSummary>,
}

/// A Template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSummary {
    /// What names it in a request: `builtin/<id>`, or its reference in a registry.
    pub reference: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who publishes it; absent for those that come with Wharf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// Languages and platforms that it is for.
    pub platforms: Vec<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// What is asked of whoever applies it.
    pub options: Vec<TemplateOption>,
}

/// An option of a Template or a Feature.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateOption {
    /// Its name.
    pub name: String,
    /// What kind of value it has.
    pub kind: TemplateOptionKind,
    /// What it decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its value when nobody gives one, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Values to choose from; empty when there are none to offer.
    pub choices: Vec<String>,
    /// Whether those are the only ones.
    pub closed: bool,
}

/// The kind of value that an option has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TemplateOptionKind {
    /// A text.
    #[default]
    Text,
    /// `true` or `false`.
    Boolean,
}

/// Features of a collection in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureList {
    /// The Features, in the order of their publisher.
    pub features: Vec<FeatureSummary>,
}

/// A Feature that can be added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureSummary {
    /// As a configuration names it, such as `ghcr.io/devcontainers/features/go:1`.
    pub reference: String,
    /// What people call it.
    pub name: String,
    /// What it installs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// Whether its publisher advises against it.
    pub deprecated: bool,
    /// Its options.
    pub options: Vec<TemplateOption>,
}

/// A Template that fits what lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSuggestion {
    /// The Template.
    pub template: TemplateSummary,
    /// Files of the folder that tell so, such as `Cargo.toml`.
    pub because: Vec<String>,
}

/// What a Template is to be made into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateRequest {
    /// The Template's reference.
    pub template: String,
    /// Absolute path of the folder that gets the files.
    pub folder: String,
    /// Values of options.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Features to add.
    #[serde(default)]
    pub features: Vec<FeatureChoice>,
}

/// A Feature to add, with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureChoice {
    /// Its reference.
    pub reference: String,
    /// Its options: texts, and `true` or `false`.
    #[serde(default)]
    pub options: BTreeMap<String, Value>,
}

/// What a Template would write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePreview {
    /// The files.
    pub files: Vec<TemplateFile>,
    /// What is worth saying, a sentence each.
    pub warnings: Vec<String>,
    /// Tells exactly this content. Applied is what was shown, or nothing.
    pub digest: String,
}

/// A file that a Template would write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateFile {
    /// Its path below the folder.
    pub path: String,
    /// Its content; absent when it is no text, or far too long to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Whether a file is there already that would be replaced.
    pub replaces: bool,
}
