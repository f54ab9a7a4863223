//! Configurations of several files: what comes out of them, which file each value is said to stand in, and what an image may know.

use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};
use wharf_spec::extends::{Layer, Role, compose, references};
use wharf_spec::metadata::{
    entries_for_container, label_for_container, label_value_of_image, pick_from_config,
};
use wharf_spec::{
    Diagnostic, Document, Hook, LocalVariables, PathStyle, ResolvedConfig, Source, merge, resolve,
};

const BASE: &str = "/w/base/base.json";
const OWN: &str = "/w/.devcontainer/devcontainer.json";
const MINE: &str = "/home/me/.config/wharf/devcontainer.json";

fn layer(path: &str, text: &str) -> Layer {
    let role = match path {
        OWN => Role::Own,
        MINE => Role::Personal,
        _ => Role::Base,
    };
    let (document, _) = Document::parse(Path::new(path), text).unwrap();
    let folder = Path::new(path).parent().unwrap().to_str().unwrap().to_owned();
    Layer { document, role, folder }
}

fn composed(files: &[(&str, &str)]) -> Document {
    let layers = files.iter().map(|(path, text)| layer(path, text)).collect();
    compose(layers, PathStyle::Linux).unwrap()
}

fn resolved(document: &Document) -> Result<(ResolvedConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let variables = LocalVariables { local_workspace_folder: Some("/w".to_owned()), ..Default::default() };
    resolve(document, &variables, None)
}

/// Bases first, then the configuration: what one value each property has.
#[test]
fn what_two_files_say_together() {
    let table = [
        // Single values: the stronger file's, as written.
        (json!({ "name": "a", "image": "x" }), json!({ "name": "b" }), json!({ "name": "b", "image": "x" })),
        (json!({ "remoteUser": "a" }), json!({ "remoteUser": "" }), json!({ "remoteUser": "a" })),
        (
            json!({ "overrideCommand": true }),
            json!({ "overrideCommand": false }),
            json!({ "overrideCommand": false }),
        ),
        (json!({ "workspaceFolder": "/a" }), json!({}), json!({ "workspaceFolder": "/a" })),
        // True if any is.
        (json!({ "init": true }), json!({ "init": false }), json!({ "init": true })),
        // Lists.
        (json!({ "capAdd": ["A"] }), json!({ "capAdd": ["B", "A"] }), json!({ "capAdd": ["A", "B"] })),
        (
            json!({ "runArgs": ["-v", "a"] }),
            json!({ "runArgs": ["-v", "b"] }),
            json!({ "runArgs": ["-v", "a", "-v", "b"] }),
        ),
        (
            json!({ "forwardPorts": [80, 5432] }),
            json!({ "forwardPorts": [2222, 80] }),
            json!({ "forwardPorts": [80, 5432, 2222] }),
        ),
        (json!({ "appPort": 80 }), json!({ "appPort": [80, "81:1"] }), json!({ "appPort": [80, "81:1"] })),
        (
            json!({ "mounts": ["type=volume,source=a,target=/x", "type=volume,source=a,target=/y"] }),
            json!({ "mounts": ["type=volume,source=b,target=/x"] }),
            json!({ "mounts": ["type=volume,source=a,target=/y", "type=volume,source=b,target=/x"] }),
        ),
        // Objects by key.
        (
            json!({ "containerEnv": { "A": "1", "B": "1" } }),
            json!({ "containerEnv": { "B": "2", "C": "2" } }),
            json!({ "containerEnv": { "A": "1", "B": "2", "C": "2" } }),
        ),
        (
            json!({ "remoteEnv": { "A": "1" } }),
            json!({ "remoteEnv": { "A": null } }),
            json!({ "remoteEnv": { "A": null } }),
        ),
        (
            json!({ "customizations": { "vscode": { "extensions": ["a"], "settings": { "x": 1 } } } }),
            json!({ "customizations": { "vscode": { "extensions": ["b", "a"] }, "zed": {} } }),
            json!({ "customizations": { "vscode": { "extensions": ["a", "b"], "settings": { "x": 1 } }, "zed": {} } }),
        ),
        // The most of each, as it was written.
        (
            json!({ "hostRequirements": { "cpus": 8, "memory": "4gb" } }),
            json!({ "hostRequirements": { "cpus": 2, "memory": "16gb", "gpu": "optional" } }),
            json!({ "hostRequirements": { "cpus": 8, "memory": "16gb", "gpu": "optional" } }),
        ),
        // Features: another version takes the place of the first.
        (
            json!({ "features": { "ghcr.io/a/node:1": { "v": 1 }, "ghcr.io/a/git": {} } }),
            json!({ "features": { "ghcr.io/a/node:2": {}, "localhost:5000/a/go:1": {} } }),
            json!({ "features": { "ghcr.io/a/node:2": {}, "ghcr.io/a/git": {}, "localhost:5000/a/go:1": {} } }),
        ),
        // Paths keep meaning what they meant beside their own file.
        (
            json!({ "build": { "dockerfile": "Dockerfile", "args": { "A": "1", "B": "1" }, "options": ["--x"] } }),
            json!({ "build": { "args": { "B": "2" }, "options": ["--x"] } }),
            json!({ "build": { "dockerfile": "../base/Dockerfile", "args": { "A": "1", "B": "2" }, "options": ["--x", "--x"] } }),
        ),
        (
            json!({ "dockerComposeFile": "compose.yml", "service": "app" }),
            json!({ "dockerComposeFile": ["mine.yml"] }),
            json!({ "dockerComposeFile": ["../base/compose.yml", "mine.yml"], "service": "app" }),
        ),
        (json!({ "features": { "./tool": {} } }), json!({}), json!({ "features": { "../base/tool": {} } })),
        // Who says where the container comes from takes back what weaker files say of it.
        (
            json!({ "image": "x", "name": "a" }),
            json!({ "build": { "dockerfile": "D" } }),
            json!({ "name": "a", "build": { "dockerfile": "D" } }),
        ),
        (json!({ "build": { "dockerfile": "D" } }), json!({ "image": "x" }), json!({ "image": "x" })),
        (
            json!({ "dockerComposeFile": "c.yml", "service": "app", "runServices": ["db"] }),
            json!({ "image": "x" }),
            json!({ "image": "x" }),
        ),
        (
            json!({ "dockerFile": "D", "context": ".." }),
            json!({ "build": { "dockerfile": "E" } }),
            json!({ "build": { "dockerfile": "E" } }),
        ),
        (
            json!({ "$schema": "s", "mine": [1] }),
            json!({ "mine": [2] }),
            json!({ "$schema": "s", "mine": [2] }),
        ),
    ];
    for (base, own, expected) in table {
        let document = composed(&[(BASE, &base.to_string()), (OWN, &own.to_string())]);
        assert_eq!(document.value, expected, "{base} below {own}");
    }
}

