//! Stopping, starting, building again, and what is lost when a container or its volumes go.

use std::time::Instant;

use serde_json::json;
use wharf_test_support::engines::{self, Engine};
use wharf_test_support::fake_engine::{Answer, FakeEngine};
use wharf_test_support::socket::Socket;

use crate::kit::{Place, json as document, steps};

#[test]
fn stopped_is_kept_and_started_again_with_the_hooks_of_a_start() {
    for engine in engines::primary_and_oldest_docker() {
        let name = engine.name.clone();
        let place = Place::new(
            engine,
            r#"{ "image": "busybox", "postCreateCommand": "echo create >> ran", "postStartCommand": "echo start >> ran" }"#,
        );
        let id = place.up(&[])["containerId"].clone();
        let stopped = document(&place.wharf("stop", &["--json"]).end());
        assert_eq!(stopped["stoppedContainers"], json!([id]), "{name}");
        let status = document(&place.wharf("status", &["--json"]).end());
        assert_eq!(status["desired"]["wanted"], "stopped", "{name}");
        assert_eq!(status["difference"], json!([]), "{name}: it is as it is wanted");
        let again = document(&place.wharf("stop", &["--json"]).end());
        assert_eq!(again["stoppedContainers"], json!([]), "{name}");
        let started = place.wharf("start", &["--json"]).end();
        assert_eq!(document(&started)["containerId"], id, "{name}: {started}");
        assert_eq!(place.read("ran"), "create\nstart\nstart\n", "{name}");
    }
}

/// The engine, with what it is asked kept.
fn relay(engine: &Engine) -> FakeEngine {
    let socket = Socket::new(&engine.socket);
    FakeEngine::answering(move |asked| {
        // As it was sent: Podman's own calls have a version that they need.
        let path = asked.line.split(' ').nth(1).unwrap();
        let length = asked.body.len() as u64;
        let answer = socket.send(&asked.method, path, "application/json", length, &mut asked.body.as_slice());
        let answer = answer.unwrap();
        // The fake writes these itself.
        let own = ["connection", "content-length", "content-type", "transfer-encoding"];
        let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let headers = headers.map(|(name, value)| format!("{name}: {value}")).collect();
        Answer::WithHeaders(answer.status, headers, answer.text())
    })
}

/// The main process ignores the signal by which it is to end.
#[test]
fn a_process_that_does_not_listen_gets_the_time_that_it_was_given() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let own = r#"["--stop-signal=SIGUSR1", "--stop-timeout=1"]"#;
        let usual = r#"["--stop-signal=SIGUSR1"]"#;
        let cases: [(&str, &[&str], &str); 2] = [(own, &[], ""), (usual, &["--timeout", "1"], "t=1")];
        for (options, arguments, asked) in cases {
            let place =
                Place::new(engine.clone(), &format!(r#"{{ "image": "busybox", "runArgs": {options} }}"#));
            let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
            let relay = relay(&engine);
            let began = Instant::now();
            let answer = place.wharf("stop", arguments).variable("DOCKER_HOST", relay.address()).end();
            assert_eq!(answer.code, Some(0), "{name}: {answer}");
            assert!(began.elapsed().as_millis() >= 900, "{name} {options}: {:?}", began.elapsed());
            // That it gets no more shows in what was asked: how long a busy machine takes for all of it says little.
            let requests = relay.asked();
            let stops = requests.iter().filter_map(|asked| asked.path.split_once("/stop"));
            let stops: Vec<_> = stops.map(|(_, query)| query.trim_start_matches('?')).collect();
            assert_eq!(stops, [asked], "{name} {options}");
            let stopped = place.inspect(&id);
            assert!(!asked.is_empty() || stopped["Config"]["StopTimeout"] == 1, "{name}: {stopped:#}");
            assert_eq!(stopped["State"]["Running"], false, "{name}");
        }
    }
}

#[test]
fn what_is_not_there_cannot_be_started() {
    let place = Place::new(engines::engine("docker28"), r#"{ "image": "busybox" }"#);
    let answer = place.wharf("start", &[]).end();
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.stderr_text().contains("error: there is no container to start\nhint: `wharf up` makes it"),
        "{answer}"
    );
    assert!(place.containers().is_empty());
}

