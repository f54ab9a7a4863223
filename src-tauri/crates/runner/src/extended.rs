//! Configurations in registries that others extend: fetched before anything is read, kept by their digest, read like files.
//!
//! Published as a Template is (`wharf templates publish`), with the defaults of its options filled in. One that is named by its digest is
//! fetched once; one that is named by a tag again when an image is built anew. Without a network what is kept counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wharf_api as api;
use wharf_registry::{Cache, Cached, Repository, Source};
use wharf_spec::extends;
use wharf_spec::feature::OciReference;
use wharf_spec::template::{Answers, FILE_NAME, TemplateManifest, fill_in};

use crate::CancellationToken;
use crate::collections::{self, json_of};
use crate::environment::Environment;
use crate::environment::layers::{extended_files, extended_in_registries};
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::features::CACHE;
use crate::request::{EventSink, RegistriesRequest, Target};
use crate::store::Store;

/// Where a configuration lies in what is published.
const CONFIGURATIONS: [&str; 3] =
    [".devcontainer/devcontainer.json", ".devcontainer.json", "devcontainer.json"];
/// As many as anybody needs; more are a mistake that would be fetched for ever.
const MOST: usize = 32;

/// What is remembered of a reference.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    reference: String,
    digest: String,
}

/// A configuration that was fetched.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The file.
    pub(crate) configuration: PathBuf,
    /// The folder that everything of it lies in.
    folder: PathBuf,
    /// What it is called: the reference.
    name: String,
    template: Option<TemplateManifest>,
}

impl Kept {
    /// None if there is no configuration in it.
    fn of(cached: &Cached, reference: &OciReference) -> Option<Self> {
        let folder = cached.folder.clone();
        let configuration =
            CONFIGURATIONS.iter().map(|name| folder.join(name)).find(|path| path.is_file())?;
        let template = std::fs::read(folder.join(FILE_NAME)).ok();
        let template = template.and_then(|text| TemplateManifest::read(&json_of(&text)?));
        Some(Self { configuration, folder, name: reference.to_string(), template })
    }

    /// Whether a path stays in what was fetched.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        match (path.canonicalize(), self.folder.canonicalize()) {
            (Ok(path), Ok(folder)) => path.starts_with(folder),
            // What is not there is told by whoever reads it.
            _ => {
                !path.components().any(|part| part == std::path::Component::ParentDir)
                    && path.starts_with(&self.folder)
            }
        }
    }

    /// A file of it as a person knows it: the reference, and the path behind it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        Path::new(&self.name).join(path.strip_prefix(&self.folder).unwrap_or(path))
    }

    /// A text of it with the defaults of its options.
    pub(crate) fn filled_in(&self, text: &str) -> String {
        match &self.template {
            Some(template) => fill_in(text, &Answers::new(Default::default(), Some(template))),
            None => text.to_owned(),
        }
    }
}

/// What is kept of a reference.
///
/// # Errors
/// When the record of it cannot be read, or what was fetched holds no configuration.
pub(crate) fn kept(store: &Store, reference: &OciReference) -> Result<Option<Kept>> {
    let digest = match pinned(reference) {
        Some(digest) => Some(digest.to_owned()),
        None => store.load::<Record>(&record_of(reference))?.found().map(|record| record.digest),
    };
    let cached = digest.and_then(|digest| cache(store).get(&digest));
    cached.map(|cached| Kept::of(&cached, reference).ok_or_else(|| holds_none(reference))).transpose()
}

