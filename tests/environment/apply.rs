//! Changes: what is told of them, and that applying them in the smallest way leaves nothing to tell.

use serde_json::Value;
use wharf_test_support::engines;

use crate::kit::{Place, json, steps};

/// What differs of the configuration, as `status` tells it: subject, what it takes, and from which layer on.
fn changes(place: &Place) -> Vec<(String, String, String)> {
    let answer = place.wharf("status", &["--json"]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    let document = json(&answer);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parts = ["container", "hooks"];
    let found = document["difference"].as_array().cloned().unwrap_or_default();
    found
        .iter()
        .filter(|found| !parts.contains(&found["subject"].as_str().unwrap_or_default()))
        .map(|found| (text(&found["subject"]), text(&found["change"]), text(&found["layer"])))
        .collect()
}

/// Changes one thing, looks, applies it, and looks again.
struct Change<'a> {
    configuration: &'a str,
    files: &'a [(&'a str, &'a str)],
    told: &'a [(&'a str, &'a str, &'a str)],
    /// Whether the container is another one afterwards.
    replaces: bool,
    builds: bool,
    ran: &'a str,
}

#[test]
fn the_smallest_change_is_applied_and_nothing_is_left_to_apply() {
    const FIRST: &str = r#"{ "build": { "dockerfile": "Dockerfile" }, "postStartCommand": "echo start >> ran",
        "postAttachCommand": "echo attach >> ran" }"#;
    let table = [
        Change {
            configuration: r#"{ "build": { "dockerfile": "Dockerfile" }, "postStartCommand": "echo start >> ran",
                "postAttachCommand": "echo other >> ran", "remoteEnv": { "A": "1" }, "forwardPorts": [3000] }"#,
            files: &[],
            told: &[("postAttachCommand", "hot", ""), ("remoteEnv", "hot", ""), ("forwardPorts", "hot", "")],
            replaces: false,
            builds: false,
            ran: "other\n",
        },
        Change {
            configuration: r#"{ "build": { "dockerfile": "Dockerfile" }, "postStartCommand": "echo again >> ran",
                "postAttachCommand": "echo attach >> ran" }"#,
            files: &[],
            told: &[("postStartCommand", "restart", "")],
            replaces: false,
            builds: false,
            ran: "again\nattach\n",
        },
        Change {
            configuration: r#"{ "build": { "dockerfile": "Dockerfile" }, "postStartCommand": "echo start >> ran",
                "postAttachCommand": "echo attach >> ran", "containerEnv": { "A": "1" } }"#,
            files: &[],
            told: &[("containerEnv", "recreate", "")],
            replaces: true,
            builds: true,
            ran: "start\nattach\n",
        },
        Change {
            configuration: FIRST,
            files: &[("Dockerfile", "FROM busybox\nCOPY data /data\nENV B=1\n")],
            told: &[("Dockerfile", "rebuild", "line 3: ENV B=1")],
            replaces: true,
            builds: true,
            ran: "start\nattach\n",
        },
        Change {
            configuration: FIRST,
            files: &[("data", "two")],
            told: &[("build context", "rebuild", "line 2: COPY data /data")],
            replaces: true,
            builds: true,
            ran: "start\nattach\n",
        },
    ];
    for engine in engines::primary_and_oldest_docker() {
        for change in &table {
            let place = Place::new(engines::engine(&engine.name), FIRST);
            place.write("Dockerfile", "FROM busybox\nCOPY data /data\n");
            place.write(".dockerignore", "ran\n");
            place.write("data", "one");
            let first = place.up(&[])["containerId"].clone();
            let name = format!("{}: {:?}", engine.name, change.told);
            assert_eq!(changes(&place), [], "{name}: right after up");
            place.configure(change.configuration);
            for (path, text) in change.files {
                place.write(path, text);
            }
            let told = changes(&place);
            let told: Vec<_> =
                told.iter().map(|(one, two, three)| (one.as_str(), two.as_str(), three.as_str())).collect();
            assert_eq!(told, change.told, "{name}");

            let kept = place.up(&[])["containerId"].clone();
            assert_eq!(kept, first, "{name}: plain up goes on with the old container");
            place.write("ran", "");
            let planned = json(&place.wharf("plan", &["--apply", "--json"]).end());
            let planned: Vec<_> =
                planned["steps"].as_array().unwrap().iter().map(|step| &step["name"]).collect();
            let events = place.events(&["--apply"]);
            assert_eq!(steps(&events).contains(&"build"), change.builds, "{name}");
            for step in ["build", "stop", "remove", "create", "start"] {
                assert_eq!(
                    planned.iter().any(|name| **name == step),
                    steps(&events).contains(&step),
                    "{name}: what plan says of {step}: {planned:?}"
                );
            }
            assert_eq!(place.read("ran"), change.ran, "{name}");
            assert_eq!(changes(&place), [], "{name}: nothing is left to apply");
            let now = place.containers()[0]["Id"].clone();
            assert_eq!(now != first, change.replaces, "{name}");
            let again = place.up(&["--apply"])["containerId"].clone();
            assert_eq!(again, now, "{name}: applying nothing changes nothing");
        }
    }
}

