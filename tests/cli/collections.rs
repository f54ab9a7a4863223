//! Features and Templates in registries, against a registry in this process.

use std::path::Path;

use wharf_test_support::collection::{Kind, publish};
use wharf_test_support::command::{Answer, Home};
use wharf_test_support::memory_registry::{Lock, MemoryRegistry};

use crate::{exchange, wharf};

/// A registry with two Features and a Template, and a folder that uses the Features.
struct Shelf {
    home: Home,
    registry: MemoryRegistry,
}

impl Shelf {
    fn new() -> Self {
        let (home, registry) = (Home::new(), MemoryRegistry::start(Lock::Open));
        let host = registry.host();
        let feature = |id: &str, version: &str, rest: &str| {
            let text = format!(r#"{{ "id": "{id}", "version": "{version}", "name": "{id}"{rest} }}"#);
            home.write(&format!("source/{id}/devcontainer-feature.json"), &text);
            home.write(&format!("source/{id}/install.sh"), "true\n");
        };
        feature("color", "1.2.0", "");
        feature("hello", "2.0.0", r#", "dependsOn": { "{registry}/f/color:1": { "favorite": "gold" } }"#);
        home.write("source/versions.json", r#"{ "color": ["1.0.0", "1.1.0"] }"#);
        let _ = publish(&registry, "f", &home.path().join("source"), Kind::Feature);
        home.write(
            "templates/go/devcontainer-template.json",
            r#"{ "id": "go", "version": "1.0.0", "name": "Go", "options": {
                "variant": { "type": "string", "default": "bookworm", "enum": ["bookworm", "trixie"] },
                "flag": { "type": "boolean", "default": false } } }"#,
        );
        home.write(
            "templates/go/.devcontainer/devcontainer.json",
            "// the top\n{\n\t\"image\": \"go:${templateOption:variant}\", // behind\n\t\"init\": ${templateOption:flag}\n}\n",
        );
        home.write("templates/go/.github/dependabot.yml", "version: 2\n");
        home.write("templates/go/README.md", "about the Template\n");
        let _ = publish(&registry, "t", &home.path().join("templates"), Kind::Template);
        home.write(
            "app/.devcontainer/devcontainer.json",
            &format!("{{\n  // {host}/f/color:1 is old\n  \"image\": \"debian:12\",\n  \"features\": {{ \"{host}/f/hello\": {{}}, \"{host}/f/color:1.1\": {{}} }}\n}}\n"),
        );
        Self { home, registry }
    }

    fn run(&self, line: &str) -> Answer {
        wharf(&self.home, &line.replace("{registry}", &self.registry.host()))
    }

    /// What a command answers, the registry's port and digests left out.
    fn answer(&self, line: &str) -> String {
        let answer = self.run(line);
        assert_eq!(answer.code, Some(0), "{answer}");
        self.shown(&answer.stdout_text())
    }

    fn shown(&self, text: &str) -> String {
        let text = text.replace(&self.registry.host(), "{registry}");
        let digest = regex::Regex::new("sha256:[0-9a-f]{64}").unwrap();
        digest.replace_all(&text, "sha256:[DIGEST]").into_owned()
    }

    fn read(&self, path: &str) -> String {
        self.shown(&std::fs::read_to_string(self.home.path().join(path)).unwrap())
    }
}

#[test]
fn versions_in_use_and_in_the_registry() {
    let shelf = Shelf::new();
    let table = shelf.answer("outdated --workspace-folder app");
    // The port has as many digits as it has, so columns are compared by their words.
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["Feature", "Current", "Wanted", "Latest"],
            vec!["{registry}/f/hello", "2.0.0", "2.0.0", "2.0.0"],
            vec!["{registry}/f/color", "1.1.0", "1.1.0", "1.2.0"],
        ]
    );
    insta::assert_snapshot!(shelf.answer("outdated --workspace-folder app --output-format json"), @r#"{"features":{"{registry}/f/hello":{"current":"2.0.0","wanted":"2.0.0","wantedMajor":"2","latest":"2.0.0","latestMajor":"2"},"{registry}/f/color:1.1":{"current":"1.1.0","wanted":"1.1.0","wantedMajor":"1","latest":"1.2.0","latestMajor":"1"}}}"#);
}

