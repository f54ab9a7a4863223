//! What only a person at a terminal meets: the block that redraws, the question, Ctrl-C.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use wharf_test_support::command::Home;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, refusal};
use wharf_test_support::terminal::Terminal;

use crate::exchange;

const PULLS: &str = r#"{ "image": "acme/base" }"#;

fn project(configuration: &str) -> Home {
    let home = Home::new();
    home.write("api-server/.devcontainer/devcontainer.json", configuration);
    home
}

/// An engine that has nothing, and takes for ever to pull.
fn slow_to_pull() -> FakeEngine {
    FakeEngine::answering(|asked| match asked.path.split('?').next().unwrap_or_default() {
        "/_ping" => docker_ping(),
        "/containers/json" => Answer::Document(200, "[]".into()),
        "/images/create" => Answer::Hang,
        _ => refusal(404, "no such thing"),
    })
}

fn start(home: &Home, line: &str, engine: &FakeEngine) -> Terminal {
    let command =
        exchange(home, line).within("api-server").variable("DOCKER_HOST", engine.address()).command();
    Terminal::start(command, 80, 24)
}

#[test]
fn the_block_is_drawn_and_redrawn() {
    let engine = slow_to_pull();
    let home = project(PULLS);
    let mut terminal = start(&home, "up", &engine);
    // Twice with a clock that goes on: the block was drawn over.
    terminal.until("image");
    terminal.until("\x1b[1A\r\x1b[J");
    terminal.until("\x1b[1A\r\x1b[J");
    terminal.signal(Signal::INT);
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(rest.contains("interrupted"), "{rest}");
}

#[test]
fn a_signal_ends_in_order() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let engine = slow_to_pull();
        let home = project(PULLS);
        let mut terminal = start(&home, "up", &engine);
        terminal.until("image");
        terminal.signal(signal);
        assert_eq!(terminal.end().0, Some(130), "{signal:?}");
    }
}

/// An engine that takes connections and never answers must not keep a person from leaving, `exec` included.
#[test]
fn a_hanging_engine_can_be_left() {
    for line in ["up", "exec true", "status", "down"] {
        let engine = FakeEngine::answering(|_| Answer::Hang);
        let home = project(PULLS);
        let terminal = start(&home, line, &engine);
        let began = Instant::now();
        while engine.requests().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(20), "{line} asks the engine nothing");
            std::thread::sleep(Duration::from_millis(10));
        }
        terminal.signal(Signal::INT);
        assert_eq!(terminal.end().0, Some(130), "{line}");
    }
}

const ASKS: &str = r#"{
  "image": "acme/base",
  "initializeCommand": "touch initialized"
}"#;

#[test]
fn the_question_takes_no_for_an_answer() {
    let home = project(ASKS);
    let engine = slow_to_pull();
    let mut terminal = start(&home, "up", &engine);
    let asked = terminal.until("show details");
    assert!(asked.contains("touch initialized"), "{asked}");
    terminal.keys("d\n");
    terminal.until("kept under the hash");
    terminal.until("show details");
    terminal.keys("n\n");
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(1), "{rest}");
    assert!(!home.path().join("api-server/initialized").exists());
}

#[test]
fn a_yes_is_kept() {
    let home = project(ASKS);
    let engine = slow_to_pull();
    let mut terminal = start(&home, "up", &engine);
    terminal.until("show details");
    terminal.keys("what\n");
    terminal.until("show details");
    terminal.keys("y\n");
    terminal.until("initialize");
    terminal.until("image");
    terminal.signal(Signal::INT);
    assert_eq!(terminal.end().0, Some(130));
    assert!(home.path().join("api-server/initialized").exists());

    let mut terminal = start(&home, "up", &engine);
    let before = terminal.until("image");
    assert!(!before.contains("show details"), "{before}");
    terminal.signal(Signal::INT);
    terminal.end();
    let list = exchange(&home, "trust list").end().stdout_text();
    assert!(list.contains("touch initialized"), "{list}");
}

