//! Every environment in one list, those of other tools included, and naming one by a word.

use serde_json::{Value, json};
use wharf_test_support::command::Answer;
use wharf_test_support::engines;
use wharf_test_support::fake_engine::{Behaviour, FakeEngine};

use crate::kit::{Place, json as document, wait_until};

/// Runs `wharf` without a folder flag.
fn wharf(place: &Place, arguments: &[&str]) -> Answer {
    let exchange = place.home.run(env!("CARGO_BIN_EXE_wharf"));
    exchange.variable("DOCKER_HOST", place.engine.docker_host()).arguments(arguments.iter().copied()).end()
}

/// What the list says of the environments below this test's home.
fn listed(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let answer = wharf(place, &[&["list", "--json"], arguments].concat());
    assert_eq!(answer.code, Some(0), "{answer}");
    let home = place.home.path().display().to_string();
    let all = document(&answer)["environments"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|found| found.to_string().contains(&home)).collect()
}

/// A container as another tool would make it, with these labels; its id.
fn foreign(place: &Place, labels: &Value) -> String {
    let body = json!({
        "Image": "busybox",
        "Labels": labels,
        "Cmd": ["sh", "-c", "echo from elsewhere; trap 'exit 0' TERM; while :; do sleep 0.1; done"],
    });
    let answer = place.socket().request("POST", "/containers/create", Some(&body)).unwrap();
    let id = answer.json()["Id"].as_str().unwrap().to_owned();
    place.post(&format!("/containers/{id}/start"));
    id
}

#[test]
fn an_environment_from_its_first_start_to_its_end() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = Place::new(engine, r#"{ "name": "list-me", "image": "busybox" }"#);
        let id = place.up(&[])["containerId"].clone();
        let found = listed(&place, &[]);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert_eq!(
            (&found[0]["name"], &found[0]["state"], &found[0]["maker"], &found[0]["container"]["id"]),
            (&json!("list-me"), &json!("running"), &json!("wharf"), &id),
            "{name}"
        );
        assert_eq!(wharf(&place, &["stop", "list-me"]).code, Some(0), "{name}");
        assert_eq!(listed(&place, &[])[0]["state"], "stopped", "{name}");
        place.post(&format!("/containers/{}/start", id.as_str().unwrap()));
        place
            .socket()
            .request("DELETE", &format!("/containers/{}?force=true", id.as_str().unwrap()), None)
            .unwrap();
        assert_eq!(listed(&place, &[])[0]["state"], "gone", "{name}: somebody removed it");
        assert_eq!(place.wharf("down", &[]).end().code, Some(0), "{name}");
        assert_eq!(listed(&place, &[]).len(), 0, "{name}: nobody wants it any more");
        assert_eq!(listed(&place, &["--all"]).len(), 1, "{name}");
    }
}

#[test]
fn a_failure_shows_until_something_goes_right() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "test -e go" }"#,
    );
    place.up_fails(&[]);
    assert_eq!(listed(&place, &[])[0]["problem"], "postCreateCommand failed (exit 1)");
    let status = document(&place.wharf("status", &["--json"]).end());
    assert_eq!(status["observed"]["hooks"], json!([{ "name": "postCreateCommand", "state": "failed" }]));
    assert_eq!(status["difference"][0]["subject"], "hooks");
    place.write("go", "");
    place.up(&[]);
    assert_eq!(listed(&place, &[])[0]["problem"], Value::Null);
    assert_eq!(document(&place.wharf("status", &["--json"]).end())["difference"], json!([]));
}

