//! The Features language (devcontainer specification, "Features" and "Feature dependencies").
//!
//! ```text
//! features of the configuration --asked--> AskedFeature --graph, with what was fetched--> FeatureNode --install_order--> FeatureSet
//! ```
//!
//! Nothing here fetches: `graph` names the references that it needs to know more of, and is called again with the answers.

mod advisory;
mod asked;
mod diagram;
mod document;
mod graph;
mod install;
mod lockfile;
mod manifest;
mod metadata;
mod options;
mod order;
mod reference;
mod set;
mod version;

pub use advisory::{
    Advised, Advisory, ControlManifest, DisallowedFeature, advisories_text, retirement_texts,
};
pub use asked::{Asked, AskedFeature, MappedIdentifier, asked, map_identifier};
pub use diagram::mermaid;
pub use document::features_configuration;
pub use graph::{FeatureNode, Fetched, Graph, GraphError, SoftDependency, Wanted, graph};
pub use install::{
    BUILTIN_ENVIRONMENT_FILE, ENVIRONMENT_FILE, FIRST_INSTALL_SCRIPT_FILE, INSTALL_SCRIPT_FILE,
    builtin_environment_file, environment_file, first_environment_file, install_script,
};
pub use lockfile::{LockedFeature, Lockfile, LockfileError, lockfile_path};
pub use manifest::{COLLECTION_FILE, FEATURE_FILE, FeatureManifest, FeatureOption, OptionKind};
pub use metadata::entry_of_feature;
pub use options::{environment, safe_name};
pub use order::{OrderError, idle_overrides, install_order, overrides};
pub use reference::{
    FeatureReference, LocalBase, OciReference, OciVersion, ReferenceError, identifier_without_version,
};
pub use set::{FeatureSet, InstalledFeature};
pub use version::{
    Outdated, PublishError, newest, outdated, published_versions, publishing_tags, version_for_tag,
};

pub use crate::javascript::locale_compare;
