//! `wharf --headless`: up, in the foreground, and what `shutdownAction` says at the end, told by real signals.

use rustix::process::Signal;
use wharf_test_support::command::Exchange;
use wharf_test_support::engines;

use crate::kept::{connect, free_port, get, processes_of, serve, state};
use crate::kit::{Following, Place, signal, wait_until};

/// Starts `wharf --headless`, with the lines that it writes for people.
fn start(place: &Place) -> Following {
    Following::errors(&headless(place))
}

fn headless(place: &Place) -> Exchange<'_> {
    place
        .home
        .run(env!("CARGO_BIN_EXE_wharf"))
        .variable("DOCKER_HOST", place.engine.docker_host())
        .arguments(["--headless", place.folder.to_str().unwrap()])
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
            let foreground = start(&place);
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
    let foreground = start(&place);
    wait_until("the hook runs", || place.read("ran") == "begun\n");
    signal(&foreground.child, Signal::INT);
    assert_eq!(foreground.code(), Some(130));
    assert!(!runs(&place), "what it started, it stops");
}

/// As `timeout` does: to the program, and to its group.
#[test]
fn a_signal_that_comes_twice_is_one() {
    let place = Place::new(engines::engine("docker28"), r#"{ "image": "busybox" }"#);
    let foreground = start(&place);
    foreground.until("Container started");
    // Two that differ, to a program that stands still: both reach it, and one comes right after the other.
    signal(&foreground.child, Signal::STOP);
    wait_until("it stands still", || state(foreground.child.id().into()) == Some('T'));
    for next in [Signal::TERM, Signal::INT, Signal::CONT] {
        signal(&foreground.child, next);
    }
    assert_eq!(foreground.code(), Some(0));
    assert!(!runs(&place));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "runArgs": ["--stop-signal=SIGUSR1", "--stop-timeout=30"] }"#,
    );
    let foreground = start(&place);
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
        let foreground = start(&place);
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
    let foreground = start(&place);
    foreground.until("postCreateCommand failed (exit 7)");
    assert_eq!(foreground.code(), Some(1));
    assert!(runs(&place), "a container whose hook failed is kept to be looked into");
}

/// With the keeper, and without: then the program in the foreground forwards itself, and leaves no process behind.
#[test]
fn ports_are_forwarded_for_as_long_as_it_stays() {
    for engine in engines::primary() {
        for (no_keeper, processes) in [("1", 1), ("", 3)] {
            let name = format!("{} {no_keeper:?}", engine.name);
            let port = free_port();
            let place = Place::new(engine.clone(), "{}");
            place.configure(&format!(
                r#"{{ "image": "busybox", "forwardPorts": [{port}], "postStartCommand": "{}" }}"#,
                serve(port)
            ));
            let foreground = Following::errors(&headless(&place).variable("WHARF_NO_KEEPER", no_keeper));
            foreground.until(&format!("localhost:{port}"));
            wait_until("the server answers", || get(port).is_ok_and(|text| text.ends_with("hello")));
            // A keeper and its guard, where there is one.
            wait_until("as many processes as there are to be", || {
                processes_of(place.home.path()).len() == processes
            });
            signal(&foreground.child, Signal::INT);
            assert_eq!(foreground.code(), Some(0), "{name}");
            assert!(connect(port).is_err(), "{name}: something still listens");
            wait_until("no process is left", || processes_of(place.home.path()).is_empty());
        }
    }
}
