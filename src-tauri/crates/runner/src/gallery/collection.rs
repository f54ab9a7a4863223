//! Collections in registries: the list that a publisher keeps of its Features and Templates (spec:
//! devcontainer-features-distribution, devcontainer-templates-distribution).

use serde_json::{Map, Value};
use wharf_api as api;
use wharf_registry::Repository;
use wharf_spec::feature::OciReference;
use wharf_spec::template::TemplateManifest;

use super::{option, summary};
use crate::collections::{self, failed, json_of};
use crate::error::{Error, Result};
use crate::request::RegistriesRequest;

/// Bytes of a collection's name.
const LONGEST_NAME: usize = 500;
/// Features and Templates that are shown of one collection.
const MOST: usize = 2_000;

/// The Templates of a collection.
///
/// # Errors
/// When the name cannot be understood, or the registry does not give the list.
pub async fn template_collection(name: &str) -> Result<api::TemplateList> {
    let (place, list) = fetch(name).await?;
    Ok(api::TemplateList { templates: templates(&place, &list) })
}

/// The Features of a collection.
///
/// # Errors
/// When the name cannot be understood, or the registry does not give the list.
pub async fn feature_collection(name: &str) -> Result<api::FeatureList> {
    let (place, list) = fetch(name).await?;
    Ok(api::FeatureList { features: features(&place, &list) })
}

/// The list of a collection, with what the references of what is in it begin with.
async fn fetch(name: &str) -> Result<(String, Value)> {
    let name = name.trim().trim_end_matches('/');
    let wrong = || Error::Impossible {
        message: "this is no collection of a registry".to_owned(),
        location: None,
        hint: Some("Write <registry>/<namespace>, such as ghcr.io/devcontainers/templates".to_owned()),
    };
    if name.len() > LONGEST_NAME {
        return Err(wrong());
    }
    let reference = OciReference::parse(name).map_err(|_| wrong())?;
    let client = collections::client(&RegistriesRequest::default())?;
    let repository = Repository::new(&reference.registry, reference.path());
    let manifest = client.manifest(&repository, reference.version_text()).await.map_err(failed)?;
    let content = manifest.content(name).map_err(failed)?;
    let bytes = client.blob(&repository, content).await.map_err(failed)?;
    let list = json_of(&bytes).ok_or_else(|| Error::Impossible {
        message: format!("{name} is no collection: its content is no list"),
        location: None,
        hint: None,
    })?;
    Ok((format!("{}/{}", reference.registry, reference.path()), list))
}

fn templates(place: &str, list: &Value) -> Vec<api::TemplateSummary> {
    let manifests = items(list, "templates").filter_map(TemplateManifest::read);
    manifests
        .map(|manifest| {
            let version = first_number(manifest.version.as_deref());
            summary(&manifest, format!("{place}/{}{version}", manifest.id))
        })
        .collect()
}

fn features(place: &str, list: &Value) -> Vec<api::FeatureSummary> {
    let described = items(list, "features").filter_map(|feature| {
        let entries = feature.as_object()?;
        let id = text(entries, "id").filter(|id| !id.is_empty())?;
        let version = first_number(text(entries, "version").as_deref());
        // Options of Features are described as those of Templates are.
        let options = TemplateManifest::read(feature).map(|manifest| manifest.options).unwrap_or_default();
        Some(api::FeatureSummary {
            reference: format!("{place}/{id}{version}"),
            name: text(entries, "name").unwrap_or(id),
            description: text(entries, "description"),
            documentation_url: text(entries, "documentationURL").filter(|url| is_address(url)),
            deprecated: entries.get("deprecated") == Some(&Value::Bool(true)),
            options: options.iter().map(|(name, found)| option(name, found)).collect(),
        })
    });
    described.collect()
}

fn items<'a>(list: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    list.get(name).and_then(Value::as_array).into_iter().flatten().take(MOST)
}

fn text(entries: &Map<String, Value>, name: &str) -> Option<String> {
    entries.get(name)?.as_str().map(str::to_owned)
}

/// `:1` of `1.2.3`: what a person would write. Without a version nothing is added.
fn first_number(version: Option<&str>) -> String {
    let number = version.and_then(|version| version.split('.').next());
    let number =
        number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    number.map(|number| format!(":{number}")).unwrap_or_default()
}

