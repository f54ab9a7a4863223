//! What authors do with their Features and Templates: pack them, publish them, describe them, test them.

mod package;
mod pages;
mod publish;
mod test;

use std::path::PathBuf;

use serde_json::{Map, Value};
pub use wharf_spec::authoring::Kind as CollectionKind;

pub use package::package;
pub use pages::generate_docs;
pub use publish::publish;
pub use test::{FeatureTest, FeaturesTestRequest, FeaturesTested, features_test};

use crate::error::Error;
use crate::request::RegistriesRequest;

/// What is packed, and where it goes.
#[derive(Debug, Clone)]
pub struct PackageRequest {
    /// Features or Templates.
    pub kind: CollectionKind,
    /// A folder with one of them, or with a folder for each.
    pub target: PathBuf,
    /// The folder that the archives are written to.
    pub output_folder: PathBuf,
    /// `--force-clean-output-folder`: what is in that folder goes.
    pub force_clean: bool,
}

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packaged {
    /// The name of each, in the order of their folders.
    pub ids: Vec<String>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

/// What is published, and where.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// Features or Templates.
    pub kind: CollectionKind,
    /// A folder with one of them, or with a folder for each.
    pub target: PathBuf,
    /// The registry's host.
    pub registry: String,
    /// The namespace in it: `owner/repository`.
    pub namespace: String,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// What was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The document that the reference prints: for each what is new of it.
    pub document: Map<String, Value>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

/// What pages are written for.
#[derive(Debug, Clone)]
pub struct GenerateDocsRequest {
    /// Features or Templates.
    pub kind: CollectionKind,
    /// The folder with a folder for each.
    pub project_folder: PathBuf,
    /// The registry that Features are published to.
    pub registry: String,
    /// Their namespace there.
    pub namespace: String,
    /// The owner of the repository on GitHub.
    pub github_owner: String,
    /// The repository on GitHub.
    pub github_repo: String,
}

/// Which pages were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// Their paths.
    pub written: Vec<PathBuf>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

fn impossible(message: String, hint: Option<&str>) -> Error {
    Error::Impossible { message, location: None, hint: hint.map(str::to_owned) }
}
