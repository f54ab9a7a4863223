//! What environments use, measured while somebody looks and not otherwise; what lies on the disk, and what could go.

use std::time::Duration;

use tokio::time::timeout;
use wharf_api::{CleanUpKind, EnvironmentReference, OperationName, OperationOutcome};
use wharf_runner::{ResourceWatch, Resources};
use wharf_test_support::engines;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping};
use wharf_test_support::images::{BUSYBOX, DEBIAN};
use wharf_test_support::socket::Socket;

use crate::operations::{Place, run};

const PATIENCE: Duration = Duration::from_secs(60);

async fn next(watch: &mut ResourceWatch) -> wharf_api::ResourceSample {
    timeout(PATIENCE, watch.next()).await.expect("samples come").expect("the container can be measured")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_measured_over_its_ends_and_starts_on_every_engine() {
    for engine in engines::primary() {
        let socket = Socket::new(&engine.socket);
        let busy = "while :; do :; done";
        let body = serde_json::json!({ "Image": BUSYBOX, "Cmd": ["sh", "-c", busy], "HostConfig": { "Memory": 64 * 1024 * 1024 } });
        let made = socket.request("POST", "/containers/create", Some(&body)).unwrap().json();
        let id = made["Id"].as_str().expect("a container").to_owned();
        let resources = Resources::new(Some(tempfile::tempdir().unwrap().path().to_path_buf()));
        let reference = EnvironmentReference {
            container: Some(id.clone()),
            engine: Some(engine.docker_host()),
            ..EnvironmentReference::default()
        };
        let mut watch = resources.watch(&reference).await.unwrap();
        assert!(!next(&mut watch).await.running, "{}", engine.name);
        socket.request("POST", &format!("/containers/{id}/start"), None).unwrap();
        let sample = timeout(PATIENCE, async {
            loop {
                let sample = watch.next().await.unwrap();
                if sample.cpu.is_some_and(|cpu| cpu > 0.05) {
                    return sample;
                }
            }
        });
        let sample = sample.await.unwrap_or_else(|_| panic!("{} never shows work", engine.name));
        assert!(sample.running && sample.cpus > 0 && sample.memory > 0, "{}: {sample:?}", engine.name);
        assert_eq!(sample.memory_limit, Some(64 * 1024 * 1024), "{}", engine.name);
        // Another one shares the stream, and sees the present at once.
        let mut second = resources.watch(&reference).await.unwrap();
        assert!(next(&mut second).await.running);
        assert_eq!(resources.measured(), 1);
        socket.request("POST", &format!("/containers/{id}/kill"), None).unwrap();
        timeout(PATIENCE, async { while watch.next().await.unwrap().running {} }).await.unwrap();
        drop((watch, second));
        timeout(PATIENCE, async {
            while resources.measured() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .expect("nobody looks any more");
        socket.request("DELETE", &format!("/containers/{id}?force=true"), None).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_once_nobody_looks() {
    let stats = r#"{"cpu_stats":{"cpu_usage":{"total_usage":1},"online_cpus":1},"memory_stats":{"usage":1,"limit":2}}"#;
    let engine = FakeEngine::answering(move |asked| match asked.path.split('?').next().unwrap_or_default() {
        "/_ping" => docker_ping(),
        "/events" => Answer::Begun,
        path if path.ends_with("/stats") => Answer::Document(200, format!("{stats}\n")),
        path if path.ends_with("/json") => {
            Answer::Document(200, r#"{"Id":"c","State":{"Status":"running"},"Mounts":null}"#.to_owned())
        }
        _ => Answer::Document(404, "{}".to_owned()),
    });
    let resources = Resources::new(Some(tempfile::tempdir().unwrap().path().to_path_buf()));
    let reference = EnvironmentReference {
        container: Some("c".to_owned()),
        engine: Some(engine.address()),
        ..EnvironmentReference::default()
    };
    let mut watch = resources.watch(&reference).await.unwrap();
    assert_eq!(next(&mut watch).await.memory_limit, Some(2));
    drop(watch);
    timeout(PATIENCE, async {
        while resources.measured() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Once this is answered, every connection that was begun before is there, and ends with what was sent over it.
        Socket::new(engine.socket()).get("/_ping").unwrap();
        while engine.connections() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the stream ends with the last who looks");
    let before = engine.requests();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(engine.requests(), before);
    assert!(resources.watch(&EnvironmentReference::default()).await.is_err(), "no container is named");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_goes_and_nothing_else() {
    let place = Place::new(&serde_json::json!({ "build": { "dockerfile": "Dockerfile" } }));
    // An image and a volume of this test's own, by its folder's name.
    let name = place.folder.path().file_name().unwrap().to_string_lossy().to_lowercase();
    let volume = format!("wharf-test-{name}").replace('.', "-");
    std::fs::write(
        place.folder.path().join("Dockerfile"),
        format!("FROM {DEBIAN}\nRUN echo {name} > /own\n"),
    )
    .unwrap();
    let configuration = serde_json::json!({
        "build": { "dockerfile": "Dockerfile" },
        "mounts": [{ "type": "volume", "source": volume, "target": "/data" }],
        "postCreateCommand": "head -c 3000000 /dev/urandom > /data/file && head -c 2000000 /dev/urandom > /written",
    });
    std::fs::write(place.folder.path().join(".devcontainer.json"), configuration.to_string()).unwrap();
    let operations = place.operations();
    let (_, up) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(up.outcome, OperationOutcome::Done, "{:?}", up.error);
    let state = Some(place.state.path());

    let folder = place.folder.path().display().to_string();
    let report = wharf_runner::space(state).await.unwrap();
    let engine = report.engines.iter().find(|one| one.engine.address == place.engine.docker_host());
    let engine = engine.expect("the engine is asked");
    assert_eq!(engine.problem, None);
    let mine = engine.environments.iter().find(|one| one.reference.folder.as_deref() == Some(&folder));
    let mine = mine.expect("the environment is there");
    assert!(mine.written >= 2_000_000 && mine.shared_layers > 0, "{mine:?}");
    let in_volume = mine.volumes.iter().find(|one| one.name == volume).unwrap();
    assert!(in_volume.bytes.unwrap() >= 3_000_000 && mine.own >= 5_000_000, "{mine:?}");

    let ours = |plan: &wharf_api::CleanUpPlan| -> Vec<(CleanUpKind, String)> {
        let ours = plan.items.iter().filter(|item| item.ours && item.engine == place.engine.docker_host());
        ours.map(|item| (item.kind, item.id.clone())).collect()
    };
    let plan = wharf_runner::clean_up_plan(state).await.unwrap();
    assert_eq!(ours(&plan), [], "all of it is in use");
    let (_, down) = run(&place, &operations, OperationName::Down, true).await;
    assert_eq!(down.outcome, OperationOutcome::Done, "{:?}", down.error);
    let plan = wharf_runner::clean_up_plan(state).await.unwrap();
    let items = ours(&plan);
    let of_kind =
        |kind| items.iter().filter(|(one, _)| *one == kind).map(|(_, id)| id.clone()).collect::<Vec<_>>();
    let [gone] = of_kind(CleanUpKind::Volume).try_into().unwrap();
    assert!(gone.ends_with(&volume), "{gone}");
    let images = of_kind(CleanUpKind::Image);
    assert!(!images.is_empty(), "{items:?}");

    // Only what is named goes, and what is in no plan is refused.
    let strange = "volume unix:///elsewhere other".to_owned();
    let chosen: Vec<String> = images.iter().cloned().chain([strange.clone()]).collect();
    let result = wharf_runner::clean_up(&chosen, state).await.unwrap();
    assert_eq!(result.removed, images);
    assert_eq!(result.failed.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [strange.as_str()]);
    let socket = Socket::new(&place.engine.socket);
    assert!(socket.get(&format!("/volumes/{volume}")).unwrap().is_success(), "it was not named");
    let result = wharf_runner::clean_up(&[gone], state).await.unwrap();
    assert_eq!((result.removed.len(), result.failed.len()), (1, 0), "{result:?}");
    assert!(!socket.get(&format!("/volumes/{volume}")).unwrap().is_success());
    let plan = wharf_runner::clean_up_plan(state).await.unwrap();
    assert_eq!(ours(&plan), []);
}
