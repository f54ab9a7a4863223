//! The committed schemas of events and results are those that the types generate.
//!
//! After a change of the types: `WHARF_UPDATE_SCHEMAS=1 cargo test -p wharf-api`.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::Value;
use wharf_api::schema;

fn check(file: &str, generated: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../schemas").join(file);
    let text = schema::to_text(generated);
    if std::env::var_os("WHARF_UPDATE_SCHEMAS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/{file} is stale: run `WHARF_UPDATE_SCHEMAS=1 cargo test -p wharf-api` and commit it"
    );
}

#[test]
fn events_are_current() {
    check("events.schema.json", &schema::events());
}

#[test]
fn results_are_current() {
    check("results.schema.json", &schema::results());
}

#[test]
fn app_is_current() {
    check("app.schema.json", &schema::app());
}

#[test]
fn settings_are_current() {
    check("settings.schema.json", &schema::settings());
}

/// Whoever reads a schema in an editor sees what every property means.
#[test]
fn every_property_has_a_description() {
    fn walk(value: &Value, pointer: &str, missing: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties") {
                    for (name, property) in properties {
                        let described = property.get("description").is_some()
                            || property.get("const").is_some()
                            || property.get("$ref").is_some()
                            || property.get("anyOf").is_some();
                        if !described {
                            missing.push(format!("{pointer}/properties/{name}"));
                        }
                    }
                }
                for (name, child) in object {
                    walk(child, &format!("{pointer}/{name}"), missing);
                }
            }
            Value::Array(items) => {
                for (index, child) in items.iter().enumerate() {
                    walk(child, &format!("{pointer}/{index}"), missing);
                }
            }
            _ => {}
        }
    }
    let mut missing = Vec::new();
    walk(&schema::events(), "events", &mut missing);
    walk(&schema::results(), "results", &mut missing);
    walk(&schema::app(), "app", &mut missing);
    walk(&schema::settings(), "settings", &mut missing);
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}
