//! From a configuration and an image to the container that is asked for. The cases are in `container.json`.

use serde_json::{Map, Value, json};
use wharf_plan::Blocker;
use wharf_plan::container::{CreateProblem, GpuAvailability, container_spec, user_of_run_args};

use crate::support::{check_cases, image_facts, merged, observed, running, without_defaults};

fn create(case: &Map<String, Value>) -> Value {
    let mut wanted = running(&case["configuration"]);
    if let Some(mounts) = case.get("mounts") {
        wanted.create.mounts = serde_json::from_value(mounts.clone()).unwrap();
    }
    match case.get("gpus").and_then(Value::as_str) {
        Some("all") => wanted.create.gpu = GpuAvailability::All,
        Some("none") => wanted.create.gpu = GpuAvailability::None,
        _ => {}
    }
    let image = image_facts(case.get("image"));
    let merged = merged(&wanted, &image);
    match container_spec(&wanted, &merged, "image", &image, &observed(case)) {
        Ok(spec) => serde_json::to_value(&spec.body).unwrap(),
        Err(CreateProblem::Files(paths)) => json!({ "files": paths }),
        Err(CreateProblem::Impossible(Blocker::Impossible { message, property, .. })) => {
            json!({ "error": message, "property": property })
        }
        Err(CreateProblem::Machine) => json!("the machine is not known"),
        Err(CreateProblem::Impossible(other)) => panic!("{other:?}"),
    }
}

#[test]
fn containers_are_what_the_reference_makes() {
    let plain = create(json!({ "configuration": { "image": "image" } }).as_object().unwrap());
    check_cases("container.json", |case| without_defaults(&create(case), &plain));
}

/// What every case of `container.json` leaves out.
#[test]
fn the_smallest_container_to_the_byte() {
    let found = create(json!({ "configuration": { "image": "image" } }).as_object().unwrap());
    let expected = json!({
        "AttachStdout": true,
        "AttachStderr": true,
        "Cmd": [
            "-c",
            "echo Container started\ntrap \"exit 0\" 15\n\nexec \"$@\"\nwhile sleep 1 & wait $!; do :; done",
            "-"
        ],
        "Entrypoint": ["/bin/sh"],
        "Image": "image",
        "Labels": {
            "devcontainer.config_file": "/home/me/project/.devcontainer/devcontainer.json",
            "devcontainer.local_folder": "/home/me/project",
            "devcontainer.metadata": "[]"
        },
        "HostConfig": {
            "RestartPolicy": {"Name": "no"},
            "Mounts": [{"Target": "/workspaces/project", "Source": "/home/me/project", "Type": "bind"}]
        }
    });
    assert_eq!(found, expected);
}

#[test]
fn the_user_and_platform_of_raw_arguments() {
    let table: [(&[&str], Option<&str>); 7] = [
        (&["-u", "me"], Some("me")),
        (&["--user", "me", "--user=you"], Some("you")),
        (&["-u=me"], Some("me")),
        // The reference does not see these forms, and neither do its containers' ids.
        (&["-ume"], None),
        (&["--userns", "host"], None),
        (&["-u"], None),
        (&[], None),
    ];
    for (arguments, expected) in table {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        assert_eq!(user_of_run_args(&arguments).as_deref(), expected, "{arguments:?}");
    }
    let wanted = running(&json!({"image": "image", "runArgs": ["--platform", "linux/arm64", "--init"]}));
    assert_eq!(wharf_plan::platform::asked(&wanted, &observed(&Map::new())).as_deref(), Some("linux/arm64"));
}

#[test]
fn sources_that_must_be_there() {
    let wanted = running(&json!({
        "image": "image",
        "mounts": ["type=bind,source=/a,target=/a", "source=v,target=/v"],
        "runArgs": ["-v", "/made:/made", "--mount", "type=bind,source=/b,target=/b,bind-create-src"],
    }));
    let image = image_facts(None);
    let spec =
        container_spec(&wanted, &merged(&wanted, &image), "image", &image, &observed(&Map::new())).unwrap();
    assert_eq!(spec.required_sources().collect::<Vec<_>>(), ["/home/me/project", "/a"]);
}
