//! An engine whose disk really fills up in the middle of a build.

use wharf_test_support::engines::{self, DOCKER, PODMAN};
use wharf_test_support::small_engine::SmallEngine;

use crate::kit::Place;

/// Larger than what is left, smaller than a machine would notice.
const TOO_LARGE: u64 = 150 << 20;

fn fills_up_and_goes_on(lender: &str, megabytes: u32) {
    let small = SmallEngine::start(&engines::engine(lender), megabytes);
    let place = Place::new(
        small.engine.clone(),
        r#"{ "build": { "dockerfile": "Dockerfile" }, "runArgs": ["--network", "none"], "userEnvProbe": "none",
             "postCreateCommand": "ls /large | wc -l > seen" }"#,
    );
    place.write("Dockerfile", "FROM busybox\nCOPY large /large\n");
    let large = place.write("large/file", "");
    std::fs::File::options().write(true).open(&large).unwrap().set_len(TOO_LARGE).unwrap();
    for _ in 0..2 {
        let (document, text) = place.up_fails(&[]);
        assert_eq!(document["outcome"], "error", "{text}");
        assert_eq!(text.matches("error: ").count(), 1, "{text}");
        assert!(text.contains("has no space left to"), "{text}");
        assert!(text.contains("hint: Free disk space on the engine's machine"), "{text}");
        assert!(place.containers().is_empty());
        assert!(place.built_image().is_none());
    }
    // Space was made, and nothing else was done.
    small.grow(900);
    place.up(&[]);
    assert_eq!(place.read("seen").trim(), "1");
}

#[test]
fn docker_fills_up_and_goes_on() {
    fills_up_and_goes_on(DOCKER, 120);
}

#[test]
fn podman_fills_up_and_goes_on() {
    fills_up_and_goes_on(PODMAN, 120);
}
