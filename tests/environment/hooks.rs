//! Hooks on real engines: a failed one is retried, nothing runs after it, and `ready` comes at the wait point.

use serde_json::Value;
use wharf_test_support::engines;

use crate::kit::Place;

#[test]
fn a_failed_hook_keeps_the_container_and_is_retried() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(
            engine,
            r#"{ "image": "debian:bookworm",
  "onCreateCommand": "echo onCreate >> ran",
  "postCreateCommand": { "deps": "echo trying >> ran; test -e mended || { echo no mend >&2; exit 7; }", "db": "echo db >> other" },
  "postStartCommand": "echo start >> ran" }"#,
        );
        let (document, shown) = place.up_fails(&[]);
        let name = &place.engine.name;
        assert_eq!(document["message"], "postCreateCommand (deps) failed (exit 7)", "{name}");
        let id = document["containerId"].as_str().unwrap().to_owned();
        assert_eq!(place.inspect(&id)["State"]["Running"], true);
        assert!(shown.contains("no mend") && shown.contains(".devcontainer.json:3:"), "{name}: {shown}");
        assert_eq!(place.read("ran"), "onCreate\ntrying\n", "{name}");
        place.write("mended", "");
        assert_eq!(place.up(&[])["containerId"], id, "{name}: the same container");
        assert_eq!(place.read("ran"), "onCreate\ntrying\ntrying\nstart\n", "{name}");
    }
}

#[test]
fn ready_comes_at_the_wait_point_and_up_ends_after_the_last_hook() {
    for (wait_for, before) in [("onCreateCommand", 1), ("postCreateCommand", 3), ("postStartCommand", 4)] {
        let place = Place::new(
            engines::engine("docker28"),
            &format!(
                r#"{{ "image": "busybox", "waitFor": "{wait_for}", "onCreateCommand": "true", "updateContentCommand": "true",
                    "postCreateCommand": "true", "postStartCommand": "true", "postAttachCommand": "true" }}"#
            ),
        );
        let events = place.events(&[]);
        let ready = events.iter().position(|event| event["type"] == "ready").unwrap();
        let finished = |events: &[Value]| {
            let hooks: Vec<_> = events
                .iter()
                .filter(|event| event["type"] == "stepStarted" && event["name"] == "hook")
                .map(|event| event["step"].clone())
                .collect();
            events
                .iter()
                .filter(|event| event["type"] == "stepFinished" && hooks.contains(&event["step"]))
                .count()
        };
        assert_eq!(finished(&events[..ready]), before, "{wait_for}");
        assert_eq!(finished(&events), 5, "{wait_for}");
    }
}

#[test]
fn secrets_reach_hooks_and_nothing_else() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "echo $TOKEN | rev > seen" }"#,
    );
    let file = place.home.write("secrets.json", r#"{ "TOKEN": "se cret" }"#);
    let document = place.up(&["--secrets-file", file.to_str().unwrap()]);
    assert_eq!(place.read("seen"), "terc es\n");
    let inspected = place.inspect(document["containerId"].as_str().unwrap()).to_string();
    assert!(!inspected.contains("se cret"));
    let exec = place.wharf("exec", &["sh", "-c", "echo [$TOKEN]"]).end();
    assert_eq!(exec.stdout_text(), "[]\n");
    let (file, _) = (place.home.write("wrong.json", r#"{ "TOKEN": 5 }"#), ());
    let (document, _) = place.up_fails(&["--secrets-file", file.to_str().unwrap()]);
    assert!(document["message"].as_str().unwrap().contains("TOKEN"), "{document}");
}
