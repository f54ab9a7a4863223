//! `wharf upgrade`: the lockfile written anew from what registries have now, and a Feature's version put into the configuration.

use std::path::PathBuf;

use wharf_spec::edit;
use wharf_spec::feature::{FeatureNode, FeatureSet, identifier_without_version};

use crate::CancellationToken;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::extended;
use crate::features::{Resolving, write_lockfile};
use crate::request::{EventSink, FeaturesRequest, LockfileMode, RegistriesRequest, Target};
use crate::store::Store;

/// What `upgrade` is asked.
#[derive(Debug, Clone, Default)]
pub struct UpgradeRequest {
    /// Which configuration.
    pub target: Target,
    /// `--dry-run`: the lockfile is told and not written.
    pub dry_run: bool,
    /// `--feature` and `--target-version`: the version that the configuration is to name for a Feature.
    pub pin: Option<(String, String)>,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Upgraded {
    /// The lockfile's text.
    pub lockfile: String,
    /// The configuration, if a version was put into it.
    pub pinned: Option<PathBuf>,
}

/// Finds every Feature as if there were no lockfile, and locks what is found.
///
/// # Errors
/// When there is no configuration or no Feature in it, a Feature cannot be had, or a file cannot be written.
pub async fn upgrade(
    request: &UpgradeRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<Upgraded> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, wharf_api::StepName::Configuration, None);
    let store = Store::open(request.target.user_data_folder.as_deref())?;
    extended::bring(Environment::layer_paths(&request.target), true, &store, &operation, &root).await?;
    let mut environment = Environment::find(&request.target)?;
    let mut upgraded = Upgraded::default();
    if let Some((feature, version)) = &request.pin {
        upgraded.pinned = pin(&environment, feature, version)?;
        environment = Environment::find(&request.target)?;
    }
    if environment.configuration.config.features.is_empty() {
        return Err(Error::Impossible {
            message: "the configuration has no Features, so there is nothing to lock".to_owned(),
            location: None,
            hint: None,
        });
    }
    let features = FeaturesRequest {
        lockfile: LockfileMode::None,
        registries: request.registries.clone(),
        ..FeaturesRequest::default()
    };
    let resolving = Resolving {
        environment: &environment,
        request: &features,
        operation: &operation,
        parent: &root,
        store: &store,
    };
    let mut set = tokio::select! {
        () = operation.cancel.cancelled() => return Err(Error::Cancelled),
        resolved = resolving.resolve() => resolved?.set,
    };
    let nodes: Vec<FeatureNode> = set.features.iter().map(|feature| feature.node.clone()).collect();
    let lockfile = FeatureSet::lock(&nodes);
    upgraded.lockfile = lockfile.print();
    if !request.dry_run {
        set.lockfile = Some(lockfile);
        write_lockfile(&environment, &set)?;
    }
    root.finish(wharf_api::Outcome::Done, None);
    Ok(upgraded)
}

/// Puts a version into the configuration's reference to a Feature, comments and all else kept. Answers the file, if it changed.
fn pin(environment: &Environment, feature: &str, version: &str) -> Result<Option<PathBuf>> {
    let path = environment.configuration.path.clone();
    let wanted = identifier_without_version(feature);
    let mut ids = environment.configuration.config.features.keys();
    let Some(id) = ids.find(|id| identifier_without_version(id) == wanted) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let changed = edit::rename_feature(&text, id, &format!("{wanted}:{version}")).map_err(|error| {
        Error::Impossible { message: format!("{}: {error}", path.display()), location: None, hint: None }
    })?;
    if changed == text {
        return Ok(None);
    }
    std::fs::write(&path, changed).map_err(|source| Error::Write { path: path.clone(), source })?;
    Ok(Some(path))
}
