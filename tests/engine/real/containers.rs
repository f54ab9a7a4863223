use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use wharf_engine::{Engine, Error, Output, Progress};
use wharf_plan::container::HostConfig;
use wharf_plan::{ContainerState, EngineKind};
use wharf_test_support::images::BUSYBOX;

use super::{PATIENCE, on_each_engine, sleeper, unique, with_container};

on_each_engine!(
    a_container_s_whole_life,
    facts_are_read,
    refusals_are_told_apart,
    files_travel_both_ways,
    logs_and_waiting,
    events_arrive,
    volumes_and_names_of_images,
    a_missing_image_is_told_at_once,
);

async fn a_container_s_whole_life(engine: Engine) {
    let name = unique("life");
    let label = [("wharf.test".to_owned(), name.clone())];
    assert_eq!(engine.find_containers(&label).await.unwrap(), []);
    assert_eq!(engine.inspect_container(&name).await.unwrap(), None);
    let id = engine.create(&sleeper(&name)).await.unwrap();
    let state = async |engine: &Engine| engine.inspect_container(&id).await.unwrap().unwrap().state;
    assert_eq!(state(&engine).await, ContainerState::Created);
    let listed = engine.find_containers(&label).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].id.as_str(), listed[0].state),
        (1, id.as_str(), ContainerState::Created)
    );
    assert_eq!(listed[0].names, [name.as_str()]);
    engine.start(&id).await.unwrap();
    engine.start(&id).await.unwrap();
    assert_eq!(state(&engine).await, ContainerState::Running);
    engine.pause(&id).await.unwrap();
    assert_eq!(state(&engine).await, ContainerState::Paused);
    engine.unpause(&id).await.unwrap();
    // Docker's late word of the pause may still come in between: what counts is that it runs in the end.
    let running = async {
        while state(&engine).await != ContainerState::Running {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, running).await.expect("it does not run again");
    engine.stop(&id, Some(5)).await.unwrap();
    let facts = engine.inspect_container(&id).await.unwrap().unwrap();
    assert_eq!((facts.state, facts.exit_code), (ContainerState::Exited, Some(0)));
    engine.stop(&id, Some(5)).await.unwrap();
    let other = unique("renamed");
    engine.rename(&id, &other).await.unwrap();
    assert_eq!(engine.inspect_container(&other).await.unwrap().unwrap().id, id);
    engine.start(&id).await.unwrap();
    engine.kill(&id, "SIGKILL").await.unwrap();
    assert_eq!(engine.wait(&id).await.unwrap(), 137);
    engine.remove(&id, true, true).await.unwrap();
    engine.remove(&id, true, true).await.unwrap();
    assert_eq!(engine.inspect_container(&id).await.unwrap(), None);
    assert!(matches!(engine.start(&id).await, Err(Error::ContainerNotFound { .. })));
}

async fn facts_are_read(engine: Engine) {
    let mut spec = sleeper(&unique("facts"));
    spec.body.env = vec!["A=1".to_owned(), "B=x=y".to_owned()];
    spec.body.user = "1:2".to_owned();
    spec.body.working_dir = "/tmp".to_owned();
    spec.body.host_config = HostConfig {
        binds: vec!["/tmp:/host-tmp:ro".to_owned()],
        cap_add: vec!["NET_ADMIN".to_owned()],
        ..HostConfig::default()
    };
    with_container(&engine, spec, |engine, id| async move {
        let facts = engine.inspect_container(&id).await.unwrap().unwrap();
        assert!(facts.image_id.starts_with("sha256:"), "{}", facts.image_id);
        assert!(facts.image_name.ends_with(BUSYBOX), "{}", facts.image_name);
        assert!(facts.env.contains(&"B=x=y".to_owned()), "{:?}", facts.env);
        assert!(facts.env.iter().any(|line| line.starts_with("PATH=")), "{:?}", facts.env);
        assert_eq!((facts.user.as_str(), facts.working_dir.as_str()), ("1:2", "/tmp"));
        assert!(facts.created.starts_with("20") && facts.started_at.starts_with("20"), "{facts:?}");
        assert!(!facts.read_only_root && !facts.privileged);
        assert!(
            facts.cap_add.iter().any(|capability| capability.ends_with("NET_ADMIN")),
            "{:?}",
            facts.cap_add
        );
        assert!(facts.ip_address.is_some(), "{facts:?}");
        let mount = facts.mounts.iter().find(|mount| mount.target == "/host-tmp").unwrap();
        assert_eq!((mount.kind.as_str(), mount.source.as_str(), mount.writable), ("bind", "/tmp", false));
        let image = engine.inspect_image(&facts.image_id).await.unwrap().unwrap();
        assert_eq!(image.id, engine.inspect_image(BUSYBOX).await.unwrap().unwrap().id);
    })
    .await;
}

