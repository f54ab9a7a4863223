//! Descriptions as they are published: what their authors wrote, and what packaging adds.

use serde_json::{Map, Value, json};

use super::Kind;
use crate::feature::OciReference;

/// Who packed, in a collection's list. The reference's word: tools look for it.
const PACKED_BY: &str = "devcontainer-cli";

/// Why a description cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// A Template without a configuration that says what containers are made from.
    #[error(
        "its configuration is missing one of \"image\", \"dockerFile\" or \"dockerComposeFile\" properties"
    )]
    Scenario,
}

/// Whether everything is there that every description needs: `id`, `version` and `name`.
#[must_use]
pub fn is_complete(description: &Map<String, Value>) -> bool {
    ["id", "version", "name"].iter().all(|name| text(description, name).is_some_and(|text| !text.is_empty()))
}

/// What is published of a Feature: with older names it says which one it has now.
#[must_use]
pub fn feature_description(mut description: Map<String, Value>) -> Map<String, Value> {
    let has_older = description.get("legacyIds").and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
    if has_older && let Some(id) = description.get("id").cloned() {
        description.insert("currentId".to_owned(), id);
    }
    description
}

/// What is published of a Template: what its configuration makes containers from, its files, and the Features that it has. `files` are
/// the paths below its folder, with slashes.
///
/// # Errors
/// Its configuration does not say what containers are made from.
pub fn template_description(
    mut description: Map<String, Value>,
    configuration: &Map<String, Value>,
    files: &[String],
) -> Result<Map<String, Value>, DescriptionError> {
    let builds = configuration.get("build").and_then(|build| build.get("dockerfile")).is_some()
        || configuration.contains_key("dockerFile");
    let kind = if configuration.contains_key("image") {
        "image"
    } else if builds {
        "dockerfile"
    } else if configuration.contains_key("dockerComposeFile") {
        "dockerCompose"
    } else {
        return Err(DescriptionError::Scenario);
    };
    let features = configuration.get("features").and_then(Value::as_object).into_iter().flatten();
    let features: Vec<String> = features
        .filter_map(|(id, _)| OciReference::parse(id).ok())
        .map(|reference| reference.resource())
        .collect();
    if let Some(Value::Array(paths)) = description.get_mut("optionalPaths") {
        for path in paths {
            if let Some(only) = path.as_str().and_then(|path| only_file_below(path, files)) {
                *path = only.into();
            }
        }
    }
    description.insert("type".to_owned(), kind.into());
    description.insert("files".to_owned(), json!(files));
    description.insert("fileCount".to_owned(), json!(files.len()));
    description.insert("featureIds".to_owned(), json!(features));
    Ok(description)
}

/// The one file that a path `folder/*` means, when there is no other.
fn only_file_below<'a>(path: &str, files: &'a [String]) -> Option<&'a str> {
    let folder = path.strip_suffix("/*").filter(|folder| !folder.is_empty())?;
    let mut below = files.iter().filter(|file| file.starts_with(folder));
    match (below.next(), below.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// `devcontainer-collection.json`: all of a collection in one file.
#[must_use]
pub fn collection(kind: Kind, descriptions: Vec<Map<String, Value>>) -> Value {
    let descriptions: Vec<Value> = descriptions.into_iter().map(Value::Object).collect();
    json!({ "sourceInformation": { "source": PACKED_BY }, format!("{}s", kind.word()): descriptions })
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_packaging_adds() {
        let plain = object(json!({"id": "a", "version": "1.0.0", "name": "A"}));
        assert_eq!(feature_description(plain.clone()), plain);
        let renamed = object(json!({"id": "a", "legacyIds": ["b"]}));
        assert_eq!(Value::Object(feature_description(renamed))["currentId"], json!("a"));
        let files: Vec<String> =
            [".devcontainer/devcontainer.json", ".github/dependabot.yml", "devcontainer-template.json"]
                .map(str::to_owned)
                .to_vec();
        let template = object(json!({"id": "t", "optionalPaths": [".github/*", "src/*", "/*", "a.txt"]}));
        let configuration =
            object(json!({"build": {"dockerfile": "D"}, "features": {"ghcr.io/a/b/c:1": {}, "./local": {}}}));
        let described = template_description(template, &configuration, &files).unwrap();
        assert_eq!(
            Value::Object(described),
            json!({
                "id": "t",
                "optionalPaths": [".github/dependabot.yml", "src/*", "/*", "a.txt"],
                "type": "dockerfile",
                "files": files,
                "fileCount": 3,
                "featureIds": ["ghcr.io/a/b/c"],
            })
        );
        assert_eq!(
            template_description(Map::new(), &object(json!({"name": "x"})), &[]),
            Err(DescriptionError::Scenario)
        );
    }

    #[test]
    fn what_must_be_there() {
        for (value, expected) in [
            (json!({"id": "a", "version": "1", "name": "n"}), true),
            (json!({"id": "a", "version": "", "name": "n"}), false),
            (json!({"id": "a", "version": 1, "name": "n"}), false),
            (json!({"id": "a"}), false),
        ] {
            assert_eq!(is_complete(&object(value.clone())), expected, "{value}");
        }
    }
}
