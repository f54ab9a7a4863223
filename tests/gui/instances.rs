//! How the program is started: once, twice, without a window, without a display.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use wharf_test_support::PATIENCE;
use wharf_test_support::images::DEBIAN;

use crate::screen::{Desk, PROGRAM, environment};

#[test]
fn a_second_start_hands_its_folder_to_the_first_and_ends() {
    let desk = Desk::new();
    let configuration = |name: &str| serde_json::json!({ "name": name, "image": DEBIAN }).to_string();
    desk.folder("first", &configuration("Harbour"));
    desk.folder("second/deep", &configuration("Breakwater"));
    let window = desk.open(&["first"]);
    window.wait_for("[data-testid=folder]");
    assert!(window.text("[data-testid=folder]").contains("Harbour"));
    // Relative to its own folder, not to that of the window.
    let mut second = desk.command(PROGRAM);
    second.arg("deep").current_dir(desk.home.path().join("second")).stdin(Stdio::null());
    let status = second.status().unwrap();
    assert!(status.success(), "the second start ended with {status}");
    window.wait("the second folder", || {
        window.text("[data-testid=folder]").contains("Breakwater").then_some(())
    });
    desk.picture(&window, "8-second-start");
}

#[test]
fn a_start_in_the_background_shows_no_window_until_somebody_asks_for_it() {
    let desk = Desk::new();
    let window = desk.open(&["--background"]);
    let seen = || window.run("arguments[0](document.visibilityState)", &[]).unwrap();
    assert_eq!(seen(), "hidden");
    // The session's start, once more, changes nothing.
    for (arguments, expected) in [(&["--background"][..], "hidden"), (&[][..], "visible")] {
        let mut again = desk.command(PROGRAM);
        let status = again.args(arguments).stdin(Stdio::null()).status().unwrap();
        assert!(status.success(), "{arguments:?} ended with {status}");
        window.wait(expected, || (seen() == expected).then_some(()));
    }
}

#[test]
fn a_start_with_the_session_is_written_where_sessions_look_and_taken_away_again() {
    let desk = Desk::new();
    let window = desk.open(&[]);
    window.click("[data-testid=open-settings]");
    window.click("[data-section=desktop]");
    let entries = || -> Vec<String> {
        let folder = desk.home.path().join(".config/autostart");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default()).collect()
    };
    assert_eq!(entries(), Vec::<String>::new());
    window.click("[data-setting=autostart]");
    // The file is there before it is written, which is done in one go.
    let written = || entries().pop().filter(|entry| !entry.is_empty());
    let entry = window.wait("an entry of the session", written);
    let started = entry.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap_or_default();
    assert!(started.contains(PROGRAM) && started.ends_with("--background"), "{entry}");
    window.click("[data-setting=autostart]");
    window.wait("the entry to go", || entries().is_empty().then_some(()));
}

#[test]
fn an_environment_is_opened_in_the_editor() {
    let desk = Desk::new();
    let configuration = serde_json::json!({ "name": "Edited", "image": DEBIAN }).to_string();
    desk.folder("edited", &configuration);
    let script = "#!/bin/sh\nprintf '%s' \"$2\" >\"$HOME/edited.new\" && mv \"$HOME/edited.new\" \"$HOME/edited.uri\"\n";
    let editor = desk.home.write("bin/code", script);
    std::fs::set_permissions(editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let window = desk.open(&["edited"]);
    window.click("[data-testid=folder-start]");
    window.wait_for(&environment("running"));
    window.click("[data-testid=open-editor]");
    let uri = window.wait("the editor", || {
        std::fs::read_to_string(desk.home.path().join("edited.uri")).ok().filter(|text| !text.is_empty())
    });
    assert!(uri.starts_with("vscode-remote://attached-container+7b"), "{uri}");
    assert!(uri.ends_with("/workspaces/edited"), "{uri}");
    // What a page could name, it could have started.
    let change = "window.__TAURI_INTERNALS__.invoke('change_setting', { key: 'integration.editor', value: arguments[0] })
        .then(() => arguments[1]('taken'), (error) => arguments[1](error.message))";
    let refused = window.run(change, &["/bin/sh".into()]).unwrap();
    assert!(refused.as_str().unwrap().contains("none of the editors that were found"), "{refused}");
    assert_eq!(window.run(change, &["code".into()]).unwrap(), "taken");
}

#[test]
fn what_ends_while_nobody_looks_is_told_by_a_notification() {
    let desk = Desk::new();
    let configuration = serde_json::json!({ "name": "Foghorn", "image": DEBIAN }).to_string();
    let folder = desk.folder("foghorn", &configuration);
    let heard = desk.notifications();
    let window = desk.open(&["--background"]);
    // As the page begins it, only that nobody sees the page. What it tells is not answered, which holds up nobody.
    let operate = "window.__TAURI_INTERNALS__.invoke('operate', {
            id: 'one', events: '__CHANNEL__:7', request: { operation: 'up', reference: { folder: arguments[0] } } });
        arguments[1]();";
    window.run(operate, &[folder.display().to_string().into()]).unwrap();
    let told = loop {
        let line = heard.recv_timeout(PATIENCE).expect("a notification of it");
        if line.contains("Foghorn") {
            break line;
        }
    };
    assert!(told.contains("is running"), "{told}");
    // It was started to be there.
    assert_eq!(window.run("arguments[0](document.visibilityState)", &[]).unwrap(), "hidden");
}
