//! `check`: what can be said of configurations without executing anything.

use wharf_test_support::command::Home;

use crate::{check, exchange, wharf};

/// A folder with one of everything that is found.
fn broken() -> Home {
    let home = Home::new();
    home.write(
        "app/.devcontainer/devcontainer.json",
        r#"{
  "build": { "dockerfile": "Dockerfile", "target": "deploy" },
  "features": {
    "git": {},
    "./local": {},
    "./gone": {},
    "ghcr.io/devcontainers/features/node": {},
    "ghcr.io/devcontainers/features/go:1": {},
    "ghcr.io/devcontainers/features/rust:1.2.3": {},
    "nothing": {}
  },
  "forwardPort": 3000,
  "initializeCommand": "make keys",
  "remoteEnv": { "NONE": null, "TOKEN": "${localEnv:WHARF_TOKEN}" },
  "secrets": { "API_KEY": {} },
  "hostRequirements": { "cpus": 4, "memory": "8gb" }
}
"#,
    );
    home.write("app/.devcontainer/Dockerfile", "FROM debian AS build\nFROM scratch AS run\n");
    home.write(
        "app/.devcontainer/local/devcontainer-feature.json",
        r#"{ "id": "local", "version": "1.0.0" }"#,
    );
    home
}

#[test]
fn one_configuration_in_full() {
    let home = Home::new();
    home.write(
        "app/.devcontainer.json",
        "{\n  \"image\": \"debian:12\",\n  \"postCreateCommand\": \"true\"\n}\n",
    );
    check!(wharf(&home, "check app"), @r#"
    $ wharf check app
    exit code: 0
    --- stdout
    ✓ app  app/.devcontainer.json
      from       debian:12
      registries docker.io

    note: the reference calls a hook that failed done and never runs it again; Wharf runs it again at the next up, before those that follow it  app/.devcontainer.json:3

    ✓ the configuration can be used
    --- stderr
    "#);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    check!(wharf(&broken(), "check app"), @r#"
    $ wharf check app
    exit code: 1
    --- stdout
    ✗ app  app/.devcontainer/devcontainer.json
      from       Dockerfile
      Features   git
                 ./local
                 ./gone
                 ghcr.io/devcontainers/features/node
                 ghcr.io/devcontainers/features/go:1
                 ghcr.io/devcontainers/features/rust:1.2.3
      registries ghcr.io
      machine    4 processors, 8gb of memory
      secrets    API_KEY
      variables  WHARF_TOKEN
      asks for   run make keys

    error: the Dockerfile has no stage named `deploy`
      ╭─ app/.devcontainer/devcontainer.json:2:52
     2│   "build": { "dockerfile": "Dockerfile", "target": "deploy" },
      │                                                    ~~~~~~~~
    hint: It has build, run

    warning: `git` is the old name of ghcr.io/devcontainers/features/git:1
      ╭─ app/.devcontainer/devcontainer.json:4:5
     4│     "git": {},
      │     ~~~~~
    hint: Write `ghcr.io/devcontainers/features/git:1`

    error: [HOME]/app/.devcontainer/local has no install.sh
      ╭─ app/.devcontainer/devcontainer.json:5:5
     5│     "./local": {},
      │     ~~~~~~~~~

    error: [HOME]/app/.devcontainer/gone/devcontainer-feature.json cannot be read: No such file or directory (os error 2)
      ╭─ app/.devcontainer/devcontainer.json:6:5
     6│     "./gone": {},
      │     ~~~~~~~~
    hint: A Feature's folder holds a devcontainer-feature.json and an install.sh

    warning: ghcr.io/devcontainers/features/node is not pinned: what it installs can change
      ╭─ app/.devcontainer/devcontainer.json:7:5
     7│     "ghcr.io/devcontainers/features/node": {},
      │     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    hint: `wharf upgrade` writes a lockfile that holds it where it is

    error: Legacy feature 'nothing' not supported. Please check https://containers.dev/features for replacements.
      ╭─ app/.devcontainer/devcontainer.json:10:5
    10│     "nothing": {}
      │     ~~~~~~~~~
    hint: If you were hoping to use local Features, remember to prepend your Feature name with "./". Please check https://containers.dev/implementors/features-distribution/#addendum-locally-referenced for more information.

    warning: `forwardPort` is not a known property and is ignored
      ╭─ app/.devcontainer/devcontainer.json:12:3
    12│   "forwardPort": 3000,
      │   ~~~~~~~~~~~~~
    hint: Did you mean `forwardPorts`?

    note: git moves with every release of version 1  app/.devcontainer/devcontainer.json:4
    note: ghcr.io/devcontainers/features/go:1 moves with every release of version 1  app/.devcontainer/devcontainer.json:8
    note: the reference sets the variable to the text `null`; Wharf takes the variable away  app/.devcontainer/devcontainer.json:14
    note: the reference looks at the GPU alone; Wharf also looks whether the machine has the processors, memory and storage  app/.devcontainer/devcontainer.json:16

    ✗ the configuration cannot be used
    --- stderr
    "#);
}

#[test]
fn several_folders_are_a_table() {
    let home = broken();
    home.write("web/.devcontainer.json", "{ \"image\": \"debian:12\" }");
    home.write("many/.devcontainer/a/devcontainer.json", "{ \"image\": \"busybox\" }");
    home.write("many/.devcontainer/b/devcontainer.json", "{ \"image\": \n");
    home.folder("none");
    let answer = wharf(&home, "check app web many none web/.devcontainer.json");
    let table: String = answer
        .stdout_text()
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!(table, @r#"
      CONFIGURATION                           ERRORS    WARNINGS ASKS FEATURES FROM
    ✗ app/.devcontainer/devcontainer.json     4         3       1     6       Dockerfile
    ✓ web/.devcontainer.json                  -         -       -     -       debian:12
    ● many/.devcontainer/a/devcontainer.json  -         1       -     -       busybox
    ✗ many/.devcontainer/b/devcontainer.json  1         -       -     -
    ✓ web/.devcontainer.json                  -         -       -     -       debian:12
    "#);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.stdout_text().ends_with("2 of 5 configurations cannot be used; 1 folder without one\n"),
        "{answer}"
    );
}

#[test]
fn annotations_of_github() {
    check!(wharf(&broken(), "check app --format github"), @r#"
    $ wharf check app --format github
    exit code: 1
    --- stdout
    ::error title=wharf check%3A missing-stage,file=app/.devcontainer/devcontainer.json,line=2,col=52,endColumn=60::the Dockerfile has no stage named `deploy`%0AIt has build, run
    ::warning title=wharf check%3A feature-reference,file=app/.devcontainer/devcontainer.json,line=4,col=5,endColumn=10::`git` is the old name of ghcr.io/devcontainers/features/git:1%0AWrite `ghcr.io/devcontainers/features/git:1`
    ::error title=wharf check%3A local-feature,file=app/.devcontainer/devcontainer.json,line=5,col=5,endColumn=14::[HOME]/app/.devcontainer/local has no install.sh
    ::error title=wharf check%3A local-feature,file=app/.devcontainer/devcontainer.json,line=6,col=5,endColumn=13::[HOME]/app/.devcontainer/gone/devcontainer-feature.json cannot be read: No such file or directory (os error 2)%0AA Feature's folder holds a devcontainer-feature.json and an install.sh
    ::warning title=wharf check%3A unpinned-feature,file=app/.devcontainer/devcontainer.json,line=7,col=5,endColumn=42::ghcr.io/devcontainers/features/node is not pinned: what it installs can change%0A`wharf upgrade` writes a lockfile that holds it where it is
    ::error title=wharf check%3A feature-reference,file=app/.devcontainer/devcontainer.json,line=10,col=5,endColumn=14::Legacy feature 'nothing' not supported. Please check https://containers.dev/features for replacements.%0AIf you were hoping to use local Features, remember to prepend your Feature name with "./". Please check https://containers.dev/implementors/features-distribution/#addendum-locally-referenced for more information.
    ::warning title=wharf check%3A configuration,file=app/.devcontainer/devcontainer.json,line=12,col=3,endColumn=16::`forwardPort` is not a known property and is ignored%0ADid you mean `forwardPorts`?
    --- stderr
    "#);
}

/// Each document has one entry for each finding of `--json`, at the same line.
#[test]
fn reports_of_other_tools() {
    let home = broken();
    let document = |line: &str| -> serde_json::Value {
        let answer = wharf(&home, line);
        assert_eq!(answer.code, Some(1), "{answer}");
        serde_json::from_slice(&answer.stdout).unwrap()
    };
    let own = document("check app --json");
    let findings = own["configurations"][0]["findings"].as_array().unwrap();
    let gitlab = document("check app --format gitlab");
    let sarif = document("check app --format sarif");
    let (gitlab, sarif) = (gitlab.as_array().unwrap(), sarif["runs"][0]["results"].as_array().unwrap());
    assert!(findings.len() > 8);
    assert_eq!((gitlab.len(), sarif.len()), (findings.len(), findings.len()));
    for ((finding, gitlab), sarif) in findings.iter().zip(gitlab).zip(sarif) {
        let line = finding["location"]["line"].as_u64();
        assert_eq!(gitlab["location"]["lines"]["begin"].as_u64(), Some(line.unwrap_or(1)));
        assert_eq!(sarif["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64(), line);
        assert_eq!((&gitlab["check_name"], &sarif["ruleId"]), (&finding["rule"], &finding["rule"]));
    }
    let mut fingerprints: Vec<_> =
        gitlab.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), gitlab.len());
}

/// What a person reads first in `--json`.
#[test]
fn needs_and_touches() {
    let home = broken();
    let answer = wharf(&home, "check app --json");
    let document: wharf_api::CheckResult = serde_json::from_slice(&answer.stdout).unwrap();
    let found = &document.configurations[0];
    assert_eq!(found.needs.machine, ["4 processors", "8gb of memory"]);
    assert_eq!(found.needs.secrets, ["API_KEY"]);
    assert_eq!(found.needs.variables, ["WHARF_TOKEN"]);
    assert_eq!(found.needs.registries, ["ghcr.io"]);
    let asks: Vec<_> = found.asks.iter().map(|touch| (touch.kind, touch.subject.as_str())).collect();
    assert_eq!(asks, [(wharf_api::TouchKind::HostCommand, "make keys")]);
}

#[test]
fn a_lockfile_is_compared() {
    let home = Home::new();
    let write = |lockfile: &str| {
        home.write(
            "app/.devcontainer/devcontainer.json",
            "{ \"image\": \"debian:12\", \"features\": { \"ghcr.io/a/b/c:1\": {}, \"ghcr.io/a/b/d:1\": {} } }",
        );
        home.write("app/.devcontainer/devcontainer-lock.json", lockfile);
        let answer = wharf(&home, "check app --json");
        let document: wharf_api::CheckResult = serde_json::from_slice(&answer.stdout).unwrap();
        let findings = &document.configurations[0].findings;
        findings.iter().map(|found| (found.rule, found.severity, found.message.clone())).collect::<Vec<_>>()
    };
    use wharf_api::{CheckRule::Lockfile, CheckSeverity};
    let entry =
        |id: &str| format!(r#""{id}": {{ "version": "1.0.0", "resolved": "x", "integrity": "sha256:0" }}"#);
    let text = |ids: &[&str]| {
        let entries: Vec<_> = ids.iter().map(|id| entry(id)).collect();
        format!(r#"{{ "features": {{ {} }} }}"#, entries.join(", "))
    };
    assert_eq!(write(&text(&["ghcr.io/a/b/c:1", "ghcr.io/a/b/d:1"])), []);
    assert_eq!(
        write(&text(&["ghcr.io/a/b/c:1", "ghcr.io/a/b/e:1"])),
        [
            (
                Lockfile,
                CheckSeverity::Note,
                "the lockfile holds ghcr.io/a/b/e:1, which no Feature asks for".to_owned()
            ),
            (Lockfile, CheckSeverity::Warning, "the lockfile does not hold ghcr.io/a/b/d:1".to_owned()),
        ]
    );
    let damaged = write("<<<<<<< HEAD");
    assert_eq!(
        damaged
            .iter()
            .filter(|(rule, severity, _)| (*rule, *severity) == (Lockfile, CheckSeverity::Error))
            .count(),
        1
    );
}

#[test]
fn nothing_to_check() {
    let home = Home::new();
    home.folder("empty");
    home.write("other.json", "{}");
    for (line, expected) in [
        ("check empty", "Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found."),
        ("check gone", "the workspace folder [HOME]/gone does not exist"),
        ("check other.json", "Filename must be devcontainer.json or .devcontainer.json ([HOME]/other.json)."),
    ] {
        let answer = wharf(&home, line);
        assert_eq!(answer.code, Some(1), "{answer}");
        let shown = answer.stderr_text().replace(home.path().to_str().unwrap(), "[HOME]");
        assert!(shown.contains(expected), "{shown}");
    }
}

/// A few hundred folders are a matter of a moment, and no engine or registry is asked.
#[test]
fn hundreds_of_folders() {
    let home = Home::new();
    for number in 0..300 {
        home.write(&format!("r{number}/.devcontainer/devcontainer.json"), "{ \"image\": \"debian:12\" }");
    }
    let names: Vec<String> = (0..300).map(|number| format!("r{number}")).collect();
    let answer = exchange(&home, "check --json").arguments(names).end();
    let document: wharf_api::CheckResult = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!((answer.code, document.configurations.len()), (Some(0), 300));
}
