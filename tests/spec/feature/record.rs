//! What the reference makes of local Features, case by case.
//!
//! Each folder below `cases/` holds a `devcontainer.json` and `features.json`, the manifests of the Features beside it by their
//! folders' names. `expected.json` is what the reference (0.89.0) answered: its `featuresConfiguration` with the order, the label
//! of the image, and, for the cases about scripts, the files that it put beside the Features' own. Ask it again with
//! `WHARF_REFERENCE=path/to/devcontainer cargo test -p wharf-spec --test spec feature::record`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use wharf_spec::feature::{
    BUILTIN_ENVIRONMENT_FILE, ENVIRONMENT_FILE, FeatureManifest, FeatureNode, FeatureSet, Fetched,
    INSTALL_SCRIPT_FILE, InstalledFeature, LocalBase, builtin_environment_file, entry_of_feature,
    environment_file, features_configuration, install_order, install_script, overrides,
};
use wharf_spec::javascript;
use wharf_spec::metadata::{Entry, label_for_dockerfile};
use wharf_spec::{Document, PathStyle};

use super::{asked_for, graph_of, text};

/// Where the case's configuration lies while the reference looks at it.
const PROJECT: &str = "/tmp/wharf-spec-features/project";

/// Where the reference gathers Features, as the cases name it.
const GATHERED: &str = "/gathered";

#[test]
fn every_case_of_the_reference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/spec/feature/cases");
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let reference = std::env::var_os("WHARF_REFERENCE");
    let mut failures = String::new();
    for name in &names {
        let case = root.join(name);
        if let Some(reference) = &reference {
            let answer = javascript::to_indented_text(&ask(Path::new(reference), name, &case));
            std::fs::write(case.join("expected.json"), answer + "\n").unwrap();
        }
        let expected: Value = serde_json::from_str(&text(&case, "expected.json")).unwrap();
        let actual = answer(name, &case);
        for (part, expected) in expected.as_object().unwrap() {
            let (expected, actual) = (javascript::to_text(expected), javascript::to_text(&actual[part]));
            if expected != actual {
                failures += &format!("\n{name}: {part}\n  expected {expected}\n  actual   {actual}\n");
            }
        }
    }
    assert!(names.len() >= 20, "only {} cases", names.len());
    assert!(failures.is_empty(), "{failures}");
}

/// What this language answers.
fn answer(name: &str, case: &Path) -> Value {
    let configuration = format!("{PROJECT}/.devcontainer/devcontainer.json");
    let base =
        LocalBase { configuration: &configuration, workspace: PROJECT, style: PathStyle::Linux, fetched: "" };
    let (document, _) =
        Document::parse(Path::new("devcontainer.json"), &text(case, "devcontainer.json")).unwrap();
    let features: Value = serde_json::from_str(&text(case, "features.json")).unwrap();
    let nodes = graph_of(&asked_for(&document.value["features"]), &base, |folder| {
        let name = Path::new(folder).file_name()?.to_str()?;
        let value = javascript::normalize(features.get(name)?.clone());
        let (manifest, _) = FeatureManifest::read(&value, name);
        Some(Fetched { manifest, ..Fetched::default() })
    });
    let entries: Vec<String> = document.value["overrideFeatureInstallOrder"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| entry.as_str().unwrap().to_owned())
        .collect();
    let order = match install_order(&nodes, &overrides(&entries, &base, true).unwrap()) {
        Ok(order) => order,
        Err(error) => return json!({ "error": error.reference_text() }),
    };
    let nodes: Vec<&FeatureNode> = order.into_iter().map(|place| &nodes[place]).collect();
    let installed = |node: &&FeatureNode| InstalledFeature {
        node: (*node).clone(),
        folder: PathBuf::new(),
        content: String::new(),
    };
    let set = FeatureSet { features: nodes.iter().map(installed).collect(), ..FeatureSet::default() };
    let labelled: Vec<Entry> = nodes.iter().map(|node| entry_of_feature(node, &[])).collect();
    let mut answer = json!({
        "featuresConfiguration": features_configuration(&set, GATHERED),
        "label": label_for_dockerfile(&labelled),
    });
    if name.starts_with("script") {
        let mut files =
            BTreeMap::from([(BUILTIN_ENVIRONMENT_FILE.to_owned(), builtin_environment_file("root", "root"))]);
        for (place, node) in nodes.iter().enumerate() {
            let folder = set.folder_name(place).unwrap();
            files.insert(format!("{folder}/{ENVIRONMENT_FILE}"), environment_file(node));
            files.insert(format!("{folder}/{INSTALL_SCRIPT_FILE}"), install_script(node));
        }
        answer["files"] = json!(files);
    }
    answer
}

