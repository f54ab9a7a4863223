//! State on disk: damaged files are set aside with a message, and nothing is lost by it.

use wharf_test_support::engines;

use crate::kit::{Place, json};

#[test]
fn damaged_state_is_set_aside_and_gathered_again() {
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "image": "busybox", "postCreateCommand": "echo x >> ran" }"#,
    );
    let id = place.up(&[])["containerId"].clone();
    let mut damaged = 0;
    for file in state_files(&place) {
        std::fs::write(&file, "{ half a docum").unwrap();
        damaged += 1;
    }
    assert!(damaged >= 2, "there is state to damage");
    let answer = place.wharf("up", &[]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(json(&answer)["containerId"], id);
    assert!(answer.stderr_text().contains("set aside"), "{answer}");
    assert_eq!(place.read("ran"), "x\n", "the hook's marker is in the container");
    let aside = walk(&place).into_iter().filter(|path| path.to_string_lossy().contains("damaged-")).count();
    assert!(aside >= 1);
}

fn state_files(place: &Place) -> Vec<std::path::PathBuf> {
    walk(place)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect()
}

fn walk(place: &Place) -> Vec<std::path::PathBuf> {
    let mut folders = vec![place.home.path().join(".local/state")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files
}
