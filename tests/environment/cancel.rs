//! Ctrl-C and SIGTERM at every step: exit code 130, nothing half-made, and the next `up` goes on.

use rustix::process::Signal;
use wharf_test_support::engines::{self, Kind};

use crate::kept::{kill, processes_with};
use crate::kit::{Following, Place, signal, wait_until};

/// Starts an `up`, waits until `begun` says so, sends the signal, and checks how it ends.
fn cancel(place: &Place, arguments: &[&str], with: Signal, begun: impl FnMut() -> bool) {
    let child = place.start(arguments);
    wait_until("the step has begun", begun);
    signal(&child, with);
    let started = std::time::Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(started.elapsed().as_secs() < 12, "it took {:?} to end", started.elapsed());
    assert!(place.leftovers().is_empty(), "{:?}", place.leftovers());
}

#[test]
fn during_initialize_command_its_processes_end_too() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "initializeCommand": "echo $$ > pid; test -e go || sleep 60; true" }"#,
    );
    cancel(&place, &["--trust"], Signal::INT, || !place.read("pid").is_empty());
    let pid: i32 = place.read("pid").trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    assert!(rustix::process::test_kill_process(pid).is_err(), "initializeCommand still runs");
    assert!(place.containers().is_empty());
    place.write("go", "");
    place.up(&[]);
}

#[test]
fn during_a_build_no_image_and_no_container_stays() {
    for engine in engines::primary_and_oldest_docker() {
        let place =
            Place::new(engine, r#"{ "build": { "dockerfile": "Dockerfile", "args": { "WAIT": "200" } } }"#);
        let name = place.engine.name.clone();
        let unique = format!("wharf-cancelled-{}-{name}", std::process::id());
        place.write(
            "Dockerfile",
            // The shell waits for what it has started, and so its command line tells where the build is.
            &format!("FROM busybox\nARG WAIT\nRUN echo {unique} && sleep $WAIT; true\n"),
        );
        cancel(&place, &[], Signal::TERM, || !processes_with(&unique).is_empty());
        assert!(place.built_image().is_none(), "{name}");
        assert!(place.containers().is_empty(), "{name}");
        // Podman lets a step that has begun go on to its end. It is not to go on beside the tests that follow.
        if place.engine.kind == Kind::Podman {
            processes_with(&unique).into_iter().for_each(kill);
        }
        wait_until("the build's process is gone", || processes_with(&unique).is_empty());
        place.configure(r#"{ "build": { "dockerfile": "Dockerfile", "args": { "WAIT": "0" } } }"#);
        place.up(&[]);
    }
}

#[test]
fn during_hooks_the_container_is_kept_and_the_hook_runs_again() {
    for (engine, with) in
        engines::primary_and_oldest_docker().into_iter().zip([Signal::INT, Signal::TERM, Signal::INT])
    {
        let place = Place::new(
            engine,
            r#"{ "image": "busybox", "postCreateCommand": "echo begun >> ran; test -e go || sleep 61" }"#,
        );
        cancel(&place, &[], with, || place.read("ran") == "begun\n");
        let id = place.containers()[0]["Id"].as_str().unwrap().to_owned();
        let top = place.socket().get(&format!("/containers/{id}/top")).unwrap().json();
        assert!(!top["Processes"].to_string().contains("sleep 61"), "{}: {top}", place.engine.name);
        place.write("go", "");
        assert_eq!(place.up(&[])["containerId"], id);
        assert_eq!(place.read("ran"), "begun\nbegun\n");
    }
}

#[test]
fn during_a_pull_nothing_stays() {
    // A registry that takes the connection and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let place = Place::new(
        engines::engine("docker28"),
        &format!(r#"{{ "image": "localhost:{port}/silent/image:1" }}"#),
    );
    listener.set_nonblocking(true).unwrap();
    let mut taken = None;
    cancel(&place, &[], Signal::INT, || {
        taken = listener.accept().ok();
        taken.is_some()
    });
    assert!(place.containers().is_empty());
    drop((listener, taken));
    place.configure(r#"{ "image": "busybox" }"#);
    place.up(&[]);
}

/// The hook does not listen, so ending in order takes its time; a second signal does not wait for that.
#[test]
fn a_second_signal_ends_it_where_it_stands_and_the_next_up_goes_on() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "trap '' TERM INT HUP; echo begun >> ran; while test ! -e go; do sleep 0.1; done" }"#,
    );
    let mut up = Following::errors(&place.wharf("up", &[]));
    wait_until("the hook runs", || place.read("ran") == "begun\n");
    let started = std::time::Instant::now();
    signal(&up.child, Signal::INT);
    up.until("once more ends at once");
    // Longer than what counts as the same signal twice.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(up.child.try_wait().unwrap().is_none(), "it still waits for the hook");
    let again = std::time::Instant::now();
    signal(&up.child, Signal::INT);
    assert_eq!(up.code(), Some(130));
    assert!(again.elapsed().as_millis() < 1000, "it took {:?} to end", again.elapsed());
    // Whoever waits for the hook waits three seconds.
    assert!(started.elapsed().as_millis() < 3000, "it took {:?} to end", started.elapsed());
    place.write("go", "");
    place.up(&[]);
    assert_eq!(place.read("ran"), "begun\nbegun\n");
}
