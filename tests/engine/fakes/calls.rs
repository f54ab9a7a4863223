use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use wharf_engine::{Engine, Error, Output};
use wharf_plan::{ContainerSpec, ExecSpec};
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, podman_ping, refusal};

use super::{address, connect, outcome, variant};

/// Docker counts snapshots that it has listed before, and fails when one is gone by then.
#[tokio::test]
async fn what_goes_while_it_is_counted_is_counted_again() {
    let gone = || refusal(404, "NotFound: snapshot tbdrk-view does not exist: not found");
    let counted = || Answer::Document(200, "{\"LayersSize\":7}".to_owned());
    for (answers, expected) in [
        (vec![gone(), gone(), counted()], Ok(7)),
        (vec![refusal(500, "no"), counted()], Err("Rejected")),
        (vec![gone(), gone(), gone(), gone(), gone(), counted()], Err("Rejected")),
    ] {
        let left = std::sync::Mutex::new(answers.into_iter());
        let fake = FakeEngine::answering(move |asked| match asked.path.as_str() {
            "/_ping" => docker_ping(),
            _ => left.lock().unwrap().next().unwrap(),
        });
        let space = connect(&fake).await.space().await;
        assert_eq!(
            space.map(|space| space.layers).map_err(|error| variant(&error)),
            expected.map_err(str::to_owned)
        );
    }
}

/// Podman 5.1 and 5.2 begin to answer with the first event.
#[tokio::test]
async fn events_are_waited_for_by_whoever_reads_them() {
    for (answer, expected) in [
        (Answer::Hang, "nothing yet"),
        (Answer::Begun, "nothing yet"),
        (Answer::Document(200, "{\"Type\":\"container\",\"Action\":\"start\"}\n".to_owned()), "start"),
        (refusal(403, "not here"), "Rejected"),
    ] {
        let shown = format!("{answer:?}");
        let answer = std::sync::Mutex::new(Some(answer));
        let fake = FakeEngine::answering(move |asked| match asked.path.split('?').next() {
            Some("/_ping") => docker_ping(),
            _ => answer.lock().unwrap().take().unwrap(),
        });
        let found = match connect(&fake).await.events(&[("type", "container")]).await {
            Err(error) => variant(&error),
            Ok(mut events) => match tokio::time::timeout(Duration::from_millis(100), events.next()).await {
                Ok(event) => event.unwrap().unwrap().action,
                Err(_) => "nothing yet".to_owned(),
            },
        };
        assert_eq!(found, expected, "{shown}");
    }
}

#[tokio::test]
async fn refusals_become_what_they_mean() {
    let long = "a".repeat(64);
    let cases = [
        // Docker's words, then Podman's.
        (404, "No such container: x".to_owned(), "ContainerNotFound"),
        (404, "no container with name or ID \"x\" found: no such container".to_owned(), "ContainerNotFound"),
        (409, format!("container {long} is not running"), "ContainerNotRunning"),
        (409, "can only create exec sessions on running containers: container state improper".to_owned(), "ContainerNotRunning"),
        (409, "Container x is paused, unpause the container before exec".to_owned(), "ContainerNotRunning"),
        (409, "Conflict. The container name \"/x\" is already in use by container \"y\".".to_owned(), "NameTaken"),
        (500, "creating container storage: the container name \"x\" is already in use by y".to_owned(), "NameTaken"),
        (400, "invalid mount config for type \"bind\": bind source path does not exist: /x".to_owned(), "Mount"),
        (500, "statfs /x: no such file or directory".to_owned(), "Mount"),
        (500, "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated".to_owned(), "PortTaken"),
        (500, "rootlessport listen tcp 0.0.0.0:80: bind: address already in use".to_owned(), "PortTaken"),
        (404, "network web not found".to_owned(), "NetworkNotFound"),
        (404, "failed to set up container networking: network web not found".to_owned(), "NetworkNotFound"),
        (500, "unable to find network with name or ID web: network not found".to_owned(), "NetworkNotFound"),
        (500, "network is unreachable".to_owned(), "Network"),
        (500, "write /var/lib/docker/x: no space left on device".to_owned(), "DiskFull"),
        (500, "something else".to_owned(), "Rejected"),
        (503, String::new(), "Rejected"),
    ];
    for (status, words, expected) in cases {
        let fake = FakeEngine::docker(refusal(status, &words));
        let error = connect(&fake).await.start("x").await.unwrap_err();
        assert_eq!(variant(&error), expected, "{words}");
        assert!(
            words.is_empty()
                || expected.starts_with("ContainerNotFound")
                || error.to_string().contains(&words),
            "{error}"
        );
    }
}

#[tokio::test]
async fn nonsense_in_place_of_an_answer() {
    let cases = [
        (Answer::Document(200, "<html>".to_owned()), "Garbage"),
        (Answer::Document(200, "{\"Id\":7}".to_owned()), "Garbage"),
        (Answer::Document(200, "{\"Id\":\"x\",\"State\":{\"Status\":\"dancing\"}}".to_owned()), "Garbage"),
        (Answer::Cut("{\"Id\":".to_owned()), "Broken"),
        (Answer::Close, "Broken"),
        (Answer::Raw(b"\x00\x01\x02 what".to_vec()), "NotAnEngine"),
        (Answer::Document(500, "<html>a proxy's page</html>".to_owned()), "Rejected"),
        (
            Answer::Document(
                200,
                "{\"Id\":\"x\",\"State\":{\"Status\":\"running\"},\"Mounts\":null}".to_owned(),
            ),
            "Ok",
        ),
    ];
    for (answer, expected) in cases {
        let told = format!("{answer:?}");
        let fake = FakeEngine::docker(answer);
        assert_eq!(outcome(connect(&fake).await.inspect_container("x").await), expected, "{told}");
    }
}

