//! The thread of the network: one place to wait for all sockets, and what to do when one of them is ready.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use wharf_agent::message::AgentMessage;
use wharf_agent::network::{DialFailure, DialRequest};

use super::links::Links;
use super::ports::Watch;
use super::relay::{BUFFER, Next, Relay, literal};
use super::{Found, resolve};
use crate::inside::connection::Connection;

/// What becomes ready besides relays, whose numbers have 32 bits.
const WAKE: u64 = u64::MAX;
const LINKS: u64 = u64::MAX - 1;
/// Names that may be looked up at a time.
const MOST_LOOKUPS: usize = 16;
/// Descriptors that are looked at in one go.
const EVENTS: usize = 256;

pub(super) fn start(connection: Connection, wake: Arc<OwnedFd>) -> io::Result<()> {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &wake, epoll::EventData::new_u64(WAKE), epoll::EventFlags::IN)?;
    let turn = Turn {
        connection,
        epoll,
        wake,
        relays: HashMap::new(),
        asked: HashMap::new(),
        watch: None,
        links: None,
        buffer: vec![0; BUFFER],
    };
    thread::Builder::new().spawn(move || turn.run()).map(drop)
}

/// What only the thread has.
struct Turn {
    connection: Connection,
    epoll: OwnedFd,
    wake: Arc<OwnedFd>,
    relays: HashMap<u32, Relay>,
    /// Names that are being looked up, and who waits for them.
    asked: HashMap<String, Vec<(u32, u16)>>,
    watch: Option<Watch>,
    links: Option<Links>,
    /// For one frame, with its header.
    buffer: Vec<u8>,
}

/// How a relay is waited for.
pub(super) struct Waiting<'a> {
    pub(super) epoll: BorrowedFd<'a>,
    pub(super) stream: u32,
}

impl Waiting<'_> {
    /// Waits for other events than before. Waiting for none means not to be told of a broken connection either, which would be told
    /// over and over.
    pub(super) fn change(&self, socket: BorrowedFd<'_>, before: epoll::EventFlags, now: epoll::EventFlags) {
        let data = epoll::EventData::new_u64(u64::from(self.stream));
        let _ = match (before.is_empty(), now.is_empty()) {
            _ if before == now => Ok(()),
            (true, _) => epoll::add(self.epoll, socket, data, now),
            (false, true) => epoll::delete(self.epoll, socket),
            (false, false) => epoll::modify(self.epoll, socket, data, now),
        };
    }
}

