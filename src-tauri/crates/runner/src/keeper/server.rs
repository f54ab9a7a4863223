//! The keeper's process: one per user, and a guard that waits to be the next one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use notify::{RecursiveMode, Watcher as _};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use wharf_api as api;

use super::channel::{self, Listener, Stream};
use super::client::Keeper;
use super::place::Place;
use super::shared::Shared;
use super::wire::{Greeting, PATIENCE, PROTOCOL, Reply, Request, receive, send};
use super::{exec, hand_over, process};
use crate::error::{Error, Result};
use crate::events::milliseconds_since_1970;
use crate::store::Store;

/// Most clients at a time.
const MOST_CLIENTS: usize = 256;
/// How long a keeper waits for the first client that wants something kept.
const FIRST_CLIENT: Duration = Duration::from_secs(10);
/// How long it stays after the last one has been released: `down` and `up` follow each other.
const LINGER: Duration = Duration::from_millis(500);
/// A keeper that lived shorter than this did not get far.
const SHORT_LIFE: Duration = Duration::from_secs(10);
/// How many short lives in a row a guard begins.
const SHORT_LIVES: u32 = 5;
/// Held by the one keeper.
const LOCK: &str = "lock";
/// Held by the one that takes another keeper's place, until it has it.
const TURN: &str = "turn";
/// As many clients as nobody has: it is too late to come.
const CLOSED: usize = usize::MAX / 2;
/// What a guard reads when it is to go.
const GO: u8 = b'q';

/// What the program was started for.
#[derive(Debug, Clone, Default)]
pub struct KeeperRole {
    /// Wait until the keeper that holds our standard input has died, and be the next one.
    pub guard: bool,
    /// Take the place of the keeper that is there.
    pub take_over: bool,
    /// Where Wharf keeps its state instead of the user's state folder.
    pub user_data_folder: Option<PathBuf>,
    /// How many keepers before this one did not get far.
    pub short_lives: u32,
}

/// Keeps environments until nothing is left to keep.
///
/// # Errors
/// When there is no folder for its socket, or the system gives it none.
pub fn serve(role: KeeperRole) -> Result<()> {
    // Away from the terminal of whoever started it, and from the folder, which may be removed.
    process::detach();
    if role.guard {
        let mut word = [0];
        let told = std::io::stdin().read(&mut word);
        if matches!(told, Ok(1)) && word[0] == GO {
            return Ok(());
        }
        if role.short_lives >= SHORT_LIVES {
            return Err(Error::Keeper { problem: "it ended too often".to_owned() });
        }
    }
    process::allow_many_descriptors();
    let store = Store::open(role.user_data_folder.as_deref())?;
    let failed = |source| Error::State { path: store.root().to_path_buf(), action: "keep", source };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_keep_alive(Duration::from_secs(1))
        .enable_all()
        .build()
        .map_err(failed)?;
    let kept = runtime.block_on(keep(&role, store));
    runtime.shutdown_background();
    kept
}

/// The keeper that runs in this process.
struct Server {
    shared: Arc<Shared>,
    greeting: Greeting,
    clients: Arc<Semaphore>,
    /// Clients that have not had their answer yet, and commands that run through this keeper.
    busy: AtomicUsize,
    /// A client has wanted something kept or done.
    used: Notify,
    leave: Notify,
    /// Fires when what happens is told by the next keeper.
    silent: CancellationToken,
    /// The socket and the lock are another keeper's now.
    handed_over: std::sync::Mutex<Option<File>>,
}

