//! How a command or the window speaks with the keeper, and starts it.

use std::cmp::Ordering;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use wharf_api as api;
use wharf_plan::ports::InsidePort;

use super::channel::{self, Stream};
use super::place::Place;
use super::process;
use super::wire::{Greeting, PROTOCOL, Reply, Request, receive, send};
use crate::error::{Error, Result};
use crate::store::Store;

/// How long a keeper may take to begin.
const BEGINNING: Duration = Duration::from_secs(10);
/// How long the next keeper is given to be there after one has stopped to tell what happens.
const BETWEEN_KEEPERS: Duration = Duration::from_millis(50);
/// Between looks for one that begins.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The keeper, greeted and not asked yet.
#[derive(Debug)]
pub(crate) struct Keeper {
    stream: Stream,
    greeting: Greeting,
}

/// What a keeper tells as it happens.
#[derive(Debug)]
pub struct KeeperWatch {
    stream: Stream,
    /// Whose it is.
    pid: u32,
    store: Store,
}

impl Keeper {
    /// The keeper that runs; None when there is none that we understand.
    pub(crate) async fn connect(store: &Store) -> Option<Keeper> {
        Keeper::greet(store).await.filter(|keeper| keeper.greeting.protocol == PROTOCOL)
    }

    /// The keeper that runs, whatever it speaks.
    pub(crate) async fn greet(store: &Store) -> Option<Keeper> {
        let mut stream = channel::connect(&Place::of(store)).await.ok()?;
        if !channel::is_ours(&stream) {
            return None;
        }
        let greeting =
            tokio::time::timeout(BEGINNING, receive::<Greeting>(&mut stream)).await.ok()?.ok()??;
        Some(Keeper { stream, greeting })
    }

