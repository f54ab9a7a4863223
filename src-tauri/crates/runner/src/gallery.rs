//! New configurations for a window: Templates to choose from, what one of them would write, and the writing of exactly that.

mod builtin;
mod collection;
mod detect;

use std::path::{Path, PathBuf};

use serde_json::Map;
use sha2::{Digest as _, Sha256};
use wharf_api as api;
use wharf_spec::template::{TemplateManifest, TemplateOption};

use crate::error::{Error, Result};
use crate::request::RegistriesRequest;
use crate::templates::{self, Entry, Prepared};

pub use collection::{feature_collection, template_collection};

/// What a request may hold: a person writes far less.
const LONGEST_TEXT: usize = 4_096;
const MOST_OPTIONS: usize = 200;
const MOST_FEATURES: usize = 100;
/// Bytes of a file that are shown before it is written.
const LONGEST_SHOWN: usize = 256 * 1024;

/// The Templates that come with Wharf.
#[must_use]
pub fn builtin_templates() -> api::TemplateList {
    api::TemplateList { templates: builtin::manifests().map(|manifest| builtin_summary(&manifest)).collect() }
}

/// Templates that fit what lies in a folder, the best first.
pub(crate) fn suggestions(folder: &Path) -> Vec<api::TemplateSuggestion> {
    let fitting = detect::detect(folder).into_iter().filter_map(|(id, because)| {
        let (manifest, _) = builtin::find(id)?;
        Some(api::TemplateSuggestion { template: builtin_summary(&manifest), because })
    });
    fitting.collect()
}

/// What a Template would write into a folder.
///
/// # Errors
/// When the request or the Template cannot be understood, or its registry does not give it.
pub async fn preview_template(request: &api::TemplateRequest) -> Result<api::TemplatePreview> {
    let (folder, prepared) = prepare(request).await?;
    let files = prepared
        .entries
        .iter()
        .map(|entry| api::TemplateFile {
            path: entry.name().to_owned(),
            text: String::from_utf8(entry.content.clone()).ok().filter(|text| text.len() <= LONGEST_SHOWN),
            bytes: entry.content.len() as u64,
            replaces: std::fs::symlink_metadata(folder.join(entry.name())).is_ok(),
        })
        .collect();
    let digest = digest(&folder, &prepared.entries);
    Ok(api::TemplatePreview { files, warnings: prepared.warnings, digest })
}

/// Writes what was shown under this digest.
///
/// # Errors
/// When it would not be the same any more, or a file cannot be written.
pub async fn apply_template(
    request: &api::TemplateRequest,
    shown: &str,
) -> Result<api::TemplatesApplyResult> {
    let (folder, prepared) = prepare(request).await?;
    if digest(&folder, &prepared.entries) != shown {
        return Err(Error::Impossible {
            message: "the Template has changed since it was shown".to_owned(),
            location: None,
            hint: Some("Look at what it would write now".to_owned()),
        });
    }
    templates::write(&folder, prepared.entries)
}

async fn prepare(request: &api::TemplateRequest) -> Result<(PathBuf, Prepared)> {
    check(request)?;
    let folder = PathBuf::from(&request.folder);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(Error::WorkspaceFolder { path: folder, problem: "is not a folder of this computer" });
    }
    let (entries, description) = match request.template.strip_prefix(builtin::PREFIX) {
        Some(id) => {
            let (manifest, entries) = builtin::find(id).ok_or_else(|| Error::Impossible {
                message: format!("there is no Template named {id}"),
                location: None,
                hint: None,
            })?;
            (entries, Some(manifest))
        }
        None => templates::fetch(&request.template, &RegistriesRequest::default()).await?,
    };
    let options = request.options.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let features: Vec<_> = request
        .features
        .iter()
        .map(|feature| {
            let options = feature.options.iter().map(|(name, value)| (name.clone(), value.clone()));
            (feature.reference.clone(), options.collect::<Map<_, _>>())
        })
        .collect();
    Ok((folder, templates::fill(entries, description.as_ref(), options, &features, &[])?))
}

fn check(request: &api::TemplateRequest) -> Result<()> {
    let short = |text: &str| text.len() <= LONGEST_TEXT;
    let fits = short(&request.template)
        && short(&request.folder)
        && request.options.len() <= MOST_OPTIONS
        && request.options.iter().all(|(name, value)| short(name) && short(value))
        && request.features.len() <= MOST_FEATURES
        && request.features.iter().all(|feature| {
            let plain = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => short(text),
                other => other.is_boolean(),
            };
            short(&feature.reference)
                && feature.options.len() <= MOST_OPTIONS
                && feature.options.iter().all(|(name, value)| short(name) && plain(value))
        });
    if fits {
        return Ok(());
    }
    Err(Error::Impossible {
        message: "this is more than a Template is asked".to_owned(),
        location: None,
        hint: None,
    })
}

