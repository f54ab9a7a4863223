//! Whatever a file, a label or a Dockerfile holds, the answer is data and not a panic.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Map, Value};
use wharf_spec::dockerfile::{Arguments, Dockerfile, without_syntax};
use wharf_spec::extends::{self, Layer, Role};
use wharf_spec::metadata::{
    entries_for_container, label_for_container, label_for_dockerfile, pick_from_config, read_label,
};
use wharf_spec::{
    ContainerVariables, DevContainerId, Diagnostic, Document, Hook, LocalVariables, Mount, PathStyle,
    ResolvedConfig, Workspace, WorkspaceFacts, json_schema, merge, read, resolve,
};

use crate::document::json;

/// An object with the language's own properties and any values, right ones among them.
fn configuration() -> impl Strategy<Value = Value> {
    let schema = json_schema();
    let names: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let strings =
        prop::collection::vec("[a-z${}:/,=]{0,12}".prop_map(Value::from), 0..4).prop_map(Value::from);
    let mounts = "(type=(bind|volume|tmpfs),)?(source=[a-z,\"]{0,5},)?(target|dst|destination)=/[a-z]{1,3}(,readonly)?"
        .prop_map(|mount| Value::from(vec![mount]));
    let variables = prop::collection::hash_map(
        "[A-Z]{1,3}",
        prop_oneof!["[a-z${}:]{0,12}".prop_map(Value::from), Just(Value::Null)],
        0..4,
    )
    .prop_map(|entries| Value::Object(entries.into_iter().collect()));
    let value = prop_oneof![
        json(),
        "[a-z/]{0,8}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (0..70_000_u32).prop_map(Value::from),
        strings,
        mounts,
        variables,
    ];
    prop::collection::vec((prop::sample::select(names), value), 0..10)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

/// A configuration without what is wrong in it; what is left must go all the way.
fn usable(value: &Value) -> ResolvedConfig {
    let mut value = value.clone();
    loop {
        let document = Document::parse(Path::new("/w/devcontainer.json"), &value.to_string()).unwrap().0;
        let variables =
            LocalVariables { local_workspace_folder: Some("/w".to_owned()), ..Default::default() };
        match resolve(&document, &variables, Some(&DevContainerId::of(&BTreeMap::new()))) {
            Ok((resolved, diagnostics)) => {
                assert!(!diagnostics.iter().any(Diagnostic::is_error));
                return resolved;
            }
            Err(diagnostics) => {
                let object: &mut Map<String, Value> = value.as_object_mut().unwrap();
                let before = object.len();
                for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
                    assert!(diagnostic.position.is_some(), "{diagnostic:?}");
                    let end = diagnostic.property.find(['.', '[']).unwrap_or(diagnostic.property.len());
                    object.shift_remove(&diagnostic.property[..end]);
                }
                assert!(object.len() < before, "{diagnostics:#?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_configuration_is_too_much(value in configuration(), labels in prop::collection::vec(configuration(), 0..4)) {
        let resolved = usable(&value);
        let _ = resolved.scenario();
        for style in [PathStyle::Linux, PathStyle::Darwin, PathStyle::Windows] {
            let facts = WorkspaceFacts {
                folder: "/w/x".to_owned(),
                git_root: Some("/w".to_owned()),
                git_file: Some("gitdir: ../a/.git/worktrees/b".to_owned()),
                style,
                consistency: None,
            };
            let _ = Workspace::of(&facts, &resolved.config).settle(&resolved);
        }

        let (mut entries, diagnostics) = read_label(&Value::from(labels).to_string(), "image");
        prop_assert!(!diagnostics.iter().any(Diagnostic::is_error));
        let (again, _) = read_label(&label_for_container(&entries), "image");
        prop_assert_eq!(label_for_container(&again), label_for_container(&entries));
        let _ = label_for_dockerfile(&entries);
        entries.extend(pick_from_config(&resolved, &[]));

        let merged = merge(&resolved, &entries).for_container(&ContainerVariables::from_list(["A=b"]));
        let json = merged.to_json();
        for hook in Hook::IN_CONTAINER {
            prop_assert!(merged.hook(hook).count() <= json[hook.merged_property_name().unwrap()].as_array().unwrap().len());
        }
        // Nothing that is merged lacks its author, and nothing is lost between the document and the types.
        prop_assert_eq!(merged.mounts.len(), json["mounts"].as_array().map_or(0, Vec::len));
        for place in 0..merged.mounts.len() {
            let pointer = format!("/mounts/{place}");
            prop_assert!(merged.source(&pointer).is_some());
        }
        prop_assert_eq!(merged.remote_env.len(), json["remoteEnv"].as_object().unwrap().len());
        prop_assert_eq!(merged.container_env.len(), json["containerEnv"].as_object().unwrap().len());
    }

    #[test]
    fn no_object_is_too_much(value in prop::collection::vec(("\\PC{0,8}", json()), 0..6)) {
        let value = Value::Object(value.into_iter().collect());
        let document = Document::parse(Path::new("x"), &value.to_string()).unwrap().0;
        let (config, _) = read(&document);
        prop_assert_eq!(&config.raw, &document.value);
    }

    #[test]
    fn no_label_is_too_much(label in any::<String>()) {
        let (entries, diagnostics) = read_label(&label, "image");
        prop_assert!(!diagnostics.iter().any(Diagnostic::is_error));
        let resolved = ResolvedConfig::without_file(&LocalVariables::default(), None);
        let _ = merge(&resolved, &entries).for_container(&ContainerVariables::default()).to_json();
        let _ = entries_for_container(Some(&label), "container", true, &resolved);
    }

    #[test]
    fn no_mount_is_too_much(text in "[a-z=,\"/ ]{0,40}") {
        let mount = Mount::Text(text.clone());
        let _ = mount.fields();
        prop_assert_eq!(mount.to_argument(), text);
    }

    #[test]
    fn no_dockerfile_is_too_much(
        lines in prop::collection::vec(prop_oneof![
            any::<String>(),
            "(FROM|from|ARG|ENV|USER|RUN|COPY|#) ?[A-Za-z${}:=+\\-\"'\\\\ <]{0,20}(AS [a-z]{1,2})?\\\\?",
            "(FROM [a-c] AS [a-c]|ENV [A-C]=\\$[A-C]\\$\\{[A-C]\\}|FROM \\$[A-C])",
        ], 0..12),
        target in prop::option::of("[a-c0-3]"),
    ) {
        let text = lines.join("\n");
        let dockerfile = Dockerfile::parse(&text);
        let (build, platform) = (IndexMap::new(), BTreeMap::new());
        let arguments = Arguments { build: &build, platform: &platform };
        let _ = dockerfile.base_image(&arguments, target.as_deref());
        let _ = dockerfile.image_names(&arguments);
        let _ = dockerfile.user(&arguments, &BTreeMap::new(), target.as_deref());
        let _ = (dockerfile.build_contexts(), without_syntax(&text));
        if let Ok((name, modified)) = dockerfile.with_stage_name("added") {
            let named = Dockerfile::parse(modified.as_deref().unwrap_or(&text));
            let last = named.stages().last().unwrap().from.name.clone();
            prop_assert_eq!(last, Some(name));
            prop_assert_eq!(named.stages().len(), dockerfile.stages().len());
        }
    }
}

#[test]
fn dockerfiles_made_to_be_slow() {
    let many = |line: &dyn Fn(usize) -> String| (0..3_000).map(line).collect::<Vec<_>>().join("\n");
    let doubling =
        format!("FROM x\n{}\nUSER $V2999", many(&|index| format!("ENV V{}=$V{index}$V{index}x", index + 1)));
    let chain = format!("ARG V0=x\n{}\nFROM $V2999", many(&|index| format!("ARG V{}=$V{index}", index + 1)));
    let circle = "FROM b AS a\nENV X=$Y\nUSER $X\nFROM a AS b\nENV Y=$X\nUSER ${Y:-${X}}";
    let stages = many(&|index| format!("FROM s{} AS s{index}", index + 1));
    let nested = format!("FROM {}x{}", "${A:-".repeat(50_000), "}".repeat(50_000));
    for text in [doubling.as_str(), &chain, circle, &stages, &nested] {
        let dockerfile = Dockerfile::parse(text);
        let (build, platform) = (IndexMap::new(), BTreeMap::new());
        let arguments = Arguments { build: &build, platform: &platform };
        let started = std::time::Instant::now();
        let _ = dockerfile.base_image(&arguments, None);
        let _ = dockerfile.image_names(&arguments);
        let user = dockerfile.user(&arguments, &BTreeMap::new(), None);
        assert!(user.is_none_or(|user| user.len() <= 64 * 1024));
        assert!(started.elapsed().as_secs() < 5, "{}", &text[..60]);
    }
}

/// A configuration with the files that it extends.
fn whole(file: &Path) -> Document {
    let layer = |file: &Path, role: Role| {
        let text = std::fs::read_to_string(file).unwrap();
        let (document, found) = Document::parse(file, &text).unwrap();
        assert_eq!(found, []);
        Layer { document, role, folder: file.parent().unwrap().to_str().unwrap().to_owned() }
    };
    let own = layer(file, Role::Own);
    let bases = extends::references(&own.document).unwrap();
    let beside = |(name, _): &(String, String)| layer(&file.parent().unwrap().join(name), Role::Base);
    let mut layers: Vec<Layer> = bases.iter().map(beside).collect();
    layers.push(own);
    extends::compose(layers, PathStyle::Linux).unwrap()
}

/// The examples are what a person copies, so nothing may be left to say about them.
#[test]
fn examples_have_no_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = folders
        .flat_map(|folder| {
            [folder.join(".devcontainer.json"), folder.join(".devcontainer/devcontainer.json")]
        })
        .filter(|file| file.exists())
        .collect();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let document = whole(&file);
        let (resolved, found) = resolve(&document, &LocalVariables::default(), None).unwrap();
        assert_eq!(found, []);
        assert!(resolved.scenario().is_ok(), "{}", file.display());
    }
}
