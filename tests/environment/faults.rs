//! What happens around an environment: removed, paused, never there. Each gives one clear error, and the next `up` goes on.

use wharf_test_support::engines;

use crate::kit::{Place, wait_until};

const HOOK: &str =
    r#"{ "image": "busybox", "postCreateCommand": "echo begun >> ran; test -e go || sleep 30" }"#;

#[test]
fn a_container_removed_under_our_hands_is_named_and_made_again() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine, HOOK);
        let child = place.start(&[]);
        wait_until("the hook runs", || place.read("ran") == "begun\n");
        let id = place.containers()[0]["Id"].as_str().unwrap().to_owned();
        let removed =
            place.socket().request("DELETE", &format!("/containers/{id}?force=true"), None).unwrap();
        assert!(removed.is_success(), "{}", removed.text());
        let output = child.wait_with_output().unwrap();
        let name = &place.engine.name;
        assert_eq!(output.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let document = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            document.contains("somebody else") || document.contains("is exited now"),
            "{name}: {document}"
        );
        assert!(document.contains(&id), "{name}: {document}");
        place.write("go", "");
        assert_ne!(place.up(&[])["containerId"], id);
    }
}

#[test]
fn a_paused_container_is_unpaused_and_a_stopped_one_named() {
    let place = Place::new(engines::engine("docker28"), HOOK);
    place.write("go", "");
    let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
    place.post(&format!("/containers/{id}/pause"));
    let exec = place.wharf("exec", &["true"]).end();
    assert_eq!(exec.code, Some(1));
    assert!(exec.stderr_text().contains("paused") && exec.stderr_text().contains("wharf up"), "{exec}");
    assert_eq!(place.up(&[])["containerId"], id);
    assert_eq!(place.wharf("exec", &["true"]).end().code, Some(0));
    place.post(&format!("/containers/{id}/stop?t=0"));
    let exec = place.wharf("exec", &["true"]).end();
    assert_eq!(exec.code, Some(1));
    assert!(exec.stderr_text().contains("exited"), "{exec}");
}

#[test]
fn mistakes_in_a_configuration_are_told_with_their_place() {
    let cases = [
        (r#"{ "image": "wharf.invalid/no/such:image" }"#, "wharf.invalid/no/such:image", ":1:12"),
        (r#"{ "build": { "dockerfile": "Nowhere" } }"#, "Nowhere does not exist", ":1:28"),
        (
            r#"{ "image": "busybox", "mounts": ["type=bind,source=${localWorkspaceFolder}/none,target=/x"] }"#,
            "none",
            "",
        ),
        (r#"{ "image": "busybox", "mounts": ["type=nonsense,target=/x"] }"#, "nonsense", ":1:34"),
        (r#"{ "image": "busybox", "runArgs": ["--no-such-flag"] }"#, "--no-such-flag", ":1:35"),
        (r#"{ "image": "busybox", "remoteUser": "nobody-here" }"#, "nobody-here", ""),
        (r#"{ "image": "busybox", "containerUser": "nobody-here" }"#, "nobody-here", ""),
        (r#"{ "image": "busybox", "workspaceFolder": "/a/b", "workspaceMount": "type=bind" }"#, "target", ""),
        (r#"{ "image": 5 }"#, "must be a string", ":1:12"),
        (r#"{ "image": "busybox" "#, "", ":1:"),
        (r#"{ "name": "nothing to start from" }"#, "missing one of", ""),
    ];
    for (configuration, words, position) in cases {
        let place = Place::new(engines::engine("docker28"), configuration);
        let (document, shown) = place.up_fails(&["--trust"]);
        assert!(shown.contains("error: "), "{configuration}: {shown}");
        assert!(document["message"].as_str().is_some_and(|message| !message.is_empty()), "{configuration}");
        assert!(shown.contains(words), "{configuration}: {shown}");
        assert!(
            shown.contains(&format!(".devcontainer.json{position}")) || position.is_empty(),
            "{configuration}: {shown}"
        );
        assert_eq!(shown.matches("error: ").count(), 1, "{configuration}: {shown}");
        place.configure(r#"{ "image": "busybox" }"#);
        place.up(&["--remove-existing-container"]);
    }
}

#[test]
fn a_failed_build_says_which_step_and_what_it_said() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine, r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
        place.write("Dockerfile", "FROM busybox\nRUN echo the reason is here && exit 3\n");
        let (document, shown) = place.up_fails(&[]);
        let name = &place.engine.name;
        assert_eq!(document["description"], "An error occurred building the image.", "{name}");
        assert!(shown.contains("the reason is here"), "{name}: {shown}");
        assert!(place.containers().is_empty());
        place.write("Dockerfile", "FROM busybox\n");
        place.up(&[]);
    }
}

#[test]
fn a_full_disk_during_a_build_is_told_as_such() {
    let place = Place::new(engines::engine("docker28"), r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    place.write("Dockerfile", "FROM busybox\nRUN --mount=type=tmpfs,target=/full,size=65536 dd if=/dev/zero of=/full/file bs=1024 count=1024\n");
    let (_, shown) = place.up_fails(&[]);
    assert!(shown.contains("No space left on device"), "{shown}");
    assert!(shown.contains("hint: "), "{shown}");
    place.write("Dockerfile", "FROM busybox\n");
    place.up(&[]);
}
