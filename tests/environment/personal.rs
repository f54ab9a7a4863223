//! What belongs to the person and not to the project: secrets, dotfiles, and a worktree's repository.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use wharf_test_support::engines;
use wharf_test_support::images::{BUSYBOX, DEVCONTAINER};
use wharf_test_support::terminal::Terminal;

use crate::kit::Place;

const IN_FILE: &str = "tr0ub4dor-in-file";
const IN_ENVIRONMENT: &str = "tr0ub4dor-in-environment";
const TYPED: &str = "tr0ub4dor-typed";

/// Every file below a folder that holds a text, but for those that are meant to.
fn files_with(folder: &Path, text: &str, but: &str) -> Vec<String> {
    let found = Command::new("grep").args(["-rlsF", text]).arg(folder).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    found.lines().filter(|path| !path.ends_with(but)).map(str::to_owned).collect()
}

#[test]
fn secrets_reach_the_hooks_and_nothing_else() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = Place::new(
            engine,
            &json!({
                "image": BUSYBOX,
                "secrets": { "HERE": { "description": "from the shell" }, "NOT_GIVEN": {} },
                "postCreateCommand": "printf '%s %s' ${#FILE} ${#HERE} > lengths; \
                    cat /proc/[0-9]*/cmdline | tr '\\0' ' ' > processes; echo told $FILE and $HERE",
            })
            .to_string(),
        );
        place.write("secrets.json", &json!({ "FILE": IN_FILE }).to_string());
        let file = place.folder.join("secrets.json");
        let arguments = ["--secrets-file", file.to_str().unwrap(), "--log-level", "debug", "--trust"];
        let answer = place.wharf("up", &arguments).variable("HERE", IN_ENVIRONMENT).end();
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        assert_eq!(place.read("lengths"), format!("{} {}", IN_FILE.len(), IN_ENVIRONMENT.len()), "{name}");
        assert!(place.read("processes").contains("told"), "{name}: the hook's own line is there");

        let said = answer.stderr_text() + &answer.stdout_text();
        assert!(said.contains("told ******** and ********"), "{name}: {said}");
        assert!(said.contains("NOT_GIVEN"), "{name}: one that nobody gave is named: {said}");
        let containers = place.containers();
        let id = containers[0]["Id"].as_str().unwrap();
        let inspected = place.inspect(id).to_string();
        let logs = place.wharf("logs", &[]).end();
        for secret in [IN_FILE, IN_ENVIRONMENT] {
            assert!(!said.contains(secret), "{name}: {said}");
            assert!(!inspected.contains(secret), "{name}: {inspected}");
            assert!(!logs.stdout_text().contains(secret), "{name}: {logs}");
            assert!(!place.read("processes").contains(secret), "{name}");
            assert_eq!(files_with(place.home.path(), secret, "secrets.json"), [""; 0], "{name}");
        }
        // A command that is run later has none of them.
        let later = place.wharf("exec", &["sh", "-c", "echo ${FILE:-none}"]).end();
        assert_eq!(later.stdout_text(), "none\n", "{name}");
    }
}

#[test]
fn a_secret_is_asked_for_and_not_shown() {
    let engine = engines::engine("docker28");
    let place = Place::new(
        engine,
        &json!({
            "image": BUSYBOX,
            "secrets": { "TOKEN": { "description": "reads packages", "documentationUrl": "https://example.com/t" } },
            "postCreateCommand": "printf %s ${#TOKEN} > length; echo it is $TOKEN",
        })
        .to_string(),
    );
    let mut terminal = Terminal::start(place.wharf("up", &[]).command(), 100, 30);
    let asked = terminal.until("Value (not shown");
    for expected in ["TOKEN", "reads packages", "https://example.com/t"] {
        assert!(asked.contains(expected), "{expected}: {asked}");
    }
    terminal.until("without it): ");
    terminal.keys(&format!("{TYPED}\n"));
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(0), "{rest}");
    assert!(!rest.contains(TYPED), "{rest}");
    assert_eq!(place.read("length"), TYPED.len().to_string());
    assert_eq!(files_with(place.home.path(), TYPED, ""), [""; 0]);
    // What needed it has run: nobody is asked again.
    let mut terminal = Terminal::start(place.wharf("up", &[]).command(), 100, 30);
    let said = terminal.until("\"outcome\":\"success\"");
    assert!(!said.contains("Value"), "{said}");
    assert_eq!(terminal.end().0, Some(0));
}