/// Fetches what files extend and is not kept yet; with `again` also what a tag names now.
///
/// # Errors
/// When something that was never fetched cannot be had. What is kept counts where the registry does not answer, and that is told.
pub(crate) async fn bring(
    files: Vec<PathBuf>,
    again: bool,
    store: &Store,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<()> {
    let mut waiting = files;
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut source = None;
    let mut count = 0;
    while let Some(file) = waiting.pop() {
        if seen.contains(&file) {
            continue;
        }
        for (reference, named) in extended_in_registries(&file) {
            let Some(parsed) = extends::in_registry(&reference) else { continue };
            let before = kept(store, &parsed).unwrap_or_default();
            let is_settled = before.is_some() && (!again || pinned(&parsed).is_some());
            if is_settled {
                waiting.extend(before.map(|kept| kept.configuration));
                continue;
            }
            count += 1;
            if count > MOST {
                let message = format!("more than {MOST} configurations in registries are extended");
                return Err(named.refuse(message, None));
            }
            let source = match &source {
                Some(source) => source,
                None => source.insert(new_source(store)?),
            };
            let fetched = tokio::select! {
                () = operation.cancel.cancelled() => return Err(Error::Cancelled),
                fetched = fetch(source, store, &parsed) => fetched,
            };
            match (fetched, before) {
                (Ok(kept), _) => waiting.push(kept.configuration),
                (Err(Failure::Registry(error)), Some(kept)) if error.is_unreachable() => {
                    root.send(api::EventKind::Diagnostic {
                        severity: api::Severity::Warning,
                        message: format!("{reference} is used as it was fetched before: {error}"),
                        location: None,
                        hint: Some(error.hint()),
                    });
                    waiting.push(kept.configuration);
                }
                // An answer counts, also one that there is no such thing any more, or not for this person.
                (Err(Failure::Registry(error)), _) => {
                    let message = format!("`extends` names {reference}: {error}");
                    return Err(named.refuse(message, Some(error.hint())));
                }
                (Err(Failure::Other(error)), _) => return Err(*error),
            }
        }
        waiting.extend(extended_files(&file));
        seen.push(file);
    }
    Ok(())
}

/// The same for a target, without a word: for whoever only looks, and may ask registries.
pub(crate) async fn bring_for(target: &Target) -> Result<()> {
    let store = Store::open(target.user_data_folder.as_deref())?;
    let operation = Operation::new(&Silence, CancellationToken::new());
    let root = operation.begin(None, api::StepName::Configuration, None);
    let brought = bring(Environment::layer_paths(target), false, &store, &operation, &root).await;
    operation.end(root, &brought);
    brought
}

struct Silence;

impl EventSink for Silence {
    fn send(&self, _: api::Event) {}
}

enum Failure {
    Registry(wharf_registry::Error),
    Other(Box<Error>),
}

async fn fetch(source: &Source, store: &Store, reference: &OciReference) -> Result<Kept, Failure> {
    let repository = Repository::new(&reference.registry, reference.path());
    let manifest = source.manifest(&repository, reference.version_text()).await.map_err(Failure::Registry)?;
    let cached = source.content(&repository, &manifest).await.map_err(Failure::Registry)?;
    let other = |error| Failure::Other(Box::new(error));
    let kept = Kept::of(&cached, reference).ok_or_else(|| other(holds_none(reference)))?;
    let record = Record { reference: reference.to_string(), digest: cached.digest };
    store.save(&record_of(reference), &record).map_err(other)?;
    Ok(kept)
}

fn new_source(store: &Store) -> Result<Source> {
    let client = collections::client(&RegistriesRequest::default())?;
    Ok(Source { client: Arc::new(client), cache: cache(store) })
}

fn cache(store: &Store) -> Cache {
    Cache::new(store.root().join(CACHE))
}

/// The digest that a reference names.
fn pinned(reference: &OciReference) -> Option<&str> {
    Some(reference.version_text()).filter(|version| version.contains(':'))
}

/// The state file of a reference.
fn record_of(reference: &OciReference) -> String {
    let hash = Sha256::digest(reference.to_string().as_bytes());
    format!("extends/{}", hex::encode(&hash[..12]))
}

fn holds_none(reference: &OciReference) -> Error {
    Error::Impossible {
        message: format!("`extends` names {reference}, which holds no devcontainer.json"),
        location: None,
        hint: Some("Publish it as a Template is: `wharf templates publish`".to_owned()),
    }
}
