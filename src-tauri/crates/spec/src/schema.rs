//! The JSON Schema of `devcontainer.json`, made from the types, for editors and for whoever checks a file without Wharf.
//!
//! The types describe what is read; this adds what only a schema says: older names, defaults, and which properties need each other.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::config::Config;

/// Older properties: the name, the schema, and what to use now.
const OLDER: [(&str, &str, &str); 6] = [
    ("dockerFile", r#"{"type":"string"}"#, "Use `build.dockerfile`."),
    ("context", r#"{"type":"string"}"#, "Use `build.context`."),
    (
        "extensions",
        r#"{"type":"array","items":{"type":"string"}}"#,
        "Use `customizations.vscode.extensions`.",
    ),
    ("settings", r#"{"type":"object"}"#, "Use `customizations.vscode.settings`."),
    ("devPort", r#"{"type":"integer"}"#, "Use `customizations.vscode.devPort`."),
    ("codespaces", r#"{"type":"object"}"#, "Use `customizations.codespaces`."),
];

/// The defaults that do not depend on anything else.
const DEFAULTS: [(&str, &str); 9] = [
    ("/properties/init", "false"),
    ("/properties/privileged", "false"),
    ("/properties/updateRemoteUserUID", "true"),
    ("/properties/userEnvProbe", r#""loginInteractiveShell""#),
    ("/properties/waitFor", r#""updateContentCommand""#),
    ("/properties/features", "{}"),
    ("/definitions/PortAttributes/properties/onAutoForward", r#""notify""#),
    ("/definitions/PortAttributes/properties/requireLocalPort", "false"),
    ("/definitions/PortAttributes/properties/elevateIfNeeded", "false"),
];

/// The schema as a document: JSON Schema draft 7, which is what editors know best.
#[must_use]
pub fn json_schema() -> Value {
    let generated = SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>();
    let mut schema = plain(generated.to_value());
    if let Some(object) = schema.as_object_mut() {
        complete(object);
    }
    for (pointer, default) in DEFAULTS {
        let default: Option<Value> = serde_json::from_str(default).ok();
        if let (Some(Value::Object(property)), Some(default)) = (schema.pointer_mut(pointer), default) {
            property.insert("default".to_owned(), default);
        }
    }
    schema
}

/// The schema's text, as it is kept in a file: indented, and with a line's end at its end.
#[must_use]
pub fn json_schema_text() -> String {
    // The alternate form of a value is its indented JSON.
    format!("{:#}\n", json_schema())
}

fn complete(schema: &mut Map<String, Value>) {
    // What a reader looks for first comes first.
    let rest = std::mem::take(schema);
    schema.insert("$schema".to_owned(), rest.get("$schema").cloned().unwrap_or_default());
    schema.insert("title".to_owned(), "Dev container configuration (devcontainer.json)".into());
    schema.extend(rest.into_iter().filter(|(key, _)| key != "$schema" && key != "title"));
    schema.insert("allowComments".to_owned(), true.into());
    schema.insert("allowTrailingCommas".to_owned(), true.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema.insert(
        "dependencies".to_owned(),
        json!({
            "dockerComposeFile": ["service"],
            "service": ["dockerComposeFile"],
            "runServices": ["dockerComposeFile"],
            "context": ["dockerFile"],
        }),
    );
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let mut all = Map::new();
    all.insert(
        "$schema".to_owned(),
        json!({ "type": "string", "format": "uri", "description": "The schema of this file, for editors." }),
    );
    all.append(properties);
    for (name, definition, instead) in OLDER {
        let mut definition: Map<String, Value> = serde_json::from_str(definition).unwrap_or_default();
        definition.insert("description".to_owned(), format!("An older name. {instead}").into());
        definition.insert("deprecated".to_owned(), true.into());
        definition.insert("deprecationMessage".to_owned(), instead.into());
        all.insert(name.to_owned(), definition.into());
    }
    if let Some(Value::Object(secrets)) = all.get_mut("secrets") {
        secrets.insert("propertyNames".to_owned(), json!({ "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$" }));
    }
    *properties = all;
}

/// In draft 7 whatever stands beside `$ref` does not count, so a described reference becomes an `allOf` of one.
fn keep_description(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("description")
        && let Some(reference) = object.shift_remove("$ref")
    {
        object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// Takes away what the types need and the file does not have: defaults of absent values, names of Rust's numbers, and `null` where
/// a property is merely optional.
fn plain(schema: Value) -> Value {
    match schema {
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::Object(entries) => Value::Object(
            entries
                .into_iter()
                .filter(|(key, value)| key != "default" && !(key == "format" && is_number_format(value)))
                .map(|(key, value)| {
                    let value = if key == "properties" { without_null_in_each(value) } else { value };
                    (key, plain(value))
                })
                .collect(),
        ),
        other => other,
    }
}

fn is_number_format(format: &Value) -> bool {
    format.as_str().is_some_and(|format| format.starts_with("uint") || format.starts_with("int"))
}

fn without_null_in_each(properties: Value) -> Value {
    match properties {
        Value::Object(properties) => {
            Value::Object(properties.into_iter().map(|(name, schema)| (name, without_null(schema))).collect())
        }
        other => other,
    }
}

/// A property's schema without the `null` that stands for its absence.
fn without_null(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else { return schema };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [single] = types.as_slice() {
            let single = single.clone();
            object.insert("type".to_owned(), single);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [single] = choices.as_slice() {
            let single = single.as_object().cloned().unwrap_or_default();
            object.shift_remove("anyOf");
            object.extend(single.into_iter().filter(|(key, _)| key == "$ref"));
            keep_description(&mut schema);
        }
    }
    schema
}
