//! What a person does with an environment while they work in it: type into it, break its configuration and mend it, change it, try again.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wharf_test_support::images::DEBIAN;
use wharf_test_support::webdriver::Window;

use crate::screen::{Desk, environment};

/// Brings up a folder whose configuration asks for nothing that needs consent.
fn started(desk: &Desk, name: &str, configuration: &Value) -> (PathBuf, Window) {
    let folder = desk.folder(name, &configuration.to_string());
    let window = desk.open(&[name]);
    window.click("[data-testid=folder-start]");
    (folder, window)
}

fn rewrite(folder: &Path, text: &str) {
    // As editors do it: a new file in the place of the old one.
    let beside = folder.join(".devcontainer.json.new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(beside, folder.join(".devcontainer.json")).unwrap();
}

#[test]
fn what_is_typed_into_a_terminal_happens_inside() {
    let desk = Desk::new();
    let (folder, window) = started(&desk, "typing", &json!({ "name": "Typing", "image": DEBIAN }));
    window.wait_for(&environment("running"));
    window.click("[data-testid=tab][data-tab=terminal]");
    window.wait("a terminal, or the button for one", || {
        (window.shows("[data-testid=terminal]") || window.shows("[data-testid=terminal-open]")).then_some(())
    });
    if !window.shows("[data-testid=terminal]") {
        window.click("[data-testid=terminal-open]");
    }
    window.wait_for("[data-testid=terminal][data-ready]");
    window.type_into("[data-testid=terminal] textarea", "echo lamp-$((6*7)) | tee typed.txt\u{E007}");
    let typed = folder.join("typed.txt");
    window.wait("what was typed, on this computer", || {
        std::fs::read_to_string(&typed).ok().filter(|text| text == "lamp-42\n")
    });
    window.wait("the answer in the terminal", || {
        window.text("[data-testid=terminal]").contains("lamp-42").then_some(())
    });
    desk.picture(&window, "9-terminal");
}

#[test]
fn a_configuration_that_breaks_is_told_with_its_place_until_it_is_mended() {
    let desk = Desk::new();
    let configuration = json!({ "name": "Breaking", "image": DEBIAN });
    let (folder, window) = started(&desk, "breaking", &configuration);
    window.wait_for(&environment("running"));
    rewrite(&folder, "{\n  \"name\": \"Breaking\",\n  \"image\": 7\n}\n");
    window.wait("the place of the error", || {
        window.text("[data-testid=environment]").contains(".devcontainer.json:3").then_some(())
    });
    desk.picture(&window, "10-broken");
    rewrite(&folder, &configuration.to_string());
    window.wait("the error to go", || {
        (!window.text("[data-testid=environment]").contains(".devcontainer.json:3")).then_some(())
    });
    assert_eq!(desk.containers()[0]["State"], "running", "what runs is left alone");
}

#[test]
fn a_change_is_previewed_and_applied() {
    let desk = Desk::new();
    let mut configuration = json!({ "name": "Changing", "image": DEBIAN });
    let (folder, window) = started(&desk, "changing", &configuration);
    window.wait_for(&environment("running"));
    let before = desk.containers()[0]["Id"].clone();
    configuration["containerEnv"] = json!({ "TIDE": "high" });
    rewrite(&folder, &configuration.to_string());
    window.wait_for("[data-testid=changes]");
    assert!(window.text("[data-testid=changes]").contains("containerEnv"));
    desk.picture(&window, "11-changes");
    window.click("[data-testid=apply-changes]");
    // What replaces the container asks, with what would be lost.
    window.wait("the change to be applied", || {
        if window.shows("[data-testid=dialog-confirm]:enabled") {
            window.click("[data-testid=dialog-confirm]:enabled");
        }
        let containers = desk.containers();
        (containers.len() == 1 && containers[0]["Id"] != before).then_some(())
    });
    window.wait_until_gone("[data-testid=changes]");
    window.wait_for(&environment("running"));
}

#[test]
fn a_hook_that_failed_is_retried_once_its_reason_is_mended() {
    let desk = Desk::new();
    let (folder, window) = started(
        &desk,
        "retrying",
        &json!({ "name": "Retrying", "image": DEBIAN, "postCreateCommand": "echo looking; cat oil.txt" }),
    );
    window.wait_for("[data-testid=failure]");
    assert!(window.text("[data-testid=failure]").contains("postCreateCommand"));
    desk.picture(&window, "12-failed-hook");
    let before = desk.containers()[0]["Id"].clone();
    std::fs::write(folder.join("oil.txt"), "enough\n").unwrap();
    window.click("[data-testid=retry]");
    window.wait_until_gone("[data-testid=failure]");
    window.wait_for(&environment("running"));
    assert_eq!(desk.containers()[0]["Id"], before, "it goes on where it was");
}
