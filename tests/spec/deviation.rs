//! What differs from the reference, told to the author of a configuration that brings it about.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use wharf_spec::deviation::{DEVIATIONS, deviations};
use wharf_spec::{Document, read};

fn found(path: &str, value: &Value) -> Vec<(&'static str, String)> {
    let path = Path::new(path);
    let (document, _) = Document::parse(path, &value.to_string()).unwrap();
    let (config, _) = read(&document);
    deviations(&config, path).into_iter().map(|(deviation, pointer)| (deviation.id, pointer)).collect()
}

#[test]
fn each_is_told_where_it_comes_about() {
    let plain = "/w/.devcontainer/devcontainer.json";
    let cases = [
        (plain, json!({"image": "x"}), None),
        (plain, json!({"initializeCommand": "x", "postStartCommand": "", "remoteEnv": {"A": ""}}), None),
        (plain, json!({"hostRequirements": {"gpu": true}}), None),
        ("/w/.devcontainer/go/devcontainer.json", json!({}), Some(("sub-folder", ""))),
        (
            plain,
            json!({"hostRequirements": {"memory": "8gb"}}),
            Some(("host-requirements", "/hostRequirements/memory")),
        ),
        (plain, json!({"postCreateCommand": "x"}), Some(("hook-fails", "/postCreateCommand"))),
        (
            plain,
            json!({"remoteEnv": {"A": "1", "B/C": null}}),
            Some(("remote-environment-null", "/remoteEnv/B~1C")),
        ),
        (plain, json!({"shutdownAction": "none"}), Some(("shutdown-action", "/shutdownAction"))),
        (plain, json!({"waitFor": "onCreateCommand"}), Some(("wait-for", "/waitFor"))),
        (
            plain,
            json!({"mounts": ["source=${devcontainerId},target=/x"]}),
            Some(("dev-container-id", "/mounts")),
        ),
    ];
    let mut told = BTreeSet::new();
    for (path, value, expected) in cases {
        let expected: Vec<_> = expected.map(|(id, pointer)| (id, pointer.to_owned())).into_iter().collect();
        assert_eq!(found(path, &value), expected, "{value}");
        told.extend(expected.into_iter().map(|(id, _)| id));
    }
    let all: BTreeSet<_> = DEVIATIONS.iter().map(|deviation| deviation.id).collect();
    assert_eq!(told, all, "every difference has a case here");
}
