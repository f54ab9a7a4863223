use std::sync::Mutex;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wharf_engine::{Credentials, Progress};
use wharf_test_support::fake_engine::{Answer, FakeEngine, refusal};

use super::{connect, outcome};

#[tokio::test]
async fn what_comes_of_a_pull() {
    let stream = |lines: &[&str]| Answer::Document(200, lines.join("\r\n") + "\r\n");
    let cases = [
        (
            stream(&[
                "{\"status\":\"Pulling from library/x\",\"id\":\"1\"}",
                "{\"status\":\"Digest: sha256:0\"}",
            ]),
            "Ok",
            1,
        ),
        // Docker says the error twice, Podman in one place only.
        (
            stream(&["{\"errorDetail\":{\"message\":\"manifest unknown\"},\"error\":\"manifest unknown\"}"]),
            "ImageNotFound",
            1,
        ),
        (stream(&["{\"error\":\"reading manifest 1 in x: manifest unknown\"}"]), "ImageNotFound", 1),
        (refusal(404, "manifest for x:1 not found: manifest unknown: manifest unknown"), "ImageNotFound", 1),
        (
            refusal(
                404,
                "pull access denied for x, repository does not exist or may require 'docker login': denied",
            ),
            "ImageNotFound",
            1,
        ),
        (refusal(500, "unauthorized: authentication required"), "ImageDenied", 1),
        (
            refusal(
                404,
                "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
            ),
            "ImageDenied",
            1,
        ),
        (refusal(500, "error pulling image: write /x: no space left on device"), "DiskFull", 1),
        // The network's fault is tried again, twice.
        (refusal(500, "Get \"https://x/v2/\": dial tcp: lookup x: no such host"), "Network", 3),
        (Answer::Close, "Broken", 3),
        (Answer::Document(200, "{\"status\":".to_owned()), "Garbage", 1),
        (Answer::Document(200, "<html>".to_owned()), "Garbage", 1),
    ];
    // All at once, since those that are tried again wait in between.
    futures_util::future::join_all(cases.map(async |(answer, expected, attempts)| {
        let told = format!("{answer:?}");
        let fake = FakeEngine::docker(answer);
        let engine = connect(&fake).await;
        let result = engine.pull("x:1", None, None, &CancellationToken::new(), &|_| {}).await;
        assert_eq!(outcome(result), expected, "{told}");
        assert_eq!(fake.asked().iter().filter(|asked| asked.method == "POST").count(), attempts, "{told}");
    }))
    .await;
}

#[tokio::test]
async fn references_are_taken_apart() {
    let digest = format!("sha256:{}", "0".repeat(64));
    for (image, expected) in [
        ("x".to_owned(), "fromImage=x&tag=latest".to_owned()),
        ("x:1".to_owned(), "fromImage=x&tag=1".to_owned()),
        ("localhost:5000/a/x".to_owned(), "fromImage=localhost%3A5000%2Fa%2Fx&tag=latest".to_owned()),
        ("localhost:5000/a/x:1".to_owned(), "fromImage=localhost%3A5000%2Fa%2Fx&tag=1".to_owned()),
        (format!("a/x@{digest}"), format!("fromImage=a%2Fx&tag={}", digest.replace(':', "%3A"))),
        (format!("a/x:1@{digest}"), format!("fromImage=a%2Fx&tag={}", digest.replace(':', "%3A"))),
    ] {
        let fake = FakeEngine::docker(Answer::Document(200, String::new()));
        let engine = connect(&fake).await;
        engine.pull(&image, Some("linux/arm64"), None, &CancellationToken::new(), &|_| {}).await.unwrap();
        assert_eq!(
            fake.asked()[1].path,
            format!("/images/create?{expected}&platform=linux%2Farm64"),
            "{image}"
        );
    }
}

#[tokio::test]
async fn layers_and_credentials_travel() {
    let lines = concat!(
        "{\"status\":\"Downloading\",\"id\":\"abc\",\"progressDetail\":{\"current\":5,\"total\":10},\"progress\":\"x\"}\n",
        "{\"status\":\"Pull complete\",\"id\":\"abc\",\"progressDetail\":{}}\n",
    );
    let fake = FakeEngine::docker(Answer::Document(200, lines.to_owned()));
    let engine = connect(&fake).await;
    let told = Mutex::new(Vec::new());
    let credentials = Credentials {
        username: "u".to_owned(),
        password: "p".to_owned(),
        server: "s".to_owned(),
        ..Credentials::default()
    };
    let on_progress = |progress: Progress| told.lock().unwrap().push(progress);
    engine.pull("x", None, Some(&credentials), &CancellationToken::new(), &on_progress).await.unwrap();
    let layer = |status: &str, current, total| Progress::Layer {
        id: "abc".to_owned(),
        status: status.to_owned(),
        current,
        total,
    };
    assert_eq!(
        told.into_inner().unwrap(),
        [layer("Downloading", Some(5), Some(10)), layer("Pull complete", None, None)]
    );
    let header = fake.asked()[1].headers.iter().find(|line| line.starts_with("x-registry-auth: ")).cloned();
    assert!(header.is_some(), "{:?}", fake.asked()[1].headers);
}

#[tokio::test]
async fn cancelling_ends_a_pull_at_once() {
    let fake = FakeEngine::docker(Answer::Hang);
    let engine = connect(&fake).await;
    let cancel = CancellationToken::new();
    let soon = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        soon.cancel();
    });
    let pull = engine.pull("x", None, None, &cancel, &|_| {});
    let result = tokio::time::timeout(Duration::from_secs(5), pull).await.unwrap();
    assert_eq!(outcome(result), "Cancelled");
}
