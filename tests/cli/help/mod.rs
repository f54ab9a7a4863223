//! Help pages and versions. The pages are generated, one file each, and stale when a flag changes: then run the test with
//! `INSTA_UPDATE=always` and look at what has changed.

use wharf_test_support::command::Home;

use crate::{check, exchange, wharf};

/// The page of a command, which may be empty for the first page.
fn page(command: &str) -> String {
    let answer = wharf(&Home::new(), &format!("{command} -h"));
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(answer.stderr_text(), "", "{command}");
    answer.stdout_text()
}

/// The commands that a page lists.
fn commands(page: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // What goes on from the line before is indented further.
    lines
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Every command has its page, and the command of a command too.
#[test]
fn pages() {
    let mut all = vec![String::new(), "--headless".to_owned()];
    let mut next = 0;
    while let Some(command) = all.get(next).cloned() {
        let text = page(&command);
        let inner = commands(&text);
        // What does something shows how; what only has commands leaves that to them.
        assert!(
            !inner.is_empty() || text.contains("\nExamples:\n  wharf "),
            "wharf {command} has no example"
        );
        all.extend(inner.iter().map(|inner| format!("{command} {inner}").trim().to_owned()));
        let name = format!("wharf {command}").trim().replace(" --", "-").replace(' ', "-");
        insta::with_settings!({
            snapshot_path => "pages", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(name, text);
        });
        next += 1;
    }
    assert!(all.len() > 15, "{all:?}");
}

#[test]
fn without_a_command_the_first_page_goes_to_standard_error() {
    let answer = wharf(&Home::new(), "");
    assert_eq!((answer.code, answer.stdout_text().as_str()), (Some(2), ""));
    assert_eq!(answer.stderr_text(), page(""));
}

#[test]
fn completion_scripts_complete_flags() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = wharf(&Home::new(), &format!("completion {shell}"));
        assert_eq!(answer.code, Some(0));
        assert!(answer.stdout_text().contains("remove-existing-container"), "{shell}");
    }
}

/// Packages hold a page for each command, those of a command's commands included.
#[test]
fn the_manual_has_a_page_for_each_command() {
    let home = Home::new();
    let answer = wharf(&home, "man manual");
    assert_eq!((answer.code, answer.stdout_text().as_str()), (Some(0), ""), "{answer}");
    let mut all = vec![String::new()];
    let mut next = 0;
    while let Some(command) = all.get(next).cloned() {
        all.extend(
            commands(&page(&command)).iter().map(|inner| format!("{command} {inner}").trim().to_owned()),
        );
        let name = format!("wharf {command}").trim().replace(' ', "-");
        let text = std::fs::read_to_string(home.path().join(format!("manual/{name}.1")));
        assert!(text.is_ok_and(|text| text.contains(".SH SYNOPSIS")), "{name}");
        next += 1;
    }
    let pages = std::fs::read_dir(home.path().join("manual")).unwrap().count();
    assert_eq!(pages, all.len());
    home.write("taken", "");
    let answer = wharf(&home, "man taken");
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stderr_text().starts_with("error: cannot write the manual to taken: "), "{answer}");
}

#[test]
fn versions() {
    check!(wharf(&Home::new(), "--version"), @r"
    $ wharf --version
    exit code: 0
    --- stdout
    wharf 0.1.0
    --- stderr
    ");
    // Scripts and CI actions read this one, so it is the reference's.
    check!(exchange(&Home::new(), "--version").called("devcontainer").end(), @r"
    $ devcontainer --version
    exit code: 0
    --- stdout
    0.89.0
    --- stderr
    ");
}
