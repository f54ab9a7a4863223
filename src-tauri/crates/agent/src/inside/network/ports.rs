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

/// How often is often enough: whoever starts a server and looks for it has not found it missing yet. With the slack and the way to the host it
/// stays below 300 ms, and ten environments below half a percent of a processor.
const PAUSE: Duration = Duration::from_millis(200);
/// How often it is made sure that those who listen still live.
const OWNERS: Duration = Duration::from_secs(2);
/// What looking may cost: one part in so many of a processor's time. Where a look is expensive there are fewer.
const SHARE: u32 = 500;
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// One look in so many is measured.
const MEASURED: u32 = 16;
/// The kernel may wake this thread as much later as suits it.
const SLACK: Option<NonZeroU64> = NonZeroU64::new(20_000_000);

/// What is watched for one exchange.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) exchange: u32,
    table: Table,
    due: Instant,
    looks: u32,
    /// Between two looks, by what they cost.
    pause: Duration,
    /// What listens, as of the last look.
    sockets: Vec<Listening>,
    /// Whose they are, by the socket's number; `None` where nobody knows.
    owners: HashMap<u32, Option<Process>>,
    /// When to make sure of them again.
    owners_due: Instant,
    /// A thread is looking for owners.
    looking: bool,
    /// More is known, or less, than the host was told.
    stale: bool,
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
            looks: 0,
            pause: PAUSE,
            sockets: Vec::new(),
            owners: HashMap::new(),
            owners_due: Instant::now() + OWNERS,
            looking: false,
            stale: true,
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
        // Asking for the time costs about as much as looking. A look that was expensive may have been so by chance.
        let is_measured = self.pause > PAUSE || self.looks.is_multiple_of(MEASURED);
        let before = is_measured.then(processor_time);
        let mut sockets = self.table.read();
        sockets.truncate(MOST_SOCKETS);
        if let Some(before) = before {
            let cost = processor_time().saturating_sub(before);
            self.pause = (cost * SHARE).clamp(PAUSE, LONGEST_PAUSE);
        }
        self.looks = self.looks.wrapping_add(1);
        self.due = now + self.pause;
        if now >= self.owners_due {
            self.owners_due = now + OWNERS;
            let known = self.owners.len();
            // A server's parent may have ended and left the socket to its child.
            self.owners.retain(|_, owner| owner.as_ref().is_none_or(|process| owner::lives(process.pid)));
            self.stale |= self.owners.len() != known;
        }
        if sockets != self.sockets {
            let listening: HashSet<u32> = sockets.iter().map(|socket| socket.inode).collect();
            self.owners.retain(|inode, _| listening.contains(inode));
            (self.sockets, self.stale) = (sockets, true);
        }
        if self.stale {
            self.tell(connection);
        }
    }

    /// A thread has come back.
    pub(super) fn found(&mut self, owners: HashMap<u32, Option<Process>>) {
        self.looking = false;
        self.owners.extend(owners);
        (self.due, self.stale) = (Instant::now(), true);
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
        self.stale = false;
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

/// What this thread has cost so far; the time that others took meanwhile is none of it.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
