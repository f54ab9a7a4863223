//! `wharf outdated`: the versions of a configuration's Features, in use and in their registries.

use futures_util::StreamExt as _;
use wharf_api as api;
use wharf_registry::{Client, Repository};
use wharf_spec::feature::{self, Lockfile, OciReference, OciVersion, Outdated};

use crate::collections::{self, json_of};
use crate::environment::{Environment, STYLE};
use crate::error::{Error, Result};
use crate::extended;
use crate::request::{RegistriesRequest, Target};

/// How many registries are asked at once.
const AT_ONCE: usize = 16;

/// What `outdated` is asked.
#[derive(Debug, Clone, Default)]
pub struct OutdatedRequest {
    /// Which configuration.
    pub target: Target,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct OutdatedFound {
    /// The versions.
    pub result: api::OutdatedResult,
    /// What registries did not tell, a sentence each.
    pub warnings: Vec<String>,
}

/// Asks the registry of every Feature that has versions.
///
/// # Errors
/// When there is no configuration or it cannot be read, or the lockfile is damaged. A registry that does not answer leaves its
/// Features without versions.
pub async fn outdated(request: &OutdatedRequest) -> Result<OutdatedFound> {
    extended::bring_for(&request.target).await?;
    let environment = Environment::find(&request.target)?;
    let lockfile = lockfile_of(&environment)?;
    let client = collections::client(&request.registries)?;
    let asked: Vec<(String, OciReference)> = environment
        .configuration
        .config
        .features
        .keys()
        .filter_map(|id| OciReference::parse(id).ok().map(|reference| (id.clone(), reference)))
        .collect();
    let answers = asked.iter().map(|(id, reference)| {
        let locked = lockfile.as_ref().and_then(|lockfile| lockfile.features.get(id));
        versions(&client, reference, locked.and_then(|locked| locked.version.clone()))
    });
    let answers: Vec<_> = futures_util::stream::iter(answers).buffered(AT_ONCE).collect().await;
    let mut found = OutdatedFound::default();
    for ((id, _), (versions, warning)) in asked.into_iter().zip(answers) {
        found.result.features.insert(id, versions);
        found.warnings.extend(warning);
    }
    found.warnings.dedup();
    Ok(found)
}

async fn versions(
    client: &Client,
    reference: &OciReference,
    locked: Option<String>,
) -> (api::FeatureVersions, Option<String>) {
    let repository = Repository::new(&reference.registry, reference.path());
    let (tags, warning) = match client.tags(&repository).await {
        Ok(tags) => (tags, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let by_digest = match (&reference.version, &locked) {
        (OciVersion::Digest(_), None) => {
            version_of_content(client, &repository, reference.version_text()).await
        }
        _ => None,
    };
    let found = feature::outdated(&reference.version, locked.as_deref(), &tags, by_digest.as_deref());
    (document(found), warning)
}

/// The version that content names itself, where its publisher put it beside the content.
async fn version_of_content(client: &Client, repository: &Repository, digest: &str) -> Option<String> {
    let manifest = client.manifest(repository, digest).await.ok()?;
    let metadata = json_of(manifest.metadata()?.as_bytes())?;
    metadata.get("version")?.as_str().map(str::to_owned)
}

fn document(found: Outdated) -> api::FeatureVersions {
    api::FeatureVersions {
        current: found.current,
        wanted: found.wanted,
        wanted_major: found.wanted_major,
        latest: found.latest,
        latest_major: found.latest_major,
    }
}

/// The lockfile beside a configuration, if there is one.
fn lockfile_of(environment: &Environment) -> Result<Option<Lockfile>> {
    let path = feature::lockfile_path(&environment.configuration.path.display().to_string(), STYLE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Read { path: path.into(), source }),
    };
    Lockfile::parse(&text).map_err(|error| Error::Impossible {
        message: error.to_string(),
        location: Some(Box::new(api::Location { path, ..api::Location::default() })),
        hint: Some(error.hint().to_owned()),
    })
}