impl Turn {
    fn run(mut self) {
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            let patience = self.patience().and_then(|patience| Timespec::try_from(patience).ok());
            events.clear();
            if epoll::wait(&self.epoll, spare_capacity(&mut events), patience.as_ref())
                .is_err_and(|error| error != rustix::io::Errno::INTR)
            {
                return;
            }
            for event in &events {
                match event.data.u64() {
                    WAKE => {
                        let mut count = [0; 8];
                        let _ = rustix::io::read(&self.wake, &mut count);
                    }
                    LINKS => self.take_links(),
                    number => {
                        if let Ok(stream) = u32::try_from(number) {
                            self.serve(stream);
                        }
                    }
                }
            }
            self.take_changes();
            self.give_up();
            self.look_at_ports();
        }
    }

    /// Until something is due that no descriptor tells.
    fn patience(&self) -> Option<Duration> {
        let deadlines = self.relays.values().filter_map(Relay::deadline);
        let due = deadlines.chain(self.watch.as_ref().map(Watch::due)).min()?;
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// What the reader, and whoever was sent to find something out, have left here.
    fn take_changes(&mut self) {
        let network = &self.connection.network;
        let (touched, found, ports, links, new_links) = {
            let mut shared = network.shared();
            let touched = std::mem::take(&mut shared.touched);
            for stream in &touched {
                if let Some(pipe) = shared.pipes.get_mut(stream) {
                    pipe.touched = false;
                }
            }
            let found = std::mem::take(&mut shared.found);
            (touched, found, shared.ports, shared.links.is_some(), shared.new_links.take())
        };
        if !links {
            self.links = None;
        }
        if let Some(links) = new_links {
            let data = epoll::EventData::new_u64(LINKS);
            let _ = epoll::add(&self.epoll, links.as_fd(), data, epoll::EventFlags::IN);
            self.links = Some(links);
        }
        match (ports, &self.watch) {
            (None, _) => self.watch = None,
            (Some(exchange), Some(watch)) if watch.exchange == exchange => {}
            (Some(exchange), _) => self.watch = Some(Watch::new(exchange)),
        }
        for found in found {
            match found {
                Found::Addresses { host, addresses } => {
                    for (stream, port) in self.asked.remove(&host).unwrap_or_default() {
                        self.begin(stream, addresses.clone(), port);
                    }
                }
                Found::Owners(exchange, search) => {
                    if let Some(watch) = self.watch.as_mut().filter(|watch| watch.exchange == exchange) {
                        watch.found(&self.connection, search);
                    }
                }
            }
        }
        for stream in touched {
            let request =
                self.connection.network.shared().pipes.get_mut(&stream).and_then(|pipe| pipe.request.take());
            match request {
                Some(request) => self.dial(stream, request),
                None => self.serve(stream),
            }
        }
    }

    fn dial(&mut self, stream: u32, request: DialRequest) {
        let DialRequest { host, port } = request;
        if let Some(addresses) = literal(&host) {
            return self.begin(stream, addresses, port);
        }
        if let Some(waiting) = self.asked.get_mut(&host) {
            return waiting.push((stream, port));
        }
        if self.asked.len() >= MOST_LOOKUPS {
            return self.failed(stream, DialFailure::Busy);
        }
        let connection = self.connection.clone();
        let name = host.clone();
        let lookup = move || {
            let addresses = resolve::resolve(&connection.root, &name);
            connection.network.found(Found::Addresses { host: name, addresses });
        };
        match thread::Builder::new().spawn(lookup) {
            Ok(_) => drop(self.asked.insert(host, vec![(stream, port)])),
            Err(_) => self.failed(stream, DialFailure::Busy),
        }
    }

    fn begin(&mut self, stream: u32, addresses: Vec<IpAddr>, port: u16) {
        let wanted = self.connection.network.shared().pipes.get(&stream).is_some_and(|pipe| !pipe.closed);
        if !wanted {
            return self.forget(stream);
        }
        if addresses.is_empty() {
            return self.failed(stream, DialFailure::UnknownName);
        }
        let waiting = Waiting { epoll: self.epoll.as_fd(), stream };
        match Relay::connect(&waiting, addresses, port) {
            Ok(relay) => {
                self.relays.insert(stream, relay);
                // A server on the same machine is mostly there at once.
                self.serve(stream);
            }
            Err(failure) => self.failed(stream, failure),
        }
    }

    fn serve(&mut self, stream: u32) {
        let Some(relay) = self.relays.get_mut(&stream) else {
            // Closed before its name was known.
            let closed = self.connection.network.shared().pipes.get(&stream).is_some_and(|pipe| pipe.closed);
            if closed {
                self.forget(stream);
            }
            return;
        };
        let waiting = Waiting { epoll: self.epoll.as_fd(), stream };
        match relay.serve(&waiting, &self.connection, &mut self.buffer) {
            Next::Later => {}
            Next::Over => self.forget(stream),
            Next::Failed(failure) => self.failed(stream, failure),
        }
    }

    fn failed(&mut self, stream: u32, failure: DialFailure) {
        self.forget(stream);
        self.connection.say(stream, &[AgentMessage::DialFailed(failure)]);
    }

    fn forget(&mut self, stream: u32) {
        // Closing the socket takes it out of what is waited for.
        self.relays.remove(&stream);
        self.connection.network.shared().pipes.remove(&stream);
    }

    /// Connections that nobody answers.
    fn give_up(&mut self) {
        let now = Instant::now();
        let late: Vec<u32> = self
            .relays
            .iter()
            .filter(|(_, relay)| relay.deadline().is_some_and(|deadline| deadline <= now))
            .map(|(stream, _)| *stream)
            .collect();
        for stream in late {
            self.failed(stream, DialFailure::TimedOut);
        }
    }

    fn look_at_ports(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.look(&self.connection);
        }
    }

    fn take_links(&mut self) {
        let exchange = self.connection.network.shared().links.as_ref().map(|(exchange, _)| *exchange);
        if let (Some(links), Some(exchange)) = (&mut self.links, exchange) {
            let (taken, dropped) = links.take();
            let dropped = dropped.map(AgentMessage::LinksDropped);
            for message in taken.into_iter().map(AgentMessage::Link).chain(dropped) {
                self.connection.say(exchange, &[message]);
            }
        }
    }
}
