//! Listeners of this computer that lead into an environment.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wharf_plan::ports::{Forward, InsidePort};

use super::browse::Rate;
use super::link::{Inward, Link};
use super::peer::{is_private, may_enter};
use super::relay::{relay, relay_near};
use crate::journal::KeeperLog;

/// Most connections of one environment at a time; more wait to be accepted.
const MOST_CONNECTIONS: usize = 4096;
/// How long a connection waits for the way inside to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing is accepted after the system had no more room for a connection.
const NO_ROOM: Duration = Duration::from_millis(50);
/// Between two words about users who were turned away.
const BETWEEN_STRANGERS: Duration = Duration::from_secs(60);

/// The way inside as it comes and goes.
pub(super) type LinkWatch = watch::Receiver<Option<Arc<Link>>>;

/// The forwards of one environment that are open. Dropping them closes the listeners; connections go on.
pub(super) struct Forwards {
    open: BTreeMap<u16, Open>,
    link: LinkWatch,
    room: Arc<Semaphore>,
    connections: TaskTracker,
    strangers: Arc<Strangers>,
}

struct Open {
    forward: Forward,
    listeners: Vec<Arc<TcpListener>>,
    accepting: Vec<JoinHandle<()>>,
    closed: CancellationToken,
}

impl Open {
    /// Stops to listen; the port is free when this comes back.
    async fn close(mut self) {
        self.closed.cancel();
        self.listeners.clear();
        for accepting in std::mem::take(&mut self.accepting) {
            let _ = accepting.await;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.closed.cancel();
    }
}

impl Forwards {
    pub(super) fn new(link: LinkWatch, connections: TaskTracker, log: Arc<KeeperLog>) -> Forwards {
        Forwards {
            open: BTreeMap::new(),
            link,
            room: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
            connections,
            strangers: Arc::new(Strangers { log, told: Rate::new(1, BETWEEN_STRANGERS) }),
        }
    }

    /// Those that are open.
    pub(super) fn all(&self) -> Vec<Forward> {
        self.open.values().map(|open| open.forward.clone()).collect()
    }

    pub(super) fn has(&self, local: u16) -> bool {
        self.open.contains_key(&local)
    }

    /// Begins to listen; on a loopback address on that of the other family too, since `localhost` may mean either.
    ///
    /// # Errors
    /// When the port is taken on one of them, or may not be had.
    pub(super) async fn open(&mut self, forward: Forward, handed: Vec<TcpListener>) -> io::Result<()> {
        let listeners = if handed.is_empty() { bind(&forward).await? } else { handed };
        let closed = CancellationToken::new();
        let listeners: Vec<_> = listeners.into_iter().map(Arc::new).collect();
        let mut accepting = Vec::new();
        for listener in &listeners {
            let door = Door {
                inside: forward.inside.clone(),
                private: is_private(forward.address),
                strangers: Arc::clone(&self.strangers),
                link: self.link.clone(),
                room: Arc::clone(&self.room),
                connections: self.connections.clone(),
            };
            let (listener, closed) = (Arc::clone(listener), closed.clone());
            accepting.push(tokio::spawn(async move {
                tokio::select! {
                    () = door.accept(&listener) => {}
                    () = closed.cancelled() => {}
                }
            }));
        }
        self.open.insert(forward.local, Open { forward, listeners, accepting, closed });
        Ok(())
    }

    /// Stops to listen; the port is free when this comes back.
    pub(super) async fn close(&mut self, forward: &Forward) {
        if let Some(open) = self.open.remove(&forward.local) {
            open.close().await;
        }
    }

    /// The same of all.
    pub(super) async fn close_all(&mut self) {
        for open in std::mem::take(&mut self.open).into_values() {
            open.close().await;
        }
    }

    /// Gives the listeners away: nothing is accepted any more, and the ports stay bound for whoever gets them.
    pub(super) fn give_away(&mut self) -> Vec<(Forward, Vec<Arc<TcpListener>>)> {
        let open = std::mem::take(&mut self.open);
        open.into_values().map(|open| (open.forward.clone(), open.listeners.clone())).collect()
    }
}

/// The other family's address of the same meaning.
fn twin(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) if address == Ipv4Addr::LOCALHOST => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        IpAddr::V6(address) if address == Ipv6Addr::LOCALHOST => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => None,
    }
}

/// Tries whether a port could be had, and leaves it free. Nobody can connect meanwhile: nothing listens.
///
/// # Errors
/// Why it could not.
pub(super) fn probe(address: IpAddr, port: u16) -> io::Result<()> {
    let attempt = |address: IpAddr| {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // As a listener does: what is left of connections that have ended is nobody's.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(address, port))
    };
    attempt(address)?;
    match twin(address).map(attempt) {
        Some(Err(error)) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        _ => Ok(()),
    }
}

async fn bind(forward: &Forward) -> io::Result<Vec<TcpListener>> {
    let mut listeners = vec![TcpListener::bind(SocketAddr::new(forward.address, forward.local)).await?];
    if let Some(twin) = twin(forward.address) {
        match TcpListener::bind(SocketAddr::new(twin, forward.local)).await {
            Ok(listener) => listeners.push(listener),
            // A program that asks for `localhost` would end up with somebody else.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            // A computer without that family.
            Err(_) => {}
        }
    }
    Ok(listeners)
}

/// Tells of other users of this computer who came, and who cannot be told why they were not let in.
struct Strangers {
    log: Arc<KeeperLog>,
    told: Rate,
}

impl Strangers {
    fn tell(&self, port: &InsidePort) {
        if self.told.allows(Instant::now()) {
            let text = format!(
                "a connection of another user of this computer to port {port} was refused; \
                 `wharf forward {port} --address ::1` lets all of them in"
            );
            self.log.write("ports", &text);
        }
    }
}

/// What a listener does with who comes.
struct Door {
    inside: InsidePort,
    /// Only this user may come.
    private: bool,
    strangers: Arc<Strangers>,
    link: LinkWatch,
    room: Arc<Semaphore>,
    connections: TaskTracker,
}

impl Door {
    async fn accept(&self, listener: &TcpListener) {
        loop {
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { return };
            let (stream, client) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(_) => {
                    tokio::time::sleep(NO_ROOM).await;
                    continue;
                }
            };
            if self.private && stream.local_addr().is_ok_and(|here| !may_enter(client, here)) {
                reset(stream);
                self.strangers.tell(&self.inside);
                continue;
            }
            let (inside, link) = (self.inside.clone(), self.link.clone());
            self.connections.spawn(async move {
                serve(stream, &inside, link).await;
                drop(permit);
            });
        }
    }
}

/// One connection. Whatever breaks it, both of its ends are closed.
async fn serve(stream: TcpStream, inside: &InsidePort, mut link: LinkWatch) {
    let _ = stream.set_nodelay(true);
    let found = tokio::time::timeout(PATIENCE, link.wait_for(Option::is_some)).await;
    let Some(link) = found.ok().and_then(Result::ok).and_then(|link| link.clone()) else {
        return reset(stream);
    };
    let Ok(inward) = link.dial(inside.host.as_deref(), inside.port).await else { return reset(stream) };
    match inward {
        // The agent's stream ends with the agent.
        Inward::Agent(inward) => drop(relay(stream, inward).await),
        Inward::Direct(inward) => {
            let ended = link.ended.clone();
            drop(link);
            tokio::select! {
                _ = relay_near(stream, inward) => {}
                () = ended.cancelled() => {}
            }
        }
    }
}

/// Ends a connection as one to a port where nobody listens ends: refused, and not as if everything had been said.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}