#[test]
fn built_again_from_an_unchanged_file_with_its_volumes_kept() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let volume = format!("wharf-rebuild-{name}-{}", std::process::id());
        let place = Place::new(
            engine,
            &format!(
                r#"{{ "build": {{ "dockerfile": "Dockerfile" }}, "mounts": [{{ "type": "volume", "source": "{volume}", "target": "/kept" }}] }}"#
            ),
        );
        place.write("Dockerfile", "FROM busybox\nRUN echo built > /built\n");
        let before = place.up(&[])["containerId"].clone();
        place.wharf("exec", &["sh", "-c", "echo word > /kept/file; echo lost > /lost"]).end();
        let answer = place.wharf("rebuild", &["--json", "--log-format", "json"]).end();
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        let events = crate::kit::lines(&answer.stderr);
        assert!(steps(&events).contains(&"build"), "{name}: {:?}", steps(&events));
        assert_ne!(document(&answer)["containerId"], before, "{name}");
        assert_eq!(place.containers().len(), 1, "{name}");
        let kept = place.wharf("exec", &["cat", "/kept/file"]).end();
        assert_eq!(kept.stdout_text(), "word\n", "{name}: {kept}");
        assert_ne!(place.wharf("exec", &["test", "-e", "/lost"]).end().code, Some(0), "{name}");
        let said = place.wharf("rebuild", &["--yes"]).end().stderr_text();
        assert!(
            said.contains("outside volumes") && said.contains(&format!("kept     volumes {volume}")),
            "{name}: {said}"
        );
        assert_eq!(place.wharf("down", &["--volumes", "--yes"]).end().code, Some(0), "{name}");
    }
}

#[test]
fn volumes_go_only_after_a_yes_and_only_when_nobody_else_uses_them() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let unique = format!("wharf-down-{name}-{}", std::process::id());
        let (own, shared) = (format!("{unique}-own"), format!("{unique}-shared"));
        let place = Place::new(
            engine,
            &format!(
                r#"{{ "image": "busybox", "mounts": ["type=volume,source={own},target=/own", "type=volume,source={shared},target=/shared"] }}"#
            ),
        );
        place.up(&[]);
        let body = json!({ "Image": "busybox", "HostConfig": { "Binds": [format!("{shared}:/x")] } });
        let other = place.socket().request("POST", "/containers/create", Some(&body)).unwrap();
        let other = other.json()["Id"].as_str().unwrap().to_owned();

        let answer = place.wharf("down", &["--volumes"]).end();
        assert_eq!(answer.code, Some(1), "{name}: nobody was asked");
        let said = answer.stderr_text();
        assert!(said.contains(&format!("lost     volume {own}")), "{name}: {said}");
        assert!(said.contains(&format!("kept     volumes {shared}")), "{name}: {said}");
        assert_eq!(place.containers().len(), 1, "{name}: nothing was done");

        let kept = document(&place.wharf("down", &["--json"]).end());
        assert_eq!(kept["keptVolumes"], json!([own, shared]), "{name}");
        let gone = document(&place.wharf("down", &["--volumes", "--yes", "--json"]).end());
        assert_eq!(gone["removedVolumes"], json!([own]), "{name}: also without the container that had it");
        assert_eq!(gone["keptVolumes"], json!([shared]), "{name}");
        assert_eq!(place.socket().get(&format!("/volumes/{own}")).unwrap().status, 404, "{name}");

        place.socket().request("DELETE", &format!("/containers/{other}?force=true"), None).unwrap();
        let gone = document(&place.wharf("down", &["--volumes", "--yes", "--json"]).end());
        assert_eq!(gone["removedVolumes"], json!([shared]), "{name}");
    }
}

#[test]
fn a_plan_after_down_leads_from_nothing_to_running() {
    let place = Place::new(engines::engine("docker28"), r#"{ "image": "busybox" }"#);
    place.up(&[]);
    place.wharf("down", &[]).end();
    let plan = document(&place.wharf("plan", &["--json"]).end());
    assert_eq!(
        (&plan["differences"][0]["before"], &plan["differences"][0]["after"]),
        (&json!("none"), &json!("running"))
    );
}
