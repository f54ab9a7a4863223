use std::time::{Duration, Instant};

use wharf_engine::{Address, Engine, Error};
use wharf_plan::EngineKind;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, podman_ping, refusal};

use super::{PATIENCE, address, connect, outcome, variant};

#[tokio::test]
async fn whatever_is_no_engine_is_told_apart() {
    let html = "<html>It works</html>";
    let cases = [
        (Answer::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), "NotAnEngine"),
        (Answer::Document(200, html.to_owned()), "NotAnEngine"),
        (Answer::Document(404, html.to_owned()), "NotAnEngine"),
        (Answer::WithHeaders(500, vec!["Api-Version: 1.51".to_owned()], "no".to_owned()), "NotAnEngine"),
        (Answer::Close, "Broken"),
        (Answer::Hang, "Timeout"),
        (docker_ping(), "Ok"),
        (podman_ping(), "Ok"),
    ];
    for (answer, expected) in cases {
        let told = format!("{answer:?}");
        let patience = if expected == "Timeout" { Duration::from_millis(500) } else { PATIENCE };
        let fake = FakeEngine::answering(move |_| answer.clone());
        let started = Instant::now();
        let result = Engine::connect(&address(&fake), patience).await;
        assert_eq!(outcome(result), expected, "{told}");
        assert!(started.elapsed() < Duration::from_secs(5), "{told} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_socket_that_is_not_there_or_that_nobody_serves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let connect = async || outcome(Engine::connect(&Address::Unix(path.clone()), PATIENCE).await);
    assert_eq!(connect().await, "Absent");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert_eq!(connect().await, "Refused");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "a file").unwrap();
    assert_eq!(connect().await, "Refused");
    let tcp: Address = "tcp://127.0.0.1:1".parse().unwrap();
    assert_eq!(outcome(Engine::connect(&tcp, PATIENCE).await), "Refused");
}

#[tokio::test]
async fn one_ping_says_what_the_engine_is() {
    let docker = FakeEngine::answering(|_| docker_ping());
    let engine = connect(&docker).await;
    let facts = engine.facts();
    assert_eq!((facts.kind, facts.version.as_str(), facts.buildkit), (EngineKind::Docker, "28.5.2", true));
    assert!(facts.local && facts.api_at_least(1, 51) && !facts.api_at_least(1, 52));
    let podman = FakeEngine::answering(|_| podman_ping());
    let facts = connect(&podman).await.facts().clone();
    assert_eq!((facts.kind, facts.version.as_str(), facts.buildkit), (EngineKind::Podman, "5.8.6", false));
    for fake in [docker, podman] {
        let asked: Vec<String> = fake.asked().into_iter().map(|asked| asked.path).collect();
        assert_eq!(asked, ["/_ping"]);
    }
}

#[tokio::test]
async fn an_error_says_which_engine_and_what_to_do() {
    let fake = FakeEngine::answering(|_| Answer::Hang);
    let error = Engine::connect(&address(&fake), Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(&error, Error::Timeout { after, .. } if *after == Duration::from_millis(300)));
    assert_eq!(error.to_string(), format!("{} did not answer a ping within 0.3 s", fake.address()));
    assert_eq!(error.hint().unwrap(), "The engine may hang. Restart it, then try again.");
}

#[tokio::test]
async fn the_architecture_is_asked_for_once_and_only_when_it_is_wanted() {
    let arm = |asked: &wharf_test_support::fake_engine::Asked| match asked.path.as_str() {
        "/_ping" => docker_ping(),
        "/version" => Answer::Document(200, "{\"Arch\":\"arm64\"}".to_owned()),
        _ => Answer::Document(200, "{\"Architecture\":\"x86_64\"}".to_owned()),
    };
    let fake = FakeEngine::answering(arm);
    let engine = connect(&fake).await;
    assert_eq!(engine.known_architecture(), "");
    for _ in 0..2 {
        assert_eq!(engine.architecture().await.unwrap(), "arm64");
    }
    assert_eq!(engine.known_architecture(), "arm64");
    let asked: Vec<String> = fake.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(asked, ["/_ping", "/version"]);
    // Who was asked for everything has told it.
    let fake = FakeEngine::answering(arm);
    let engine = connect(&fake).await;
    engine.info().await.unwrap();
    assert_eq!(engine.architecture().await.unwrap(), "amd64");
    assert!(fake.asked().iter().all(|asked| asked.path != "/version"));
    // An engine that does not say it is no error.
    let fake = FakeEngine::docker(Answer::Document(200, "{}".to_owned()));
    assert_eq!(connect(&fake).await.architecture().await.unwrap(), "");
    let fake = FakeEngine::docker(refusal(500, "no"));
    assert_eq!(variant(&connect(&fake).await.architecture().await.unwrap_err()), "Rejected");
}
