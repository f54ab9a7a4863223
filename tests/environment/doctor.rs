//! `wharf doctor` finds what is wrong with a computer, and says what, why and what to do.

use std::sync::Arc;

use serde_json::Value;
use wharf_test_support::command::Home;
use wharf_test_support::engines;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, podman_ping};
use wharf_test_support::tls::{Authority, intercepting_proxy};

use crate::kit::json;

/// What it finds with these variables: the exit code, and the findings by kind.
fn examine(home: &Home, variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut exchange = home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["doctor", "--json"]);
    for (name, value) in variables {
        exchange = exchange.variable(name, value);
    }
    let answer = exchange.arguments(arguments.iter().copied()).end();
    let findings = json(&answer)["findings"].as_array().unwrap().clone();
    (answer.code, findings)
}

/// Asserts that this is found, with a reason, a way out and commands.
fn found<'a>(findings: &'a [Value], kind: &str, words: &str) -> &'a Value {
    let finding = findings.iter().find(|finding| finding["kind"] == kind);
    let finding = finding.unwrap_or_else(|| panic!("{kind} is not among {findings:#?}"));
    assert!(finding["what"].as_str().unwrap().contains(words), "{words}: {finding:#}");
    for key in ["why", "fix"] {
        assert!(finding[key].as_str().is_some_and(|text| text.len() > 10), "{key}: {finding:#}");
    }
    assert!(!finding["commands"].as_array().unwrap().is_empty(), "{finding:#}");
    finding
}

/// An engine that answers like one, with this description of itself.
fn fake(ping: Answer, info: Value, libpod: Value) -> FakeEngine {
    FakeEngine::answering(move |asked| match asked.path.as_str() {
        "/_ping" => ping.clone(),
        path if path.ends_with("/libpod/info") => Answer::Document(200, libpod.to_string()),
        "/info" => Answer::Document(200, info.to_string()),
        _ => Answer::Document(404, "{}".to_owned()),
    })
}

#[test]
fn a_sound_computer_has_nothing_to_mend() {
    let engine = engines::engine(engines::DOCKER).docker_host();
    let (code, findings) = examine(&Home::new(), &[("DOCKER_HOST", &engine)], &[]);
    assert_eq!(code, Some(0), "{findings:#?}");
    assert!(!findings.iter().any(|finding| finding["severity"] == "error"), "{findings:#?}");
}

