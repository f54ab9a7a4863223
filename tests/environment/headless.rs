//! `wharf --headless`: up, in the foreground, and what `shutdownAction` says at the end, told by real signals.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::Signal;
use wharf_test_support::engines;

use crate::kit::{Place, signal, wait_until};

/// A running `wharf --headless` and the lines that it writes for people.
struct Foreground {
    child: Child,
    lines: Receiver<String>,
}

impl Foreground {
    fn start(place: &Place) -> Self {
        let exchange = place
            .home
            .run(env!("CARGO_BIN_EXE_wharf"))
            .variable("DOCKER_HOST", place.engine.docker_host())
            .arguments(["--headless", place.folder.to_str().unwrap()]);
        let mut child = exchange
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    fn until(&self, text: &str) {
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(30)) {
            if line.contains(text) {
                return;
            }
            seen.push(line);
        }
        panic!("no {text:?} in\n{}", seen.join("\n"));
    }

    fn code(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

fn runs(place: &Place) -> bool {
    place.containers().iter().any(|container| container["State"] == "running")
}

#[test]
fn until_a_signal_and_then_what_the_configuration_says() {
    for (engine, with) in engines::primary().into_iter().zip([Signal::INT, Signal::TERM]) {
        let name = engine.name.clone();
        for (action, still_runs) in [("", false), (r#", "shutdownAction": "none""#, true)] {
            let configuration =
                format!(r#"{{ "image": "busybox", "postCreateCommand": "echo hook of it"{action} }}"#);
            let place = Place::new(engine.clone(), &configuration);
            let foreground = Foreground::start(&place);
            foreground.until("hook of it");
            foreground.until("Container started");
            signal(&foreground.child, with);
            assert_eq!(foreground.code(), Some(0), "{name} {action}");
            assert_eq!(runs(&place), still_runs, "{name} {action}");
            assert_eq!(place.containers().len(), 1, "{name} {action}: it is kept");
        }
    }
}

#[test]
fn before_it_is_up_a_signal_ends_it_as_interrupted() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "echo begun >> ran; sleep 60" }"#,
    );
    let foreground = Foreground::start(&place);
    wait_until("the hook runs", || place.read("ran") == "begun\n");
    signal(&foreground.child, Signal::INT);
    assert_eq!(foreground.code(), Some(130));
    assert!(!runs(&place), "what it started, it stops");
}

/// As `timeout` does: to the program, and to its group.
#[test]
fn a_signal_that_comes_twice_is_one() {
    let place = Place::new(engines::engine("docker28"), r#"{ "image": "busybox" }"#);
    let foreground = Foreground::start(&place);
    foreground.until("Container started");
    signal(&foreground.child, Signal::TERM);
    std::thread::sleep(std::time::Duration::from_millis(20));
    signal(&foreground.child, Signal::TERM);
    assert_eq!(foreground.code(), Some(0));
    assert!(!runs(&place));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "runArgs": ["--stop-signal=SIGUSR1", "--stop-timeout=30"] }"#,
    );
    let foreground = Foreground::start(&place);
    foreground.until("Container started");
    signal(&foreground.child, Signal::INT);
    foreground.until("once more ends at once");
    // Longer than what counts as the same signal twice.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let began = std::time::Instant::now();
    signal(&foreground.child, Signal::INT);
    assert_eq!(foreground.code(), Some(130));
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn a_container_that_ends_takes_it_along() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = Place::new(engine, r#"{ "image": "busybox" }"#);
        let foreground = Foreground::start(&place);
        foreground.until("Container started");
        let id = place.containers()[0]["Id"].as_str().unwrap().to_owned();
        place.post(&format!("/containers/{id}/kill"));
        foreground.until("ended (exit 137)");
        assert_eq!(foreground.code(), Some(1), "{name}");
    }
}

#[test]
fn what_fails_on_the_way_up_fails() {
    let place =
        Place::new(engines::engine("docker28"), r#"{ "image": "busybox", "postCreateCommand": "exit 7" }"#);
    let foreground = Foreground::start(&place);
    foreground.until("postCreateCommand failed (exit 7)");
    assert_eq!(foreground.code(), Some(1));
    assert!(runs(&place), "a container whose hook failed is kept to be looked into");
}
