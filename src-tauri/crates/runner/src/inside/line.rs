//! What has arrived for one reader, in the order in which it came.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use wharf_agent::message::AgentMessage;

use super::Error;

/// Messages and pieces that may wait for a reader. An honest agent never has as many on the way.
const MOST: usize = 64 * 1024;
/// Bytes of messages that may wait for a reader.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Links that wait for a reader; more are dropped.
const MOST_LINKS: usize = 16;
/// Small pieces are gathered up to this size: many of them must not cost more than their bytes.
const PIECE: usize = 64 * 1024;
/// A piece that is no longer than this is small. A longer one is kept where it is, in what was read in one go, which is a few times as much.
const SMALL: usize = 8 * 1024;

/// One thing that has arrived.
#[derive(Debug)]
pub(super) enum Arrival {
    Message(AgentMessage),
    /// Bytes of a stream. Whoever takes them says so once they are consumed.
    Data(u32, Bytes),
    /// The stream has ended.
    End,
}

#[derive(Default)]
pub(super) struct Line(Mutex<State>);

#[derive(Default)]
struct State {
    arrivals: VecDeque<(Arrival, usize)>,
    /// Small pieces of a stream, which come behind those.
    gathered: Option<(u32, BytesMut)>,
    /// Of messages.
    bytes: usize,
    reader: Option<Waker>,
    /// Why nothing more will arrive.
    over: Option<Error>,
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message, which was so long on the wire.
    pub(super) fn message(&self, message: AgentMessage, length: usize) -> Result<(), Error> {
        let mut state = self.state();
        match &message {
            // Only the newest is of interest.
            AgentMessage::Ports(_) => {
                state
                    .arrivals
                    .retain(|(arrival, _)| !matches!(arrival, Arrival::Message(AgentMessage::Ports(_))));
                state.bytes = state.arrivals.iter().map(|(_, length)| length).sum();
            }
            AgentMessage::Link(_) | AgentMessage::LinksDropped(_) if state.arrivals.len() >= MOST_LINKS => {
                return Ok(());
            }
            _ => {}
        }
        state.bytes += length;
        if state.bytes > MOST_BYTES {
            return Err(too_much());
        }
        state.push(Arrival::Message(message), length)
    }

    /// Takes bytes of a stream. The stream's window has allowed them.
    pub(super) fn data(&self, stream: u32, bytes: Bytes) -> Result<(), Error> {
        let mut state = self.state();
        if bytes.len() > SMALL {
            return state.push(Arrival::Data(stream, bytes), 0);
        }
        match &mut state.gathered {
            Some((of, gathered)) if *of == stream && gathered.len() + bytes.len() <= PIECE => {
                gathered.extend_from_slice(&bytes);
            }
            _ => {
                state.end_gathering()?;
                state.gathered = Some((stream, BytesMut::from(&bytes[..])));
            }
        }
        state.wake();
        Ok(())
    }

    /// A stream has ended.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.state().push(Arrival::End, 0)
    }

    /// Nothing more will arrive; what has is still told.
    pub(super) fn close(&self, error: Error) {
        let mut state = self.state();
        state.over.get_or_insert(error);
        state.reader.take().into_iter().for_each(Waker::wake);
    }

    /// The next arrival.
    pub(super) fn poll_next(&self, context: &Context<'_>) -> Poll<Result<Arrival, Error>> {
        let mut state = self.state();
        if let Some((arrival, length)) = state.arrivals.pop_front() {
            state.bytes -= length;
            return Poll::Ready(Ok(arrival));
        }
        if let Some((stream, gathered)) = state.gathered.take() {
            return Poll::Ready(Ok(Arrival::Data(stream, gathered.freeze())));
        }
        if let Some(error) = &state.over {
            return Poll::Ready(Err(error.again()));
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl State {
    fn push(&mut self, arrival: Arrival, length: usize) -> Result<(), Error> {
        self.end_gathering()?;
        self.add(arrival, length)?;
        self.wake();
        Ok(())
    }

    fn add(&mut self, arrival: Arrival, length: usize) -> Result<(), Error> {
        if self.arrivals.len() >= MOST {
            return Err(too_much());
        }
        self.arrivals.push_back((arrival, length));
        Ok(())
    }

    /// What was gathered is whole.
    fn end_gathering(&mut self) -> Result<(), Error> {
        match self.gathered.take() {
            Some((stream, gathered)) => self.add(Arrival::Data(stream, gathered.freeze()), 0),
            None => Ok(()),
        }
    }

    fn wake(&mut self) {
        self.reader.take().into_iter().for_each(Waker::wake);
    }
}

fn too_much() -> Error {
    Error::Protocol { what: "the agent says more than anybody listens to".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use wharf_agent::network::Ports;

    use super::*;

    fn drain(line: &Line) -> Vec<Arrival> {
        let context = Context::from_waker(Waker::noop());
        std::iter::from_fn(|| match line.poll_next(&context) {
            Poll::Ready(Ok(arrival)) => Some(arrival),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn small_pieces_cost_their_bytes_and_streams_stay_apart() {
        let line = Line::default();
        for number in 0..200_000_u32 {
            line.data(if number < 150_000 { 2 } else { 4 }, Bytes::from_static(&[0])).unwrap();
        }
        let large = Bytes::from(vec![1; SMALL + 1]);
        line.data(4, large.clone()).unwrap();
        line.data(4, Bytes::from_static(&[2, 3])).unwrap();
        line.end().unwrap();
        let arrivals = drain(&line);
        let pieces: Vec<(u32, usize)> = arrivals
            .iter()
            .filter_map(|arrival| match arrival {
                Arrival::Data(stream, bytes) => Some((*stream, bytes.len())),
                Arrival::End => None,
                other => panic!("{other:?}"),
            })
            .collect();
        let expected =
            [(2, PIECE), (2, PIECE), (2, 150_000 - 2 * PIECE), (4, 50_000), (4, SMALL + 1), (4, 2)];
        assert_eq!(pieces, expected);
        assert!(matches!(arrivals.last(), Some(Arrival::End)));
        let is_kept = |arrival: &Arrival| matches!(arrival, Arrival::Data(4, bytes) if bytes.as_ptr() == large.as_ptr());
        assert!(arrivals.iter().any(is_kept), "a large piece was copied");
    }

    #[test]
    fn whoever_talks_without_end_is_cut_off() {
        let line = Line::default();
        let endless = (0..).find_map(|_| line.message(AgentMessage::Warning("x".into()), 20).err()).unwrap();
        assert!(matches!(endless, Error::Protocol { .. }));
        assert_eq!(drain(&line).len(), MOST);
        let line = Line::default();
        let long = (0..).take_while(|_| line.message(AgentMessage::Dialed, 1 << 20).is_ok()).count();
        assert_eq!(long, 16);
        let (line, other) = (Line::default(), Line::default());
        for number in 0..100_000 {
            line.message(AgentMessage::Link(format!("http://a/{number}")), 30).unwrap();
            line.message(AgentMessage::LinksDropped(number), 30).unwrap();
            other.message(AgentMessage::Ports(Ports::default()), 1 << 20).unwrap();
        }
        assert_eq!((drain(&line).len(), drain(&other).len()), (MOST_LINKS, 1));
    }
}
