//! How the agent gets into a container, and what a container that takes no files says.

use wharf_engine::Engine;
use wharf_plan::EngineKind;
use wharf_plan::container::{CreateBody, MountSpec};
use wharf_runner::inside::{Error, agents};
use wharf_test_support::images::BUSYBOX;

use crate::room::{Room, on_each_engine};

on_each_engine!(
    once_and_again_when_it_is_gone,
    older_builds_make_room,
    into_a_container_that_does_not_run,
    a_read_only_root,
    a_read_only_root_with_a_volume
);

async fn once_and_again_when_it_is_gone(engine: Engine) {
    Room::of(
        engine,
        BUSYBOX,
        |_| (),
        |room| async move {
            // Missing: it is found out and put there.
            assert_eq!(
                room.shell("root", "ls /.wharf").await,
                (0, format!("agent-{}\n", agents()[0].hash), String::new())
            );
            room.shell("root", "date +%s > /now; touch -d @1000 /.wharf/agent-*").await;
            // There: nothing is uploaded, so the time stamp stays.
            assert_eq!(room.shell("root", "stat -c '%Y %a %u' /.wharf/agent-*").await.1, "1000 755 0\n");
            // Gone: as at first.
            room.shell("root", "rm -r /.wharf").await;
            assert_eq!(room.shell("root", "stat -c '%Y %a %u' /.wharf/agent-*").await.1, "0 755 0\n");
        },
    )
    .await;
}

async fn older_builds_make_room(engine: Engine) {
    Room::of(
        engine,
        BUSYBOX,
        |_| (),
        |room| async move {
            let own = format!("agent-{}", agents()[0].hash);
            // Three other builds, one after the other, and what is none.
            let line = "cd /.wharf; : >agent-1; sleep 0.05; : >agent-2; sleep 0.05; : >agent-3; : >other; mkdir agent-4";
            assert_eq!(room.shell("root", line).await.0, 0);
            // The one that was just used has removed the rest but the newest when its own command was done.
            let expected = ["agent-3", "agent-4", &own, "other"].map(|name| format!("{name}\n"));
            let mut expected = expected.to_vec();
            expected.sort();
            assert_eq!(room.shell("root", "ls /.wharf").await.1, expected.concat());
        },
    )
    .await;
}

async fn into_a_container_that_does_not_run(engine: Engine) {
    Room::of(
        engine,
        BUSYBOX,
        |_| (),
        |room| async move {
            room.engine.stop(&room.facts.id, Some(1)).await.unwrap();
            room.inside().place().await.unwrap();
            room.engine.start(&room.facts.id).await.unwrap();
            assert_eq!(room.shell("root", "ls /.wharf | wc -l").await.1, "1\n");
        },
    )
    .await;
}

async fn a_read_only_root(engine: Engine) {
    let docker = engine.facts().kind == EngineKind::Docker;
    Room::of(
        engine,
        BUSYBOX,
        |body: &mut CreateBody| body.host_config.readonly_rootfs = true,
        move |room| async move {
            let (outcome, _) = room.exec(&room.command("root", "true")).await;
            match outcome {
                // Podman writes below a root that is read-only for the container alone.
                Ok(outcome) if !docker => assert_eq!(outcome.code, 0),
                Err(error @ Error::NoPlace { .. }) => assert!(error.hint().unwrap().contains("volume")),
                other => panic!("{other:?}"),
            }
        },
    )
    .await;
}

async fn a_read_only_root_with_a_volume(engine: Engine) {
    let change = |body: &mut CreateBody| {
        body.host_config.readonly_rootfs = true;
        body.host_config.mounts =
            vec![MountSpec { r#type: "volume".into(), target: "/data".into(), ..MountSpec::default() }];
    };
    Room::of(engine, BUSYBOX, change, |room| async move {
        assert_eq!(room.shell("root", "ls /data/.wharf | wc -l").await, (0, "1\n".into(), String::new()));
    })
    .await;
}
