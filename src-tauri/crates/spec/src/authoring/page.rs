//! The page `README.md` of a Feature or Template, made from its description and its author's notes, as the reference lays it out.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Kind;
use crate::javascript;
use crate::merge::rules::is_truthy;

/// What a page tells that the description does not.
#[derive(Debug, Clone, Copy)]
pub struct PageFacts<'a> {
    /// The registry that Features are published to.
    pub registry: &'a str,
    /// Their namespace there.
    pub namespace: &'a str,
    /// What its author adds: the text of `NOTES.md`.
    pub notes: &'a str,
    /// Where the description can be looked at.
    pub address: &'a str,
}

/// The page of a Feature.
#[must_use]
pub fn feature_page(description: &Map<String, Value>, facts: &PageFacts<'_>) -> String {
    let id = word(description, "id");
    let version = description.get("version").and_then(Value::as_str).unwrap_or("latest");
    let major = version.split('.').next().unwrap_or(version);
    let PageFacts { registry, namespace, notes, .. } = facts;
    let mut page = important(description);
    page += &head(description);
    // Writing to a text cannot fail.
    let _ = write!(
        page,
        "## Example Usage\n\n```json\n\"features\": {{\n    \"{registry}/{namespace}/{id}:{major}\": {{}}\n}}\n```\n\n"
    );
    let _ = write!(page, "{}\n{}\n{notes}\n", options(description), extensions(description));
    page + &foot(Kind::Feature, facts)
}

/// The page of a Template.
#[must_use]
pub fn template_page(description: &Map<String, Value>, facts: &PageFacts<'_>) -> String {
    let page = important(description) + &head(description);
    page + &format!("{}\n\n{}\n", options(description), facts.notes) + &foot(Kind::Template, facts)
}

/// What whoever uses it must know first.
fn important(description: &Map<String, Value>) -> String {
    let is_deprecated = description.get("deprecated").is_some_and(is_truthy);
    let older: Vec<String> = description
        .get("legacyIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|id| format!("'{}'", javascript::string(id)))
        .collect();
    if !is_deprecated && older.is_empty() {
        return String::new();
    }
    let mut text = "### **IMPORTANT NOTE**\n".to_owned();
    if is_deprecated {
        text += "- **This Feature is deprecated, and will no longer receive any further updates/support.**\n";
    }
    if !older.is_empty() {
        let _ = writeln!(text, "- **Ids used to publish this Feature in the past - {}**", older.join(", "));
    }
    text
}

fn head(description: &Map<String, Value>) -> String {
    let id = word(description, "id");
    let title = match word(description, "name") {
        name if name.is_empty() => id,
        name => format!("{name} ({id})"),
    };
    format!("\n# {title}\n\n{}\n\n", word(description, "description"))
}

/// A table with a row for each option.
fn options(description: &Map<String, Value>) -> String {
    let Some(options) = description.get("options").and_then(Value::as_object) else { return String::new() };
    let row = |(name, option): (&String, &Value)| {
        let cell = |key: &str| option.get(key).map(javascript::string).filter(|text| !text.is_empty());
        let default = match option.get("default") {
            None => "undefined".to_owned(),
            Some(_) => cell("default").unwrap_or_else(|| "-".to_owned()),
        };
        let [about, kind] = ["description", "type"].map(|key| cell(key).unwrap_or_else(|| "-".to_owned()));
        format!("| {name} | {about} | {kind} | {default} |")
    };
    let rows: Vec<String> = options.iter().map(row).collect();
    format!(
        "## Options\n\n| Options Id | Description | Type | Default Value |\n|-----|-----|-----|-----|\n{}",
        rows.join("\n")
    )
}

/// What it adds to an editor.
fn extensions(description: &Map<String, Value>) -> String {
    let listed = description
        .get("customizations")
        .and_then(|customizations| customizations.pointer("/vscode/extensions"))
        .and_then(Value::as_array);
    let listed: Vec<String> = listed
        .into_iter()
        .flatten()
        .map(|extension| format!("- `{}`", javascript::string(extension)))
        .collect();
    if listed.is_empty() {
        return String::new();
    }
    format!("\n## Customizations\n\n### VS Code Extensions\n\n{}\n", listed.join("\n"))
}

fn foot(kind: Kind, facts: &PageFacts<'_>) -> String {
    format!(
        "\n---\n\n_Note: This file was auto-generated from the [{}]({}).  Add additional notes to a `NOTES.md`._\n",
        kind.file(),
        facts.address
    )
}

fn word(description: &Map<String, Value>, name: &str) -> String {
    match description.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(value) => javascript::string(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FACTS: PageFacts<'static> = PageFacts {
        registry: "ghcr.io",
        namespace: "me/features",
        notes: "Costs $& nothing.\n",
        address: "devcontainer-feature.json",
    };

    /// An author's words stand as they are, whatever a replacement would make of them.
    #[test]
    fn notes_are_taken_as_they_are() {
        let description = json!({
            "id": "a",
            "name": "A",
            "version": "1.2.3",
            "description": "has #{Notes} in it",
            "deprecated": true,
            "options": {"x": {"type": "boolean", "default": false}, "y": {"default": ""}},
        });
        let page = feature_page(description.as_object().unwrap(), &FACTS);
        assert!(page.contains("\n# A (a)\n\nhas #{Notes} in it\n\n"), "{page}");
        assert!(page.contains("\"ghcr.io/me/features/a:1\": {}"), "{page}");
        assert!(page.contains("| x | - | boolean | false |\n| y | - | - | - |"), "{page}");
        assert!(page.contains("Costs $& nothing.\n"), "{page}");
        assert!(page.starts_with("### **IMPORTANT NOTE**\n- **This Feature is deprecated"), "{page}");
    }
}