#[test]
fn one_file_alone_stays_as_it_is() {
    let text =
        r#"{ "image": "x", "forwardPorts": ["localhost:80"], "hostRequirements": { "memory": "4gb" } }"#;
    let document = composed(&[(OWN, text)]);
    assert_eq!(document.value, serde_json::from_str::<Value>(text).unwrap());
    assert!(document.layers().is_empty());
}

#[test]
fn extends_is_gone_from_what_comes_out() {
    let document = composed(&[(BASE, "{}"), (OWN, r#"{ "extends": "../base/base.json", "image": "x" }"#)]);
    assert_eq!(document.value, json!({ "image": "x" }));
}

#[test]
fn every_value_stands_in_its_file() {
    let base = r#"{
  "capAdd": ["A", "B"],
  "containerEnv": { "ONE": "1", "TWO": "1" },
  "build": { "dockerfile": "Dockerfile" }
}"#;
    let own = r#"{ "extends": "x",
  "capAdd": ["B", "C"],
  "containerEnv": { "TWO": "2" },
  "forwardPorts": [80] }"#;
    let mine = r#"{ "forwardPorts": [81], "remoteEnv": { "EDITOR": "vi" } }"#;
    let document = composed(&[(BASE, base), (OWN, own), (MINE, mine)]);
    let table = [
        ("/capAdd/0", BASE, 2, 14),
        ("/capAdd/1", BASE, 2, 19),
        ("/capAdd/2", OWN, 2, 19),
        ("/containerEnv/ONE", BASE, 3, 28),
        ("/containerEnv/TWO", OWN, 3, 28),
        ("/build/dockerfile", BASE, 4, 28),
        ("/forwardPorts/0", OWN, 4, 20),
        ("/forwardPorts/1", MINE, 1, 20),
        ("/remoteEnv/EDITOR", MINE, 1, 50),
    ];
    for (pointer, path, line, column) in table {
        let place = document.place(pointer).unwrap_or_else(|| panic!("{pointer} stands nowhere"));
        let position = place.position();
        assert_eq!(
            (place.path(), position.line, position.column),
            (Path::new(path), line, column),
            "{pointer}"
        );
        let value = document.value.pointer(pointer).unwrap();
        let written = &place.document.text[place.span.clone()];
        // A path is written as another file would write it; everything else as it stands.
        if pointer != "/build/dockerfile" {
            assert_eq!(&serde_json::from_str::<Value>(written).unwrap(), value, "{pointer}");
        }
    }
    assert!(document.place("/nothing").is_none_or(|place| place.path() == Path::new(OWN)));
    assert!(document.span("/capAdd/0").is_none(), "that stands in another file");
}

#[test]
fn findings_name_the_file() {
    let found = |files: &[(&str, &str)]| {
        let document = composed(files);
        let diagnostics = match resolved(&document) {
            Ok((_, diagnostics)) | Err(diagnostics) => diagnostics,
        };
        diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(found(&[(BASE, r#"{ "image": 5 }"#), (OWN, r#"{ "extends": "x", "init": "no" }"#)]), @r"
    /w/base/base.json:1:12: `image` must be a string, but is a number
    /w/.devcontainer/devcontainer.json:1:27: `init` must be true or false, but is a string
    ");
    assert_snapshot!(found(&[(BASE, r#"{ "onCreateCommand": 5, "image": "x" }"#), (OWN, r#"{ "onCreateCommand": "a" }"#)]), @"/w/base/base.json:1:22: `onCreateCommand` must be a string, an array of strings or an object of these, but is a number");
    assert_snapshot!(found(&[(BASE, r#"{ "dockerComposeFile": "c.yml" }"#), (OWN, r#"{ "service": "app" }"#)]), @"");
    assert_snapshot!(found(&[(BASE, r#"{ "image": "x" }"#), (OWN, r#"{ "service": "app" }"#)]), @"/w/.devcontainer/devcontainer.json:1:3: `service` has no effect without `dockerComposeFile`");
    assert_snapshot!(found(&[(BASE, r#"{ "image": "${localEnv}" }"#), (OWN, "{}")]), @"/w/base/base.json:1:12: '${localEnv}' in base.json can not be resolved because no environment variable name is given.");
}

/// Each file's commands run as its own, base first; one value only is in the configuration's own document.
#[test]
fn commands_of_all_files_run() {
    let hooks = |name: &str| {
        format!(r#"{{ "image": "x", "initializeCommand": "i {name}", "postCreateCommand": "p {name}" }}"#)
    };
    let document = composed(&[(BASE, &hooks("base")), (OWN, &hooks("own")), (MINE, &hooks("mine"))]);
    let config = resolved(&document).unwrap().0;
    let merged = merge(&config, &pick_from_config(&config, &[]));
    for (hook, letter) in [(Hook::Initialize, "i"), (Hook::PostCreate, "p")] {
        let commands: Vec<_> = merged
            .hook(hook)
            .map(|command| (serde_json::to_value(&command.value).unwrap(), command.source.clone()))
            .collect();
        let expected = [
            (json!(format!("{letter} base")), Source::Config { path: BASE.into() }),
            (json!(format!("{letter} own")), Source::Config { path: OWN.into() }),
            (json!(format!("{letter} mine")), Source::Overlay { path: MINE.into() }),
        ];
        assert_eq!(commands, expected, "{hook:?}");
    }
    assert_eq!(config.raw["postCreateCommand"], "p mine");
}

/// Images are given away, and containers are not.
#[test]
fn what_is_personal_reaches_the_container_alone() {
    let document = composed(&[
        (BASE, r#"{ "containerEnv": { "A": "base" } }"#),
        (OWN, r#"{ "image": "x", "remoteUser": "dev" }"#),
        (MINE, r#"{ "remoteEnv": { "TOKEN": "secret" }, "postAttachCommand": "fish" }"#),
    ]);
    let config = resolved(&document).unwrap().0;
    let entries = pick_from_config(&config, &[]);
    assert_snapshot!(label_value_of_image(&entries).unwrap(), @r#"[ {"containerEnv":{"A":"base"}}, {"remoteUser":"dev"} ]"#);
    let label = label_for_container(&entries);
    assert_snapshot!(label, @r#"[{"containerEnv":{"A":"base"}},{"remoteUser":"dev"},{"postAttachCommand":"fish","remoteEnv":{"TOKEN":"secret"}}]"#);

    // Read back from the container, the entries are known by their files as long as they still stand there.
    let (entries, _) = entries_for_container(Some(&label), "c1", true, &config);
    let merged = merge(&config, &entries);
    assert_eq!(merged.source("/postAttachCommands/0"), Some(&Source::Overlay { path: MINE.into() }));
    assert_eq!(merged.source("/containerEnv/A"), Some(&Source::Config { path: BASE.into() }));
    assert_eq!(merged.post_attach_count(), 1);
}

trait Count {
    fn post_attach_count(&self) -> usize;
}

impl Count for wharf_spec::MergedConfig {
    fn post_attach_count(&self) -> usize {
        self.hook(Hook::PostAttach).count()
    }
}

#[test]
fn what_is_extended_is_named_by_texts() {
    let named = |text: &str| {
        let (document, _) = Document::parse(Path::new(OWN), text).unwrap();
        match references(&document) {
            Ok(found) => format!("{found:?}"),
            Err(found) => found.to_string(),
        }
    };
    assert_snapshot!(named("{}"), @"[]");
    assert_snapshot!(named(r#"{ "extends": "./a.json" }"#), @r#"[("./a.json", "/extends")]"#);
    assert_snapshot!(named(r#"{ "extends": ["a", "b"] }"#), @r#"[("a", "/extends/0"), ("b", "/extends/1")]"#);
    assert_snapshot!(named(r#"{ "extends": ["a", 1] }"#), @"/w/.devcontainer/devcontainer.json:1:20: `extends` must name a file, or several files in an array");
    assert_snapshot!(named(r#"{ "extends": "" }"#), @"/w/.devcontainer/devcontainer.json:1:14: `extends` must name a file, or several files in an array");
}

/// Any JSON below and above any other: nothing panics, and every place that is told is in the file that is told.
fn any_configuration() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0u32..5).prop_map(Value::from),
        "[a-c./:~@${}]{0,6}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c/~]{1,2}", inner, 0..3)
                .prop_map(|entries| entries.into_iter().collect::<Value>()),
        ]
    });
    let names = prop::sample::select(vec![
        "image",
        "build",
        "dockerFile",
        "dockerComposeFile",
        "features",
        "mounts",
        "capAdd",
        "containerEnv",
        "forwardPorts",
        "hostRequirements",
        "customizations",
        "onCreateCommand",
        "init",
        "runArgs",
        "mine",
    ]);
    prop::collection::btree_map(names, value, 0..6)
        .prop_map(|entries| entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_files_can_be_put_together(base in any_configuration(), own in any_configuration(), mine in any_configuration()) {
        let files = [(BASE, base.to_string()), (OWN, own.to_string()), (MINE, mine.to_string())];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let document = composed(&files);
        for (property, value) in document.value.as_object().unwrap() {
            prop_assert!(document.place(&format!("/{property}")).is_some(), "{property} stands nowhere");
            for index in 0..value.as_array().map_or(0, Vec::len) {
                prop_assert!(document.place(&format!("/{property}/{index}")).is_some(), "{property}[{index}] stands nowhere");
            }
        }
        let _ = resolved(&document);
    }
}

#[test]
fn what_lies_in_a_registry_is_told_by_its_name() {
    for (text, expected) in [
        ("ghcr.io/acme/base/go:1", Some("ghcr.io/acme/base/go:1")),
        ("ghcr.io/acme/go", Some("ghcr.io/acme/go:latest")),
        ("localhost:5000/acme/go:1", Some("localhost:5000/acme/go:1")),
        ("localhost/acme/go:1", Some("localhost/acme/go:1")),
        ("./base.json", None),
        ("../ghcr.io/acme/base.json", None),
        (".devcontainer/base.json", None),
        ("base.json", None),
        ("shared/base.json", None),
        ("https://example.com/base.json", None),
        ("ghcr.io/", None),
    ] {
        let found = wharf_spec::extends::in_registry(text).map(|reference| reference.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}