#[test]
fn a_registry_that_is_not_there_leaves_out_versions() {
    let home = Home::new();
    // Nothing listens at the port for TCP's port service multiplexer.
    home.write(
        "app/.devcontainer.json",
        r#"{ "image": "x", "features": { "localhost:1/a/b": {}, "./c": {} } }"#,
    );
    let answer = wharf(&home, "outdated --workspace-folder app --output-format json");
    assert_eq!(
        (answer.code, answer.stdout_text().as_str()),
        (Some(0), "{\"features\":{\"localhost:1/a/b\":{}}}\n")
    );
    assert!(answer.stderr_text().contains("warning: localhost:1 cannot be reached"), "{answer}");
}

#[test]
fn the_lockfile_is_written_anew() {
    let shelf = Shelf::new();
    let printed = shelf.answer("upgrade --workspace-folder app --dry-run --quiet");
    insta::assert_snapshot!(printed, @r#"
    {
      "features": {
        "{registry}/f/color:1": {
          "version": "1.2.0",
          "resolved": "{registry}/f/color@sha256:[DIGEST]",
          "integrity": "sha256:[DIGEST]"
        },
        "{registry}/f/color:1.1": {
          "version": "1.1.0",
          "resolved": "{registry}/f/color@sha256:[DIGEST]",
          "integrity": "sha256:[DIGEST]"
        },
        "{registry}/f/hello": {
          "version": "2.0.0",
          "resolved": "{registry}/f/hello@sha256:[DIGEST]",
          "integrity": "sha256:[DIGEST]",
          "dependsOn": [
            "{registry}/f/color:1"
          ]
        }
      }
    }
    "#);
    let lockfile = "app/.devcontainer/devcontainer-lock.json";
    assert!(!shelf.home.path().join(lockfile).exists());
    assert_eq!(shelf.answer("upgrade app"), "");
    assert_eq!(shelf.read(lockfile), printed);
}

#[test]
fn a_version_is_put_into_the_configuration() {
    let shelf = Shelf::new();
    assert_eq!(shelf.answer("upgrade app --feature {registry}/f/color --target-version 1"), "");
    // The comment names the Feature too, and is left alone.
    assert_eq!(
        shelf.read("app/.devcontainer/devcontainer.json"),
        "{\n  // {registry}/f/color:1 is old\n  \"image\": \"debian:12\",\n  \"features\": { \"{registry}/f/hello\": {}, \"{registry}/f/color:1\": {} }\n}\n"
    );
    assert!(shelf.read("app/.devcontainer/devcontainer-lock.json").contains("\"version\": \"1.2.0\""));
    for line in ["upgrade app --feature x", "upgrade app --feature x --target-version 1.2.3.4"] {
        assert_eq!(shelf.run(line).code, Some(2), "{line}");
    }
}

#[test]
fn a_template_is_applied() {
    let shelf = Shelf::new();
    let answer = shelf.answer("templates apply -w new -t {registry}/t/go");
    assert_eq!(answer, "{\"files\":[\"./.devcontainer/devcontainer.json\",\"./.github/dependabot.yml\"]}\n");
    assert_eq!(
        shelf.read("new/.devcontainer/devcontainer.json"),
        "// the top\n{\n\t\"image\": \"go:bookworm\", // behind\n\t\"init\": false\n}\n"
    );
    assert!(!shelf.home.path().join("new/README.md").exists());

    let host = shelf.registry.host();
    let features = format!(r#"[{{"id":"{host}/f/color:1","options":{{"favorite":"gold"}}}}]"#);
    let reference = format!("{host}/t/go");
    let given = exchange(&shelf.home, "templates apply --workspace-folder other")
        .arguments(["--template-id", &reference, "--features", &features])
        .arguments([
            "--template-args",
            r#"{"variant":"sid","flag":"true"}"#,
            "--omit-paths",
            r#"[".github/*"]"#,
        ])
        .end();
    assert_eq!(given.stdout_text(), "{\"files\":[\"./.devcontainer/devcontainer.json\"]}\n", "{given}");
    assert!(given.stderr_text().contains("the option variant has the value `sid`"), "{given}");
    assert_eq!(
        shelf.read("other/.devcontainer/devcontainer.json"),
        "// the top\n{\n\t\"image\": \"go:sid\", // behind\n\t\"init\": true,\n\t\"features\": {\n\t\t\"{registry}/f/color:1\": {\n\t\t\t\"favorite\": \"gold\"\n\t\t}\n\t}\n}\n"
    );
}

#[test]
fn what_a_template_says_of_itself() {
    let shelf = Shelf::new();
    let metadata: serde_json::Value =
        serde_json::from_str(&shelf.answer("templates metadata {registry}/t/go:1")).unwrap();
    assert_eq!((&metadata["id"], &metadata["version"]), (&"go".into(), &"1.0.0".into()));
    let missing = shelf.run("templates metadata {registry}/t/none");
    assert_eq!((missing.code, missing.stdout_text().as_str()), (Some(1), "{}\n"));
    for arguments in ["-a []", "-a {\"a\":1}", "-f {}", "--omit-paths x"] {
        let answer = shelf.run(&format!("templates apply -w new -t {{registry}}/t/go {arguments}"));
        assert_eq!((answer.code, answer.stdout_text().as_str()), (Some(2), ""), "{answer}");
    }
    assert!(!Path::new(&shelf.home.path().join("new")).exists());
}

#[test]
fn what_a_registry_has_of_a_feature() {
    let shelf = Shelf::new();
    insta::assert_snapshot!(shelf.answer("features info tags {registry}/f/color"), @r#"
    ┌──────────────┐
    │Published Tags│
    └──────────────┘
    1.0.0
       1.0
       1
       latest
       1.1.0
       1.1
       1.2.0
       1.2
    "#);
    insta::assert_snapshot!(shelf.answer("features info tags {registry}/f/color --output-format json"), @r#"
    {
        "publishedTags": [
            "1.0.0",
            "1.0",
            "1",
            "latest",
            "1.1.0",
            "1.1",
            "1.2.0",
            "1.2"
        ]
    }
    "#);
    let verbose: serde_json::Value =
        serde_json::from_str(&shelf.answer("features info verbose {registry}/f/hello --output-format json"))
            .unwrap();
    assert_eq!(verbose["canonicalId"], "{registry}/f/hello@sha256:[DIGEST]");
    assert_eq!(verbose["manifest"]["config"]["mediaType"], "application/vnd.devcontainers");
    let drawn = shelf.answer("features info dependencies {registry}/f/hello");
    let arrows: Vec<_> = drawn.lines().filter(|line| line.contains("-->")).collect();
    assert_eq!(arrows.len(), 1, "{drawn}");
    let missing = shelf.run("features info manifest {registry}/f/none --output-format json");
    assert_eq!((missing.code, missing.stdout_text().as_str()), (Some(1), "{}\n"));
}

#[test]
fn the_order_of_installation() {
    let shelf = Shelf::new();
    let answer = shelf.answer("features resolve-dependencies --workspace-folder app");
    let (diagram, document) = answer.split_once("\n\n").unwrap();
    assert!(diagram.starts_with("flowchart\n"), "{diagram}");
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let order: Vec<_> = document["installOrder"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["id"].as_str().unwrap(), step["options"].to_string()))
        .collect();
    let color = "{registry}/f/color@sha256:[DIGEST]";
    assert_eq!(
        order,
        [
            (color, "{\"favorite\":\"gold\"}".to_owned()),
            (color, "{}".to_owned()),
            ("{registry}/f/hello@sha256:[DIGEST]", "{}".to_owned()),
        ]
    );
}

#[test]
fn a_check_names_newer_versions_when_it_may_ask() {
    let shelf = Shelf::new();
    let host = shelf.registry.host();
    let tags = ["1", "2", "2-slim"].map(str::to_owned);
    let _ = shelf.registry.put_manifest("i/base", &tags, b"{}");
    shelf.home.write(
        "app/.devcontainer/devcontainer.json",
        &format!(
            r#"{{ "image": "{host}/i/base:1", "features": {{ "{host}/f/color:1.1": {{}}, "{host}/f/hello:2": {{}}, "localhost:1/none/x:1": {{}} }} }}"#
        ),
    );
    let read = |line: &str| -> wharf_api::CheckResult {
        let answer = shelf.run(line);
        assert_eq!(answer.code, Some(0), "{answer}");
        serde_json::from_slice(&answer.stdout).unwrap()
    };
    let asked = read("check app --json --outdated");
    let found = &asked.configurations[0];
    let newest = |id: &str| {
        let feature = found.needs.features.iter().find(|feature| feature.reference.ends_with(id));
        feature.and_then(|feature| feature.newest.as_deref())
    };
    assert_eq!((newest("color:1.1"), newest("hello:2")), (Some("1.2.0"), None));
    assert_eq!(found.needs.images[0].newest.as_deref(), Some("2"));
    use wharf_api::CheckRule::{OutdatedFeature, OutdatedImage, Registry};
    let rules: Vec<_> = found.findings.iter().map(|finding| finding.rule).collect();
    for rule in [OutdatedFeature, OutdatedImage, Registry] {
        assert_eq!(
            rules.iter().filter(|other| **other == rule).count(),
            1,
            "{rule:?} in {:?}",
            found.findings
        );
    }
    let requests = shelf.registry.requests().len();
    assert!(!read("check app --json").asked_registries);
    assert_eq!(shelf.registry.requests().len(), requests, "nobody is asked who was not told to be");
}

/// A configuration in a registry is fetched once, and counts from then on without a network.
#[test]
fn a_configuration_extends_one_in_a_registry() {
    let shelf = Shelf::new();
    let host = shelf.registry.host();
    shelf.home.write(
        "bases/base/devcontainer-template.json",
        r#"{ "id": "base", "version": "1.0.0", "name": "Base", "options": { "tag": { "type": "string", "default": "12" } } }"#,
    );
    shelf.home.write(
        "bases/base/.devcontainer/devcontainer.json",
        r#"{ "extends": "../more.json", "build": { "dockerfile": "Dockerfile" }, "remoteEnv": { "TAG": "${templateOption:tag}" } }"#,
    );
    shelf.home.write("bases/base/more.json", r#"{ "forwardPorts": [3000] }"#);
    shelf.home.write("bases/base/.devcontainer/Dockerfile", "FROM debian\n");
    shelf.answer("templates publish bases -r {registry} -n c");
    let app = |extended: &str| {
        let text = format!(
            "{{\n  \"name\": \"mine\",\n  \"extends\": \"{}\"\n}}\n",
            extended.replace("{registry}", &host)
        );
        shelf.home.write("mine/.devcontainer/devcontainer.json", &text);
    };
    let configuration = |answer: &Answer| {
        let document: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        document["configuration"].clone()
    };
    app("{registry}/c/base:1");
    let read = |line: &str| shelf.run(line);
    let first = read("read-configuration mine --show-origin");
    assert_eq!(first.code, Some(0), "{first}");
    let found = configuration(&first);
    assert_eq!(found["name"], "mine");
    assert_eq!(found["forwardPorts"], serde_json::json!([3000]));
    assert_eq!(found["remoteEnv"]["TAG"], "12");
    let dockerfile =
        shelf.home.path().join("mine/.devcontainer").join(found["build"]["dockerfile"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(dockerfile).unwrap(), "FROM debian\n");
    // Who reads where a value stands is told the name, and not where it is kept.
    let origins = shelf.shown(&first.stdout_text());
    assert!(origins.contains("{registry}/c/base:1/.devcontainer/devcontainer.json"), "{origins}");
    let asked = shelf.registry.requests().len();
    assert_eq!(configuration(&read("read-configuration mine")), found);
    assert_eq!(shelf.registry.requests().len(), asked, "what is kept is not asked for again");

    app("{registry}/c/none:1");
    let refused = read("read-configuration mine");
    assert_eq!(refused.code, Some(1), "{refused}");
    let said = shelf.shown(&refused.stderr_text());
    assert!(said.contains("`extends` names {registry}/c/none:1"), "{said}");
    assert!(said.contains("devcontainer.json:3"), "{said}");

    // What was published may name its own files and no others.
    shelf.home.write("bases/base/more.json", r#"{ "extends": "../../../../outside.json" }"#);
    shelf.home.write(
        "bases/base/devcontainer-template.json",
        r#"{ "id": "base", "version": "2.0.0", "name": "Base" }"#,
    );
    shelf.answer("templates publish bases -r {registry} -n c");
    app("{registry}/c/base:2");
    let refused = read("read-configuration mine");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr_text().contains("leads out of what was fetched"), "{refused}");

    // What builds asks again what a tag names, and an answer counts whatever is kept.
    app("{registry}/c/base:1");
    let _ = shelf.registry.put_manifest("c/base", &["1".to_owned()], b"no manifest");
    let refused = read("build mine");
    assert_eq!(refused.code, Some(1), "{refused}");
    let said = shelf.shown(&refused.stderr_text());
    assert!(said.contains("`extends` names {registry}/c/base:1"), "{said}");
    assert!(!said.contains("is used as it was fetched before"), "{said}");

    // Named by its digest it needs no network; named by a tag what is kept counts.
    drop(shelf.registry);
    let kept = wharf(&shelf.home, "read-configuration mine");
    assert_eq!(configuration(&kept), found, "{kept}");
    let built = wharf(&shelf.home, "build mine");
    let said = built.stderr_text();
    assert!(said.contains("/c/base:1 is used as it was fetched before: "), "{built}");
}