/// What the reference answers.
fn ask(reference: &Path, name: &str, case: &Path) -> Value {
    let root = Path::new(PROJECT).parent().unwrap();
    let _ = std::fs::remove_dir_all(root);
    let folder = Path::new(PROJECT).join(".devcontainer");
    let features: BTreeMap<String, Value> = serde_json::from_str(&text(case, "features.json")).unwrap();
    for (name, manifest) in features {
        std::fs::create_dir_all(folder.join(&name)).unwrap();
        std::fs::write(folder.join(&name).join("devcontainer-feature.json"), manifest.to_string()).unwrap();
        std::fs::write(folder.join(&name).join("install.sh"), "").unwrap();
    }
    std::fs::copy(case.join("devcontainer.json"), folder.join("devcontainer.json")).unwrap();
    crate::record::engine(root, None, None);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(reference);
        command
            .args(arguments)
            .args(["--workspace-folder", PROJECT, "--docker-path"])
            .arg(root.join("docker"));
        let output = command.env("TMPDIR", root.join("temporary")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::create_dir_all(root.join("temporary")).unwrap();

    let built: Value =
        serde_json::from_str(&run(&["build", "--buildkit", "never", "--no-lockfile"])).unwrap();
    if built["outcome"] != "success" {
        return json!({ "error": built["message"] });
    }
    let gathered = gathered(&root.join("temporary")).unwrap();
    let dockerfile = text(&gathered, "Dockerfile.extended");
    let (_, label) = dockerfile.split_once("LABEL devcontainer.metadata=").unwrap();
    let (label, _) = label.split_once(" \\\n]\"").unwrap();
    let mut answer = json!({ "label": format!("LABEL devcontainer.metadata={label} \\\n]\"") });
    if name.starts_with("script") {
        let mut files = BTreeMap::new();
        files.insert(BUILTIN_ENVIRONMENT_FILE.to_owned(), text(&gathered, BUILTIN_ENVIRONMENT_FILE));
        for entry in std::fs::read_dir(&gathered).unwrap().map(Result::unwrap) {
            for file in [ENVIRONMENT_FILE, INSTALL_SCRIPT_FILE] {
                if entry.path().join(file).exists() {
                    let name = entry.file_name().into_string().unwrap();
                    files.insert(format!("{name}/{file}"), text(&entry.path(), file));
                }
            }
        }
        answer["files"] = json!(files);
    }
    let read = run(&["read-configuration", "--include-features-configuration"]);
    let read: Value = serde_json::from_str(&read).unwrap();
    let configuration = &read["featuresConfiguration"];
    let written = javascript::to_text(configuration);
    let written = written.replace(configuration["dstFolder"].as_str().unwrap(), GATHERED);
    answer["featuresConfiguration"] = serde_json::from_str(&written).unwrap();
    answer
}

/// The folder in which the reference gathered Features.
fn gathered(folder: &Path) -> Option<PathBuf> {
    let mut entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.find_map(|path| {
        if path.join(BUILTIN_ENVIRONMENT_FILE).exists() {
            Some(path)
        } else {
            path.is_dir().then(|| gathered(&path)).flatten()
        }
    })
}
