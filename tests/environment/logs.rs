//! What builds, hooks and containers have written, woven into one log.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::json;
use wharf_test_support::engines;

use crate::kit::{Place, lines, wait_until};

#[test]
fn builds_hooks_and_the_container_in_the_order_of_time() {
    for engine in engines::primary_and_oldest_docker() {
        let name = engine.name.clone();
        let place = Place::new(
            engine,
            r#"{ "build": { "dockerfile": "Dockerfile" }, "postCreateCommand": { "deps": "echo got them", "db": "true" }, "postStartCommand": "echo oops >&2; exit 3" }"#,
        );
        place.write("Dockerfile", &format!("FROM busybox\nRUN echo step of {name} {}\n", std::process::id()));
        place.up_fails(&[]);
        let answer = place.wharf("logs", &[]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        let text = answer.stdout_text();
        let positions: Vec<_> = [
            format!("step of {name}"),
            "postCreate deps│ got them".to_owned(),
            "postStart     │ oops".to_owned(),
            "postStart     │ postStartCommand failed (exit 3)".to_owned(),
        ]
        .iter()
        .map(|part| text.find(part.as_str()).unwrap_or_else(|| panic!("{name}: no {part:?} in\n{text}")))
        .collect();
        assert!(positions.is_sorted(), "{name}: {text}");
        assert!(text.contains("container     │ Container started"), "{name}: {text}");

        let hooks = lines(&place.wharf("logs", &["--json", "--source", "hooks"]).end().stdout);
        assert_eq!(hooks[0]["step"], "postCreate deps", "{name}");
        assert!(hooks.iter().all(|line| line["source"] == "hooks" && line["timestamp"].is_u64()), "{name}");
        let last = place.wharf("logs", &["--tail", "1", "--source", "hooks"]).end().stdout_text();
        assert_eq!(last, "postStart     │ postStartCommand failed (exit 3)\n", "{name}");
        let since = place.wharf("logs", &["--since", "2999-01-01T00:00:00Z"]).end();
        assert_eq!((since.code, since.stdout_text().as_str()), (Some(0), ""), "{name}");
    }
}

#[test]
fn the_container_s_own_log_is_as_it_wrote_it() {
    for engine in engines::primary_and_oldest_docker() {
        let name = engine.name.clone();
        let place = Place::new(engine, r#"{ "image": "busybox" }"#);
        place.up(&[]);
        let answer = place.wharf("logs", &["--source", "container"]).end();
        assert_eq!(answer.stdout_text(), "Container started\n", "{name}: {answer}");
        let stamped = place.wharf("logs", &["--source", "container", "--timestamps", "-n", "1"]).end();
        let text = stamped.stdout_text();
        assert!(text.ends_with("Z Container started\n") && text.starts_with("20"), "{name}: {text}");
    }
}

#[test]
fn secrets_never_get_into_the_journal() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "echo token is $TOKEN; printf '%s' $TOKEN; exit 1" }"#,
    );
    let secrets = place.write("secrets.json", r#"{ "TOKEN": "hunter2-hunter2" }"#);
    place.up_fails(&["--secrets-file", secrets.to_str().unwrap()]);
    let answer = place.wharf("logs", &["--source", "hooks"]).end();
    assert!(answer.stdout_text().contains("token is ***"), "{answer}");
    let mut folders = vec![place.home.path().join(".local/state")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                let is_journal = path.extension().is_some_and(|extension| extension == "jsonl");
                assert!(!is_journal || !text.contains("hunter2"), "{}: {text}", path.display());
            }
        }
    }
}

/// From a hook that runs in another terminal to what the container writes, until the container ends.
#[test]
fn followed_while_it_is_written() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = Place::new(
            engine,
            r#"{ "image": "busybox", "postCreateCommand": "echo first; while test ! -e go; do sleep 0.05; done; echo second" }"#,
        );
        let mut up = place.start(&[]);
        wait_until("the hook runs", || {
            place.wharf("logs", &["--source", "hooks"]).end().stdout_text().contains("first")
        });
        let follow = place.wharf("logs", &["--follow", "--json"]);
        let mut follow = follow.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut seen = BufReader::new(follow.stdout.take().unwrap()).lines().map(|line| {
            let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            line["text"].clone()
        });
        let mut until = |text: &str| {
            let found = seen.by_ref().find(|line| *line == json!(text));
            assert!(found.is_some(), "{name}: no {text}");
        };
        until("first");
        place.write("go", "");
        until("second");
        assert!(up.wait().unwrap().success(), "{name}");
        let id = place.containers()[0]["Id"].as_str().unwrap().to_owned();
        place.post(&format!("/containers/{id}/stop?t=1"));
        assert!(follow.wait().unwrap().success(), "{name}: the log ends with the container");
    }
}

#[test]
fn an_up_with_nothing_to_do_leaves_no_line() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "echo once" }"#,
    );
    place.up(&[]);
    let log = || place.wharf("logs", &["--source", "hooks,build"]).end().stdout_text();
    let before = log();
    place.up(&[]);
    assert_eq!(log(), before);
}