#[test]
fn an_engine_that_is_meant_and_does_not_answer() {
    let home = Home::new();
    let gone = format!("unix://{}", home.path().join("gone.sock").display());
    let (code, findings) = examine(&home, &[("DOCKER_HOST", &gone)], &[]);
    assert_eq!(code, Some(1));
    found(&findings, "stoppedEngine", "gone.sock");
    // A socket that is left over: nobody listens.
    let left = home.path().join("left.sock");
    drop(std::os::unix::net::UnixListener::bind(&left).unwrap());
    let (_, findings) = examine(&home, &[("DOCKER_HOST", &format!("unix://{}", left.display()))], &[]);
    found(&findings, "stoppedEngine", "refuses connections");
    // The same by a context's file.
    let hash = {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest("colima");
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let meta = serde_json::json!({ "Name": "colima", "Endpoints": { "docker": { "Host": format!("unix://{}", left.display()) } } });
    home.write(&format!(".docker/contexts/meta/{hash}/meta.json"), &meta.to_string());
    let (_, findings) = examine(&home, &[("DOCKER_HOST", ""), ("DOCKER_CONTEXT", "colima")], &[]);
    found(&findings, "stoppedEngine", "left.sock");
}

#[test]
fn no_engine_at_all_and_one_that_may_not_be_opened() {
    // In a mount namespace of its own the machine has no engine's socket; `/run` and the search path are empty.
    let home = Home::new();
    let run = home.folder("run");
    let script = "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/run 2>/dev/null; exec \"$@\"";
    let inside = |user: &str| {
        let answer = home
            .run("unshare")
            .arguments(["-rm", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_wharf"), "doctor", "--json"])
            .variable("DOCKER_HOST", "")
            .variable("XDG_RUNTIME_DIR", user)
            .variable("PATH", "/usr/bin:/bin")
            .end();
        json(&answer)["findings"].as_array().unwrap().clone()
    };
    found(&inside(run.to_str().unwrap()), "noEngine", "no container engine");
    // The fake answers as the system does when a socket belongs to somebody else; root itself may open every socket.
    let closed = home.folder("closed");
    let socket = closed.join("engine.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::fs::set_permissions(&socket, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    for folder in [home.path(), closed.as_path()] {
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let state = home.folder("state-of-nobody");
    std::fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let mut arguments = vec![env!("CARGO_BIN_EXE_wharf"), "doctor", "--json"];
    if rustix::process::geteuid().is_root() {
        arguments.splice(0..0, ["setpriv", "--reuid", "65534", "--clear-groups"]);
    }
    let answer = home
        .run(arguments[0])
        .arguments(arguments[1..].iter().copied())
        .variable("DOCKER_HOST", format!("unix://{}", socket.display()))
        .variable("WHARF_STATE_DIR", &state)
        .end();
    found(json(&answer)["findings"].as_array().unwrap(), "noPermission", "no permission");
}

#[test]
fn the_engine_s_clock_and_disk() {
    let full = serde_json::json!({ "store": { "graphRootAllocated": 500_000_000_000_u64, "graphRootUsed": 499_999_000_000_u64 } });
    let engine = fake(podman_ping(), serde_json::json!({ "SystemTime": "2020-01-01T00:00:00Z" }), full);
    let (code, findings) = examine(&Home::new(), &[("DOCKER_HOST", &engine.address())], &[]);
    assert_eq!(code, Some(1), "a full disk has to be mended first");
    found(&findings, "clockSkew", "behind this computer's");
    assert_eq!(found(&findings, "fullDisk", "the disk of the engine")["severity"], "error");
}

#[test]
fn an_engine_that_is_too_old() {
    let ping = Answer::WithHeaders(
        200,
        ["Api-Version: 1.40", "Ostype: linux", "Server: Docker/19.03.15 (linux)"].map(str::to_owned).to_vec(),
        "OK".to_owned(),
    );
    let engine = fake(ping, serde_json::json!({}), Value::Null);
    let (code, findings) = examine(&Home::new(), &[("DOCKER_HOST", &engine.address())], &[]);
    assert_eq!(code, Some(0), "it may still do");
    found(&findings, "oldEngine", "Docker 19.03.15 is older than 20.10");
}

#[test]
fn a_full_disk_of_our_own() {
    let home = Home::new();
    let engine = fake(docker_ping(), serde_json::json!({}), Value::Null);
    let state = home.folder("small");
    let script = "mount -t tmpfs -o size=1m tmpfs \"$0\" && { head -c 2000000 /dev/zero > \"$0/filler\" 2>/dev/null; exec \"$@\"; }";
    let answer = home
        .run("unshare")
        .arguments(["-rm", "sh", "-c", script, state.to_str().unwrap()])
        .arguments([env!("CARGO_BIN_EXE_wharf"), "doctor", "--json"])
        .variable("DOCKER_HOST", engine.address())
        .variable("WHARF_STATE_DIR", &state)
        .end();
    assert_eq!(answer.code, Some(1), "{answer}");
    found(json(&answer)["findings"].as_array().unwrap(), "fullDisk", "where Wharf keeps its state");
}

#[test]
fn compose_is_missed_only_where_it_is_needed() {
    let engine = fake(docker_ping(), serde_json::json!({}), Value::Null);
    for (configuration, needed) in [
        (r#"{ "dockerComposeFile": "compose.yml", "service": "app" }"#, true),
        (r#"{ "image": "debian" }"#, false),
    ] {
        let home = Home::new();
        home.write("work/.devcontainer.json", configuration);
        let folder = home.path().join("work").display().to_string();
        let variables = [("DOCKER_HOST", engine.address()), ("PATH", "/nowhere".to_owned())];
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (_, findings) = examine(&home, &variables, &[&folder]);
        let is_missed = findings.iter().any(|finding| finding["kind"] == "missingCompose");
        assert_eq!(is_missed, needed, "{configuration}: {findings:#?}");
        if needed {
            found(&findings, "missingCompose", "dockerComposeFile");
        }
    }
}

#[test]
fn a_proxy_that_reads_along_is_told_until_its_authority_is_trusted() {
    let authority = Arc::new(Authority::new());
    let proxy = format!("http://me:secret@localhost:{}", intercepting_proxy(&authority).port());
    let engine = fake(docker_ping(), serde_json::json!({}), Value::Null);
    let home = Home::new();
    let trusted = home.write("proxy-ca.pem", authority.certificate());
    let with = |variables: &[(&str, &str)]| {
        let engine = engine.address();
        let always = [("DOCKER_HOST", engine.as_str()), ("HTTPS_PROXY", proxy.as_str())];
        examine(&home, &[&always[..], variables].concat(), &[]).1
    };
    let findings = with(&[]);
    let finding = found(&findings, "proxyCertificate", "a certificate that this system does not trust");
    assert!(!finding.to_string().contains("secret"), "{finding:#}");
    assert_eq!(with(&[("SSL_CERT_FILE", trusted.to_str().unwrap())]), Vec::<Value>::new());
    assert_eq!(with(&[("NO_PROXY", "docker.io")]), Vec::<Value>::new());
}