/// Found by its labels alone, and used by its name, by its id and by its folder.
#[test]
fn one_that_another_tool_made_can_be_used() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = Place::new(engine, r#"{ "name": "unread", "image": "busybox" }"#);
        let elsewhere = place.home.path().join("not-here/strange-project").display().to_string();
        let labels = json!({
            "devcontainer.local_folder": elsewhere,
            "devcontainer.config_file": format!("{elsewhere}/.devcontainer.json"),
            "vsch.quality": "stable",
            "devcontainer.metadata": r#"[{"remoteUser":"root"}]"#,
        });
        let id = foreign(&place, &labels);
        let found = listed(&place, &[]);
        assert_eq!(
            (&found[0]["name"], &found[0]["maker"], &found[0]["ours"]),
            (&json!("strange-project"), &json!("vscode"), &json!(false)),
            "{name}"
        );
        let answer = wharf(&place, &["exec", "--environment", "strange-project", "echo", "inside"]);
        assert_eq!(answer.stdout_text(), "inside\n", "{name}: {answer}");
        let answer = wharf(&place, &["logs", "--source", "container", &id[..8]]);
        assert_eq!(answer.stdout_text(), "from elsewhere\n", "{name}: {answer}");
        let stopped = document(&wharf(&place, &["stop", &id[..12], "--json"]));
        assert_eq!(stopped["stoppedContainers"], json!([id]), "{name}");
        let answer = wharf(&place, &["start", "strange-project", "--json"]);
        assert_eq!(document(&answer)["containerId"], json!(id), "{name}: {answer}");
        assert_eq!(place.inspect(&id)["State"]["Status"], "running", "{name}");
        let gone = document(&wharf(&place, &["down", "strange-project", "--json"]));
        assert_eq!(gone["removedContainers"], json!([id]), "{name}");
        assert_eq!(listed(&place, &[]).len(), 0, "{name}");
    }
}

#[test]
fn a_word_that_tells_none_or_several_is_an_error_that_says_so() {
    let place = Place::new(engines::engine("docker28"), r#"{ "image": "busybox" }"#);
    let unique = format!("twin-{}", std::process::id());
    let twins: Vec<String> = ["a", "b"]
        .iter()
        .map(|part| {
            let folder = place.home.path().join(part).join(&unique).display().to_string();
            foreign(&place, &json!({ "devcontainer.local_folder": folder }))
        })
        .collect();
    let answer = wharf(&place, &["stop", &unique]);
    let text = answer.stderr_text();
    assert_eq!(answer.code, Some(1));
    assert!(text.contains(&format!("error: {unique} tells 2 environments")), "{text}");
    for twin in &twins {
        assert!(text.contains(&twin[..12]), "{text}");
    }
    let answer = wharf(&place, &["stop", "nobody-is-called-so"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr_text().contains("no environment named nobody-is-called-so"), "{answer}");
    for twin in twins {
        place.socket().request("DELETE", &format!("/containers/{twin}?force=true"), None).unwrap();
    }
}

/// An engine that hangs is a line, and the others are there all the same.
#[test]
fn an_engine_that_hangs_keeps_nobody_waiting() {
    let place = Place::new(engines::engine("docker28"), r#"{ "name": "near", "image": "busybox" }"#);
    place.up(&[]);
    let silent = FakeEngine::start(place.home.path(), Behaviour::Hangs);
    let started = std::time::Instant::now();
    let answer = place
        .home
        .run(env!("CARGO_BIN_EXE_wharf"))
        .variable("DOCKER_HOST", silent.address())
        .arguments(["list", "--json"])
        .end();
    assert!(started.elapsed().as_secs() < 6, "{:?}", started.elapsed());
    assert_eq!(answer.code, Some(0), "{answer}");
    let list = document(&answer);
    let problem = |engine: &Value| (engine["usable"].clone(), engine["problem"].is_string());
    let engines: Vec<_> = list["engines"].as_array().unwrap().iter().map(problem).collect();
    assert_eq!(engines, [(json!(false), true), (json!(true), false)]);
    let home = place.home.path().display().to_string();
    let found = list["environments"].as_array().unwrap();
    let found: Vec<_> = found.iter().filter(|found| found.to_string().contains(&home)).collect();
    assert_eq!(found[0]["state"], "running", "where an environment was is asked too: {found:?}");
}

#[test]
fn a_first_start_is_listed_before_there_is_a_container() {
    let configuration =
        r#"{ "image": "busybox", "initializeCommand": "until test -e go; do sleep 0.1; done" }"#;
    let place = Place::new(engines::engine("docker28"), configuration);
    let child = place.start(&["--trust"]);
    wait_until("it is listed", || listed(&place, &[]).len() == 1);
    let found = listed(&place, &[]);
    assert_eq!((&found[0]["state"], &found[0]["container"]), (&json!("gone"), &Value::Null), "{found:?}");
    assert!(
        found[0]["working"].as_str().is_some_and(|holder| holder.starts_with("wharf up (pid ")),
        "{found:?}"
    );
    place.write("go", "");
    assert!(child.wait_with_output().unwrap().status.success());
    let found = listed(&place, &[]);
    assert_eq!((&found[0]["state"], &found[0]["working"]), (&json!("running"), &Value::Null), "{found:?}");
}