async fn keep(role: &KeeperRole, store: Store) -> Result<()> {
    let place = Place::of(&store);
    place.prepare()?;
    let failed = |source| Error::State { path: place.socket().to_path_buf(), action: "listen on", source };
    let shared = Shared::new(store);
    let began = milliseconds_since_1970(SystemTime::now());
    // One at a time asks for listeners: of two, each would get a part of them. Whoever comes second finds the first one's socket.
    let turn = if role.take_over {
        let Some(turn) = take_lock(&place, TURN, async || false).await? else { return Ok(()) };
        if !hand_over::take(&place, &shared, began).await {
            return Ok(());
        }
        Some(turn)
    } else {
        None
    };
    // One that was killed may hold it for a moment longer than the pipe that its guard waits at, and one that leaves for a moment longer than
    // its socket is there.
    let Some(lock) = take_lock(&place, LOCK, || is_kept(role, &shared)).await? else { return Ok(()) };
    let listener = Listener::bind(&place).map_err(failed)?;
    drop(turn);
    crate::platform::make_private(place.folder()).map_err(failed)?;
    let server = Arc::new(Server {
        shared: Arc::clone(&shared),
        greeting: Greeting {
            protocol: PROTOCOL,
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: milliseconds_since_1970(SystemTime::now()),
        },
        clients: Arc::new(Semaphore::new(MOST_CLIENTS)),
        busy: AtomicUsize::new(0),
        used: Notify::new(),
        leave: Notify::new(),
        silent: CancellationToken::new(),
        handed_over: std::sync::Mutex::new(Some(lock)),
    });
    let begun = Instant::now();
    let guard = tokio::spawn(guarded(role.clone(), begun));
    let accepting = tokio::spawn(accept(Arc::clone(&server), listener));
    let remembered = shared.remembered();
    let anything = !remembered.is_empty();
    let taking_up = {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let keeping = remembered.iter().map(|key| shared.keep(key));
            futures_util::future::join_all(keeping).await;
            shared.drop_handed();
        })
    };
    tokio::select! {
        () = nothing_left(&server, anything.then_some(taking_up)) => {}
        () = server.leave.notified() => {}
        () = process::told_to_end() => {}
        () = removed(&place, &server) => {}
    }
    accepting.abort();
    // Until the end, or the socket would be the next one's.
    let lock = lock_of(&server);
    if lock.is_some() {
        let _ = std::fs::remove_file(place.socket());
    }
    guard.abort();
    let _ = guard.await;
    drop(lock);
    Ok(())
}

/// Whether another keeper does what this one was started for.
async fn is_kept(role: &KeeperRole, shared: &Shared) -> bool {
    !role.take_over && !role.guard && Keeper::greet(shared.store()).await.is_some()
}

fn lock_of(server: &Server) -> Option<File> {
    server.handed_over.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
}

/// A lock that one keeper has at a time; None when another one goes on having it, or nobody needs to wait for it any more.
async fn take_lock(place: &Place, name: &str, is_needless: impl AsyncFn() -> bool) -> Result<Option<File>> {
    let path = place.folder().join(name);
    let failed = |source| Error::State { path: path.clone(), action: "lock", source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let end = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) if Instant::now() < end && !is_needless().await => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(TryLockError::WouldBlock) => return Ok(None),
        }
    }
}

/// Comes back when nothing is kept, and nobody is about to want something kept.
async fn nothing_left(server: &Server, taking_up: Option<tokio::task::JoinHandle<()>>) {
    match taking_up {
        Some(taking_up) => drop(taking_up.await),
        None => {
            let _ = tokio::time::timeout(FIRST_CLIENT, server.used.notified()).await;
        }
    }
    loop {
        let idle = || server.shared.is_empty() && server.busy.load(Ordering::SeqCst) == 0;
        if idle() {
            tokio::time::sleep(LINGER).await;
            // From here on nobody is greeted any more, so that nobody is told what does not come.
            let close = || server.busy.compare_exchange(0, CLOSED, Ordering::SeqCst, Ordering::SeqCst);
            if server.shared.is_empty() && close().is_ok() {
                return;
            }
        }
        server.shared.released.notified().await;
    }
}

/// Comes back when the socket has been removed: the state it belongs to is gone, and nobody could reach this keeper any more.
async fn removed(place: &Place, server: &Server) {
    let (socket, changed) = (place.socket().to_path_buf(), Arc::new(Notify::new()));
    let changing = Arc::clone(&changed);
    let watcher = notify::recommended_watcher(move |_| changing.notify_one());
    let folder = place.socket().parent().map(std::path::Path::to_path_buf).unwrap_or_default();
    let Ok(mut watcher) = watcher else { return std::future::pending().await };
    if watcher.watch(&folder, RecursiveMode::NonRecursive).is_err() {
        return std::future::pending().await;
    }
    loop {
        if !socket.exists() {
            // The next keeper puts its own there.
            if server.handed_over.lock().is_ok_and(|lock| lock.is_none()) {
                std::future::pending::<()>().await;
            }
            return;
        }
        changed.notified().await;
    }
}

