//! What is on its way to an agent.
//!
//! Whoever sends leaves whole frames here and goes on; one task writes them. So a sender that is dropped in the middle leaves no half of a
//! frame behind, and what waits here is bounded: bytes of streams wait for room, and all else answers something that was bounded itself.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{BufMut as _, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use wharf_agent::frame::{Frame, Kind, header};

use super::Error;

/// Bytes that wait here before streams have to.
const FULL: usize = 256 * 1024;

/// Bytes that wait here at most: what answers an agent that never reads would add up without end.
const MOST: usize = 64 * 1024 * 1024;

/// An agent's standard input.
pub(super) type AgentInput = Pin<Box<dyn AsyncWrite + Send>>;

#[derive(Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    bytes: BytesMut,
    /// Those that wait for room, in the order in which they came.
    waiting: Vec<Waker>,
    closed: bool,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends frames right behind each other.
    ///
    /// # Errors
    /// When a frame is too long, or the agent has not read for so long that no honest one would.
    pub(super) fn send(&self, frames: &[Frame]) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for frame in frames {
            frame.encode(&mut bytes).map_err(|error| Error::Protocol { what: error.to_string() })?;
        }
        let mut state = self.state();
        if !state.closed {
            if state.bytes.len() + bytes.len() > MOST {
                return Err(Error::Protocol { what: "nothing is read of what it is sent".to_owned() });
            }
            state.bytes.put_slice(&bytes);
        }
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Sends bytes of a stream, at most as many as a frame takes, once there is room.
    pub(super) fn poll_data(&self, context: &Context<'_>, stream: u32, bytes: &[u8]) -> Poll<()> {
        let mut state = self.state();
        if state.bytes.len() >= FULL && !state.closed {
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            return Poll::Pending;
        }
        if let Ok(header) = header(stream, Kind::Data, bytes.len())
            && !state.closed
        {
            state.bytes.put_slice(&header);
            state.bytes.put_slice(bytes);
        }
        drop(state);
        self.changed.notify_one();
        Poll::Ready(())
    }

    /// Nothing more is sent; what waits still is.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        self.changed.notify_one();
    }

    /// Writes until closed, and then ends the agent's input: the agent ends what runs, and itself.
    pub(super) async fn write_to(&self, mut stdin: AgentInput) {
        let mut batch = BytesMut::new();
        loop {
            let closed = {
                let mut state = self.state();
                batch.clear();
                std::mem::swap(&mut batch, &mut state.bytes);
                let waiting = std::mem::take(&mut state.waiting);
                let closed = state.closed;
                drop(state);
                waiting.into_iter().for_each(Waker::wake);
                closed
            };
            if batch.is_empty() {
                if closed {
                    // Some streams end by being shut down, others only by being dropped.
                    let _ = stdin.shutdown().await;
                    return;
                }
                self.changed.notified().await;
                continue;
            }
            if stdin.write_all(&batch).await.is_err() || stdin.flush().await.is_err() {
                return self.close();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_an_agent_that_does_not_read_is_bounded() {
        let outbox = Outbox::default();
        let frame = Frame::data(1, vec![0; Kind::Data.limit()]);
        let sent =
            (0..2 * MOST / Kind::Data.limit()).find(|_| outbox.send(std::slice::from_ref(&frame)).is_err());
        assert!(sent.is_some(), "{} bytes wait", outbox.state().bytes.len());
        assert!(outbox.state().bytes.len() <= MOST);
        // Once it is over, what is sent goes nowhere.
        outbox.close();
        outbox.send(&[frame]).unwrap();
    }
}
