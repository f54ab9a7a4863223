//! What the reference answers, case by case.
//!
//! Each folder below `reference/` holds a `devcontainer.json` and perhaps what an engine would say: `metadata.json`, the label of
//! the image, and `container.json`, a container that exists. `expected.json` is what `read-configuration
//! --include-merged-configuration` of the reference (0.89.0) printed for it, byte by byte within each of its three parts; see
//! `record.rs` for how to ask it again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wharf_spec::{
    ContainerVariables, DevContainerId, Document, LocalVariables, PathStyle, Workspace, WorkspaceFacts,
    javascript, merge, metadata, read, resolve, substitute_container,
};

use crate::record::{ENVIRONMENT, FOLDER, record};

/// Parts in which Wharf answers better than the reference: the cases, the part's JSON pointer, and why.
const WANTED: [(&[&str], &str, &str); 1] = [(
    &[
        "byte-order-mark",
        "dockerfile-older",
        "image",
        "workspace-folder-only",
        "workspace-mount",
        "workspace-mount-empty",
    ],
    "/mergedConfiguration/hostRequirements",
    "without any entry of metadata the reference takes the largest of no numbers, which JavaScript calls -Infinity, and prints \
     that as a requirement",
)];

#[test]
fn every_case_of_the_reference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/spec/reference");
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let file = format!("{FOLDER}/.devcontainer/devcontainer.json");
    let reference = std::env::var_os("WHARF_REFERENCE");
    let mut failures = String::new();
    for name in &names {
        let case = root.join(name);
        if let Some(reference) = &reference {
            record(Path::new(reference), &case);
        }
        let mut expected = parts(&text(&case, "expected.json").unwrap());
        let mut actual = answer(&case, &file);
        for (_, pointer, _) in WANTED.iter().filter(|(cases, _, _)| cases.contains(&name.as_str())) {
            let (part, rest) = pointer[1..].split_once('/').unwrap();
            let mut value: Value = serde_json::from_str(&expected[part]).unwrap();
            let theirs = remove(&mut value, &format!("/{rest}"));
            assert_ne!(theirs, remove(&mut actual, pointer), "{name}: {pointer} is no longer different");
            expected.insert(part.to_owned(), javascript::to_text(&value));
        }
        for (part, expected) in expected {
            let actual = javascript::to_text(&actual[&part]);
            if expected != actual {
                failures += &format!("\n{name}: {part}\n  expected {expected}\n  actual   {actual}\n");
            }
        }
    }
    assert!(names.len() >= 30, "only {} cases", names.len());
    assert!(failures.is_empty(), "{failures}");
}

/// The parts of a recorded answer, each on a line of its own. They stay text, because bytes are what is compared.
fn parts(recorded: &str) -> BTreeMap<String, String> {
    recorded
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, value)| (name.trim_matches('"').to_owned(), value.trim_end_matches(',').to_owned()))
        .collect()
}

fn text(case: &Path, file: &str) -> Option<String> {
    std::fs::read_to_string(case.join(file)).ok()
}

fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent)?.as_object_mut()?.shift_remove(key)
}

/// What Wharf says about a case.
fn answer(case: &Path, file: &str) -> Value {
    let (document, _) = Document::parse(Path::new(file), &text(case, "devcontainer.json").unwrap()).unwrap();
    let facts = WorkspaceFacts {
        folder: FOLDER.to_owned(),
        git_root: None,
        git_file: None,
        style: PathStyle::Linux,
        consistency: None,
    };
    let container: Option<Value> =
        text(case, "container.json").map(|container| serde_json::from_str(&container).unwrap());
    // The reference knows the id labels only of a container that exists; one named by its id may have none, and then the
    // labels of the folder are used all the same.
    let labels = BTreeMap::from([
        ("devcontainer.local_folder".to_owned(), FOLDER.to_owned()),
        ("devcontainer.config_file".to_owned(), file.to_owned()),
    ]);
    let id = container.as_ref().map(|_| DevContainerId::of(&labels));

    let workspace = Workspace::of(&facts, &read(&document).0);
    let variables = LocalVariables {
        env: ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        local_workspace_folder: Some(FOLDER.to_owned()),
        container_workspace_folder: workspace.folder.clone(),
        windows: false,
    };
    let (resolved, _) = resolve(&document, &variables, id.as_ref())
        .unwrap_or_else(|diagnostics| panic!("{}: {diagnostics:#?}", case.display()));
    let workspace = serde_json::to_value(workspace.settle(&resolved)).unwrap();
    let has_merged = resolved.config.docker_compose_file.is_none();

    let (configuration, merged) = match &container {
        Some(container) => {
            let environment = container["env"].as_array().unwrap().iter().map(|pair| pair.as_str().unwrap());
            let variables = ContainerVariables::from_list(environment);
            let has_labels = container["idLabels"].as_bool().unwrap();
            let (entries, _) =
                metadata::entries_for_container(container["label"].as_str(), "abc123", has_labels, &resolved);
            let merged = merge(&resolved, &entries).for_container(&variables).to_json();
            let whole = resolved.to_json();
            (substitute_container(&whole, &variables, &resolved.file_name()).unwrap_or(whole), merged)
        }
        None => {
            let label = text(case, "metadata.json").unwrap_or_default();
            let (mut entries, _) = metadata::read_label(&label, "debian");
            entries.extend(metadata::pick_from_config(&resolved, &[]));
            (resolved.to_json(), merge(&resolved, &entries).to_json())
        }
    };
    let mut answer = serde_json::json!({ "configuration": configuration, "workspace": workspace });
    if has_merged {
        answer["mergedConfiguration"] = merged;
    }
    answer
}
