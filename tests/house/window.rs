//! What the window's pages may do stands in two files, and this test knows every word of it: a further right is a decision.

use std::collections::BTreeSet;

use crate::metadata::root;
use serde_json::{Value, json};

fn file(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join("src-tauri").join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn pages_hear_events_and_have_no_right_of_a_plugin() {
    let files: Vec<_> = std::fs::read_dir(root().join("src-tauri/capabilities"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["window.json"]);
    let capability = file("capabilities/window.json");
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability["permissions"], json!(["core:event:allow-listen", "core:event:allow-unlisten"]));
    for far in ["remote", "webviews", "platforms"] {
        assert_eq!(capability.get(far), None, "{far}");
    }
}

#[test]
fn pages_load_nothing_but_what_is_in_the_program() {
    let security = &file("tauri.conf.json")["app"]["security"];
    let policy = security["csp"].as_str().unwrap();
    let policy: Vec<_> = policy.split(';').map(str::trim).collect();
    assert_eq!(
        policy,
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src ipc: http://ipc.localhost",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    );
    let mut known: Vec<_> = security.as_object().unwrap().keys().map(String::as_str).collect();
    known.sort_unstable();
    assert_eq!(known, ["capabilities", "csp", "freezePrototype"]);
    assert_eq!(security["capabilities"], json!(["window"]));
    assert_eq!(security["freezePrototype"], json!(true));
}

#[test]
fn pages_do_not_get_the_whole_of_tauri() {
    let app = &file("tauri.conf.json")["app"];
    assert_eq!(app["withGlobalTauri"], json!(false));
    assert_eq!(app["windows"].as_array().map(Vec::len), Some(1));
}

/// The names after `invoke(` and `watch(` in the one folder that knows Tauri.
fn called() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("ui/src/lib/host")).unwrap().flatten() {
        if !entry.file_name().to_string_lossy().starts_with("tauri") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for (position, _) in text.match_indices("('") {
            let (before, after) = (&text[..position], &text[position + 2..]);
            // A call may say between name and bracket what it answers.
            let is_call = ["invoke", "watch"].iter().any(|call| {
                before.rfind(call).map(|start| &before[start + call.len()..]).is_some_and(|between| {
                    between.is_empty()
                        || between.starts_with('<') && between.ends_with('>') && !between.contains('\n')
                })
            });
            if is_call {
                found.insert(after.split('\'').next().unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn pages_call_every_command_that_there_is_and_no_other() {
    let text = std::fs::read_to_string(root().join("src-tauri/src/window.rs")).unwrap();
    let (_, handler) = text.split_once("generate_handler![").unwrap();
    let (list, _) = handler.split_once(']').unwrap();
    let registered: BTreeSet<String> = list
        .split(',')
        .filter_map(|path| path.trim().rsplit("::").next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(called(), registered);
}
