//! `wharf features info` and `wharf features resolve-dependencies`: Features looked at, and nothing installed.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use wharf_registry::{Cache, Client, Repository, Source};
use wharf_spec::feature::{
    self, AskedFeature, FeatureNode, FeatureReference, LocalBase, Lockfile, OciReference, lockfile_path,
};

use super::error::FeaturesError;
use super::fetch::Fetcher;
use super::graph_only;
use crate::collections::{self, failed, json_of};
use crate::environment::{Environment, STYLE};
use crate::error::{Error, Result};
use crate::extended;
use crate::request::{RegistriesRequest, Target};
use crate::store::Store;

/// What `features info` is asked. Each part is looked for only if it is wanted.
#[derive(Debug, Clone, Default)]
pub struct FeaturesInfoRequest {
    /// The Feature's reference.
    pub feature: String,
    /// Whether its manifest is told.
    pub manifest: bool,
    /// Whether its tags are.
    pub tags: bool,
    /// Whether the graph of what it depends on is drawn.
    pub dependencies: bool,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// What a registry tells of a Feature.
#[derive(Debug, Clone, Default)]
pub struct FeaturesInfo {
    /// Its manifest.
    pub manifest: Option<Value>,
    /// Its name with the digest of that.
    pub canonical_id: Option<String>,
    /// Its tags, as the registry orders them.
    pub published_tags: Option<Vec<String>>,
    /// The graph, as a flowchart of Mermaid.
    pub diagram: Option<String>,
}

/// Asks the registry of a Feature.
///
/// # Errors
/// When the reference cannot be understood, or the Feature or one that it depends on cannot be had.
pub async fn features_info(request: &FeaturesInfoRequest) -> Result<FeaturesInfo> {
    let reference = OciReference::parse(&request.feature).map_err(|error| Error::Impossible {
        message: error.to_string(),
        location: None,
        hint: error.hint(),
    })?;
    let client = Arc::new(collections::client(&request.registries)?);
    let repository = Repository::new(&reference.registry, reference.path());
    let manifest = client.manifest(&repository, reference.version_text()).await.map_err(failed)?;
    let mut info = FeaturesInfo::default();
    if request.manifest {
        info.canonical_id = Some(format!("{}@{}", reference.resource(), manifest.digest));
        info.manifest = json_of(&manifest.body);
    }
    if request.tags {
        info.published_tags = Some(tags(&client, &repository).await?);
    }
    if request.dependencies {
        let id = request.feature.clone();
        let asked =
            [AskedFeature { user_id: id.clone(), id, options: Value::Object(Map::new()), additional: false }];
        // Nothing is local to a Feature in a registry.
        let base = LocalBase { configuration: "", workspace: "", style: STYLE, fetched: "" };
        let fetcher = fetcher(client, &Store::open(None)?);
        let nodes = graph_only::nodes(&asked, &base, &Lockfile::default(), &fetcher).await?;
        info.diagram = Some(feature::mermaid(&nodes, asked.len(), &[]));
    }
    Ok(info)
}

async fn tags(client: &Client, repository: &Repository) -> Result<Vec<String>> {
    client.tags(repository).await.map_err(failed)
}

fn fetcher(client: Arc<Client>, store: &Store) -> Fetcher {
    Fetcher::new(Source { client, cache: Cache::new(store.root().join(super::resolve::CACHE)) })
}

/// The Features of a configuration with all that they need.
#[derive(Debug)]
pub struct ResolvedDependencies {
    /// The graph, as a flowchart of Mermaid.
    pub diagram: String,
    /// Reference and options in the order of installation; why there is none.
    pub order: Result<Vec<(String, Value)>>,
}

/// Resolves the Features of the configuration in a folder. The lockfile counts and is not written.
///
/// # Errors
/// When there is no configuration, it has no `features`, or a Feature cannot be had. That Features wait for each other is part of the answer.
pub async fn features_resolve_dependencies(
    target: Target,
    registries: &RegistriesRequest,
) -> Result<ResolvedDependencies> {
    // Where a folder has both, this command looks at the other one first (inventory 4.11).
    let in_folder = target.workspace_folder.clone().unwrap_or_default().join(".devcontainer.json");
    let config = in_folder.is_file().then_some(in_folder);
    let target = Target { config, mount_workspace_git_root: true, ..target };
    extended::bring_for(&target).await?;
    let environment = Environment::find(&target)?;
    let configuration = environment.configuration.path.display().to_string();
    let base = environment.features_base(&configuration);
    let path = PathBuf::from(lockfile_path(&configuration, STYLE));
    let lockfile = match std::fs::read_to_string(&path) {
        Ok(text) => Lockfile::parse(&text)
            .map_err(|error| FeaturesError::Lockfile { path, error }.of(&environment))?
            .unwrap_or_default(),
        Err(_) => Lockfile::default(),
    };
    let config = &environment.configuration.config;
    let own = config.features.iter().map(|(id, options)| (id.clone(), options.clone())).collect();
    let asked = feature::asked(&own, &Map::new(), true);
    if asked.features.is_empty() {
        return Err(Error::Impossible {
            message: format!("Could not parse features object in configuration '{configuration}'"),
            location: None,
            hint: Some("add `features` with the Features to install".to_owned()),
        });
    }
    let fetcher = fetcher(Arc::new(collections::client(registries)?), &Store::open(None)?);
    let nodes = graph_only::nodes(&asked.features, &base, &lockfile, &fetcher).await?;
    let wrong = |error| FeaturesError::Order(Box::new(error)).of(&environment);
    let overrides = feature::overrides(&config.override_feature_install_order, &base, true).map_err(wrong)?;
    let order = feature::install_order(&nodes, &overrides);
    Ok(ResolvedDependencies {
        diagram: feature::mermaid(&nodes, asked.features.len(), &overrides),
        order: order
            .map(|order| order.into_iter().map(|place| installed(&nodes[place])).collect())
            .map_err(wrong),
    })
}

/// What is installed: exactly this content, where it has a digest.
fn installed(node: &FeatureNode) -> (String, Value) {
    let id = match (&node.reference, &node.digest) {
        (FeatureReference::Oci(reference), Some(digest)) => format!("{}@{digest}", reference.resource()),
        _ => node.user_id.clone(),
    };
    (id, node.options.clone())
}
