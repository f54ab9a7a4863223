//! `features generate-docs` and `templates generate-docs`: a `README.md` for each folder of a collection.

use std::path::Path;

use serde_json::Value;
use wharf_spec::authoring::{Kind, PageFacts, feature_page, template_page};

use super::package::name_of;
use super::{GenerateDocsRequest, Pages};
use crate::collections::json_of;
use crate::error::{Error, Result};

/// Writes the page of each Feature or Template anew, with its author's notes in it.
///
/// # Errors
/// When there is no such folder, or a page cannot be written. What is no Feature or Template is left out and told.
pub fn generate_docs(request: &GenerateDocsRequest) -> Result<Pages> {
    let folder = &request.project_folder;
    let entries = std::fs::read_dir(folder).map_err(|source| Error::Read { path: folder.clone(), source })?;
    let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let mut pages = Pages { written: Vec::new(), warnings: Vec::new() };
    for folder in folders {
        let name = name_of(&folder);
        let file = folder.join(request.kind.file());
        if name.starts_with('.') {
            continue;
        }
        let description = match std::fs::read(&file) {
            Ok(text) => json_of(&text),
            Err(_) => {
                pages.warnings.push(format!("{name} has no {} and is left out", request.kind.file()));
                continue;
            }
        };
        let Some(Value::Object(description)) = description else {
            pages.warnings.push(format!("{} is no JSON object", file.display()));
            continue;
        };
        if description.get("id").and_then(Value::as_str).is_none_or(str::is_empty) {
            pages.warnings.push(format!("{} has no id", file.display()));
            continue;
        }
        let notes = read_notes(&folder)?;
        let address = address(request, &name);
        let facts = PageFacts {
            registry: &request.registry,
            namespace: &request.namespace,
            notes: &notes,
            address: &address,
        };
        let text = match request.kind {
            Kind::Feature => feature_page(&description, &facts),
            Kind::Template => template_page(&description, &facts),
        };
        let path = folder.join("README.md");
        std::fs::write(&path, text).map_err(|source| Error::Write { path: path.clone(), source })?;
        pages.written.push(path);
    }
    if pages.written.is_empty() {
        let message = format!("{} holds no {}", request.project_folder.display(), request.kind.name());
        pages.warnings.push(format!("{message}; name the folder that has a folder for each, such as ./src"));
    }
    Ok(pages)
}

fn read_notes(folder: &Path) -> Result<String> {
    let path = folder.join("NOTES.md");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// Where the description can be looked at: on GitHub, if that is known.
fn address(request: &GenerateDocsRequest, name: &str) -> String {
    let (owner, repository, file) = (&request.github_owner, &request.github_repo, request.kind.file());
    if owner.is_empty() || repository.is_empty() {
        return file.to_owned();
    }
    let folder = request.project_folder.to_string_lossy();
    let folder = folder.strip_prefix("./").unwrap_or(&folder);
    format!("https://github.com/{owner}/{repository}/blob/main/{folder}/{name}/{file}")
}
