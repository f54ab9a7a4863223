//! What a person does with one environment, from its folder to its end.

use wharf_test_support::images::DEBIAN;
use wharf_test_support::webdriver::Window;

use crate::screen::{Desk, environment};

const ALLOW: &str = "[data-testid=consent-allow]";

/// A configuration that needs consent, runs a hook that says something, and keeps something in a volume.
fn configuration() -> String {
    serde_json::json!({
        "name": "Lighthouse",
        "image": DEBIAN,
        "initializeCommand": "echo built on the shore",
        "postCreateCommand": "echo the lamp is lit",
        "mounts": ["type=volume,source=wharf-gui-${devcontainerId},target=/var/oil"],
    })
    .to_string()
}

/// Opens the folder `lighthouse`, given as a person would type it, and starts its environment as far as the question.
fn open_and_ask(desk: &Desk) -> Window {
    desk.folder("lighthouse", &configuration());
    let window = desk.open(&["lighthouse"]);
    window.click("[data-testid=folder-start]");
    window.wait_for("[data-testid=consent]");
    window
}

/// The same, allowed and up.
fn open_and_start(desk: &Desk) -> Window {
    let window = open_and_ask(desk);
    window.click(ALLOW);
    window.wait_for(&environment("running"));
    window
}

#[test]
fn a_folder_of_the_command_line_is_shown_and_asks_before_anything_is_done() {
    let desk = Desk::new();
    desk.folder("lighthouse", &configuration());
    let window = desk.open(&["lighthouse"]);
    window.wait_for("[data-testid=folder]");
    assert!(window.text("[data-testid=folder]").contains("Lighthouse"));
    desk.picture(&window, "1-folder");
    window.click("[data-testid=folder-start]");
    window.wait_for("[data-testid=consent]");
    desk.picture(&window, "2-consent");
    assert!(window.text("[data-testid=consent-touch]").contains("echo built on the shore"));
    assert!(desk.containers().is_empty(), "nothing is made before the answer");
    window.click("[data-testid=consent-refuse]");
    window.wait_until_gone("[data-testid=consent]");
    assert!(desk.containers().is_empty(), "nothing is made after a no");
    desk.picture(&window, "3-refused");
}

#[test]
fn an_allowed_environment_is_watched_until_it_runs() {
    let desk = Desk::new();
    let window = open_and_ask(&desk);
    window.click(ALLOW);
    window.wait_for("[data-testid=steps]");
    window.wait_for(&environment("running"));
    window.wait_for("[data-testid=step][data-state=done]");
    desk.picture(&window, "4-running");
    let containers = desk.containers();
    assert_eq!(containers.len(), 1);
    assert_eq!(containers[0]["State"], "running");
}

#[test]
fn a_running_environment_is_stopped_and_kept() {
    let desk = Desk::new();
    let window = open_and_start(&desk);
    window.click("[data-testid=stop]");
    window.click("[data-testid=dialog-confirm]:enabled");
    window.wait_for(&environment("stopped"));
    desk.picture(&window, "5-stopped");
    assert_eq!(desk.containers()[0]["State"], "exited");
}

#[test]
fn an_environment_is_deleted_after_saying_what_is_lost() {
    let desk = Desk::new();
    let window = open_and_start(&desk);
    let id = window.attribute("[data-testid=environment]", "data-environment");
    window.click("[data-testid=more]");
    window.click("[data-testid=delete]");
    window.wait_for("[data-testid=dialog-confirm]:enabled");
    // What is lost is counted while the dialog is shown already.
    window.wait("the volume", || window.text("[data-testid=dialog]").contains("wharf-gui-").then_some(()));
    desk.picture(&window, "6-losses");
    window.click("[data-testid=delete-volumes]");
    window.click("[data-testid=dialog-confirm]:enabled");
    window.wait_until_gone(&format!("[data-environment='{id}']"));
    desk.picture(&window, "7-deleted");
    assert!(desk.containers().is_empty());
    let volumes = desk.socket().get("/volumes").unwrap().text();
    assert!(!volumes.contains(&format!("wharf-gui-{id}")), "the volume was to go too");
}

#[test]
fn what_happens_on_the_engine_is_shown_without_asking() {
    let desk = Desk::new();
    let window = open_and_start(&desk);
    let id = desk.containers()[0]["Id"].as_str().unwrap().to_owned();
    desk.socket().request("POST", &format!("/containers/{id}/kill"), None).unwrap();
    window.wait_for(&environment("stopped"));
    desk.socket().request("DELETE", &format!("/containers/{id}"), None).unwrap();
    window.wait_for(&environment("gone"));
}

#[test]
fn a_page_that_is_loaded_anew_takes_up_what_runs() {
    let desk = Desk::new();
    let window = open_and_ask(&desk);
    window.reload();
    window.click("[data-testid=environment-item]");
    window.wait_for("[data-testid=consent]");
    window.click(ALLOW);
    window.wait_for(&environment("running"));
}
