//! One thread that is there before it is needed.
//!
//! A container may be at its limit of processes and threads. What the reader cannot do itself, since it never waits, must get done then too:
//! to say what became of a request, which waits for the host, and to end what an exchange has started, which takes its time.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use wharf_agent::frame::Frame;
use wharf_agent::message::AgentMessage;

use super::connection::Connection;

/// What may wait here: more than a host that listens ever has open.
const MOST_TASKS: usize = 4096;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// Sends frames, and then a message about an exchange.
    Say(Vec<Frame>, u32, AgentMessage),
    /// Ends what an exchange has started, once it is refused.
    End(u32),
}

/// The tasks, and whether the thread has one in its hands.
#[derive(Debug, Default)]
pub(crate) struct Reserve {
    state: Mutex<(VecDeque<Task>, bool)>,
    changed: Condvar,
}

impl Reserve {
    fn state(&self) -> MutexGuard<'_, (VecDeque<Task>, bool)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the thread; it stays as long as the agent does.
    pub(crate) fn begin(connection: &Connection) -> io::Result<()> {
        let connection = connection.clone();
        thread::Builder::new().spawn(move || connection.reserve.work(&connection)).map(drop)
    }

    /// Leaves a task, which is done behind those that were left before.
    ///
    /// # Errors
    /// When there are too many: the host asks and takes no answer. The words are for it.
    pub(crate) fn give(&self, task: Task) -> Result<(), String> {
        let mut state = self.state();
        if state.0.len() >= MOST_TASKS {
            return Err("too many answers wait for the host to take them".to_owned());
        }
        state.0.push_back(task);
        self.changed.notify_all();
        Ok(())
    }

    /// Whether all is done.
    pub(crate) fn is_idle(&self) -> bool {
        let (tasks, is_working) = &*self.state();
        tasks.is_empty() && !is_working
    }

    fn work(&self, connection: &Connection) {
        loop {
            let task = {
                let mut state = self.state();
                state.1 = false;
                let mut state = self
                    .changed
                    .wait_while(state, |(tasks, _)| tasks.is_empty())
                    .unwrap_or_else(PoisonError::into_inner);
                state.1 = true;
                state.0.pop_front()
            };
            match task {
                Some(Task::Say(frames, exchange, message)) => {
                    connection.send_and_say(&frames, exchange, &[message]);
                }
                Some(Task::End(exchange)) => connection.registry.end(exchange),
                None => {}
            }
        }
    }
}
