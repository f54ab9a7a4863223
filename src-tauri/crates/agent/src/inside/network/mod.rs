//! Everything of the network, on one thread: connections that the host asked for, the watch over listening sockets, links.
//!
//! The reader of the connection hands over what arrives and never waits: what it may hand over is bounded by the windows and by the number of
//! connections. The thread waits in one place for all of its sockets, so that a thousand connections cost a thousand descriptors and no
//! thread, and one whose server stalls holds up no other. It starts with the first request that needs it.

mod known;
mod links;
mod owner;
mod ports;
mod relay;
mod resolve;
mod table;
mod turn;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::net::{SendFlags, send};
use wharf_agent::flow::{Budget, FlowError, ReceiveWindow, SendWindow};
use wharf_agent::message::{AgentMessage, Refusal};
use wharf_agent::network::{DialFailure, DialRequest};

use self::links::Links;
pub(crate) use self::links::{LINKS, open as open_link};
use super::connection::Connection;

/// Connections that may be open at a time. The host allows itself fewer.
const MOST_PIPES: usize = 4096;
/// What the windows of connections may grow by, together.
const GROWTH: u32 = 32 * 1024 * 1024;
/// A piece that arrived is appended to the one before it while that one is shorter: many small ones must not cost more than their bytes.
const PIECE: usize = 64 * 1024;
/// How soon the thread is tried to be started again, where the container had none left.
const AGAIN: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// What the reader and the thread share.
#[derive(Debug)]
pub(crate) struct Network {
    shared: Mutex<Shared>,
    budget: Arc<Budget>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Makes the thread look at what has changed; there once the thread is.
    wake: Option<Arc<OwnedFd>>,
    pipes: HashMap<u32, Pipe>,
    /// Pipes that have changed, each once.
    touched: Vec<u32>,
    /// What others found out for the thread.
    found: Vec<Found>,
    /// The exchange that watches ports.
    ports: Option<u32>,
    /// The exchange that takes links, and where programs leave them.
    links: Option<(u32, PathBuf)>,
    /// For the thread to take.
    new_links: Option<Links>,
}

/// The answer of a thread that may take its time.
#[derive(Debug)]
enum Found {
    Addresses {
        host: String,
        addresses: Vec<IpAddr>,
    },
    /// For the watch of an exchange.
    Owners(u32, owner::Search),
}

/// One connection, as the reader knows it.
#[derive(Debug)]
struct Pipe {
    /// Until the thread has begun with it.
    request: Option<DialRequest>,
    /// What may still be sent to the host.
    send: SendWindow,
    receive: ReceiveWindow,
    /// What the server inside has not taken yet.
    pieces: VecDeque<Vec<u8>>,
    /// The connection, once it is made.
    socket: Option<Arc<OwnedFd>>,
    /// The thread has a piece in its hands.
    writing: bool,
    /// What the thread is to tell the host that it may send.
    credit: u32,
    /// The host sends no more.
    ended: bool,
    /// The host wants no more.
    closed: bool,
    touched: bool,
}

impl Default for Network {
    fn default() -> Network {
        Network { shared: Mutex::default(), budget: Budget::new(GROWTH) }
    }
}

impl Network {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a connection.
    pub(crate) fn dial(
        &self,
        connection: &Connection,
        exchange: u32,
        request: DialRequest,
    ) -> Result<(), String> {
        if self.start(connection).is_err() {
            return connection.answer(Vec::new(), exchange, AgentMessage::DialFailed(DialFailure::Busy));
        }
        let mut shared = self.shared();
        if shared.pipes.len() >= MOST_PIPES || shared.pipes.contains_key(&exchange) {
            return Err(format!("exchange {exchange} cannot be opened"));
        }
        let pipe = Pipe {
            request: Some(request),
            send: SendWindow::default(),
            receive: ReceiveWindow::within(&self.budget),
            pieces: VecDeque::new(),
            socket: None,
            writing: false,
            credit: 0,
            ended: false,
            closed: false,
            touched: false,
        };
        shared.pipes.insert(exchange, pipe);
        shared.touch(exchange);
        Ok(())
    }

    /// Whether a number is a connection's.
    pub(crate) fn has(&self, stream: u32) -> bool {
        let shared = self.shared();
        let is_links = shared.links.as_ref().is_some_and(|(links, _)| *links == stream);
        shared.pipes.contains_key(&stream) || shared.ports == Some(stream) || is_links
    }

    /// Takes bytes of the host. Those of a connection that is over are nobody's. What the server takes at once is given to it here, so that
    /// nobody has to be woken for it; the rest waits for the thread.
    pub(crate) fn data(&self, stream: u32, bytes: &[u8]) -> Result<(), FlowError> {
        let mut shared = self.shared();
        let Some(pipe) = shared.pipes.get_mut(&stream) else { return Ok(()) };
        pipe.receive.received(bytes.len())?;
        if pipe.ended || pipe.closed || bytes.is_empty() {
            return Ok(());
        }
        let is_next = pipe.pieces.is_empty() && !pipe.writing;
        let socket = pipe.socket.clone().filter(|_| is_next);
        let mut given = 0;
        if let Some(socket) = socket {
            drop(shared);
            // The thread has nothing to write meanwhile. Of what is wrong with the connection it hears by itself.
            given = send(&socket, bytes, SendFlags::NOSIGNAL).unwrap_or(0);
            shared = self.shared();
        }
        let Some(pipe) = shared.pipes.get_mut(&stream) else { return Ok(()) };
        let credit = pipe.receive.consumed(given);
        pipe.credit += credit.unwrap_or(0);
        let rest = &bytes[given..];
        match pipe.pieces.back_mut() {
            _ if rest.is_empty() => {}
            Some(last) if last.len() + rest.len() <= PIECE => last.extend_from_slice(rest),
            _ => pipe.pieces.push_back(rest.to_vec()),
        }
        if credit.is_some() || !rest.is_empty() {
            shared.touch(stream);
        }
        Ok(())
    }