/// Whether a text can be opened as a page: a publisher could write anything.
pub(super) fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wharf_test_support::collection::{Kind, publish, publish_list};
    use wharf_test_support::memory_registry::{Lock, MemoryRegistry};

    use super::*;
    use crate::gallery::{apply_template, preview_template};

    #[tokio::test]
    async fn a_template_of_a_collection_in_a_registry_is_found_shown_and_written() {
        let source = tempfile::tempdir().unwrap();
        let template = source.path().join("harbour");
        std::fs::create_dir_all(template.join(".devcontainer")).unwrap();
        let description = json!({
            "id": "harbour", "version": "2.1.0", "name": "Harbour", "description": "Where ships lie",
            "options": { "tide": { "type": "string", "proposals": ["low", "high"], "default": "low" } },
        });
        std::fs::write(template.join("devcontainer-template.json"), description.to_string()).unwrap();
        std::fs::write(
            template.join(".devcontainer/devcontainer.json"),
            "{ \"image\": \"debian\", \"containerEnv\": { \"TIDE\": \"${templateOption:tide}\" } }\n",
        )
        .unwrap();
        let registry = MemoryRegistry::start(Lock::Open);
        let _ = publish(&registry, "coast/templates", source.path(), Kind::Template);
        publish_list(
            &registry,
            "coast/templates",
            &json!({ "templates": [description], "sourceInformation": { "source": "devcontainer-cli" } }),
        );

        let collection = format!("{}/coast/templates", registry.host());
        let found = template_collection(&format!(" {collection}/ ")).await.unwrap().templates;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].options.len(), found[0].reference.clone()),
            ("Harbour", 1, format!("{collection}/harbour:2"))
        );
        let folder = tempfile::tempdir().unwrap();
        let request: api::TemplateRequest = serde_json::from_value(json!({
            "folder": folder.path(),
            "template": found[0].reference,
            "options": { "tide": "high" },
            "features": [],
        }))
        .unwrap();
        let preview = preview_template(&request).await.unwrap();
        let text = preview.files[0].text.clone().unwrap();
        assert!(text.contains("\"TIDE\": \"high\""), "{text}");
        apply_template(&request, &preview.digest).await.unwrap();
        let written = std::fs::read_to_string(folder.path().join(".devcontainer/devcontainer.json")).unwrap();
        assert_eq!(written, text);
        // Nothing is written but what was shown.
        let other =
            api::TemplateRequest { options: [("tide".to_owned(), "low".to_owned())].into(), ..request };
        assert!(apply_template(&other, &preview.digest).await.is_err());

        let nothing = template_collection(&format!("{}/nobody/nothing", registry.host())).await;
        assert!(nothing.unwrap_err().message().contains("nobody/nothing"));
        assert!(template_collection("not a collection").await.is_err());
    }

    #[test]
    fn lists_are_read_as_far_as_they_can_be_understood() {
        let list = json!({
            "features": [
                { "id": "go", "version": "1.3.2", "name": "Go", "documentationURL": "javascript:alert(1)",
                  "options": { "version": { "type": "string", "enum": ["1", "2"], "default": "1" },
                               "lint": { "type": "boolean", "default": true } } },
                { "id": "old", "deprecated": true },
                { "name": "without an id" },
                7,
            ],
            "templates": [{ "id": "t", "version": "x", "documentationURL": "https://example.com" }],
        });
        let features = features("r/n", &list);
        assert_eq!(features.len(), 2);
        assert_eq!(features[0].reference, "r/n/go:1");
        assert_eq!(features[0].documentation_url, None);
        let options: Vec<_> = features[0]
            .options
            .iter()
            .map(|option| (option.name.as_str(), option.kind, option.default.as_deref(), option.closed))
            .collect();
        assert_eq!(
            options,
            [
                ("version", api::TemplateOptionKind::Text, Some("1"), true),
                ("lint", api::TemplateOptionKind::Boolean, Some("true"), false),
            ]
        );
        assert_eq!((features[1].name.as_str(), features[1].deprecated), ("old", true));
        let templates = templates("r/n", &list);
        assert_eq!(templates[0].reference, "r/n/t");
        assert_eq!(templates[0].documentation_url.as_deref(), Some("https://example.com"));
        assert!(super::features("r", &json!(null)).is_empty());
    }
}
