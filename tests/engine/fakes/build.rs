use tokio_util::sync::CancellationToken;
use wharf_engine::{Builders, Error, no_credentials};
use wharf_plan::BuildSpec;
use wharf_plan::build::{BuildSecret, CacheSource, NamedContext, SecretSource};
use wharf_test_support::fake_engine::{Answer, Asked, FakeEngine, docker_ping, podman_ping, refusal};

use super::{connect, outcome};

/// An engine whose builds end like this; it has no sessions.
fn builder(ping: fn() -> Answer, answer: Answer) -> FakeEngine {
    FakeEngine::answering(move |asked| match asked.path.split('?').next() {
        Some("/_ping") => ping(),
        Some("/build") => answer.clone(),
        Some(path) if path.starts_with("/images/") => {
            Answer::Document(200, "{\"Id\":\"sha256:1\"}".to_owned())
        }
        _ => refusal(404, "page not found"),
    })
}

fn spec() -> BuildSpec {
    BuildSpec { dockerfile: "FROM x\n".to_owned(), tags: vec!["t".to_owned()], ..BuildSpec::default() }
}

async fn build(fake: &FakeEngine, spec: &BuildSpec) -> Result<String, Error> {
    connect(fake)
        .await
        .build(spec, &Builders::none(), &no_credentials(), &CancellationToken::new(), &|_| {})
        .await
        .map(|built| built.id.unwrap())
}

fn builds(fake: &FakeEngine) -> Vec<Asked> {
    fake.asked().into_iter().filter(|asked| asked.path.starts_with("/build")).collect()
}

#[tokio::test]
async fn what_comes_of_a_build() {
    let line = |text: &str| Answer::Document(200, format!("{text}\n"));
    let cases = [
        (line("{\"aux\":{\"ID\":\"sha256:1\"}}"), "Ok"),
        (
            line(
                "{\"errorDetail\":{\"code\":1,\"message\":\"returned a non-zero code: 1\"},\"error\":\"x\"}",
            ),
            "Build",
        ),
        (line("{\"error\":\"write /x: no space left on device\"}"), "DiskFull"),
        (line("{\"error\":\"lookup registry.example: no such host\"}"), "Network"),
        (refusal(400, "dockerfile parse error line 1: unknown instruction: FORM"), "Build"),
        (refusal(500, "mkdir /var/lib/docker/tmp/x: no space left on device"), "DiskFull"),
        (line("<html>"), "Garbage"),
        (Answer::Document(200, "{\"stream\":".to_owned()), "Garbage"),
        (Answer::Cut("{\"stream\":\"Step 1/1 : FROM x\\n\"}\n".to_owned()), "Broken"),
        (Answer::Close, "Broken"),
    ];
    for (answer, expected) in cases {
        let told = format!("{answer:?}");
        let fake = builder(podman_ping, answer);
        assert_eq!(outcome(build(&fake, &spec()).await), expected, "{told}");
    }
}

#[tokio::test]
async fn a_build_that_others_disturb_is_built_again_and_no_other() {
    let known = "{\"aux\":{\"ID\":\"sha256:1\"}}\n";
    let lost = "{\"error\":\"preparing container for next step: creating build container: e10c: image not known\"}\n";
    let broken = "{\"error\":\"building at STEP \\\"RUN false\\\": while running runtime: exit status 1\"}\n";
    for (answers, expected, asked) in [
        (vec![lost, lost, known], "Ok", 3),
        (vec![lost, broken, known], "Build", 2),
        // Somebody who removes images all the time does not keep us for ever.
        (vec![lost; 9], "Build", 5),
    ] {
        let left = std::sync::Mutex::new(answers.into_iter());
        let fake = FakeEngine::answering(move |asked| match asked.path.split('?').next() {
            Some("/_ping") => podman_ping(),
            Some("/build") => Answer::Document(200, left.lock().unwrap().next().unwrap().to_owned()),
            _ => Answer::Document(200, "{\"Id\":\"sha256:1\"}".to_owned()),
        });
        assert_eq!(outcome(build(&fake, &spec()).await), expected);
        assert_eq!(builds(&fake).len(), asked);
    }
}

