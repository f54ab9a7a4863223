//! Two Wharfs on one folder: the second waits, says for whom, and goes on when the first is gone, however it went.

use std::io::Read;

use rustix::process::Signal;
use serde_json::Value;
use wharf_test_support::engines;

use crate::kit::{Following, Place, signal, wait_until};

const SLOW: &str = r#"{ "image": "busybox", "postCreateCommand": "echo begun >> ran; while test ! -e go; do sleep 0.1; done" }"#;

#[test]
fn the_second_waits_for_the_first_and_finds_its_work_done() {
    let place = Place::new(engines::engine("docker28"), SLOW);
    let mut first = place.start(&[]);
    wait_until("the hook runs", || place.read("ran") == "begun\n");
    let second = Following::errors(&place.wharf("up", &["--log-format", "json"]));
    // It waits only for a lock that is held when it comes, and says so.
    let waiting: Value = serde_json::from_str(&second.until(r#""type":"waiting""#)).unwrap();
    assert_eq!(waiting["on"]["pid"], first.id());
    place.write("go", "");
    assert!(first.wait().unwrap().success());
    assert_eq!(second.code(), Some(0));
    assert_eq!(place.read("ran"), "begun\n", "the hook ran once");
    assert_eq!(place.containers().len(), 1);
}

#[test]
fn a_killed_wharf_leaves_no_lock_and_no_process() {
    for engine in engines::primary() {
        let place = Place::new(engine, SLOW);
        let mut first = place.start(&[]);
        wait_until("the hook runs", || place.read("ran") == "begun\n");
        signal(&first, Signal::KILL);
        first.wait().unwrap();
        let mut rest = String::new();
        first.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        let id = place.containers()[0]["Id"].as_str().unwrap().to_owned();
        wait_until("the hook's processes are gone", || {
            let top = place.socket().get(&format!("/containers/{id}/top")).unwrap().json();
            !top["Processes"].to_string().contains("test ! -e go")
        });
        place.write("go", "");
        let document = place.up(&[]);
        assert_eq!(document["containerId"], id, "{}: it goes on with the same container", place.engine.name);
        assert_eq!(
            place.read("ran"),
            "begun\nbegun\n",
            "{}: the interrupted hook runs again",
            place.engine.name
        );
    }
}
