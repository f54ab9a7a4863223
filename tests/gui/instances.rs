//! How the program is started: once, twice, without a window, without a display.

use std::process::Stdio;

use wharf_test_support::images::DEBIAN;

use crate::screen::{Desk, PROGRAM};

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
    window.picture("8-second-start");
}
