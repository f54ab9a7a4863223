//! Features in releases of GitHub repositories, from a GitHub on loopback: everybody's and private ones, of both versions of Features.

use std::sync::{Arc, Mutex};

use serde_json::json;
use wharf_test_support::command::Answer;
use wharf_test_support::engines;
use wharf_test_support::tls::{Authority, Listening, Question, Reply, answering_proxy};

use crate::kit::Place;

const TOKEN: &str = "ghp_tr0ub4dor";

/// An archive, as `tar` without compression.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o755);
        header.set_size(text.len() as u64);
        archive.append_data(&mut header, format!("./{name}"), text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// One Feature. That `tool` is installed before it shows in what it leaves.
fn color() -> Vec<u8> {
    archive(&[
        ("devcontainer-feature.json", r#"{ "id": "color", "version": "1.0.0", "name": "Color" }"#),
        ("install.sh", "#!/bin/sh\nset -e\ncp /tool /color\n"),
    ])
}

/// Several Features of the first version, with the one script that they share.
fn first_version() -> Vec<u8> {
    let described = json!({ "features": [
        { "id": "other", "name": "Other" },
        {
            "id": "tool", "name": "Tool", "buildArg": "TOOL_ARGUMENT",
            "options": { "version": { "type": "string", "default": "1" }, "in-colour": { "type": "boolean", "default": true } },
            "containerEnv": { "TOOL_HOME": "/opt/tool" },
        },
    ]});
    let script = "#!/bin/sh
set -e
set -a
. ./devcontainer-features.env
set +a
if [ \"$_BUILD_ARG_TOOL\" ]; then
    echo \"$_BUILD_ARG_TOOL_VERSION $_BUILD_ARG_TOOL_IN_COLOUR $TOOL_ARGUMENT $_BUILD_ARG_TOOL_TARGETPATH\" > /tool
fi
if [ \"$_BUILD_ARG_OTHER\" ]; then touch /other; fi
";
    archive(&[("devcontainer-features.json", &described.to_string()), ("install.sh", script)])
}

/// What GitHub has: `acme/old` for everybody, `acme/secret` for whoever shows the token.
fn answer(question: &Question) -> Reply {
    let found = |body: Vec<u8>| Reply { status: 200, body, ..Reply::default() };
    let knows = question.header("authorization") == Some(&format!("Bearer {TOKEN}"));
    let assets = "https://api.github.com/repos/acme/secret/releases/assets";
    match (question.host.as_str(), question.path.as_str()) {
        ("github.com", "/acme/old/releases/latest/download/devcontainer-features.tgz") => {
            found(first_version())
        }
        ("api.github.com", "/repos/acme/secret/releases/tags/v1") if knows => {
            let release = json!({ "assets": [{ "name": "color.tgz", "url": format!("{assets}/7") }] });
            found(release.to_string().into())
        }
        ("api.github.com", "/repos/acme/secret/releases/assets/7")
            if knows && question.header("accept") == Some("application/octet-stream") =>
        {
            let place = "https://objects.invalid/7?signature=x".to_owned();
            Reply { status: 302, headers: vec![("Location", place)], ..Reply::default() }
        }
        // What is signed takes no token, and whoever shows one there has told it to another host.
        ("objects.invalid", _) if question.header("authorization").is_some() => {
            Reply { status: 400, ..Reply::default() }
        }
        ("objects.invalid", "/7?signature=x") => found(color()),
        _ => Reply::default(),
    }
}

/// GitHub, and everything that it was asked.
struct GitHub {
    proxy: Listening,
    authority: Arc<Authority>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl GitHub {
    fn new() -> Self {
        let authority = Arc::new(Authority::new());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&asked);
        let proxy = answering_proxy(&authority, move |question| {
            heard.lock().unwrap().push(format!("{}{}", question.host, question.path));
            answer(question)
        });
        Self { proxy, authority, asked }
    }

    fn up(&self, place: &Place, token: Option<&str>) -> Answer {
        let file = place.home.write("authority.pem", self.authority.certificate());
        let exchange = place
            .wharf("up", &["--remove-existing-container", "--log-level", "trace"])
            .variable("HTTPS_PROXY", format!("http://127.0.0.1:{}", self.proxy.port()))
            .variable("SSL_CERT_FILE", file);
        match token {
            Some(token) => exchange.variable("GITHUB_TOKEN", token).end(),
            None => exchange.end(),
        }
    }
}

#[test]
fn private_releases_are_had_with_a_token_and_archives_of_the_first_version_without() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let github = GitHub::new();
        // The order of installation would be the other way round; those of the first version come before all others.
        let features = json!({ "acme/secret/color@v1": {}, "acme/old/tool": { "version": "2 \"$x\"" } });
        let place = Place::new(engine, &json!({ "image": "busybox", "features": features }).to_string());
        let answer = github.up(&place, None);
        assert_eq!(answer.code, Some(1), "{name}: {answer}");
        assert!(answer.stdout_text().contains("acme/secret/color@v1"), "{name}: {answer}");
        assert!(answer.stderr_text().contains("GITHUB_TOKEN"), "{name}: it says what would help: {answer}");

        let answer = github.up(&place, Some(TOKEN));
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        assert!(!answer.to_string().contains(TOKEN), "{name}: {answer}");
        let asked = github.asked.lock().unwrap().clone();
        let of_old = ["tool.tgz", "devcontainer-features.tgz"]
            .map(|file| format!("github.com/acme/old/releases/latest/download/{file}"));
        for expected in of_old.iter().chain([&"objects.invalid/7?signature=x".to_owned()]) {
            assert!(asked.contains(expected), "{name}: {expected} is not among {asked:#?}");
        }

        let said = |command: &str| place.wharf("exec", &["sh", "-c", command]).end().stdout_text();
        let expected = "2 \"$x\" true 2 \"$x\" /usr/local/devcontainer-features/tool_";
        assert!(said("cat /tool").starts_with(expected), "{name}: {}", said("cat /tool"));
        assert_eq!(said("cmp /tool /color && echo same"), "same\n", "{name}");
        assert_eq!(
            said("echo $TOOL_HOME; ls /other 2> /dev/null || echo alone"),
            "/opt/tool\nalone\n",
            "{name}"
        );
        assert!(!place.read(".devcontainer-lock.json").contains("acme"), "{name}: as with the reference");
    }
}

#[test]
fn a_feature_of_the_first_version_that_is_switched_off_installs_nothing() {
    let github = GitHub::new();
    let configuration = json!({ "image": "busybox", "features": { "acme/old/tool": false } });
    let place = Place::new(engines::engine("docker28"), &configuration.to_string());
    let answer = github.up(&place, None);
    assert_eq!(answer.code, Some(0), "{answer}");
    let said = place.wharf("exec", &["sh", "-c", "ls /tool || echo nothing"]).end().stdout_text();
    assert_eq!(said, "nothing\n");
}