async fn refusals_are_told_apart(engine: Engine) {
    let name = unique("refused");
    let mut missing = sleeper(&name);
    missing.body.image = "wharf-test-no-such-image:1".to_owned();
    let error = engine.create(&missing).await.unwrap_err();
    assert!(
        matches!(&error, Error::ImageNotFound { image, .. } if image == "wharf-test-no-such-image:1"),
        "{error:?}"
    );

    // Podman's compatible call makes a source that is missing, so only Docker is asked about that.
    let source = format!("/tmp/{name}-absent");
    let mut mounts = vec![("/tmp".to_owned(), "relative")];
    if engine.facts().kind == EngineKind::Docker {
        mounts.push((source, "/x"));
    }
    for (source, target) in mounts {
        let mut mount = sleeper(&name);
        mount.body.host_config.mounts = serde_json::from_value(
            serde_json::json!([{ "Type": "bind", "Source": source, "Target": target }]),
        )
        .unwrap();
        let error = engine.create(&mount).await.unwrap_err();
        assert!(matches!(&error, Error::Mount { .. }), "{source} {target}: {error:?}");
    }

    with_container(&engine, sleeper(&name), move |engine, id| async move {
        let error = engine.create(&sleeper(&name)).await.unwrap_err();
        assert!(matches!(&error, Error::NameTaken { .. }), "{error:?}");
        engine.kill(&id, "KILL").await.unwrap();
        engine.wait(&id).await.unwrap();
        let spec =
            wharf_plan::ExecSpec { command: vec!["true".to_owned()], ..wharf_plan::ExecSpec::default() };
        let error = engine.exec(&id, &spec).await.unwrap_err();
        assert!(matches!(&error, Error::ContainerNotRunning { .. }), "{error:?}");
        let error = engine.exec("wharf-test-no-such-container", &spec).await.unwrap_err();
        assert!(matches!(&error, Error::ContainerNotFound { .. }), "{error:?}");
    })
    .await;

    let error = engine.download("wharf-test-no-such-container", "/etc").await.unwrap_err();
    assert!(matches!(&error, Error::ContainerNotFound { .. }), "{error:?}");
}

fn archive(name: &str, content: &[u8]) -> Bytes {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o640);
    header.set_uid(7);
    builder.append_data(&mut header, name, content).unwrap();
    Bytes::from(builder.into_inner().unwrap())
}

async fn files_travel_both_ways(engine: Engine) {
    let content: Vec<u8> =
        (0..300_000_u32).map(|number| number.to_le_bytes()[0] ^ number.to_le_bytes()[1]).collect();
    with_container(&engine, sleeper(&unique("files")), |engine, id| async move {
        for stopped in [false, true] {
            if stopped {
                engine.stop(&id, Some(5)).await.unwrap();
            }
            engine.upload(&id, "/tmp", archive("file", &content)).await.unwrap();
            let tar = engine.download(&id, "/tmp/file").await.unwrap().unwrap();
            let (mode, read) = unpack(&tar);
            assert_eq!(mode & 0o777, 0o640);
            assert!(read == content, "the content changed on the way, stopped: {stopped}");
            assert_eq!(engine.download(&id, "/no/such/file").await.unwrap(), None);
            // Podman accepts the archive and puts it nowhere.
            if engine.facts().kind == EngineKind::Docker {
                assert!(engine.upload(&id, "/no/such/folder", archive("file", b"x")).await.is_err());
            }
        }
        // Podman's archives name root as the owner of everything, so the container itself is asked.
        engine.start(&id).await.unwrap();
        let spec = wharf_plan::ExecSpec {
            command: ["stat", "-c", "%u:%a", "/tmp/file"].map(str::to_owned).to_vec(),
            ..wharf_plan::ExecSpec::default()
        };
        let mut exec = engine.exec(&id, &spec).await.unwrap();
        assert_eq!(
            exec.output.next().await.unwrap().unwrap(),
            Output::Stdout(Bytes::from_static(b"7:640\n"))
        );
    })
    .await;
}

