//! The workflows of continuous integration call what is here, pin what is not, and may do no more than they must.

use std::path::PathBuf;
use std::process::Command;

use crate::metadata::root;

/// Every workflow with its text.
fn workflows() -> Vec<(String, String)> {
    let folder = root().join(".github/workflows");
    let mut found: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    assert!(found.len() >= 2, "{} holds {} workflows", folder.display(), found.len());
    found
}

/// The arguments that a line hands to xtask, with a word in place of each expression that is only known there.
fn xtask_arguments(line: &str) -> Option<Vec<String>> {
    let line = line.split_once('#').map_or(line, |(line, _)| line);
    let (_, rest) = line
        .split_once("cargo xtask ")
        .or_else(|| line.split_once("--package wharf-xtask ").and_then(|(_, rest)| rest.split_once("-- ")))?;
    let rest = rest.split(['>', '|', '<']).next().unwrap_or(rest);
    let mut words = String::new();
    let mut rest = rest;
    while let Some((before, after)) = rest.split_once("${{") {
        words.push_str(before);
        words.push_str("expression");
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    Some(words.split_whitespace().map(|word| word.trim_matches(['"', '\'']).replace('$', "")).collect())
}

#[test]
fn the_verbs_that_workflows_call_exist() {
    let mut called = 0;
    for (name, text) in workflows() {
        for arguments in text.lines().filter_map(xtask_arguments) {
            called += 1;
            // Asked for help behind everything else, it reads all arguments and does nothing.
            let output = Command::new(env!("CARGO_BIN_EXE_wharf-xtask"))
                .args(&arguments)
                .arg("--help")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}: cargo xtask {}: {said}", arguments.join(" "));
        }
    }
    assert!(called >= 5, "only {called} calls were found, so this proves little");
}

#[test]
fn actions_are_pinned_to_a_commit_and_say_its_version() {
    let mut seen = 0;
    for (name, text) in workflows() {
        for line in text.lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            seen += 1;
            let pinned = used.split_once('@').is_some_and(|(_, rest)| {
                let (commit, comment) = rest.split_once(' ').unwrap_or((rest, ""));
                commit.len() == 40
                    && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && comment
                        .trim()
                        .strip_prefix("# v")
                        .is_some_and(|version| version.split('.').count() == 3)
            });
            assert!(pinned, "{name}: {used} is not `action@<commit> # v<version>`");
        }
    }
    assert!(seen >= 5, "only {seen} actions were found, so this proves little");
}

#[test]
fn workflows_may_read_and_leave_no_credentials_behind() {
    for (name, text) in workflows() {
        assert!(
            text.contains("\npermissions:\n  contents: read\n\n"),
            "{name} takes more than reading for every job"
        );
        let checkouts = text.matches("uses: actions/checkout@").count();
        assert_eq!(text.matches("persist-credentials: false").count(), checkouts, "{name}: checkouts");
        // An expression in a line of shell is text that somebody else may have written.
        for line in text.lines().filter(|line| line.contains("run: ")) {
            for expression in line.split("${{").skip(1) {
                let expression = expression.split("}}").next().unwrap_or_default().trim();
                assert!(expression.starts_with("matrix."), "{name}: {line}");
            }
        }
    }
}

/// The words that a person is told to type exist as well.
#[test]
fn the_verbs_that_pages_name_exist() {
    for page in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        let path: PathBuf = root().join(page);
        let text = std::fs::read_to_string(path).unwrap();
        for (at, start) in text.match_indices("cargo xtask ") {
            let rest = &text[at + start.len()..];
            let verb: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            if verb.is_empty() {
                continue;
            }
            let output =
                Command::new(env!("CARGO_BIN_EXE_wharf-xtask")).args([&verb, "--help"]).output().unwrap();
            assert!(output.status.success(), "{page} names `cargo xtask {verb}`, which is no verb");
        }
    }
}
