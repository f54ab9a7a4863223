//! `wharf templates`: Templates from registries, put into a project.

mod arguments;
mod unpack;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value};
use wharf_api as api;
use wharf_registry::{Client, Manifest, Repository};
use wharf_spec::edit;
use wharf_spec::feature::OciReference;
use wharf_spec::template::{Answers, FILE_NAME, Omitted, TemplateManifest, configuration_among, fill_in};

use crate::collections::{self, failed};
use crate::error::{Error, Result};
use crate::locate;
use crate::request::RegistriesRequest;

pub(crate) use unpack::Entry;

pub use arguments::{parse_omitted_paths, parse_template_features, parse_template_options};

/// A Feature that is added to a Template's configuration: its reference and its options.
pub type TemplateFeature = (String, Map<String, Value>);

/// What `templates apply` is asked.
#[derive(Debug, Clone, Default)]
pub struct TemplatesApplyRequest {
    /// `--workspace-folder`: where the files go; None: the current folder.
    pub workspace_folder: Option<PathBuf>,
    /// `--template-id`: the Template's reference.
    pub template: String,
    /// `--template-args`: the values of its options.
    pub options: IndexMap<String, String>,
    /// `--features`: Features to add to its configuration.
    pub features: Vec<TemplateFeature>,
    /// `--omit-paths`: what of it is not taken.
    pub omitted: Vec<String>,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct TemplatesApplied {
    /// The files.
    pub result: api::TemplatesApplyResult,
    /// What is worth saying, a sentence each.
    pub warnings: Vec<String>,
}

/// Fetches a Template, fills its files in, and writes them into the folder over what is there.
///
/// # Errors
/// When the reference cannot be understood, the Template cannot be had, or a file cannot be written.
pub async fn templates_apply(request: &TemplatesApplyRequest) -> Result<TemplatesApplied> {
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = request
        .workspace_folder
        .as_ref()
        .map_or_else(|| current.clone(), |folder| locate::absolute(&current, folder));
    let (entries, description) = fetch(&request.template, &request.registries).await?;
    let prepared =
        fill(entries, description.as_ref(), request.options.clone(), &request.features, &request.omitted)?;
    Ok(TemplatesApplied { result: write(&folder, prepared.entries)?, warnings: prepared.warnings })
}

/// Files as they are to be written, and what is worth saying about them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prepared {
    pub(crate) entries: Vec<Entry>,
    pub(crate) warnings: Vec<String>,
}

/// The files of a Template in a registry as they were published, with what describes it, if that can be read.
pub(crate) async fn fetch(
    template: &str,
    registries: &RegistriesRequest,
) -> Result<(Vec<Entry>, Option<TemplateManifest>)> {
    let client = collections::client(registries)?;
    let (repository, manifest) = find(&client, template).await?;
    let content = manifest.content(template).map_err(failed)?;
    let archive = client.blob(&repository, content).await.map_err(failed)?;
    let entries = unpack::read(&archive, template)?;
    let description = entries
        .iter()
        .find(|entry| entry.name() == FILE_NAME)
        .and_then(|entry| collections::json_of(&entry.content))
        .and_then(|value| TemplateManifest::read(&value));
    Ok((entries, description))
}

/// Puts options and Features into the files of a Template, without those that are left out.
pub(crate) fn fill(
    entries: Vec<Entry>,
    description: Option<&TemplateManifest>,
    options: IndexMap<String, String>,
    features: &[TemplateFeature],
    omitted: &[String],
) -> Result<Prepared> {
    let answers = Answers::new(options, description);
    let mut warnings = Vec::new();
    if let Some(description) = description {
        let refused = answers.refused(description);
        warnings.extend(refused.map(|(name, value, choices)| {
            format!(
                "the option {name} has the value `{value}`, and the Template knows {}",
                choices.join(", ")
            )
        }));
    }
    let omitted = Omitted::new(omitted.iter().map(String::as_str));
    let mut taken: Vec<Entry> = entries.into_iter().filter(|entry| !omitted.contains(&entry.path)).collect();
    for entry in &mut taken {
        // What is no text has no options in it.
        if let Ok(text) = std::str::from_utf8(&entry.content) {
            entry.content = fill_in(text, &answers).into_bytes();
        }
    }
    if !features.is_empty() {
        warnings.extend(add_features(&mut taken, features)?);
    }
    Ok(Prepared { entries: taken, warnings })
}

/// Writes files into a folder, over what is there.
pub(crate) fn write(folder: &Path, entries: Vec<Entry>) -> Result<api::TemplatesApplyResult> {
    for entry in &entries {
        unpack::write(folder, entry)?;
    }
    Ok(api::TemplatesApplyResult { files: entries.into_iter().map(|entry| entry.path).collect() })
}

/// What a Template says of itself in its registry. None where its publisher put nothing beside the content.
///
/// # Errors
/// When the reference cannot be understood, or the Template cannot be had.
pub async fn templates_metadata(template: &str, registries: &RegistriesRequest) -> Result<Option<Value>> {
    let client = collections::client(registries)?;
    let (_, manifest) = find(&client, template).await?;
    Ok(manifest.metadata().and_then(|text| collections::json_of(text.as_bytes())))
}

async fn find(client: &Client, template: &str) -> Result<(Repository, Manifest)> {
    let reference = OciReference::parse(template).map_err(|error| Error::Impossible {
        // The words are about Features, which are named the same way.
        message: error.to_string().replacen("the Feature", "the Template", 1),
        location: None,
        hint: Some(format!(
            "Write <registry>/<namespace>/<id>:<version>, such as {}",
            "ghcr.io/devcontainers/templates/debian:latest"
        )),
    })?;
    let repository = Repository::new(&reference.registry, reference.path());
    let manifest = client.manifest(&repository, reference.version_text()).await.map_err(failed)?;
    Ok((repository, manifest))
}

/// Writes the Features into the configuration among the files. Answers what to say when there is none.
fn add_features(entries: &mut [Entry], features: &[TemplateFeature]) -> Result<Option<String>> {
    let found = configuration_among(entries.iter().map(|entry| entry.path.as_str())).map(str::to_owned);
    let Some(entry) = entries.iter_mut().find(|entry| Some(&entry.path) == found.as_ref()) else {
        return Ok(Some("the Template has no devcontainer.json, so no Feature was added".to_owned()));
    };
    let features = features.iter().map(|(id, options)| (id.as_str(), options));
    let text = String::from_utf8_lossy(&entry.content);
    let text = edit::add_features(&text, features).map_err(|error| Error::Impossible {
        message: format!("no Feature can be added to the Template's {}: {error}", entry.name()),
        location: None,
        hint: Some("Apply the Template without --features, and add them by hand".to_owned()),
    })?;
    entry.content = text.into_bytes();
    Ok(None)
}