/// Sees to it that somebody waits to be the next keeper, until this is dropped; then that one is told to go.
async fn guarded(role: KeeperRole, begun: Instant) {
    loop {
        let Ok(program) = std::env::current_exe() else { return };
        let lives = if begun.elapsed() < SHORT_LIFE { role.short_lives + 1 } else { 0 };
        let mut command = tokio::process::Command::new(program);
        command.args(["keeper", "--guard", "--short-lives", &lives.to_string()]);
        if let Some(folder) = &role.user_data_folder {
            command.arg("--user-data-folder").arg(folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else { return };
        let dismiss = Dismiss(child.stdin.take());
        tokio::select! {
            _ = child.wait() => drop(dismiss),
            // A keeper that has lived for a while is followed by one with all its chances.
            () = tokio::time::sleep(SHORT_LIFE), if lives > 0 => {
                drop(dismiss);
                let _ = child.wait().await;
                continue;
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The pipe that a guard waits at. It is told to go when we go in order; when we are killed, nobody tells it.
struct Dismiss(Option<tokio::process::ChildStdin>);

impl Drop for Dismiss {
    fn drop(&mut self) {
        if let Some(pipe) = self.0.take() {
            process::say(pipe, GO);
        }
    }
}

async fn accept(server: Arc<Server>, mut listener: Listener) {
    loop {
        let Ok(permit) = Arc::clone(&server.clients).acquire_owned().await else { return };
        match listener.accept().await {
            Ok(stream) => {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    if channel::is_ours(&stream) {
                        // A client that breaks off has what it wanted, or nobody to tell.
                        let _ = server.serve(stream).await;
                    }
                    drop(permit);
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Somebody waits for an answer of the keeper, or it does something for them.
struct Busy<'a>(&'a Server);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
        self.0.shared.released.notify_one();
    }
}

impl Server {
    /// None when it is too late.
    fn busy(&self) -> Option<Busy<'_>> {
        let others = self.busy.fetch_add(1, Ordering::SeqCst);
        (others < CLOSED).then(|| Busy(self))
    }

    async fn serve(&self, mut stream: Stream) -> std::io::Result<()> {
        let Some(busy) = self.busy() else { return Ok(()) };
        send(&mut stream, &self.greeting).await?;
        let Ok(request) = tokio::time::timeout(PATIENCE, receive::<Request>(&mut stream)).await else {
            return Ok(());
        };
        let Some(request) = request? else { return Ok(()) };
        match request {
            Request::Keep { key } => {
                let reply = match self.shared.keep(&key).await {
                    Ok(true) => self.ports(Some(&key)).await,
                    Ok(false) => Reply::NotHere,
                    Err(error) => Reply::Refused { message: error.message() },
                };
                self.used.notify_one();
                send(&mut stream, &reply).await
            }
            Request::Release { key } => {
                self.shared.release(&key).await;
                send(&mut stream, &Reply::Done).await
            }
            Request::Ports { key } => {
                let reply = self.ports(key.as_deref()).await;
                send(&mut stream, &reply).await
            }
            Request::Change { key, port, change } => {
                let reply = match self.shared.change(&key, port, change).await {
                    None => Reply::NotHere,
                    Some(Err(message)) => Reply::Refused { message },
                    Some(Ok(())) => self.ports(Some(&key)).await,
                };
                send(&mut stream, &reply).await
            }
            Request::Watch => {
                // Whoever looks on keeps nobody here.
                drop(busy);
                self.watch(stream).await
            }
            Request::Exec(message) => {
                self.used.notify_one();
                exec::serve(stream, *message, &self.shared).await
            }
            Request::Finish { arguments, folder, variables } => {
                let program = std::env::current_exe()?;
                let mut command = tokio::process::Command::new(program);
                command.args(arguments).current_dir(folder).env_clear().envs(variables);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(error) => {
                        return send(&mut stream, &Reply::Refused { message: error.to_string() }).await;
                    }
                };
                self.used.notify_one();
                let told = send(&mut stream, &Reply::Done).await;
                // How it went stands in the environment's journal and records, where everybody looks.
                let _ = child.wait().await;
                told
            }
            Request::HandOver => {
                drop(busy);
                let given = hand_over::give(&mut stream, &self.shared).await;
                self.drain().await;
                given
            }
            Request::Leave { drain: true } => {
                drop(busy);
                drop(self.shared.give_away().await);
                let told = send(&mut stream, &Reply::Done).await;
                self.drain().await;
                told
            }
            Request::Leave { drain: false } => {
                send(&mut stream, &Reply::Done).await?;
                self.leave.notify_one();
                Ok(())
            }
        }
    }

    /// Lets the next keeper begin, and ends once what is connected here has come to its end.
    async fn drain(&self) {
        drop(lock_of(self));
        self.shared.connections.close();
        let ended = async {
            self.shared.connections.wait().await;
            while self.busy.load(Ordering::SeqCst) > 0 {
                self.shared.released.notified().await;
            }
        };
        // Whoever watches finds the next keeper when it looks again.
        let silent = async {
            tokio::time::sleep(LINGER).await;
            self.silent.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = ended => {}
            () = silent => {}
        }
        self.leave.notify_one();
    }

    async fn ports(&self, key: Option<&str>) -> Reply {
        let keeper = Some(self.greeting.report());
        Reply::Ports { result: api::PortsResult { keeper, environments: self.shared.ports(key).await } }
    }

    async fn watch(&self, mut stream: Stream) -> std::io::Result<()> {
        let mut events = self.shared.events.subscribe();
        let (mut from, mut to) = channel::split(&mut stream);
        for environment in self.shared.known() {
            send(&mut to, &Reply::Event { event: Box::new(api::KeeperEvent::Ports { environment }) }).await?;
        }
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => send(&mut to, &Reply::Event { event: Box::new(event) }).await?,
                    // Too slow: the state as it is now says more than what was missed.
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                        for environment in self.shared.known() {
                            send(&mut to, &Reply::Event { event: Box::new(api::KeeperEvent::Ports { environment }) }).await?;
                        }
                    }
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return to.shutdown().await,
                },
                () = self.silent.cancelled() => return to.shutdown().await,
                // A watcher says nothing more; when something comes, it is its end.
                _ = tokio::io::AsyncReadExt::read_u8(&mut from) => return Ok(()),
            }
        }
    }
}

impl Greeting {
    pub(super) fn report(&self) -> api::KeeperReport {
        api::KeeperReport { pid: self.pid, version: self.version.clone(), started_at: self.started_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_is_one_keepers_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&Store::open(Some(folder.path())).unwrap());
        place.prepare().unwrap();
        let (waits, goes) = (async || false, async || true);
        let turn = take_lock(&place, TURN, goes).await.unwrap();
        assert!(turn.is_some());
        assert!(take_lock(&place, TURN, goes).await.unwrap().is_none());
        let lock = take_lock(&place, LOCK, waits).await.unwrap();
        assert!(lock.is_some(), "one is held up by the other");
        let next = take_lock(&place, TURN, waits);
        let lets_go = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(turn);
        };
        let (waited, ()) = tokio::join!(next, lets_go);
        assert!(waited.unwrap().is_some());
    }

    fn server(shared: Arc<Shared>) -> Arc<Server> {
        Arc::new(Server {
            shared,
            greeting: Greeting { protocol: PROTOCOL, pid: 1, version: String::new(), started_at: 0 },
            clients: Arc::new(Semaphore::new(1)),
            busy: AtomicUsize::new(0),
            used: Notify::new(),
            leave: Notify::new(),
            silent: CancellationToken::new(),
            handed_over: std::sync::Mutex::new(None),
        })
    }

    /// Whoever has been greeted is about to ask for something.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_client_that_has_not_asked_yet_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let server = server(Shared::new(Store::open(Some(folder.path())).unwrap()));
        let (mut client, stream) = Stream::pair().unwrap();
        let serving = Arc::clone(&server);
        let serving = tokio::spawn(async move { serving.serve(stream).await });
        receive::<Greeting>(&mut client).await.unwrap().unwrap();
        let taken_up = tokio::spawn(std::future::ready(()));
        let mut leaving = std::pin::pin!(nothing_left(&server, Some(taken_up)));
        let waited = tokio::time::timeout(2 * LINGER, &mut leaving).await;
        assert!(waited.is_err(), "it leaves while somebody is about to ask");
        drop(client);
        serving.await.unwrap().unwrap();
        tokio::time::timeout(PATIENCE, leaving).await.expect("nobody is there any more");
    }

    /// What is connected may go on for hours, and whoever watches would hear of nothing all that time.
    #[cfg(unix)]
    #[tokio::test]
    async fn who_watches_is_sent_to_the_next_keeper() {
        let folder = tempfile::tempdir().unwrap();
        let shared = Shared::new(Store::open(Some(folder.path())).unwrap());
        let connection = shared.connections.token();
        let server = server(shared);
        let (mut client, stream) = Stream::pair().unwrap();
        let watched = Arc::clone(&server);
        let watching = tokio::spawn(async move { watched.watch(stream).await });
        let draining = Arc::clone(&server);
        let draining = tokio::spawn(async move { draining.drain().await });
        let end =
            tokio::time::timeout(PATIENCE, receive::<Reply>(&mut client)).await.expect("it is watched on");
        assert!(end.unwrap().is_none());
        watching.await.unwrap().unwrap();
        assert!(!draining.is_finished(), "a connection goes on");
        drop(connection);
        tokio::time::timeout(PATIENCE, draining).await.expect("nothing goes on").unwrap();
    }
}
