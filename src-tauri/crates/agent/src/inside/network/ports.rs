//! The watch over listening sockets: looked at often enough that nobody waits for a new server, and seldom enough to cost nothing.

use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use wharf_agent::message::AgentMessage;
use wharf_agent::network::MOST_SOCKETS;

use super::Found;
use super::known::Known;
use super::owner::{self, Search};
use super::table::Table;
use crate::inside::connection::Connection;

/// How often is often enough: whoever starts a server and looks for it has not found it missing yet. With the slack and the way to the host it
/// stays below 300 ms, and ten environments below half a percent of a processor.
pub(super) const PAUSE: Duration = Duration::from_millis(200);
/// What looking may cost: one part in so many of a processor's time. Where a look is expensive there are fewer.
const SHARE: u32 = 500;
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3);
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
    known: Known,
}

impl Watch {
    pub(super) fn new(exchange: u32) -> Watch {
        let _ = rustix::thread::set_current_timer_slack(SLACK);
        let now = Instant::now();
        Watch { exchange, table: Table::open(), due: now, looks: 0, pause: PAUSE, known: Known::new(now) }
    }

    /// When to look again.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Looks if it is time to, and tells what has changed.
    pub(super) fn look(&mut self, connection: &Connection) {
        let now = Instant::now();
        if now >= self.due {
            self.look_now(connection, now);
        }
    }

    /// A search has come back: tells what it has found. What it has missed may have gone meanwhile.
    pub(super) fn found(&mut self, connection: &Connection, search: Search) {
        self.known.found(search);
        self.look_now(connection, Instant::now());
    }

    fn look_now(&mut self, connection: &Connection, now: Instant) {
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
        self.known.seen(sockets);
        self.known.check(now, owner::lives);
        if let Some(wanted) = self.known.begin_search(now) {
            let (connection, exchange, sought) = (connection.clone(), self.exchange, wanted.clone());
            let search = move || connection.network.found(Found::Owners(exchange, owner::find(sought)));
            if thread::Builder::new().spawn(search).is_err() {
                self.known.not_searched(wanted);
            }
        }
        if let Some(ports) = self.known.news() {
            connection.say(self.exchange, &[AgentMessage::Ports(ports)]);
        }
    }
}

/// What this thread has cost so far; the time that others took meanwhile is none of it.
pub(super) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
