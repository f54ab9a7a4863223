//! The graph of Features without their content: for looking at, and not for installing.

use std::collections::HashMap;
use std::path::PathBuf;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use wharf_spec::feature::{
    self, AskedFeature, FeatureManifest, FeatureNode, FeatureReference, Fetched, Graph, LocalBase, Lockfile,
    Wanted,
};

use super::fetch::{self, Failure, Fetcher};
use crate::error::{Error, Result};

/// The nodes of the graph of what is asked for. What the lockfile holds is that content.
pub(super) async fn nodes(
    asked: &[AskedFeature],
    base: &LocalBase<'_>,
    lockfile: &Lockfile,
    fetcher: &Fetcher,
) -> Result<Vec<FeatureNode>> {
    let mut fetched: HashMap<String, Fetched> = HashMap::new();
    let mut softly: HashMap<String, Option<FeatureManifest>> = HashMap::new();
    loop {
        let graph = feature::graph(asked, base, true, &fetched, &softly).map_err(|error| {
            let hint = error.error.hint();
            Error::Impossible { message: error.to_string(), location: None, hint }
        })?;
        let (needed, hoped) = match graph {
            Graph::Complete { nodes, .. } => return Ok(nodes),
            Graph::Incomplete { needed, hoped } => (needed, hoped),
        };
        let mut asking: FuturesUnordered<_> = needed
            .into_iter()
            .map(|wanted| async move { (one(&wanted, lockfile, fetcher).await, wanted) })
            .collect();
        while let Some((found, wanted)) = asking.next().await {
            let found = found.map_err(|failure| failed(&wanted, failure))?;
            fetched.insert(wanted.reference.to_string(), found);
        }
        // What cannot be had here changes nothing but a name.
        let mut hoping: FuturesUnordered<_> = hoped
            .into_iter()
            .map(|reference| async move {
                let manifest = match &reference {
                    FeatureReference::Oci(reference) => fetcher.only_manifest(reference).await.ok(),
                    _ => None,
                };
                (reference.to_string(), manifest)
            })
            .collect();
        while let Some((reference, manifest)) = hoping.next().await {
            softly.insert(reference, manifest);
        }
    }
}

async fn one(wanted: &Wanted, lockfile: &Lockfile, fetcher: &Fetcher) -> Result<Fetched, Failure> {
    let locked = lockfile.features.get(&wanted.user_id);
    let found = match &wanted.reference {
        FeatureReference::Oci(reference) => fetcher.registry(reference, locked).await,
        FeatureReference::Tarball { url, id } => fetcher.server(url, id, locked).await,
        FeatureReference::GitHub { owner, repository, id, tag } => {
            fetcher.github(owner, repository, id, tag.as_deref()).await
        }
        FeatureReference::Local { folder, .. } => fetch::from_folder(PathBuf::from(folder)).await,
    };
    found.map(|found| found.fetched)
}

fn failed(wanted: &Wanted, failure: Failure) -> Error {
    let needed_by = wanted.needed_by.as_ref().map(|id| format!("; the Feature '{id}' depends on it"));
    let (problem, hint) = match failure {
        Failure::Registry(error) => (error.to_string(), Some(error.hint())),
        Failure::Manifest { file, problem } => (format!("{} {problem}", file.display()), None),
    };
    Error::Impossible {
        message: format!(
            "the Feature '{}' cannot be had: {problem}{}",
            wanted.user_id,
            needed_by.unwrap_or_default()
        ),
        location: None,
        hint,
    }
}
