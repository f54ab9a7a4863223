//! Templates: reading their description, filling in their files, leaving some out.

use indexmap::IndexMap;
use serde_json::json;
use wharf_spec::template::{Answers, Omitted, TemplateManifest, configuration_among, fill_in};

fn answers(given: &[(&str, &str)], manifest: &serde_json::Value) -> Answers {
    let given: IndexMap<String, String> =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answers::new(given, TemplateManifest::read(manifest).as_ref())
}

#[test]
fn options_are_put_into_texts() {
    let manifest = json!({"id": "x", "options": {
        "variant": {"type": "string", "default": "bookworm"},
        "off": {"type": "boolean", "default": false},
        "on": {"type": "boolean", "default": true},
        "bare": {"type": "string"},
    }});
    let answers = answers(&[("given", "a b"), ("quoted", "\"$\\"), ("variant", "sid")], &manifest);
    for (text, expected) in [
        ("FROM debian:${templateOption:variant}", "FROM debian:sid"),
        ("${templateOption:  given\t}!", "a b!"),
        ("${templateOption:quoted}", "\"$\\"),
        ("${templateOption:on}/${templateOption:off}", "true/false"),
        // What has no value becomes nothing.
        ("[${templateOption:bare}${templateOption:unknown}]", "[]"),
        // What only looks alike stays as it is.
        (
            "${templateOption:a-b} ${templateOption:} ${templateOption:on",
            "${templateOption:a-b} ${templateOption:} ${templateOption:on",
        ),
        (
            "${localEnv:HOME} ${templateoption:on} $templateOption:on",
            "${localEnv:HOME} ${templateoption:on} $templateOption:on",
        ),
        ("${templateOption: ${templateOption:on}}", "${templateOption: true}"),
        ("é${templateOption:on}é", "étrueé"),
    ] {
        assert_eq!(fill_in(text, &answers), expected, "{text}");
    }
}

#[test]
fn values_that_a_template_does_not_know_are_told() {
    let manifest = json!({"id": "x", "options": {
        "flag": {"type": "boolean"},
        "one": {"type": "string", "enum": ["a", "b"]},
        "any": {"type": "string", "proposals": ["a"]},
    }});
    let manifest = TemplateManifest::read(&manifest).unwrap();
    for (name, value, expected) in [
        ("flag", "true", None),
        ("flag", "yes", Some(vec!["true", "false"])),
        ("one", "b", None),
        ("one", "c", Some(vec!["a", "b"])),
        ("any", "z", None),
        ("undeclared", "z", None),
    ] {
        let given = IndexMap::from([(name.to_owned(), value.to_owned())]);
        let answers = Answers::new(given, Some(&manifest));
        let found = answers.refused(&manifest).map(|(_, _, choices)| choices).next();
        assert_eq!(found, expected, "{name}={value}");
    }
}

#[test]
fn a_description_is_read_as_far_as_it_can_be() {
    let manifest = TemplateManifest::read(&json!({
        "id": "go", "version": "1.2.3", "name": 5, "keywords": ["go", 1, null],
        "platforms": "Go", "options": {"a": {"type": "string", "default": 3}, "b": null}, "own": true,
    }))
    .unwrap();
    assert_eq!(
        (manifest.id.as_str(), manifest.version.as_deref(), &manifest.name),
        ("go", Some("1.2.3"), &None)
    );
    assert_eq!(manifest.keywords, ["go", "1"]);
    assert!(manifest.platforms.is_empty());
    assert_eq!(manifest.options["a"].default.as_deref(), Some("3"));
    assert_eq!(manifest.options["b"].default, None);
    assert_eq!(manifest.raw["own"], true);
    for broken in [json!(null), json!([]), json!({"version": "1"}), json!({"id": 1})] {
        assert_eq!(TemplateManifest::read(&broken), None, "{broken}");
    }
}

#[test]
fn what_is_left_out() {
    let omitted = Omitted::new([".github/*", "src/a/*", "c1.ts", "glob*", "*"]);
    for (path, expected) in [
        ("./c1.ts", true),
        ("c1.ts", true),
        ("./c2.ts", false),
        ("./src/c1.ts", false),
        ("./.github/x/y.yml", true),
        ("./.github", false),
        (".\\.github\\dependabot.yml", true),
        ("./src/a/deep/x", true),
        ("./src/ab/x", false),
        ("./globs", false),
        ("./devcontainer-template.json", true),
        ("./README.md", true),
        ("./NOTES.md", true),
        ("./docs/README.md", false),
    ] {
        assert_eq!(omitted.contains(path), expected, "{path}");
    }
}

#[test]
fn the_configuration_among_the_files() {
    for (files, expected) in [
        (vec!["./README.md", "./.devcontainer/devcontainer.json"], Some("./.devcontainer/devcontainer.json")),
        (vec!["./.devcontainer.json"], Some("./.devcontainer.json")),
        (vec!["./Dockerfile"], None),
    ] {
        assert_eq!(configuration_among(files.clone()), expected, "{files:?}");
    }
}