#[test]
fn plain_up_says_in_one_line_what_waits() {
    for engine in engines::primary() {
        let place = Place::new(engine, r#"{ "image": "busybox" }"#);
        place.up(&[]);
        place.configure(r#"{ "image": "busybox", "init": true }"#);
        let events = place.events(&[]);
        let waiting: Vec<_> = events.iter().filter(|event| event["type"] == "changesWait").collect();
        assert_eq!(waiting.len(), 1, "{events:?}");
        assert_eq!(waiting[0]["subjects"], serde_json::json!(["init"]));
        assert_eq!(waiting[0]["change"], "recreate");
        let answer = place.wharf("up", &[]).end();
        assert!(answer.stderr_text().contains("1 change not applied: init; wharf up --apply"), "{answer}");
        place.configure(r#"{ "image": "busybox", "name": "other" }"#);
        let events = place.events(&[]);
        assert!(events.iter().all(|event| event["type"] != "changesWait"), "what is hot waits for nobody");
    }
}

#[test]
fn what_is_hot_is_applied_alone_and_the_rest_still_waits() {
    for engine in engines::primary() {
        let place = Place::new(engine, r#"{ "image": "busybox", "postStartCommand": "echo start >> ran" }"#);
        let first = place.up(&[])["containerId"].clone();
        place.configure(
            r#"{ "image": "busybox", "init": true, "remoteEnv": { "A": "1" }, "postAttachCommand": "echo attach >> ran",
                "postStartCommand": "echo other >> ran", "forwardPorts": [3000] }"#,
        );
        let told = |place: &Place| {
            changes(place).into_iter().map(|(subject, takes, _)| (subject, takes)).collect::<Vec<_>>()
        };
        let waits = [
            ("init".to_owned(), "recreate".to_owned()),
            ("postStartCommand".to_owned(), "restart".to_owned()),
        ];
        assert_eq!(told(&place).len(), 5);
        place.write("ran", "");
        for _ in 0..2 {
            let now = place.up(&["--apply=hot"])["containerId"].clone();
            assert_eq!(now, first, "what runs goes on");
            let mut left = told(&place);
            left.sort();
            assert_eq!(left, waits);
        }
        assert_eq!(place.read("ran"), "attach\nattach\n", "the container was not started again");
        let merged = place.wharf("read-configuration", &["--include-merged-configuration"]).end();
        let merged = json(&merged)["mergedConfiguration"].clone();
        assert_eq!(merged["forwardPorts"], serde_json::json!([3000]), "{merged}");
        assert_eq!(merged["postStartCommands"], serde_json::json!(["echo start >> ran"]), "{merged}");

        place.write("ran", "");
        let replaced = place.up(&["--apply"])["containerId"].clone();
        assert_ne!(replaced, first);
        assert_eq!(place.read("ran"), "other\nattach\n");
        assert_eq!(told(&place), []);
    }
}