    /// The host sends no more on a connection.
    pub(crate) fn end(&self, stream: u32) {
        self.change(stream, |pipe| {
            pipe.ended = true;
            Ok(())
        })
        .unwrap_or_default();
    }

    /// The host has taken bytes of a connection.
    pub(crate) fn credit(&self, stream: u32, bytes: u32) -> Result<(), FlowError> {
        self.change(stream, |pipe| pipe.send.credit(bytes))
    }

    /// The host wants no more of an exchange.
    pub(crate) fn close(&self, exchange: u32) {
        let mut shared = self.shared();
        if shared.ports == Some(exchange) {
            shared.ports = None;
        }
        if shared.links.as_ref().is_some_and(|(links, _)| *links == exchange) {
            shared.close_links();
        }
        if let Some(pipe) = shared.pipes.get_mut(&exchange) {
            pipe.closed = true;
            pipe.pieces.clear();
            shared.touch(exchange);
        }
        shared.wake();
    }

    /// Begins the watch over listening sockets, as soon as there is a thread for it.
    pub(crate) fn watch_ports(&self, connection: &Connection, exchange: u32) -> Result<(), String> {
        let _ = self.start(connection);
        let mut shared = self.shared();
        if shared.ports.is_some() {
            return Err(format!("exchange {exchange}: ports are watched already"));
        }
        shared.ports = Some(exchange);
        shared.wake();
        Ok(())
    }

    /// Opens the place for links. It is there when this returns, so that commands that come behind are told of it; what is left there is read as
    /// soon as there is a thread for it.
    pub(crate) fn watch_links(&self, connection: &Connection, exchange: u32) -> Result<(), String> {
        let _ = self.start(connection);
        let mut shared = self.shared();
        if shared.links.is_some() {
            return Err(format!("exchange {exchange}: links are taken already"));
        }
        let answer = match Links::open() {
            Ok(links) => {
                shared.links = Some((exchange, links.path.clone()));
                shared.new_links = Some(links);
                shared.wake();
                AgentMessage::LinksOpen
            }
            Err(error) => AgentMessage::Refused(Refusal::NoPlace { reason: error.to_string() }),
        };
        drop(shared);
        connection.answer(Vec::new(), exchange, answer)
    }

    /// Where programs leave links for the host, if it takes any.
    pub(crate) fn links(&self) -> Option<PathBuf> {
        self.shared().links.as_ref().map(|(_, path)| path.clone())
    }

    /// Nothing is left in the file system.
    pub(crate) fn leave(&self) {
        self.shared().close_links();
    }

    fn change(
        &self,
        stream: u32,
        change: impl FnOnce(&mut Pipe) -> Result<(), FlowError>,
    ) -> Result<(), FlowError> {
        let mut shared = self.shared();
        let Some(pipe) = shared.pipes.get_mut(&stream) else { return Ok(()) };
        change(pipe)?;
        shared.touch(stream);
        Ok(())
    }

    /// Starts the thread, unless it is there.
    fn start(&self, connection: &Connection) -> io::Result<()> {
        let mut shared = self.shared();
        if shared.wake.is_some() {
            return Ok(());
        }
        // It looks at once: a watch may be waiting for it.
        let wake = Arc::new(eventfd(1, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        turn::start(connection.clone(), Arc::clone(&wake))?;
        shared.wake = Some(wake);
        Ok(())
    }

    /// Starts the thread if a watch waits for it that came when it could not be had. Returns when that is to be tried again.
    pub(crate) fn begin_what_waits(&self, connection: &Connection) -> Option<Timespec> {
        let waits = {
            let shared = self.shared();
            shared.wake.is_none() && (shared.ports.is_some() || shared.links.is_some())
        };
        (waits && self.start(connection).is_err()).then_some(AGAIN)
    }

    /// Tells the thread what was found out for it.
    fn found(&self, found: Found) {
        let mut shared = self.shared();
        shared.found.push(found);
        shared.wake();
    }
}

impl Shared {
    fn touch(&mut self, stream: u32) {
        if let Some(pipe) = self.pipes.get_mut(&stream)
            && !pipe.touched
        {
            pipe.touched = true;
            self.touched.push(stream);
            // The thread takes all of them at once.
            if self.touched.len() == 1 {
                self.wake();
            }
        }
    }

    fn wake(&self) {
        if let Some(wake) = &self.wake {
            let _ = rustix::io::write(wake.as_fd(), &1_u64.to_ne_bytes());
        }
    }

    fn close_links(&mut self) {
        self.new_links = None;
        if let Some((_, path)) = self.links.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}