/// Tells content and place, so that nothing else is written than was shown.
fn digest(folder: &Path, entries: &[Entry]) -> String {
    let mut hash = Sha256::new();
    let mut take = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    take(folder.as_os_str().as_encoded_bytes());
    for entry in entries {
        take(entry.path.as_bytes());
        take(&entry.content);
    }
    hex::encode(hash.finalize())
}

fn builtin_summary(manifest: &TemplateManifest) -> api::TemplateSummary {
    summary(manifest, format!("{}{}", builtin::PREFIX, manifest.id))
}

fn summary(manifest: &TemplateManifest, reference: String) -> api::TemplateSummary {
    api::TemplateSummary {
        reference,
        name: manifest.name.clone().unwrap_or_else(|| manifest.id.clone()),
        description: manifest.description.clone(),
        version: manifest.version.clone(),
        publisher: manifest.publisher.clone(),
        documentation_url: manifest.documentation_url.clone().filter(|url| collection::is_address(url)),
        platforms: manifest.platforms.clone(),
        keywords: manifest.keywords.clone(),
        options: manifest.options.iter().map(|(name, found)| option(name, found)).collect(),
    }
}

fn option(name: &str, found: &TemplateOption) -> api::TemplateOption {
    let closed = !found.choices.is_empty();
    api::TemplateOption {
        name: name.to_owned(),
        kind: match found.kind.as_str() {
            "boolean" => api::TemplateOptionKind::Boolean,
            _ => api::TemplateOptionKind::Text,
        },
        description: found.description.clone(),
        default: found.default.clone(),
        choices: if closed { found.choices.clone() } else { found.proposals.clone() },
        closed,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn request(folder: &Path) -> api::TemplateRequest {
        api::TemplateRequest {
            template: "builtin/rust".into(),
            folder: folder.display().to_string(),
            options: BTreeMap::from([("imageVariant".into(), "bullseye".into())]),
            features: vec![api::FeatureChoice {
                reference: "ghcr.io/devcontainers/features/go:1".into(),
                options: BTreeMap::from([("version".into(), json!("1.24")), ("lint".into(), json!(true))]),
            }],
        }
    }

    #[tokio::test]
    async fn what_was_shown_is_written_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let request = request(folder.path());
        let preview = preview_template(&request).await.unwrap();
        let [file] = &preview.files[..] else { panic!("{preview:?}") };
        let text = file.text.clone().unwrap();
        assert_eq!((file.path.as_str(), file.replaces), (".devcontainer/devcontainer.json", false));
        assert!(text.starts_with("// "), "comments stay: {text}");
        for word in ["rust:1-1-bullseye", "ghcr.io/devcontainers/features/go:1", "\"lint\": true"] {
            assert!(text.contains(word), "{word} is not in {text}");
        }
        assert!(apply_template(&request, "another").await.is_err());
        let path = folder.path().join(".devcontainer/devcontainer.json");
        assert!(!path.exists());
        let applied = apply_template(&request, &preview.digest).await.unwrap();
        assert_eq!(applied.files, [".devcontainer/devcontainer.json"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert!(preview_template(&request).await.unwrap().files[0].replaces);
    }

    #[tokio::test]
    async fn what_nobody_would_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let fine = request(folder.path());
        let long = "x".repeat(LONGEST_TEXT + 1);
        let cases = [
            api::TemplateRequest { template: "builtin/none".into(), ..fine.clone() },
            api::TemplateRequest { template: "builtin/../debian".into(), ..fine.clone() },
            api::TemplateRequest { folder: "relative".into(), ..fine.clone() },
            api::TemplateRequest { folder: "/no/such/folder".into(), ..fine.clone() },
            api::TemplateRequest { options: BTreeMap::from([("a".into(), long)]), ..fine.clone() },
            api::TemplateRequest {
                features: vec![api::FeatureChoice {
                    reference: "x".into(),
                    options: BTreeMap::from([("a".into(), json!({ "deep": 1 }))]),
                }],
                ..fine.clone()
            },
        ];
        for request in cases {
            assert!(preview_template(&request).await.is_err(), "{request:?}");
        }
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    }

    #[test]
    fn a_folder_is_offered_what_fits() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("go.mod"), "").unwrap();
        let [suggestion] = suggestions(folder.path()).try_into().unwrap();
        assert_eq!(suggestion.template.reference, "builtin/go");
        assert_eq!(suggestion.because, ["go.mod"]);
    }
}