#[tokio::test]
async fn a_hanging_engine_holds_no_call() {
    let fake = FakeEngine::docker(Answer::Hang);
    // Long enough for the ping, which is answered. Calls that change something wait ten times as long.
    let engine = Engine::connect(&address(&fake), Duration::from_secs(1)).await.unwrap();
    let spec = ExecSpec { command: vec!["true".to_owned()], ..ExecSpec::default() };
    let started = Instant::now();
    let outcomes = tokio::join!(
        async { outcome(engine.find_containers(&[]).await) },
        async { outcome(engine.inspect_container("x").await) },
        async { outcome(engine.inspect_image("x").await) },
        async { outcome(engine.start("x").await) },
        async { outcome(engine.remove("x", false, true).await) },
        async { outcome(engine.create(&ContainerSpec::default()).await) },
        async { outcome(engine.exec("x", &spec).await) },
        async { outcome(engine.download("x", "/").await) },
        async { outcome(engine.info().await) },
    );
    let all: [String; 9] = outcomes.into();
    assert_eq!(all, ["Timeout"; 9].map(str::to_owned));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[tokio::test]
async fn connections_are_used_again() {
    let fake = FakeEngine::docker(Answer::Document(200, "[]".to_owned()));
    let engine = connect(&fake).await;
    for _ in 0..5 {
        engine.find_containers(&[("a".to_owned(), "b c".to_owned())]).await.unwrap();
    }
    let asked = fake.asked();
    assert_eq!(asked.len(), 6);
    assert_eq!(asked[1].path, "/containers/json?all=true&filters=%7B%22label%22%3A%5B%22a%3Db%20c%22%5D%7D");
}

/// No call is needless: what an engine says of itself is known by then.
#[tokio::test]
async fn an_inspection_of_a_known_engine_is_one_question() {
    for ping in [docker_ping, podman_ping] {
        let fake = FakeEngine::answering(move |asked| match asked.path.as_str() {
            "/_ping" => ping(),
            _ => Answer::Document(200, "{\"Id\":\"x\",\"State\":{\"Status\":\"running\"}}".to_owned()),
        });
        let engine = connect(&fake).await;
        engine.inspect_container("x").await.unwrap();
        let before = fake.asked().len();
        for _ in 0..50 {
            engine.inspect_container("x").await.unwrap();
        }
        let asked: Vec<String> = fake.asked().into_iter().skip(before).map(|asked| asked.path).collect();
        assert_eq!(asked, ["/containers/x/json"; 50]);
    }
}

#[tokio::test]
async fn podman_s_own_call_is_used_only_for_its_own_options() {
    let answer = |ping: fn() -> Answer| {
        FakeEngine::answering(move |asked| match asked.path.as_str() {
            "/_ping" => ping(),
            _ => Answer::Document(201, "{\"Id\":\"made\",\"Warnings\":null}".to_owned()),
        })
    };
    let plain = ContainerSpec {
        name: Some("n".to_owned()),
        platform: Some("linux/arm64".to_owned()),
        ..ContainerSpec::default()
    };
    let own =
        ContainerSpec { podman: Some(serde_json::json!({ "image": "x", "userns": {} })), ..plain.clone() };
    let podman = answer(podman_ping);
    let engine = connect(&podman).await;
    assert_eq!(engine.create(&plain).await.unwrap(), "made");
    assert_eq!(engine.create(&own).await.unwrap(), "made");
    let asked = podman.asked();
    assert_eq!(asked[1].path, "/containers/create?name=n&platform=linux%2Farm64");
    assert_eq!(asked[2].path, "/libpod/containers/create");
    assert_eq!(asked[2].body, b"{\"image\":\"x\",\"userns\":{}}");
    let docker = answer(docker_ping);
    let error = connect(&docker).await.create(&own).await.unwrap_err();
    assert!(matches!(error, Error::UnsupportedOption { .. }), "{error:?}");
}

#[tokio::test]
async fn an_exec_s_stream_is_never_trusted() {
    let exec = |bytes: &'static [u8]| {
        FakeEngine::answering(move |asked| match asked.path.as_str() {
            "/_ping" => docker_ping(),
            "/containers/x/exec" => Answer::Document(201, "{\"Id\":\"e\"}".to_owned()),
            _ => Answer::Upgrade(bytes.to_vec()),
        })
    };
    let cases: [(&[u8], bool, &[&str]); 5] = [
        (b"\x01\0\0\0\0\0\0\x02hi\x02\0\0\0\0\0\0\x01!", false, &["out hi", "err !"]),
        (b"garbage that is no header", false, &["Garbage"]),
        (b"garbage that is no header", true, &["out garbage that is no header"]),
        (b"\x01\x02", true, &["out \u{1}\u{2}"]),
        (b"\x01\0\0\0\xff\xff\xff\xffpart", false, &["out part"]),
    ];
    for (bytes, terminal, expected) in cases {
        let fake = exec(bytes);
        let spec = ExecSpec { command: vec!["x".to_owned()], terminal, ..ExecSpec::default() };
        let mut exec = connect(&fake).await.exec("x", &spec).await.unwrap();
        let mut seen = Vec::new();
        while let Some(piece) = exec.output.next().await {
            seen.push(match piece {
                Ok(Output::Stdout(bytes)) => format!("out {}", String::from_utf8_lossy(&bytes)),
                Ok(Output::Stderr(bytes)) => format!("err {}", String::from_utf8_lossy(&bytes)),
                Err(error) => variant(&error),
            });
        }
        assert_eq!(seen, expected, "{bytes:?}");
    }
}
