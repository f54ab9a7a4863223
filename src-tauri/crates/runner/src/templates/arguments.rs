//! The JSON that `templates apply` takes on its command line.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::TemplateFeature;
use crate::collections::json_of;

/// Reads `--template-args`: an object of texts.
///
/// # Errors
/// What is wrong with it, for the person who typed it.
pub fn parse_template_options(text: &str) -> Result<IndexMap<String, String>, String> {
    let form = || "expected an object of texts such as {\"imageVariant\": \"bookworm\"}".to_owned();
    let Some(Value::Object(entries)) = json_of(text.as_bytes()) else { return Err(form()) };
    let pairs = entries.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        other => Err(format!("the option {name} must be a text, such as \"{}\"", as_word(&other))),
    });
    pairs.collect()
}

/// Reads `--features`: an array of objects with `id` and `options`.
///
/// # Errors
/// What is wrong with it, for the person who typed it.
pub fn parse_template_features(text: &str) -> Result<Vec<TemplateFeature>, String> {
    let form = || {
        "expected an array such as [{\"id\": \"ghcr.io/devcontainers/features/git:1\", \"options\": {}}]"
            .to_owned()
    };
    let Some(Value::Array(items)) = json_of(text.as_bytes()) else { return Err(form()) };
    let features = items.into_iter().map(|item| {
        let id = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()).ok_or_else(form)?;
        let options = match item.get("options") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(options)) => options.clone(),
            Some(_) => return Err(format!("the options of {id} must be an object")),
        };
        Ok((id.to_owned(), options))
    });
    features.collect()
}

/// Reads `--omit-paths`: an array of texts.
///
/// # Errors
/// What is wrong with it, for the person who typed it.
pub fn parse_omitted_paths(text: &str) -> Result<Vec<String>, String> {
    let form = || "expected an array such as [\".github/*\", \"dir/a/*\", \"file.ts\"]".to_owned();
    let Some(Value::Array(items)) = json_of(text.as_bytes()) else { return Err(form()) };
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(form)).collect()
}

fn as_word(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => "text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types() {
        for (text, expected) in [
            ("{}", Ok(0)),
            (r#"{"a": "b"} "#, Ok(1)),
            ("// why\n{\"a\": \"b\"}", Ok(1)),
            (r#"{"a": true}"#, Err("the option a must be a text, such as \"true\"")),
            ("[]", Err("expected an object of texts such as {\"imageVariant\": \"bookworm\"}")),
            ("{", Err("expected an object of texts such as {\"imageVariant\": \"bookworm\"}")),
        ] {
            let found = parse_template_options(text).map(|options| options.len());
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
        for (text, expected) in [
            ("[]", Some(0)),
            (r#"[{"id": "a"}, {"id": "b", "options": {"c": 1}}]"#, Some(2)),
            (r#"[{"options": {}}]"#, None),
            (r#"[{"id": "a", "options": []}]"#, None),
            ("{}", None),
        ] {
            let found = parse_template_features(text).map(|features| features.len());
            assert_eq!(found.ok(), expected, "{text}");
        }
        for (text, expected) in
            [("[]", Some(0)), (r#"["a", "b/*"]"#, Some(2)), ("[1]", None), ("\"a\"", None)]
        {
            assert_eq!(parse_omitted_paths(text).map(|paths| paths.len()).ok(), expected, "{text}");
        }
    }
}
