//! The metadata label: what is read from it, what is written into it, and who is named when it is merged.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};
use wharf_spec::metadata::{
    entries_for_container, label_for_container, label_for_dockerfile, pick_from_config, read_label,
};
use wharf_spec::{
    Document, Entry, Hook, LocalVariables, MergedConfig, ResolvedConfig, Source, merge, resolve,
};

fn config(value: &Value) -> ResolvedConfig {
    let (document, _) = Document::parse(Path::new("/w/.devcontainer.json"), &value.to_string()).unwrap();
    let variables = LocalVariables { local_workspace_folder: Some("/w".to_owned()), ..Default::default() };
    resolve(&document, &variables, None).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}")).0
}

fn values(entries: &[Entry]) -> Value {
    entries.iter().map(|entry| entry.value.clone()).collect()
}

#[test]
fn a_label_that_can_be_read() {
    for (label, expected) in [
        ("", json!([])),
        ("[]", json!([])),
        (r#"{"id":"a"}"#, json!([{ "id": "a" }])),
        (r#"[{"id":"a"},{},{"remoteUser":"b"}]"#, json!([{ "id": "a" }, {}, { "remoteUser": "b" }])),
        (r#" [ {"future": {"thing": 1}} ] "#, json!([{ "future": { "thing": 1 } }])),
    ] {
        let (entries, diagnostics) = read_label(label, "image");
        assert_eq!((values(&entries), diagnostics.len()), (expected, 0), "{label}");
    }
    let (entries, _) = read_label(r#"[{"id":"a"},{"init":true}]"#, "debian");
    let image = |index, feature: Option<&str>| Source::Image {
        name: "debian".to_owned(),
        index,
        feature: feature.map(str::to_owned),
    };
    assert_eq!([&entries[0].source, &entries[1].source], [&image(0, Some("a")), &image(1, None)]);
    assert_eq!([entries[0].source.origin(), entries[1].source.origin()], ["a", "devcontainer.json"]);
}

#[test]
fn a_label_that_cannot() {
    let shown = |label: &str| {
        let (entries, diagnostics) = read_label(label, "debian");
        assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "an image is never an error");
        let messages: Vec<_> =
            diagnostics.iter().map(|found| format!("{}: {}", found.property, found.message)).collect();
        format!("{}\n{}", values(&entries), messages.join("\n"))
    };
    assert_snapshot!(shown("5"), @"
    []
    devcontainer.metadata: the label `devcontainer.metadata` of debian is a number and is ignored
    ");
    assert_snapshot!(shown("{'id': 1}"), @"
    []
    devcontainer.metadata: the label `devcontainer.metadata` of debian is not JSON and is ignored: key must be a string at line 1 column 2
    ");
    assert_snapshot!(shown(&"[".repeat(1000)), @"
    []
    devcontainer.metadata: the label `devcontainer.metadata` of debian is not JSON and is ignored: recursion limit exceeded at line 1 column 128
    ");
    assert_snapshot!(shown(r#"[1, null, {"init": "yes", "capAdd": [5], "mounts": ["x"], "remoteUser": "u", "id": 7}]"#), @r#"
    [{"init":"yes","capAdd":[5],"mounts":["x"],"remoteUser":"u","id":7}]
    devcontainer.metadata[0]: `devcontainer.metadata[0]` of debian is a number and is ignored
    devcontainer.metadata[1]: `devcontainer.metadata[1]` of debian is null and is ignored
    devcontainer.metadata[2].init: `devcontainer.metadata[2].init` must be true or false, but is a string; debian says so, and it is ignored
    devcontainer.metadata[2].capAdd[0]: `devcontainer.metadata[2].capAdd[0]` must be a string, but is a number; debian says so, and it is ignored
    devcontainer.metadata[2].mounts[0]: `devcontainer.metadata[2].mounts[0]` does not say where to mount; debian says so, and it is ignored
    devcontainer.metadata[2].id: `devcontainer.metadata[2].id` must be a string, but is a number; debian says so, and it is ignored
    "#);
}

#[test]
fn what_cannot_be_read_is_not_merged_but_is_kept_for_the_next_image() {
    let (entries, _) = read_label(r#"[{"init":"yes","capAdd":[5],"remoteUser":"u","future":1}]"#, "debian");
    let merged = merge(&config(&json!({ "image": "debian" })), &entries);
    assert!(!merged.init && merged.cap_add.is_empty());
    assert_eq!(merged.remote_user.as_deref(), Some("u"));
    assert_eq!(label_for_container(&entries), r#"[{"init":"yes","capAdd":[5],"remoteUser":"u","future":1}]"#);
}

#[test]
fn what_a_configuration_contributes() {
    let every = json!({
        "hostRequirements": { "cpus": 1 }, "updateRemoteUserUID": true, "shutdownAction": "none", "forwardPorts": [1],
        "otherPortsAttributes": {}, "portsAttributes": { "80": {}, "3000": {}, "8": {} }, "overrideCommand": true,
        "remoteEnv": { "A": "${localWorkspaceFolder}" }, "userEnvProbe": "none", "remoteUser": "r", "securityOpt": [],
        "capAdd": ["A"], "privileged": false, "init": true, "containerUser": "c", "containerEnv": {}, "mounts": [],
        "customizations": { "t": {} }, "waitFor": "onCreateCommand", "postAttachCommand": "5", "postStartCommand": "4",
        "postCreateCommand": "3", "updateContentCommand": "2", "onCreateCommand": "1", "initializeCommand": "0",
        "name": "n", "image": "i", "runArgs": [], "appPort": [], "workspaceFolder": "/x", "workspaceMount": "", "features": {},
        "secrets": {}, "overrideFeatureInstallOrder": [], "unknown": 1
    });
    let picked = |omit: &[&str]| label_for_container(&pick_from_config(&config(&every), omit));
    assert_snapshot!(picked(&[]), @r#"[{"onCreateCommand":"1","updateContentCommand":"2","postCreateCommand":"3","postStartCommand":"4","postAttachCommand":"5","waitFor":"onCreateCommand","customizations":{"t":{}},"mounts":[],"containerEnv":{},"containerUser":"c","init":true,"privileged":false,"capAdd":["A"],"securityOpt":[],"remoteUser":"r","userEnvProbe":"none","remoteEnv":{"A":"${localWorkspaceFolder}"},"overrideCommand":true,"portsAttributes":{"8":{},"80":{},"3000":{}},"otherPortsAttributes":{},"forwardPorts":[1],"shutdownAction":"none","updateRemoteUserUID":true,"hostRequirements":{"cpus":1}}]"#);
    assert!(!picked(&["remoteEnv"]).contains("remoteEnv"));
    assert_eq!(pick_from_config(&config(&json!({ "image": "x", "name": "y" })), &[]), []);
}

#[test]
fn the_label_in_a_dockerfile() {
    let entry = |value: Value| Entry { id: None, value, source: Source::Config { path: "x".into() } };
    assert_eq!(label_for_dockerfile(&[]), "");
    assert_eq!(label_for_dockerfile(&[entry(json!({}))]), "");
    let entries = [
        entry(json!({ "id": "baseFeature" })),
        entry(json!({})),
        entry(json!({ "remoteEnv": { "X": "a\"b\\c$d'e\nf" } })),
    ];
    assert_snapshot!(label_for_dockerfile(&entries), @r##"
    LABEL devcontainer.metadata="[ \
    {\"id\":\"baseFeature\"}, \
    {\"remoteEnv\":{\"X\":\"a\\\"b\\\\c\$d'e\\nf\"}} \
    ]"
    "##);
    assert_eq!(
        label_for_container(&entries),
        r#"[{"id":"baseFeature"},{"remoteEnv":{"X":"a\"b\\c$d'e\nf"}}]"#
    );
}

#[test]
fn a_container_that_exists() {
    let current = config(&json!({
        "image": "i", "remoteUser": "now", "remoteEnv": { "A": "1" }, "userEnvProbe": "none", "init": true, "mounts": []
    }));
    let changeable = json!({ "remoteUser": "now", "userEnvProbe": "none", "remoteEnv": { "A": "1" } });
    let all = json!({
        "mounts": [], "init": true, "remoteUser": "now", "userEnvProbe": "none", "remoteEnv": { "A": "1" }
    });
    let label = json!({ "id": "testId", "remoteUser": "then" });
    for (written, labelled, expected) in [
        (None, true, json!([all])),
        (None, false, json!([all])),
        (Some(String::new()), true, json!([all])),
        (Some(label.to_string()), true, json!([label, changeable])),
        (Some(label.to_string()), false, json!([label, all])),
        (Some("nonsense".to_owned()), true, json!([changeable])),
    ] {
        let (entries, _) = entries_for_container(written.as_deref(), "name", labelled, &current);
        assert_eq!(values(&entries), expected, "{written:?} {labelled}");
    }
    let nothing = config(&json!({ "image": "i" }));
    assert_eq!(
        values(&entries_for_container(Some(&label.to_string()), "name", true, &nothing).0),
        json!([label])
    );
}

#[test]
fn every_merged_value_has_its_author() {
    let (mut entries, _) = read_label(
        r#"[{"id":"one","mounts":["source=a,target=/a"],"init":true,"entrypoint":"/one","onCreateCommand":"one","remoteEnv":{"A":"1","B":"1"},"customizations":{"t":1},"capAdd":["X"],"hostRequirements":{"cpus":4,"memory":"1gb"}},
            {"remoteUser":"label","waitFor":"onCreateCommand","forwardPorts":[1]}]"#,
        "debian",
    );
    let config = config(&json!({
        "image": "debian", "mounts": ["source=b,target=/a", { "type": "volume", "target": "/c" }], "onCreateCommand": "mine",
        "remoteEnv": { "B": "2", "x/y": "3" }, "customizations": { "t": 2 }, "capAdd": ["X", "Y"], "initializeCommand": "first",
        "hostRequirements": { "memory": "2gb" }, "forwardPorts": ["localhost:1", 2], "postCreateCommand": ""
    }));
    entries.extend(pick_from_config(&config, &[]));
    let merged = merge(&config, &entries);

    let author = |merged: &MergedConfig, pointer: &str| match merged.source(pointer) {
        Some(Source::Image { name, index, feature }) => {
            format!("{name} {index} {}", feature.as_deref().unwrap_or("-"))
        }
        Some(Source::Config { path }) => path.display().to_string(),
        other => format!("{other:?}"),
    };
    for (pointer, expected) in [
        ("/init", "debian 0 one"),
        ("/privileged", "None"),
        ("/mounts/0", "/w/.devcontainer.json"),
        ("/mounts/1/target", "/w/.devcontainer.json"),
        ("/entrypoints/0", "debian 0 one"),
        ("/onCreateCommands/0", "debian 0 one"),
        ("/onCreateCommands/1", "/w/.devcontainer.json"),
        ("/remoteEnv/A", "debian 0 one"),
        ("/remoteEnv/B", "/w/.devcontainer.json"),
        ("/remoteEnv/x~1y", "/w/.devcontainer.json"),
        ("/remoteUser", "debian 1 -"),
        ("/waitFor", "debian 1 -"),
        ("/customizations/t/0", "debian 0 one"),
        ("/customizations/t/1", "/w/.devcontainer.json"),
        ("/capAdd/0", "debian 0 one"),
        ("/capAdd/1", "/w/.devcontainer.json"),
        ("/hostRequirements/cpus", "debian 0 one"),
        ("/hostRequirements/memory", "/w/.devcontainer.json"),
        ("/forwardPorts/0", "debian 1 -"),
        ("/forwardPorts/1", "/w/.devcontainer.json"),
        ("/image", "/w/.devcontainer.json"),
        ("/nothing", "None"),
    ] {
        assert_eq!(author(&merged, pointer), expected, "{pointer}");
    }
    let origins: Vec<_> = merged.hook(Hook::OnCreate).map(|command| command.source.origin()).collect();
    assert_eq!(origins, ["one", "devcontainer.json"]);
    assert_eq!(merged.hook(Hook::Initialize).count(), 1);
    assert_eq!(merged.hook(Hook::PostCreate).count(), 0);
}
