//! Bugs of other programs that read this language, so that this one does not have them. Each test names the report.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use wharf_spec::compose::{ComposeProject, Dollars, NameSources, project_name};
use wharf_spec::metadata::read_label;
use wharf_spec::{
    ContainerVariables, DevContainerId, Document, Hook, LifecycleCommand, LocalVariables, MergedConfig,
    Mount, PathStyle, ResolvedConfig, SingleCommand, merge, resolve,
};

fn config(value: &Value) -> ResolvedConfig {
    let (document, _) = Document::parse(Path::new("/w/.devcontainer.json"), &value.to_string()).unwrap();
    let variables = LocalVariables { local_workspace_folder: Some("/w".to_owned()), ..Default::default() };
    resolve(&document, &variables, None).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}")).0
}

fn merged(value: &Value) -> MergedConfig {
    let config = config(value);
    let entries: Vec<_> = wharf_spec::metadata::pick_from_config(&config, &[]).into_iter().collect();
    merge(&config, &entries)
}

#[test]
fn zed_53848_a_label_is_an_object_or_an_array() {
    let one = read_label(r#"{"remoteUser":"vscode"}"#, "image");
    let many = read_label(r#"[{"remoteUser":"vscode"}]"#, "image");
    assert_eq!(one, many);
    assert_eq!(one.0[0].value, json!({ "remoteUser": "vscode" }));
}

#[test]
fn zed_56357_an_entrypoint_is_kept_where_the_command_is_not_overridden() {
    let image = read_label(r#"[{"overrideCommand":false}]"#, "image").0;
    assert_eq!(merge(&config(&json!({ "image": "x" })), &image).override_command, Some(false));
}

#[test]
fn deacon_617_a_volume_without_a_name_is_a_volume() {
    let merged = merged(&json!({
        "image": "x",
        "mounts": [{ "type": "volume", "target": "/cache" }, "type=volume,target=/other"],
    }));
    let arguments: Vec<String> = merged.mounts.iter().map(|mount| mount.value.to_argument()).collect();
    assert_eq!(arguments, ["type=volume,dst=/cache", "type=volume,target=/other"]);
    let sources: Vec<_> = merged.mounts.iter().map(|mount| Mount::fields(&mount.value).source).collect();
    assert_eq!(sources, [None, None]);
}

#[test]
fn deacon_608_a_container_s_variables_wait_for_the_container() {
    let merged = merged(&json!({ "image": "x", "remoteEnv": { "PATH": "/mine:${containerEnv:PATH}" } }));
    assert_eq!(merged.to_json()["remoteEnv"]["PATH"], "/mine:${containerEnv:PATH}");
    let there = merged.for_container(&ContainerVariables::from_list(["PATH=/usr/bin"]));
    assert_eq!(there.to_json()["remoteEnv"]["PATH"], "/mine:/usr/bin");
}

#[test]
fn zed_a_line_for_a_shell_is_not_split() {
    let line = "echo 'a  b' && touch \"c d\"";
    let merged = merged(&json!({ "image": "x", "postCreateCommand": line }));
    let commands: Vec<_> = merged.hook(Hook::PostCreate).map(|command| &command.value).collect();
    assert_eq!(commands, [&LifecycleCommand::Shell(line.to_owned())]);
    let merged = self::merged(&json!({ "image": "x", "postCreateCommand": { "one": line } }));
    let Some(LifecycleCommand::Parallel(commands)) =
        merged.hook(Hook::PostCreate).next().map(|one| &one.value)
    else {
        panic!("commands with names are parallel");
    };
    assert_eq!(commands["one"], SingleCommand::Shell(line.to_owned()));
}

/// The specification gives the hash, so that every tool finds the same volumes.
#[test]
fn zed_an_id_is_the_specification_s_hash() {
    let labels = BTreeMap::from([
        ("devcontainer.local_folder".to_owned(), "/w".to_owned()),
        ("devcontainer.config_file".to_owned(), "/w/.devcontainer.json".to_owned()),
    ]);
    let id = DevContainerId::of(&labels).to_string();
    assert_eq!(id, "0c27kmi3t5h3anj4psh9usfultojkmt45hfb3mf98sm13ug01diu");
}

/// What `compose config` prints differs from version to version.
#[test]
fn zed_60687_and_53048_ports_of_every_form() {
    let ports = [
        json!(["8080:80", "127.0.0.1:5432:5432/tcp", 9000]),
        json!([{ "mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp" }]),
        json!([{ "target": 80, "published": 8080, "name": "web", "x-more": {} }, "9000-9010"]),
        json!({ "80": 8080 }),
        json!(null),
    ];
    for ports in ports {
        let text = json!({ "services": { "app": { "image": "x", "ports": ports } } }).to_string();
        let project = ComposeProject::read(&text, Dollars::Doubled).unwrap();
        assert_eq!(project.services["app"].image.as_deref(), Some("x"), "{text}");
    }
}

#[test]
fn a_project_of_a_folder_that_begins_with_a_dash() {
    let sources = NameSources {
        folder: "/w/-rf",
        first_file: Some("/w/-rf/.devcontainer/docker-compose.yml"),
        variable: None,
        env_file: None,
        is_named: false,
        volume: None,
        letters_alone: false,
    };
    let name = project_name(&sources, &ComposeProject::default(), PathStyle::Linux);
    assert_eq!(name, "rf_devcontainer");
}
