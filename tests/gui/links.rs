//! Links to Wharf: what they ask for is shown first, and nothing happens before the answer.

use std::process::Stdio;

use serde_json::json;
use wharf_test_support::images::DEBIAN;

use crate::screen::{Desk, PROGRAM, environment};

/// Characters of a path or an address that mean something in a link.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn a_link_to_a_folder_asks_before_the_folder_is_read() {
    let desk = Desk::new();
    let configuration = json!({ "name": "Linked", "image": DEBIAN }).to_string();
    let folder = desk.folder("linked & read", &configuration);
    let link = format!("wharf://open?folder={}", encoded(&folder.to_string_lossy()));
    let window = desk.open(&[&link]);
    window.wait_for("[data-testid=link]");
    assert!(window.text("[data-testid=link]").contains("linked & read"));
    assert!(!window.shows("[data-testid=folder]"));
    desk.picture(&window, "13-link");
    window.click("[data-testid=link-refuse]");
    window.wait_until_gone("[data-testid=link]");
    assert!(!window.shows("[data-testid=folder]"), "nothing is read after a no");

    // As the system hands a link over while the window is open: by a second start.
    let mut second = desk.command(PROGRAM);
    let status = second.arg(&link).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "the second start ended with {status}");
    window.click("[data-testid=link-allow]");
    window.wait_for("[data-testid=folder]");
    assert!(window.text("[data-testid=folder]").contains("Linked"));
    assert!(desk.containers().is_empty());
}

#[test]
fn a_link_to_a_repository_clones_it_into_a_volume_once_it_is_allowed() {
    let desk = Desk::new();
    let server = desk.server();
    let configuration = json!({ "name": "Cloned", "image": DEBIAN }).to_string();
    server.repository("cloned", &[(".devcontainer.json", &configuration), ("lamp.txt", "lit\n")], "true");
    let link = format!("wharf://open?url={}", encoded(&server.url("cloned")));
    let window = desk.open(&[&link]);
    window.wait_for("[data-testid=link]");
    assert!(window.text("[data-testid=link]").contains(&server.url("cloned")));
    assert_eq!(server.connections(), 0, "nobody is asked before the answer");
    window.click("[data-testid=link-allow]");
    window.wait_for(&environment("running"));
    desk.picture(&window, "14-cloned");
    assert!(server.connections() > 0);
    let containers = desk.containers();
    assert_eq!(containers.len(), 1);
    let mounts = containers[0]["Mounts"].as_array().unwrap().clone();
    assert!(
        mounts.iter().any(|mount| mount["Type"] == "volume" && mount["Destination"] == "/workspaces"),
        "{mounts:?}"
    );
}

#[test]
fn a_link_that_asks_for_more_is_refused_aloud() {
    let desk = Desk::new();
    let folder = desk.folder("trusted", &json!({ "image": DEBIAN }).to_string());
    let link = format!("wharf://open?folder={}&trust=true", encoded(&folder.to_string_lossy()));
    let window = desk.open(&[&link]);
    window.wait("the refusal", || window.text("body").contains("was not followed").then_some(()));
    assert!(!window.shows("[data-testid=link]"));
    assert!(!window.shows("[data-testid=folder]"));
}

/// Whatever runs in the page: what leads to another computer is opened by a person, in a dialog that is not the page's.
#[test]
fn a_page_opens_no_other_computers_address_by_itself() {
    const ASK: &str = "
        const [address, done] = arguments;
        window.asked = 'waiting';
        const invoke = window.__TAURI_INTERNALS__.invoke('open_link', { address });
        invoke.then(() => (window.asked = 'over'), (error) => (window.asked = JSON.stringify(error)));
        done();";
    const DIALOG: &str = "Open this address?";
    const ADDRESS: &str = "https://elsewhere.example/page";
    let desk = Desk::new();
    let window = desk.open(&[]);
    let asked = |address: &str| window.run(ASK, &[json!(address)]).unwrap();
    let over = || {
        let look = || window.run("arguments[0](window.asked)", &[]).ok().filter(|said| said != "waiting");
        window.wait("the end of the question", look)
    };
    asked(ADDRESS);
    desk.press(DIALOG, "Escape");
    assert_eq!((over(), desk.opened()), (json!("over"), None));
    asked(ADDRESS);
    desk.press(DIALOG, "Return");
    assert_eq!(over(), "over");
    assert_eq!(window.wait("the address in the browser", || desk.opened()), ADDRESS);
    // What is no page of the web is not even asked about.
    asked("file:///etc/passwd");
    assert_ne!(over(), "over");
    assert_eq!(desk.opened().as_deref(), Some(ADDRESS));
}
