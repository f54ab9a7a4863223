//! Asks the reference again: `WHARF_REFERENCE=path/to/devcontainer cargo test -p wharf-spec --test spec reference`.
//!
//! The reference reads a configuration only next to an engine, so it gets one that answers from the case's files. That takes a
//! shell, and so it takes Linux or macOS.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// Where the case's configuration lies while the reference looks at it.
pub(crate) const FOLDER: &str = "/tmp/wharf-spec-reference/project";

/// The variables that cases may use, beside those of whoever runs this.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] =
    [("CASE_SET", "value"), ("CASE_EMPTY", ""), ("CASE_RECURSIVE", "${localEnv:CASE_SET}")];

/// A docker program for one case: it knows at most one container and one image, and says of each what a file says.
const DOCKER: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$*" in
*ps*) cat "$here/containers" ;;
*inspect*container*) cat "$here/container.json" ;;
*inspect*image*) cat "$here/image.json" ;;
*version*) echo 27.0.0 ;;
esac
"#;

/// Writes what the reference says about a case into its `expected.json`.
pub(crate) fn record(reference: &Path, case: &Path) {
    let root = Path::new(FOLDER).parent().unwrap();
    let _ = std::fs::remove_dir_all(root);
    let folder = Path::new(FOLDER).join(".devcontainer");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["devcontainer.json", "Dockerfile"] {
        if case.join(name).exists() {
            std::fs::copy(case.join(name), folder.join(name)).unwrap();
        }
    }
    let container: Option<Value> =
        read(&case.join("container.json")).map(|text| serde_json::from_str(&text).unwrap());
    let labelled = container.as_ref().is_none_or(|container| container["idLabels"] == true);
    engine(root, container.as_ref(), read(&case.join("metadata.json")));

    let mut command = Command::new(reference);
    command.args(["read-configuration", "--workspace-folder", FOLDER]);
    command.arg("--docker-path").arg(root.join("docker"));
    if !read(&case.join("devcontainer.json")).unwrap().contains("dockerComposeFile") {
        command.arg("--include-merged-configuration");
    }
    if !labelled {
        command.args(["--container-id", "abc123"]);
    }
    let output = command.envs(ENVIRONMENT).output().unwrap();
    assert!(output.status.success(), "{}: {}", case.display(), String::from_utf8_lossy(&output.stderr));
    let answer = String::from_utf8(output.stdout).unwrap();
    std::fs::write(case.join("expected.json"), one_part_a_line(answer.trim())).unwrap();
    std::fs::remove_dir_all(root).unwrap();
}

/// The engine of a case, in a folder.
pub(crate) fn engine(root: &Path, container: Option<&Value>, label: Option<String>) {
    let write = |name: &str, text: &str| std::fs::write(root.join(name), text).unwrap();
    write("docker", DOCKER);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(root.join("docker"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut labels = json!({});
    if let Some(label) = label {
        labels["devcontainer.metadata"] = label.into();
    }
    let image = json!([{
        "Id": "sha256:abc", "Os": "linux", "Architecture": "amd64",
        "Config": { "User": "", "Env": [], "Labels": labels, "Entrypoint": null, "Cmd": null },
    }]);
    write("image.json", &image.to_string());

    let labelled = container.is_some_and(|container| container["idLabels"] == true);
    write("containers", if labelled { "abc123\n" } else { "" });
    let mut labels = json!({});
    if labelled {
        labels["devcontainer.local_folder"] = FOLDER.into();
        labels["devcontainer.config_file"] = format!("{FOLDER}/.devcontainer/devcontainer.json").into();
    }
    if let Some(label) = container.and_then(|container| container["label"].as_str()) {
        labels["devcontainer.metadata"] = label.into();
    }
    let environment = container.map_or(Value::Null, |container| container["env"].clone());
    let container = json!([{
        "Id": "abc123", "Created": "2022-10-11T08:31:30.1Z", "Name": "/name",
        "State": { "Status": "running", "StartedAt": "2022-10-11T08:31:30.3Z", "FinishedAt": "0001-01-01T00:00:00Z" },
        "Config": { "Image": "debian", "User": "", "Env": environment, "Labels": labels },
        "Mounts": [], "NetworkSettings": { "Ports": {} }, "Ports": [],
    }]);
    write("container.json", &container.to_string());
}

/// The parts that are compared, each on a line of its own with its bytes as they came.
fn one_part_a_line(answer: &str) -> String {
    let mut stream = &answer[1..];
    let mut lines = Vec::new();
    while let Some((name, rest)) = stream.split_once(':') {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        values.next().unwrap().unwrap();
        let end = values.byte_offset();
        let name = name.trim_matches(['"', ',']);
        if ["configuration", "workspace", "mergedConfiguration"].contains(&name) {
            lines.push(format!("  \"{name}\": {}", &rest[..end]));
        }
        stream = &rest[end..];
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn read(file: &Path) -> Option<String> {
    std::fs::read_to_string(file).ok()
}