    /// The keeper, started first if there is none, or in the place of one that is older than this program.
    ///
    /// # Errors
    /// When it does not begin.
    pub(crate) async fn ensure(store: &Store, program: &Path) -> Result<Keeper> {
        let failed = |problem: String| Error::Keeper { problem };
        let older = match Keeper::greet(store).await {
            None if channel::refuses(&Place::of(store)).await => {
                let problem = "the one that runs has an administrator's rights, and takes nothing from this program; \
                    end it as administrator with `wharf keeper --leave`";
                return Err(failed(problem.to_owned()));
            }
            None => None,
            Some(keeper) => match follow(&keeper.greeting) {
                Follow::Use => return Ok(keeper),
                Follow::Replace => Some(keeper.greeting.pid),
                Follow::Leave => {
                    let version = &keeper.greeting.version;
                    return Err(failed(format!(
                        "one of wharf {version} runs, which this one does not understand"
                    )));
                }
            },
        };
        start(store, program, older.is_some()).map_err(|error| failed(error.to_string()))?;
        let end = Instant::now() + BEGINNING;
        loop {
            match Keeper::connect(store).await {
                Some(keeper) if Some(keeper.greeting.pid) != older => return Ok(keeper),
                _ if Instant::now() > end => return Err(failed("it does not begin".to_owned())),
                _ => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    async fn ask(self, request: &Request) -> Result<Reply> {
        let gone = || Error::Keeper { problem: "it has gone away".to_owned() };
        self.ask_if_there(request).await?.ok_or_else(gone)
    }

    /// None when it has gone away before it has answered anything.
    async fn ask_if_there(mut self, request: &Request) -> Result<Option<Reply>> {
        let failed = |error: std::io::Error| Error::Keeper { problem: error.to_string() };
        if let Err(error) = send(&mut self.stream, request).await {
            return if is_end(&error) { Ok(None) } else { Err(failed(error)) };
        }
        match receive::<Reply>(&mut self.stream).await {
            Ok(Some(Reply::Refused { message })) => Err(Error::Keeper { problem: message }),
            Ok(reply) => Ok(reply),
            Err(error) if is_end(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Asks the keeper, started first if there is none. One that was about to leave, as nothing was kept, is not asked again, but the next one.
    async fn ask_any(store: &Store, program: &Path, request: &Request) -> Result<Reply> {
        match Keeper::ensure(store, program).await?.ask_if_there(request).await? {
            Some(reply) => Ok(reply),
            None => Keeper::ensure(store, program).await?.ask(request).await,
        }
    }

    /// Keeps an environment from now on; the keeper is started first if there is none.
    ///
    /// # Errors
    /// When none begins, or it does not know the environment.
    pub(crate) async fn keep(store: &Store, program: &Path, key: &str) -> Result<api::PortsResult> {
        ports_of(Keeper::ask_any(store, program, &Request::Keep { key: key.to_owned() }).await?)
    }

    /// Keeps it no longer.
    pub(crate) async fn release(self, key: &str) -> Result<()> {
        self.ask(&Request::Release { key: key.to_owned() }).await.map(drop)
    }

    /// The ports of one environment or of all.
    pub(crate) async fn ports(self, key: Option<&str>) -> Result<api::PortsResult> {
        ports_of(self.ask(&Request::Ports { key: key.map(str::to_owned) }).await?)
    }

    /// Does something with a port.
    pub(crate) async fn change(
        self,
        key: &str,
        port: InsidePort,
        change: api::PortChange,
    ) -> Result<api::PortsResult> {
        ports_of(self.ask(&Request::Change { key: key.to_owned(), port, change }).await?)
    }

    /// Has a command of this program run to its end in the background, by a keeper that is started first if there is none.
    ///
    /// # Errors
    /// When none begins, or it cannot start the command.
    pub(crate) async fn finish(
        store: &Store,
        program: &Path,
        arguments: Vec<String>,
        folder: String,
        variables: Vec<(String, String)>,
    ) -> Result<()> {
        Keeper::ask_any(store, program, &Request::Finish { arguments, folder, variables }).await.map(drop)
    }

    /// Asks it to end.
    pub(crate) async fn leave(self) -> Result<()> {
        self.ask(&Request::Leave { drain: false }).await.map(drop)
    }

    /// Watches what happens.
    pub(crate) async fn watch(mut self, store: &Store) -> Result<KeeperWatch> {
        let failed = |error: std::io::Error| Error::Keeper { problem: error.to_string() };
        send(&mut self.stream, &Request::Watch).await.map_err(failed)?;
        Ok(KeeperWatch { stream: self.stream, pid: self.greeting.pid, store: store.clone() })
    }
}

impl KeeperWatch {
    /// What happens next; None when the keeper has gone away, or has handed over and tells nothing more.
    pub async fn next(&mut self) -> Option<api::KeeperEvent> {
        if let Ok(Some(Reply::Event { event })) = receive::<Reply>(&mut self.stream).await {
            return Some(*event);
        }
        // Whoever looks for the next one at once finds it, and does so only so often.
        tokio::time::sleep(BETWEEN_KEEPERS).await;
        None
    }

    /// The watch over the keeper that has come in the place of this one, if one has. It begins with all that there is.
    pub async fn follow(&self) -> Option<KeeperWatch> {
        let next = Keeper::connect(&self.store).await.filter(|keeper| keeper.greeting.pid != self.pid)?;
        next.watch(&self.store).await.ok()
    }
}

fn ports_of(reply: Reply) -> Result<api::PortsResult> {
    match reply {
        Reply::Ports { result } => Ok(result),
        _ => Err(Error::NotKept),
    }
}

/// Whether somebody has closed the other end.
fn is_end(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

fn start(store: &Store, program: &Path, take_over: bool) -> std::io::Result<()> {
    let mut command = std::process::Command::new(program);
    command.arg("keeper").arg("--user-data-folder").arg(absolute(store.root()));
    if take_over {
        command.arg("--take-over");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = process::start(&mut command)?;
    // It goes on by itself; where this program stays, as the window does, it is not to be left as a dead child.
    std::thread::Builder::new().name("keeper".to_owned()).spawn(move || child.wait()).map(drop)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// What is done about a keeper that runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// It is used.
    Use,
    /// This program's takes its place.
    Replace,
    /// It is left alone: a newer one that speaks otherwise is not driven out by an older program.
    Leave,
}

pub(super) fn follow(greeting: &Greeting) -> Follow {
    match (is_older(&greeting.version, env!("CARGO_PKG_VERSION")), greeting.protocol.cmp(&PROTOCOL)) {
        (true, _) | (false, Ordering::Less) => Follow::Replace,
        (false, Ordering::Equal) => Follow::Use,
        (false, Ordering::Greater) => Follow::Leave,
    }
}

/// Whether a version is older than another one. What cannot be read is not.
fn is_older(version: &str, than: &str) -> bool {
    let parts = |text: &str| -> Option<Vec<u64>> {
        text.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok()).collect()
    };
    match (parts(version), parts(than)) {
        (Some(version), Some(than)) => version < than,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_keepers_are_followed() {
        let own = env!("CARGO_PKG_VERSION");
        let cases = [
            (own, PROTOCOL, Follow::Use),
            ("0.0.1", PROTOCOL, Follow::Replace),
            ("0.0.1", PROTOCOL - 1, Follow::Replace),
            // One that was built between two versions.
            (own, PROTOCOL - 1, Follow::Replace),
            (own, PROTOCOL + 1, Follow::Leave),
            ("99.0.0", PROTOCOL, Follow::Use),
            ("99.0.0", PROTOCOL + 1, Follow::Leave),
        ];
        for (version, protocol, expected) in cases {
            let greeting = Greeting { protocol, pid: 1, version: version.to_owned(), started_at: 0 };
            assert_eq!(follow(&greeting), expected, "{version} {protocol}");
        }
    }

    #[test]
    fn only_an_older_keeper_gives_way() {
        let cases = [
            ("0.1.0", "0.1.0", false),
            ("0.1.0", "0.2.0", true),
            ("0.9.0", "0.10.0", true),
            ("1.0.0", "0.10.0", false),
            ("0.1.0-dev", "0.1.1", true),
            ("strange", "0.1.0", false),
        ];
        for (version, than, expected) in cases {
            assert_eq!(is_older(version, than), expected, "{version} {than}");
        }
    }
}
