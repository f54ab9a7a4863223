//! The processes that run now: signals and window sizes reach them here, and none outlives the connection.

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use rustix::termios::{Winsize, tcgetpgrp, tcsetwinsize};
use wharf_agent::message::{End, TerminalSize};

use super::tree;

/// How long a process may take to end once its connection is gone.
const GRACE: Duration = Duration::from_secs(3);
/// How long a child may take to be reaped.
const REAPING: Duration = Duration::from_millis(500);

/// A child, leader of its own session and process group.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) pid: Pid,
    /// The controlling side of its terminal.
    terminal: Option<OwnedFd>,
    /// Once reaped, its number may belong to somebody else.
    reaped: Mutex<bool>,
}

impl Running {
    pub(crate) fn new(pid: Pid, terminal: Option<OwnedFd>) -> Running {
        Running { pid, terminal, reaped: Mutex::new(false) }
    }

    /// Signals the foreground process group of its terminal, else its own process group.
    pub(crate) fn signal(&self, number: i32) {
        let Some(signal) = Signal::from_named_raw(number) else { return };
        let reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if *reaped {
            return;
        }
        let group = self.terminal.as_ref().and_then(|terminal| tcgetpgrp(terminal).ok()).unwrap_or(self.pid);
        if kill_process_group(group, signal).is_err() && group != self.pid {
            let _ = kill_process_group(self.pid, signal);
        }
    }

    /// Changes the window of its terminal; the kernel tells the foreground process group.
    pub(crate) fn resize(&self, size: TerminalSize) {
        if let Some(terminal) = &self.terminal {
            let _ = tcsetwinsize(terminal, window(size));
        }
    }

    /// Waits for its end. The thread that started a child must stay until then: the kernel ties the child's life to it.
    pub(crate) fn wait(&self, mut child: Child) -> End {
        while let Err(rustix::io::Errno::INTR) =
            waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {}
        let mut reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        *reaped = true;
        use std::os::unix::process::ExitStatusExt;
        match child.wait() {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => End::Code(code),
                (None, number) => End::Signal(number.unwrap_or_default()),
            },
            Err(error) => {
                End::NotStarted { code: 126, message: format!("its end could not be learned: {error}") }
            }
        }
    }
}

/// The kernel's form of a window size.
pub(crate) fn window(size: TerminalSize) -> Winsize {
    Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// All children of all requests.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closing: bool,
    /// Exchanges that take no more.
    refused: HashSet<u32>,
    /// How many of them are being ended now.
    ending: u32,
    /// With the exchange that started each.
    running: Vec<(u32, Arc<Running>)>,
}

impl State {
    fn is_closing(&self, exchange: u32) -> bool {
        self.closing || self.refused.contains(&exchange)
    }
}

impl Registry {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a child. A connection or exchange that is closing takes none: the child is killed at once.
    pub(crate) fn add(&self, exchange: u32, running: &Arc<Running>) {
        let mut state = self.state();
        let closing = state.is_closing(exchange);
        state.running.push((exchange, Arc::clone(running)));
        drop(state);
        if closing {
            tree::end(&[running.pid], Duration::ZERO);
        }
    }

    /// Forgets a child that has ended.
    pub(crate) fn remove(&self, running: &Arc<Running>) {
        self.state().running.retain(|(_, other)| !Arc::ptr_eq(other, running));
        self.changed.notify_all();
    }

    /// Whether the connection, or the exchange, is going away.
    pub(crate) fn is_closing(&self, exchange: u32) -> bool {
        self.state().is_closing(exchange)
    }

    /// From now on an exchange starts nothing more. False when that is so already; else it is to be ended, and counts as being ended until then.
    pub(crate) fn refuse(&self, exchange: u32) -> bool {
        let mut state = self.state();
        let is_new = state.refused.insert(exchange);
        state.ending += u32::from(is_new);
        is_new
    }

    /// Ends what an exchange has started, once it is refused.
    pub(crate) fn end(&self, exchange: u32) {
        let children: Vec<Pid> = self
            .state()
            .running
            .iter()
            .filter(|(of, _)| *of == exchange)
            .map(|(_, running)| running.pid)
            .collect();
        if !children.is_empty() {
            tree::end(&children, GRACE);
        }
        let mut state = self.state();
        state.ending = state.ending.saturating_sub(1);
        self.changed.notify_all();
    }

    /// An exchange is over; its number may come again.
    pub(crate) fn forget(&self, exchange: u32) {
        self.state().refused.remove(&exchange);
    }

    /// Ends all children and what they have started; returns when they are gone, or cannot be made to go.
    pub(crate) fn close(&self) {
        let children: Vec<Pid> = {
            let mut state = self.state();
            state.closing = true;
            state.running.iter().map(|(_, running)| running.pid).collect()
        };
        if !children.is_empty() {
            tree::end(&children, GRACE);
        }
        let began = Instant::now();
        let mut state = self.state();
        // Their threads reap them. A child may have gone while what it has started is still being ended.
        while (!state.running.is_empty() && began.elapsed() < REAPING)
            || (state.ending > 0 && began.elapsed() < tree::longest(GRACE))
        {
            (state, _) = self
                .changed
                .wait_timeout(state, Duration::from_millis(50))
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