#[tokio::test]
async fn an_engine_without_sessions_builds_all_the_same() {
    let fake = builder(docker_ping, Answer::Document(200, "{\"aux\":{\"ID\":\"sha256:1\"}}\n".to_owned()));
    assert_eq!(build(&fake, &spec()).await.unwrap(), "sha256:1");
    let asked = builds(&fake);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/build?t=t&dockerfile=Dockerfile&rm=1&forcerm=1");
    let mut archive = tar::Archive::new(asked[0].body.as_slice());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names, ["Dockerfile"]);
}

#[tokio::test]
async fn options_that_the_engine_lacks_are_named_before_anything_is_sent() {
    let with = |change: fn(&mut BuildSpec)| {
        let mut spec = spec();
        change(&mut spec);
        spec
    };
    let secret = |spec: &mut BuildSpec| {
        spec.secrets =
            vec![BuildSecret { id: "s".to_owned(), source: SecretSource::Variable("PATH".to_owned()) }];
    };
    let context = |spec: &mut BuildSpec| {
        spec.named_contexts.insert("c".to_owned(), NamedContext::Source("docker-image://x".to_owned()));
    };
    let cache = |spec: &mut BuildSpec| {
        spec.cache_to =
            vec![CacheSource { kind: "local".to_owned(), attributes: std::collections::BTreeMap::new() }];
    };
    for (ping, spec, expected) in [
        (podman_ping as fn() -> Answer, with(secret), "--secret"),
        (podman_ping, with(context), "--build-context"),
        (docker_ping, with(context), "--build-context"),
        (docker_ping, with(cache), "--cache-to type=local"),
        // It looks as if it had BuildKit, and turns out to have no sessions.
        (docker_ping, with(secret), "--secret"),
    ] {
        let fake = builder(ping, Answer::Document(200, String::new()));
        match build(&fake, &spec).await {
            Err(Error::UnsupportedOption { option, .. }) => assert_eq!(option, expected),
            other => panic!("{expected}: {other:?}"),
        }
        assert!(builds(&fake).is_empty());
    }
}

#[tokio::test]
async fn a_secret_without_value_is_told_before_anything_is_sent() {
    let fake = builder(docker_ping, Answer::Hang);
    let mut spec = spec();
    spec.secrets = vec![BuildSecret {
        id: "s".to_owned(),
        source: SecretSource::Variable("WHARF_TEST_UNSET".to_owned()),
    }];
    let error = build(&fake, &spec).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the build secret \"s\" cannot be read: the variable WHARF_TEST_UNSET is not set"
    );
}

#[tokio::test]
async fn a_context_that_is_no_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), "FROM x\n").unwrap();
    let fake = builder(podman_ping, Answer::Document(200, "{\"aux\":{\"ID\":\"sha256:1\"}}\n".to_owned()));
    let mut spec = spec();
    spec.context = Some(folder.path().to_owned());
    spec.dockerfile_name = "Dockerfile".to_owned();
    assert_eq!(outcome(build(&fake, &spec).await), "Ok");
    spec.context = Some(folder.path().join("Dockerfile"));
    match build(&fake, &spec).await {
        Err(Error::Context { path, .. }) => assert!(path.ends_with("Dockerfile")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn cancelling_ends_a_build_at_once() {
    let fake = builder(podman_ping, Answer::Hang);
    let engine = connect(&fake).await;
    let cancel = CancellationToken::new();
    let soon = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        soon.cancel();
    });
    let spec = spec();
    let (builders, credentials) = (Builders::none(), no_credentials());
    let build = engine.build(&spec, &builders, &credentials, &cancel, &|_| {});
    let result = tokio::time::timeout(std::time::Duration::from_secs(5), build).await.unwrap();
    assert_eq!(outcome(result), "Cancelled");
}