/// Where nobody can be asked, the answer is no, with the command that would allow it.
#[test]
fn without_a_terminal_it_is_refused() {
    let home = project(ASKS);
    let engine = slow_to_pull();
    let answer = exchange(&home, "up").within("api-server").variable("DOCKER_HOST", engine.address()).end();
    assert_eq!(answer.code, Some(1));
    let text = answer.stderr_text();
    assert!(text.contains("touch initialized") && text.contains("wharf up --trust"), "{text}");
    assert!(!home.path().join("api-server/initialized").exists());
}

/// Of several configurations a person chooses one, by its number or by its name.
#[test]
fn one_of_several_configurations_is_chosen() {
    for (keys, chosen) in [("2\n", "acme/two"), ("7\none\n", "acme/one")] {
        let home = Home::new();
        home.write("api-server/.devcontainer/one/devcontainer.json", r#"{ "image": "acme/one" }"#);
        home.write("api-server/.devcontainer/two/devcontainer.json", r#"{ "image": "acme/two" }"#);
        let engine = slow_to_pull();
        let mut terminal = start(&home, "up", &engine);
        terminal.until("[1-2]");
        terminal.keys(keys);
        terminal.until(chosen);
        terminal.signal(Signal::INT);
        assert_eq!(terminal.end().0, Some(130));
        // It was wanted, so it is meant from now on.
        let mut terminal = start(&home, "up", &engine);
        let before = terminal.until(chosen);
        assert!(!before.contains("[1-2]"), "{before}");
        terminal.signal(Signal::INT);
        terminal.end();
    }
}

/// An engine with a running container of this folder and a volume that would be lost.
fn with_a_volume(home: &Home) -> FakeEngine {
    let folder = home.path().join("api-server");
    let configuration = folder.join(".devcontainer/devcontainer.json");
    let container = json!({
        "Id": "c0ffee", "Name": "/c", "Image": "sha256:1", "Created": "2026-01-01T00:00:00Z",
        "State": { "Status": "running", "StartedAt": "2026-01-01T00:00:01Z" },
        "Config": {
            "Image": "acme/base",
            "Labels": {
                "devcontainer.local_folder": folder.display().to_string(),
                "devcontainer.config_file": configuration.display().to_string(),
            },
        },
        "HostConfig": {},
        "Mounts": [{ "Type": "volume", "Name": "data", "Source": "/v", "Destination": "/data", "RW": true }],
    });
    FakeEngine::answering(move |asked| match asked.path.split('?').next().unwrap_or_default() {
        "/_ping" => docker_ping(),
        // Those that Wharf makes to look into volumes.
        "/containers/json" if asked.path.contains("transient") => Answer::Document(200, "[]".into()),
        "/containers/json" => {
            let labels = &container["Config"]["Labels"];
            Answer::Document(
                200,
                json!([{ "Id": "c0ffee", "Labels": labels, "State": "running" }]).to_string(),
            )
        }
        path if path.ends_with("/containers/c0ffee/json") => Answer::Document(200, container.to_string()),
        path if path.ends_with("/volumes/data") => Answer::Document(
            200,
            json!({ "Name": "data", "Driver": "local", "Labels": {}, "Mountpoint": "/v", "Scope": "local" })
                .to_string(),
        ),
        _ => refusal(404, "no such thing"),
    })
}

/// What takes something away asks first; anything but a yes is a no, and nothing has been removed then.
#[test]
fn a_question_that_takes_yes_or_no() {
    for keys in ["\n", "n\n", "yep\n"] {
        let home = project(PULLS);
        let engine = with_a_volume(&home);
        let mut terminal = start(&home, "down --volumes", &engine);
        terminal.until("[y/N]");
        terminal.keys(keys);
        let (code, rest) = terminal.end();
        assert_eq!(code, Some(1), "{keys:?}: {rest}");
        assert!(rest.contains("not confirmed") && rest.contains("wharf down --volumes --yes"), "{rest}");
        assert!(
            engine.requests().iter().all(|asked| !asked.starts_with("DELETE")),
            "{:?}",
            engine.requests()
        );
    }
    let home = project(PULLS);
    let engine = with_a_volume(&home);
    let mut terminal = start(&home, "down --volumes", &engine);
    terminal.until("[y/N]");
    terminal.keys("y\n");
    terminal.end();
    assert!(engine.requests().iter().any(|asked| asked.starts_with("DELETE")), "{:?}", engine.requests());
}
