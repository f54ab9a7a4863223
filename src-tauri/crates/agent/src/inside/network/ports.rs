//! The watch over listening sockets: looked at often enough that nobody waits for a new server, and seldom enough to cost nothing.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use wharf_agent::message::AgentMessage;
use wharf_agent::network::{ListeningSocket, MOST_SOCKETS, Ports, Process};

use super::table::{Listening, Table};
use super::{Found, owner};
use crate::inside::connection::Connection;

/// How often is often enough.
const PAUSE: Duration = Duration::from_millis(120);
/// What looking may cost: one part in so many of a processor's time. Where a look is expensive there are fewer.
const SHARE: u32 = 500;
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// The kernel may wake this thread as much later as suits it.
const SLACK: Option<NonZeroU64> = NonZeroU64::new(20_000_000);

/// What is watched for one exchange.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) exchange: u32,
    table: Table,
    due: Instant,
    /// What listens, as of the last look.
    sockets: Vec<Listening>,
    /// Whose they are, by the socket's number; `None` where nobody knows.
    owners: HashMap<u32, Option<Process>>,
    /// A thread is looking for owners.
    looking: bool,
    /// What the host was told last.
    told: Option<Ports>,
}

impl Watch {
    pub(super) fn new(exchange: u32) -> Watch {
        let _ = rustix::thread::set_current_timer_slack(SLACK);
        Watch {
            exchange,
            table: Table::open(),
            due: Instant::now(),
            sockets: Vec::new(),
            owners: HashMap::new(),
            looking: false,
            told: None,
        }
    }

    /// When to look again.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Looks if it is time to, and tells what has changed.
    pub(super) fn look(&mut self, connection: &Connection) {
        let now = Instant::now();
        if now < self.due {
            return;
        }
        self.sockets = self.table.read();
        self.sockets.truncate(MOST_SOCKETS);
        // A server's parent may have ended and left the socket to its child.
        self.owners.retain(|_, owner| owner.as_ref().is_none_or(|process| owner::lives(process.pid)));
        let cost = now.elapsed();
        self.due = now + (cost * SHARE).clamp(PAUSE, LONGEST_PAUSE);
        let listening: HashSet<u32> = self.sockets.iter().map(|socket| socket.inode).collect();
        self.owners.retain(|inode, _| listening.contains(inode));
        self.tell(connection);
    }

    /// A thread has come back.
    pub(super) fn found(&mut self, owners: HashMap<u32, Option<Process>>) {
        self.looking = false;
        self.owners.extend(owners);
        self.due = Instant::now();
    }

    /// Tells what listens once it is known who listens, or that nobody knows.
    fn tell(&mut self, connection: &Connection) {
        let unknown: HashSet<u32> = self
            .sockets
            .iter()
            .map(|socket| socket.inode)
            .filter(|inode| !self.owners.contains_key(inode))
            .collect();
        if !unknown.is_empty() {
            if !self.looking {
                let connection = connection.clone();
                let look = move || connection.network.found(Found::Owners(owner::find(unknown)));
                self.looking = thread::Builder::new().spawn(look).is_ok();
            }
            return;
        }
        let ports = self.ports();
        if self.told.as_ref() != Some(&ports) {
            connection.say(self.exchange, &[AgentMessage::Ports(ports.clone())]);
            self.told = Some(ports);
        }
    }

    fn ports(&self) -> Ports {
        let sockets = self.sockets.iter().map(|socket| ListeningSocket {
            address: socket.address,
            port: socket.port,
            inode: socket.inode,
            uid: socket.uid,
            process: self.owners.get(&socket.inode).cloned().flatten(),
        });
        Ports { sockets: sockets.collect() }
    }
}
