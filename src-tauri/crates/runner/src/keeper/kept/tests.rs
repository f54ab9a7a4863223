//! What is seen of engines, and how often.

use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, refusal};

use super::*;

/// An engine may tell of nothing that happens: some are set up so, and proxies of its socket forbid it.
#[tokio::test]
async fn an_engine_that_tells_nothing_is_asked_now_and_then() {
    let container = "c".repeat(64);
    let stopped = format!(r#"{{"Id":"{container}","State":{{"Status":"exited"}}}}"#);
    let fake = FakeEngine::answering(move |asked| match asked.path.as_str() {
        "/_ping" => docker_ping(),
        path if path.ends_with("/events") => refusal(403, "not here"),
        _ => Answer::Document(200, stopped.clone()),
    });
    let folder = tempfile::tempdir().unwrap();
    let mut kept = ports::settled::kept(folder.path(), &[]);
    let (_client, commands) = mpsc::channel(1);
    kept.commands = commands;
    let engine = Engine::connect(&fake.address().parse().unwrap(), PATIENCE).await.unwrap();
    kept.record.engine = Some(crate::convert::engine(&engine, engine.facts()));
    kept.record.container = Some(container);
    let state = kept.state.subscribe();
    let looks = || fake.asked().iter().filter(|asked| asked.path.ends_with("/json")).count();
    let _ = tokio::time::timeout(Duration::from_secs(4), kept.run()).await;
    assert_eq!(state.borrow().connection, api::KeptConnection::Stopped);
    // After 0.2, 0.4, 0.8 s and then each second.
    assert!((3..=7).contains(&looks()), "{} looks", looks());
}

#[tokio::test]
async fn only_an_engine_with_roots_rights_has_networks_of_this_computer() {
    let described = |options: &str| Answer::Document(200, format!("{{\"SecurityOptions\":[{options}]}}"));
    for (info, expected) in [
        (described("\"name=seccomp,profile=builtin\""), true),
        (described("\"name=seccomp,profile=builtin\",\"name=rootless\""), false),
        (refusal(500, "no"), false),
    ] {
        let fake = FakeEngine::answering(move |asked| match asked.path.as_str() {
            "/_ping" => docker_ping(),
            _ => info.clone(),
        });
        let engine = Engine::connect(&fake.address().parse().unwrap(), PATIENCE).await.unwrap();
        assert_eq!(has_our_networks(&engine).await, expected);
        assert_eq!(has_our_networks(&engine).await, expected);
        // What was told once is not asked again.
        let asked = fake.asked().iter().filter(|asked| asked.path == "/info").count();
        assert_eq!(asked, if engine.info().await.is_ok() { 1 } else { 2 });
    }
}

/// What is away is back soon after it is there; one that has been away for long is not asked as often, since asking may be a login.
#[tokio::test]
async fn the_pauses_grow_to_what_the_engine_is_worth() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = ports::settled::kept(folder.path(), &[]);
    let longest = |kept: &mut Kept| (0..12).fold(Duration::ZERO, |_, _| kept.next_pause());
    let fake = FakeEngine::answering(|_| docker_ping());
    let engine = Engine::connect(&fake.address().parse().unwrap(), PATIENCE).await.unwrap();
    tokio::time::pause();
    for (local, away_for, expected) in [
        (true, None, LONGEST_PAUSE_HERE),
        (true, Some(LONG * 2), LONGEST_PAUSE_HERE),
        (false, Some(LONG / 2), LONGEST_PAUSE),
        (false, Some(LONG * 2), LONGEST_PAUSE_AFTER_LONG),
    ] {
        let told = crate::convert::engine(&engine, engine.facts());
        kept.record.engine = Some(wharf_api::Engine { local, ..told });
        kept.pause = FIRST_PAUSE;
        kept.away = None;
        if let Some(away_for) = away_for {
            kept.away = Some(Instant::now());
            tokio::time::advance(away_for).await;
        }
        assert_eq!(longest(&mut kept), expected, "{local} {away_for:?}");
    }
}

/// A way inside that is not there for now is tried often; one that this container does not have, seldom.
#[tokio::test(start_paused = true)]
async fn a_way_inside_that_lasts_to_be_missing_is_tried_seldom() {
    let folder = tempfile::tempdir().unwrap();
    for (is_lasting, shut_for, expected) in [
        (false, None, FIRST_PAUSE),
        (true, None, LONGEST_PAUSE_AFTER_LONG),
        (false, Some(LONG * 2), LONGEST_PAUSE_AFTER_LONG),
    ] {
        let mut kept = ports::settled::kept(folder.path(), &[]);
        let (_client, commands) = mpsc::channel(1);
        kept.commands = commands;
        if let Some(shut_for) = shut_for {
            kept.shut = Some(Instant::now());
            tokio::time::advance(shut_for).await;
        }
        let began = Instant::now();
        assert!(matches!(kept.connect_later("why".to_owned(), is_lasting).await, Next::Look));
        assert!(
            began.elapsed().abs_diff(expected) < Duration::from_millis(50),
            "{is_lasting} {shut_for:?}: {:?}",
            began.elapsed()
        );
    }
}