fn git(folder: &Path, arguments: &[&str]) {
    let known = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
    let done = Command::new("git").current_dir(folder).args(known).args(arguments).status().unwrap();
    assert!(done.success(), "git {arguments:?}");
}

#[test]
fn dotfiles_are_installed_once_and_their_failure_stops_nothing() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let hooks =
            r#""postCreateCommand": "echo create >> order", "postStartCommand": "echo start >> order""#;
        let place =
            Place::new(engine, &format!(r#"{{ "image": "{DEVCONTAINER}", "remoteUser": "root", {hooks} }}"#));
        place.write("dotfiles/install.sh", "echo dotfiles $SECRET >> /workspaces/work/order\n");
        let folder = place.folder.join("dotfiles");
        for arguments in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "x"]] {
            git(&folder, arguments);
        }
        place.write("secrets.json", r#"{ "SECRET": "with-secret" }"#);
        let file = place.folder.join("secrets.json");
        let repository = ["--dotfiles-repository", "/workspaces/work/dotfiles"];
        let nowhere = ["--dotfiles-repository", "/does/not/exist"];

        let answer = place.wharf("up", &nowhere).end();
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        assert!(answer.stderr_text().contains("the dotfiles could not be installed"), "{name}: {answer}");
        assert_eq!(place.read("order"), "create\nstart\n", "{name}: the rest goes on");

        place.write("order", "");
        let secrets = ["--secrets-file", file.to_str().unwrap()];
        place.up(&[&["--remove-existing-container"], &repository[..], &secrets[..]].concat());
        assert_eq!(place.read("order"), "create\ndotfiles with-secret\nstart\n", "{name}");
        place.up(&repository);
        let answer = place.wharf("run-user-commands", &repository).end();
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        assert_eq!(place.read("order").matches("dotfiles").count(), 1, "{name}: {}", place.read("order"));
        let marker = place.wharf("exec", &["stat", "-c", "%s", "/root/.devcontainer/.dotfilesMarker"]).end();
        assert_eq!(marker.stdout_text(), "0\n", "{name}: empty, as the reference makes it");
    }
}

#[test]
fn git_works_in_a_worktree() {
    let engine = engines::engine("docker28");
    let mut place = Place::new(engine, "{}");
    let home = place.home.path().to_owned();
    let repository = home.join("repository");
    std::fs::create_dir_all(&repository).unwrap();
    git(&repository, &["init", "-q"]);
    git(&repository, &["commit", "-q", "--allow-empty", "-m", "the first"]);
    git(&repository, &["worktree", "add", "-q", "../feature"]);
    let configuration = format!(r#"{{ "image": "{DEVCONTAINER}", "remoteUser": "root" }}"#);
    place.home.write("feature/.devcontainer.json", &configuration);
    place.folder = home.join("feature");

    let document = place.up(&[]);
    assert_eq!(document["remoteWorkspaceFolder"], "/workspaces/feature");
    let log = place.wharf("exec", &["git", "log", "--format=%s"]).end();
    assert_eq!(log.stdout_text(), "the first\n", "{log}");
    let without = ["--git-in-worktrees", "false", "--remove-existing-container"];
    place.up(&without);
    assert_ne!(place.wharf("exec", &["git", "log"]).end().code, Some(0));
}

#[test]
fn what_the_machine_lacks_is_said_before_time_is_spent() {
    let engine = engines::engine("docker28");
    let place = Place::new(
        engine,
        &json!({ "image": BUSYBOX, "hostRequirements": { "cpus": 4096, "memory": "1kb", "gpu": "optional" } }).to_string(),
    );
    let plan = place.wharf("plan", &["--json"]).end();
    let requirements = crate::kit::json(&plan)["requirements"].clone();
    let met: Vec<_> =
        requirements.as_array().unwrap().iter().map(|one| one["met"].as_bool().unwrap()).collect();
    assert_eq!(met, [false, true, true], "{requirements}");
    let answer = place.wharf("up", &["--trust"]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(answer.stderr_text().contains("needs 4096 processors"), "{answer}");
    let status = place.wharf("status", &[]).end().stdout_text();
    assert!(status.contains("needs cpus") && status.contains("with DOCKER_HOST"), "{status}");
}
