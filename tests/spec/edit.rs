//! Changes in place: what was written around them stays.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use wharf_spec::Document;
use wharf_spec::edit::{EditError, add_features, rename_feature};

fn options(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn add(text: &str, features: &[(&str, Value)]) -> Result<String, EditError> {
    let features: Vec<_> = features.iter().map(|(id, value)| (*id, options(value))).collect();
    add_features(text, features.iter().map(|(id, value)| (*id, value)))
}

#[test]
fn features_are_added() {
    let git = ("ghcr.io/devcontainers/features/git:1", json!({"version": "latest", "ppa": true}));
    let bare = ("x", json!({}));
    for (text, features, expected) in [
        // With tabs, as published Templates are written.
        (
            "{\n\t// the image\n\t\"image\": \"debian\"\n}\n",
            vec![git.clone()],
            "{\n\t// the image\n\t\"image\": \"debian\",\n\t\"features\": {\n\t\t\"ghcr.io/devcontainers/features/git:1\": {\n\t\t\t\"version\": \"latest\",\n\t\t\t\"ppa\": true\n\t\t}\n\t}\n}\n",
        ),
        // With the spaces that its author uses, and a comment behind the last Feature.
        (
            "{\n  \"features\": {\n    \"a\": {} // first\n  }\n}",
            vec![bare.clone()],
            "{\n  \"features\": {\n    \"a\": {}, // first\n    \"x\": {}\n  }\n}",
        ),
        // Behind a trailing comma.
        (
            "{\n    \"features\": {\n        \"a\": {},\n    },\n}",
            vec![bare.clone()],
            "{\n    \"features\": {\n        \"a\": {},\n        \"x\": {},\n    },\n}",
        ),
        // Line endings of Windows, and a byte order mark.
        (
            "\u{feff}{\r\n\t\"features\": {\r\n\t\t\"a\": {}\r\n\t}\r\n}\r\n",
            vec![bare.clone()],
            "\u{feff}{\r\n\t\"features\": {\r\n\t\t\"a\": {},\r\n\t\t\"x\": {}\r\n\t}\r\n}\r\n",
        ),
        // One that is there gets the new options at its place.
        (
            "{\n\t\"features\": {\n\t\t\"x\": {\"old\": 1}, // why\n\t\t\"y\": {}\n\t}\n}",
            vec![bare.clone()],
            "{\n\t\"features\": {\n\t\t\"x\": {}, // why\n\t\t\"y\": {}\n\t}\n}",
        ),
        ("{\n\t\"image\": \"a\"\n}", vec![], "{\n\t\"image\": \"a\",\n\t\"features\": {}\n}"),
    ] {
        assert_eq!(add(text, &features).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_reference_is_replaced() {
    for (text, expected) in [
        (
            "{ // git:1 is old\n  \"features\": { /* a */ \"git:1\" : { \"v\": 1 }, \"git:1.2\": {} } }",
            "{ // git:1 is old\n  \"features\": { /* a */ \"git:2\" : { \"v\": 1 }, \"git:1.2\": {} } }",
        ),
        ("{\"features\": {\"node:1\": {}}}", "{\"features\": {\"node:1\": {}}}"),
        ("{\"image\": \"git:1\"}", "{\"image\": \"git:1\"}"),
    ] {
        assert_eq!(rename_feature(text, "git:1", "git:2").unwrap(), expected);
    }
}

#[test]
fn what_cannot_be_changed_is_an_error() {
    for (text, expected) in
        [("[]", "the configuration is not an object"), ("{\"features\": []}", "features is not an object")]
    {
        assert_eq!(add(text, &[("x", json!({}))]).unwrap_err().to_string(), expected);
        assert_eq!(rename_feature(text, "x", "y").unwrap_err().to_string(), expected);
    }
    assert!(matches!(add("{\"features\": ", &[]), Err(EditError::Syntax { .. })));
}

/// Objects as people write them, and keys and values with everything that could break a text.
fn any_configuration() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,8}|[\"\\\\\n\r\t/*]{0,6}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("\\PC{1,6}", inner), 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    });
    prop::collection::vec(("[a-zA-Z\"\\\\]{1,6}", value), 0..4)
        .prop_map(|entries| entries.into_iter().collect())
}

proptest! {
    /// What is read after a change is what was read before, and the change.
    #[test]
    fn nothing_else_changes(
        before in any_configuration(),
        id in "\\PC{1,12}",
        given in any_configuration(),
        pretty in any::<bool>(),
        has_features in any::<bool>(),
    ) {
        let mut before = before;
        before.remove("features");
        if has_features {
            before.insert("features".to_owned(), json!({"a": {"b": 1}}));
        }
        let whole = Value::Object(before.clone());
        let text = if pretty { format!("{whole:#}") } else { whole.to_string() };
        let path = std::path::Path::new("devcontainer.json");
        let read = |text: &str| Document::parse(path, text).map(|(document, _)| document.value);

        let mut expected = before;
        let mut features = expected.get("features").and_then(Value::as_object).cloned().unwrap_or_default();
        features.insert(id.clone(), Value::Object(given.clone()));
        expected.insert("features".to_owned(), Value::Object(features));
        let expected = wharf_spec::javascript::normalize(Value::Object(expected));

        let changed = add_features(&text, [(id.as_str(), &given)]).unwrap();
        let found = read(&changed);
        prop_assert!(found.is_ok(), "{changed}");
        prop_assert_eq!(found.unwrap(), expected, "{}", changed);

        let renamed = rename_feature(&changed, &id, "renamed").unwrap();
        let found = read(&renamed).unwrap();
        prop_assert_eq!(found.pointer("/features/renamed"), Some(&wharf_spec::javascript::normalize(Value::Object(given))));
    }
}

#[test]
fn a_member_is_set_and_taken_away() {
    for (text, path, value, expected) in [
        ("{}", "a", Some(json!(1)), "{\n  \"a\": 1\n}"),
        (
            "{\n  // why\n  \"a\": 1 // so\n}\n",
            "a",
            Some(json!("x")),
            "{\n  // why\n  \"a\": \"x\" // so\n}\n",
        ),
        (
            "{\n  \"a\": 1,\n}\n",
            "b.c",
            Some(json!(true)),
            "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": true\n  },\n}\n",
        ),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}", "a", None, "{\n  \"b\": 2\n}"),
        ("{\n  \"b\": {\n    \"c\": 1\n  }\n}", "b.c", None, "{\n  \"b\": {}\n}"),
        // Written twice, none may be left to count.
        ("{\n  \"a\": 1,\n  \"a\": 2\n}", "a", None, "{}"),
        ("{}", "a.b", None, "{}"),
    ] {
        let path: Vec<&str> = path.split('.').collect();
        assert_eq!(wharf_spec::edit::set_member(text, &path, value.as_ref()).unwrap(), expected, "{text}");
    }
    assert_eq!(
        wharf_spec::edit::set_member("{\"a\": 1}", &["a", "b"], Some(&json!(1))),
        Err(EditError::NotAnObject { property: "a".to_owned() })
    );
}
