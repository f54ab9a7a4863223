//! Workspaces in volumes whose configuration extends one in a registry, with files of its own.

use serde_json::json;
use wharf_test_support::collection::{Kind, publish};
use wharf_test_support::memory_registry::{Lock, MemoryRegistry};

use super::Place;

#[test]
fn a_base_in_a_registry_brings_the_files_of_its_build() {
    for engine in super::both() {
        let place = Place::new(engine);
        let name = &place.engine.name;
        let registry = MemoryRegistry::start(Lock::Open);
        let base = json!({ "build": { "dockerfile": "build/Dockerfile", "context": ".." }, "features": { "./tool": {} } });
        let files = [
            ("devcontainer-template.json", r#"{ "id": "base", "version": "1.0.0", "name": "Base" }"#),
            (".devcontainer/devcontainer.json", &base.to_string()),
            (".devcontainer/build/Dockerfile", "FROM busybox\nCOPY made /made\n"),
            (
                ".devcontainer/tool/devcontainer-feature.json",
                r#"{ "id": "tool", "version": "1.0.0", "name": "Tool" }"#,
            ),
            (".devcontainer/tool/install.sh", "echo of the tool > /tool\n"),
            ("made", "of the base\n"),
        ];
        for (path, text) in files {
            place.home.write(&format!("templates/base/{path}"), text);
        }
        let _ = publish(&registry, "t", &place.home.path().join("templates"), Kind::Template);
        let reference = format!("{}/t/base:1", registry.host());
        let url = place.repository(&json!({ "extends": reference }).to_string(), "true");

        // A stranger's repository names what is sent to the build: it is shown first.
        let refused = place.fails(&["up", &url]);
        assert!(refused.contains("build.context"), "{name}: {refused}");
        place.up(&[&url, "--trust"]);
        assert_eq!(
            place.inside(&url, "cat /made /tool README.md"),
            "of the base\nof the tool\nhello",
            "{name}"
        );
        let again = place.up(&[&url]);
        assert_eq!(again["outcome"], "success", "{name}: what was allowed is remembered");
        place.works(&["down", &url, "--volumes", "--yes"]);
        place.nothing_is_left();
    }
}