fn unpack(tar: &[u8]) -> (u32, Vec<u8>) {
    let mut archive = tar::Archive::new(tar);
    let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
    (entry.header().mode().unwrap(), content)
}

async fn logs_and_waiting(engine: Engine) {
    let mut spec = sleeper(&unique("logs"));
    spec.body.cmd = Some(["sh", "-c", "echo out; echo err >&2; exit 3"].map(str::to_owned).to_vec());
    with_container(&engine, spec, |engine, id| async move {
        assert_eq!(engine.wait(&id).await.unwrap(), 3);
        let mut out = Vec::new();
        let mut err = Vec::new();
        let query = wharf_engine::LogQuery { follow: true, ..Default::default() };
        let mut logs = engine.logs(&id, &query).await.unwrap();
        while let Some(piece) = logs.next().await {
            match piece.unwrap() {
                Output::Stdout(bytes) => out.extend_from_slice(&bytes),
                Output::Stderr(bytes) => err.extend_from_slice(&bytes),
            }
        }
        assert_eq!((out.as_slice(), err.as_slice()), (b"out\n".as_slice(), b"err\n".as_slice()));
    })
    .await;
}

async fn events_arrive(engine: Engine) {
    let name = unique("events");
    let label = format!("wharf.test={name}");
    let mut events = engine.events(&[("type", "container"), ("label", &label)]).await.unwrap();
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(event) = events.next().await {
            let event = event.unwrap();
            seen.push(event.action.clone());
            // Docker says destroy, Podman remove.
            if event.action == "destroy" || event.action == "remove" {
                break;
            }
        }
        seen
    });
    with_container(&engine, sleeper(&name), |_, _| async {}).await;
    let seen = tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
    for wanted in ["create", "start", "die"] {
        assert!(
            seen.iter().any(|action| action == wanted || (wanted == "die" && action == "died")),
            "{wanted}: {seen:?}"
        );
    }
}

async fn volumes_and_names_of_images(engine: Engine) {
    let name = unique("volume");
    engine.create_volume(&name, &std::collections::BTreeMap::new()).await.unwrap();
    engine.create_volume(&name, &std::collections::BTreeMap::new()).await.unwrap();
    engine.remove_volume(&name).await.unwrap();
    engine.remove_volume(&name).await.unwrap();

    let tag = format!("localhost/{}:1", unique("tag"));
    engine.tag(BUSYBOX, &tag).await.unwrap();
    assert_eq!(
        engine.inspect_image(&tag).await.unwrap().unwrap().id,
        engine.inspect_image(BUSYBOX).await.unwrap().unwrap().id
    );
    engine.remove_image(&tag, false).await.unwrap();
    engine.remove_image(&tag, false).await.unwrap();
    assert_eq!(engine.inspect_image(&tag).await.unwrap(), None);
    assert!(engine.inspect_image(BUSYBOX).await.unwrap().is_some());
    let error = engine.tag("wharf-test-no-such-image", &tag).await.unwrap_err();
    assert!(matches!(error, Error::ImageNotFound { .. }), "{error:?}");
}

async fn a_missing_image_is_told_at_once(engine: Engine) {
    let told = std::sync::Mutex::new(Vec::new());
    let on_progress = |progress: Progress| told.lock().unwrap().push(progress);
    let cancel = tokio_util::sync::CancellationToken::new();
    // A registry that is not there: nothing in reach of these engines answers otherwise.
    let image = "localhost:1/wharf/none:1";
    let error = engine.pull(image, None, None, &cancel, &on_progress).await.unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error:?}");
    let told = told.lock().unwrap();
    let retries = told
        .iter()
        .filter(|progress| matches!(progress, Progress::Message(text) if text.contains("trying again")));
    assert_eq!(retries.count(), 2, "{told:?}");
}
