//! The schema of `devcontainer.json`: kept in the repository, complete, and no further from the specification's than we mean it to be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use wharf_spec::{Document, json_schema, json_schema_text, read};

/// Properties that the specification's schema has otherwise, each with the reason. `-` stands for: not there.
const DIFFERENCES: [(&str, &str, &str, &str); 19] = [
    (
        "additionalProperties",
        "object",
        "-",
        "a slip of the schema's author: the keyword stands among the properties",
    ),
    (
        "codespaces",
        "-",
        "object",
        "an older property that one of the schemas referred to by the specification's has",
    ),
    ("devPort", "-", "integer", "as `codespaces`"),
    (
        "extends",
        "-",
        "array|string",
        "proposed for the specification (spec issue 22), and the most asked-for",
    ),
    ("extends[]", "-", "string", "the same"),
    ("extensions", "-", "array", "as `codespaces`"),
    ("extensions[]", "-", "string", "as `codespaces`"),
    ("settings", "-", "object", "as `codespaces`"),
    ("features.*", "-", "", "unknown Features are checked against their own manifests, not here"),
    ("customizations.*", "-", "", "settings belong to their tools"),
    ("mounts[].external", "-", "boolean", "the reference understands it in objects too"),
    (
        "mounts[].type",
        "string \"bind\" \"volume\"",
        "string \"bind\" \"tmpfs\" \"volume\"",
        "the reference hands every type on to the engine, and memory needs no source",
    ),
    (
        "otherPortsAttributes.onAutoForward",
        "string \"ignore\" \"notify\" \"openBrowser\" \"openPreview\" \"silent\"",
        "string \"ignore\" \"notify\" \"openBrowser\" \"openBrowserOnce\" \"openPreview\" \"silent\"",
        "the specification's text allows it, its schema forgot it here",
    ),
    (
        "hostRequirements.gpu",
        "boolean|object|string \"optional\" false true",
        "boolean|object|string \"optional\"",
        "a boolean is true or false without saying so",
    ),
    ("features.fish", "", "-", "a Feature of a time before references; using it is an error of its own"),
    ("features.gradle", "", "-", "as `features.fish`"),
    ("features.homebrew", "", "-", "as `features.fish`"),
    ("features.jupyterlab", "", "-", "as `features.fish`"),
    ("features.maven", "", "-", "as `features.fish`"),
];

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path)
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let path = file("schemas/devcontainer.schema.json");
    let generated = json_schema_text();
    if std::env::var_os("WHARF_UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{} is stale; run `cargo xtask schemas`", path.display());
}

#[test]
fn it_differs_from_the_specification_only_where_we_mean_it() {
    let specification: BTreeMap<String, String> =
        std::fs::read_to_string(file("tests/spec/specification.txt"))
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .map(|(path, accepts)| (path.to_owned(), accepts.to_owned()))
            .collect();
    let ours = flatten(&json_schema());
    assert!(specification.len() > 90, "the yardstick is broken");

    let absent = "-".to_owned();
    let found: BTreeSet<(&str, &str, &str)> = specification
        .keys()
        .chain(ours.keys())
        .map(|path| {
            let theirs = specification.get(path).unwrap_or(&absent);
            (path.as_str(), theirs.as_str(), ours.get(path).unwrap_or(&absent).as_str())
        })
        .filter(|(_, theirs, ours)| theirs != ours)
        .collect();
    let meant: BTreeSet<(&str, &str, &str)> =
        DIFFERENCES.iter().map(|(path, theirs, ours, _)| (*path, *theirs, *ours)).collect();
    assert_eq!(found, meant);
}

#[test]
fn every_property_has_a_description_and_a_reader() {
    let schema = json_schema();
    let properties = schema["properties"].as_object().unwrap();
    for (name, property) in properties {
        assert!(
            property["description"].as_str().is_some_and(|text| text.len() > 10),
            "{name} lacks a description"
        );
    }
    for (definition, schema) in schema["definitions"].as_object().unwrap() {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let described = property["description"].as_str().is_some_and(|text| text.len() > 10);
            assert!(described, "{definition}.{name} lacks a description");
        }
    }
    // Whatever a reader thinks of the value, it must not think that the property is unknown.
    let all: Map<String, Value> = properties.keys().map(|name| (name.clone(), json!(null))).collect();
    let text = Value::Object(all).to_string();
    let (document, _) = Document::parse(Path::new("devcontainer.json"), &text).unwrap();
    let unknown: Vec<String> = read(&document)
        .1
        .into_iter()
        .map(|diagnostic| diagnostic.message)
        .filter(|message| message.contains("not a known property"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// The types and words that each property accepts, references and alternatives put together.
fn flatten(schema: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(schema, schema, "", &mut found);
    found.remove("");
    found
        .into_iter()
        .map(|(path, (types, words)): (String, (BTreeSet<String>, BTreeSet<String>))| {
            let types = types.into_iter().collect::<Vec<_>>().join("|");
            let accepts = std::iter::once(types).chain(words).collect::<Vec<_>>().join(" ");
            (path, accepts.trim().to_owned())
        })
        .collect()
}

type Found = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

fn walk(root: &Value, schema: &Value, path: &str, found: &mut Found) {
    // `true` accepts everything and says nothing more.
    let entry = found.entry(path.to_owned()).or_default();
    match &schema["type"] {
        Value::String(name) => drop(entry.0.insert(name.clone())),
        Value::Array(names) => entry.0.extend(names.iter().map(|name| name.as_str().unwrap().to_owned())),
        _ => {}
    }
    entry.1.extend(schema["enum"].as_array().into_iter().flatten().map(Value::to_string));
    entry.1.extend(schema.get("const").map(Value::to_string));
    if let Some(reference) = schema["$ref"].as_str() {
        walk(root, root.pointer(reference.trim_start_matches('#')).unwrap(), path, found);
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in schema[keyword].as_array().into_iter().flatten() {
            walk(root, part, path, found);
        }
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(root, property, &below(key), found);
    }
    if schema["additionalProperties"].is_object() || schema["additionalProperties"] == true {
        walk(root, &schema["additionalProperties"], &below("*"), found);
    }
    if schema["items"].is_object() {
        walk(root, &schema["items"], &format!("{path}[]"), found);
    }
}
