//! The board tells what changes, and asks nobody while nothing does.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use wharf_api::{EnvironmentState, ListResult, OperationName};
use wharf_runner::{Board, CancellationToken, ListRequest};
use wharf_test_support::engines;
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping};
use wharf_test_support::images::{BUSYBOX, DEBIAN};
use wharf_test_support::socket::Socket;

use crate::operations::{Place, run};

const PATIENCE: Duration = Duration::from_secs(40);
/// Longer than changes are gathered.
const QUIET: Duration = Duration::from_millis(1500);

fn watch(engine: &str, state: &Path) -> Board {
    let request = ListRequest {
        engine: Some(engine.to_owned()),
        user_data_folder: Some(state.to_path_buf()),
        ..ListRequest::default()
    };
    Board::watch(request, CancellationToken::new()).unwrap()
}

/// The next board for which `is` holds.
async fn until(board: &mut Board, what: &str, is: impl Fn(&ListResult) -> bool) -> ListResult {
    let found = timeout(PATIENCE, async {
        loop {
            let list = board.next().await.expect("the board goes on");
            if is(&list) {
                return list;
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("the board never shows {what}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_programs_do_to_containers_is_told_by_every_engine() {
    for engine in engines::primary() {
        let state = tempfile::tempdir().unwrap();
        let folder = engines::shared_folder();
        let path = folder.path().display().to_string();
        let mut board = watch(&engine.docker_host(), state.path());
        let of = |list: &ListResult| {
            let mine = list.environments.iter().find(|one| one.reference.folder.as_deref() == Some(&path));
            mine.map(|one| one.state)
        };
        assert!(of(&board.next().await.unwrap()).is_none());
        let socket = Socket::new(&engine.socket);
        let body = serde_json::json!({
            "Image": BUSYBOX,
            "Cmd": ["sleep", "600"],
            "Labels": { "devcontainer.local_folder": path, "devcontainer.config_file": format!("{path}/.devcontainer.json") },
        });
        let made = socket.request("POST", "/containers/create", Some(&body)).unwrap().json();
        let id = made["Id"].as_str().unwrap().to_owned();
        let name = &engine.name;
        until(&mut board, &format!("{name}: created"), |list| of(list) == Some(EnvironmentState::Created))
            .await;
        socket.request("POST", &format!("/containers/{id}/start"), None).unwrap();
        until(&mut board, &format!("{name}: running"), |list| of(list) == Some(EnvironmentState::Running))
            .await;
        socket.request("POST", &format!("/containers/{id}/kill"), None).unwrap();
        until(&mut board, &format!("{name}: stopped"), |list| of(list) == Some(EnvironmentState::Stopped))
            .await;
        socket.request("DELETE", &format!("/containers/{id}?force=true"), None).unwrap();
        until(&mut board, &format!("{name}: nothing"), |list| of(list).is_none()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_on_an_environment_is_told_and_that_it_is_over() {
    let place = Place::new(&serde_json::json!({ "image": DEBIAN, "postStartCommand": "sleep 2" }));
    let operations = place.operations();
    let folder = place.folder.path().display().to_string();
    let mut board = watch(&place.engine.docker_host(), place.state.path());
    let mine = |list: &ListResult| {
        list.environments.iter().find(|one| one.reference.folder.as_deref() == Some(&folder)).cloned()
    };
    assert!(mine(&board.next().await.unwrap()).is_none());
    run(&place, &operations, OperationName::Up, true).await;
    run(&place, &operations, OperationName::Stop, true).await;
    until(&mut board, "that it is stopped", |list| {
        mine(list).is_some_and(|one| one.working.is_none() && one.state == EnvironmentState::Stopped)
    })
    .await;
    operations.begin("two", place.request(OperationName::Start)).unwrap();
    until(&mut board, "that wharf works on it", |list| mine(list).is_some_and(|one| one.working.is_some()))
        .await;
    until(&mut board, "that it runs and nobody works on it", |list| {
        mine(list).is_some_and(|one| one.working.is_none() && one.state == EnvironmentState::Running)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_while_nothing_happens() {
    let engine = FakeEngine::answering(|asked| match asked.path.split('?').next().unwrap_or_default() {
        "/_ping" => docker_ping(),
        "/containers/json" => Answer::Document(200, "[]".to_owned()),
        "/events" => Answer::Begun,
        _ => Answer::Document(404, "{}".to_owned()),
    });
    let state = tempfile::tempdir().unwrap();
    let mut board = watch(&engine.address(), state.path());
    assert!(board.next().await.unwrap().engines[0].usable);
    // The stream of events begins, and is looked behind once.
    assert!(timeout(QUIET, board.next()).await.is_err(), "nothing has changed");
    let before = engine.requests();
    assert!(before.iter().any(|line| line.contains("/events")), "{before:?}");
    assert!(timeout(QUIET, board.next()).await.is_err(), "nothing has changed");
    assert_eq!(engine.requests(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_goes_and_comes_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("engine.sock");
    let real = engines::engine(engines::DOCKER).socket;
    let relay = Relay::start(&socket, &real);
    let state = tempfile::tempdir().unwrap();
    let mut board = watch(&format!("unix://{}", socket.display()), state.path());
    let usable = |list: &ListResult| list.engines.first().is_some_and(|engine| engine.usable);
    assert!(usable(&board.next().await.unwrap()));
    assert!(timeout(QUIET, board.next()).await.is_err() || usable(&board.next().await.unwrap()));
    drop(relay);
    until(&mut board, "that the engine is gone", |list| !usable(list)).await;
    let _relay = Relay::start(&socket, &real);
    until(&mut board, "that the engine is back", usable).await;
}

/// Stands between a socket of its own and an engine's, until it is dropped: as if the engine ended.
struct Relay {
    socket: PathBuf,
    ended: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<UnixStream>>>,
}

impl Relay {
    fn start(socket: &Path, engine: &Path) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let (ended, streams) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let relay =
            Self { socket: socket.to_path_buf(), ended: Arc::clone(&ended), streams: Arc::clone(&streams) };
        let engine = engine.to_path_buf();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let behind = UnixStream::connect(&engine).unwrap();
                let mut kept = streams.lock().unwrap();
                kept.extend([stream.try_clone().unwrap(), behind.try_clone().unwrap()]);
                drop(kept);
                pump(stream.try_clone().unwrap(), behind.try_clone().unwrap());
                pump(behind, stream);
            }
        });
        relay
    }
}

fn pump(mut from: UnixStream, mut to: UnixStream) {
    std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.socket);
        for stream in self.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}
