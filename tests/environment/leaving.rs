//! Containers of an environment that are of no use any more: somebody is removing them, or could not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use wharf_test_support::command::Home;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, refusal};

/// How often the engine still shows the container after it was found.
const LOOKS: usize = 5;

/// What an `up` asks of an engine with one container of the environment in this state, which is gone after some looks.
fn asked(state: &'static str) -> (Vec<String>, String) {
    let home = Home::new();
    home.write("work/.devcontainer.json", r#"{ "image": "some/image" }"#);
    let folder = home.path().join("work").display().to_string();
    let labels = json!({
        "devcontainer.local_folder": folder,
        "devcontainer.config_file": format!("{folder}/.devcontainer.json"),
    });
    let looks = Arc::new(AtomicUsize::new(0));
    let engine = FakeEngine::answering(move |asked| {
        let document = |value: serde_json::Value| Answer::Document(200, value.to_string());
        match (asked.method.as_str(), asked.path.split('?').next().unwrap_or_default()) {
            (_, "/_ping") => docker_ping(),
            (_, "/info") => document(json!({ "OSType": "linux", "Architecture": "x86_64" })),
            (_, "/version") => {
                document(json!({ "Version": "28.5.2", "ApiVersion": "1.51", "Os": "linux", "Arch": "amd64" }))
            }
            (_, "/containers/json") => document(json!([{
                "Id": "old", "Names": ["/mine"], "State": state, "Labels": labels, "Image": "some/image", "ImageID": "sha256:i",
                "Created": 1,
            }])),
            ("GET", "/containers/old/json")
                if state == "dead" || looks.fetch_add(1, Ordering::SeqCst) < LOOKS =>
            {
                document(json!({
                    "Id": "old", "Name": "/mine", "Created": "2026-01-01T00:00:00Z", "Image": "sha256:i",
                    "State": { "Status": state }, "Config": { "Image": "some/image", "Labels": labels }, "Mounts": [],
                }))
            }
            ("DELETE", "/containers/old") => Answer::Document(204, String::new()),
            (_, "/images/some/image/json") => document(json!({
                "Id": "sha256:i", "RepoTags": ["some/image:latest"], "Os": "linux", "Architecture": "amd64",
                "Config": { "User": "root", "Env": ["PATH=/bin"] },
            })),
            ("POST", "/containers/create") => refusal(500, "far enough"),
            _ => refusal(404, "no such thing"),
        }
    });
    let answer = home
        .run(env!("CARGO_BIN_EXE_wharf"))
        .variable("DOCKER_HOST", engine.address())
        .arguments(["up", "--workspace-folder", &folder])
        .end();
    let lines = engine.requests().into_iter().map(|line| line.replace(" HTTP/1.1", ""));
    (lines.filter(|line| line.contains("/containers/")).collect(), answer.to_string())
}

#[test]
fn a_new_container_waits_until_the_one_that_is_being_removed_is_gone() {
    let (asked, answer) = asked("removing");
    assert!(answer.contains("far enough"), "{asked:#?}\n{answer}");
    let create = asked.iter().position(|line| line.contains("/containers/create")).unwrap();
    let looked = asked[..create].iter().filter(|line| line.contains("/containers/old/json")).count();
    assert_eq!(looked, LOOKS + 1, "{asked:#?}");
    assert!(
        !asked.iter().any(|line| line.contains("/containers/old/start") || line.starts_with("DELETE")),
        "{asked:#?}"
    );
}

#[test]
fn a_container_that_could_not_be_removed_whole_gives_way_to_a_new_one() {
    let (asked, answer) = asked("dead");
    assert!(answer.contains("far enough"), "{asked:#?}\n{answer}");
    let place = |words: &str| asked.iter().position(|line| line.contains(words));
    let removed = asked.iter().position(|line| line.starts_with("DELETE"));
    assert!(removed.is_some() && removed < place("/containers/create"), "{asked:#?}");
    assert_eq!(place("/containers/old/start"), None, "{asked:#?}");
}
