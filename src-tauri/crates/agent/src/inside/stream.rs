//! Byte streams between a child's file descriptors and the connection, each under its window.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use wharf_agent::flow::{FlowError, ReceiveWindow, SendWindow};
use wharf_agent::frame::{Frame, HEADER_LENGTH, Kind, header};

use super::connection::Connection;

/// How long a terminal may be silent, after its process has ended, until nothing more is expected of it. The kernel delivers what was
/// written to a terminal a moment later.
const TERMINAL_SILENCE: Duration = Duration::from_millis(30);
/// How long a terminal is listened to after its process has ended, however much others write to it.
const TERMINAL_LIMIT: Duration = Duration::from_millis(250);
/// The end-of-input character of a terminal in its usual mode.
const END_OF_INPUT: u8 = 4;

/// The agent's side of a stream that it sends on.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// What it belongs to.
    pub(crate) exchange: u32,
    pub(crate) stream: u32,
    state: Mutex<(SendWindow, bool)>,
    changed: Condvar,
}

impl Outgoing {
    pub(crate) fn new(exchange: u32, stream: u32) -> Outgoing {
        Outgoing {
            exchange,
            stream,
            state: Mutex::new((SendWindow::default(), false)),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn credit(&self, bytes: u32) -> Result<(), FlowError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.credit(bytes)?;
        self.changed.notify_all();
        Ok(())
    }

    /// Nobody listens any longer: whoever waits for room goes home.
    pub(crate) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.changed.notify_all();
    }

    /// Waits until something may be sent. `None` once closed.
    fn room(&self) -> Option<usize> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self
            .changed
            .wait_while(state, |(window, closed)| window.left() == 0 && !*closed)
            .unwrap_or_else(PoisonError::into_inner);
        if state.1 { None } else { Some(state.0.left().min(Kind::Data.limit())) }
    }

    fn sent(&self, bytes: usize) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.sent(bytes);
    }
}

/// Where a child's output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Pipe,
    Terminal,
}

/// Sends what a child writes until everybody has closed the other end or the child has ended (`ended` hangs up then): a child that
/// left a process behind with its output open has ended all the same. What it wrote itself is always sent first.
pub(crate) fn send_output(
    connection: &Connection,
    outgoing: &Outgoing,
    output: BorrowedFd<'_>,
    source: Source,
    ended: BorrowedFd<'_>,
) {
    let mut buffer = vec![0; HEADER_LENGTH + Kind::Data.limit()];
    loop {
        let Some(room) = outgoing.room() else { return };
        let mut ready = [PollFd::new(&output, PollFlags::IN), PollFd::new(&ended, PollFlags::IN)];
        match poll(&mut ready, None) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) => {}
        }
        if !ready[1].revents().is_empty() {
            break;
        }
        if forward(connection, outgoing, output, &mut buffer[..HEADER_LENGTH + room]).is_none() {
            return;
        }
    }
    match source {
        Source::Pipe => {
            let mut left = usize::try_from(rustix::io::ioctl_fionread(output).unwrap_or(0)).unwrap_or(0);
            while left > 0 {
                let Some(room) = outgoing.room() else { return };
                let wanted = room.min(left);
                let Some(moved) =
                    forward(connection, outgoing, output, &mut buffer[..HEADER_LENGTH + wanted])
                else {
                    return;
                };
                left -= moved;
            }
        }
        Source::Terminal => {
            let deadline = Instant::now() + TERMINAL_LIMIT;
            while Instant::now() < deadline && is_readable_within(output, TERMINAL_SILENCE) {
                let Some(room) = outgoing.room() else { return };
                if forward(connection, outgoing, output, &mut buffer[..HEADER_LENGTH + room]).is_none() {
                    return;
                }
            }
        }
    }
}

/// Moves what one read yields; the buffer has room for a frame's header before it. `None` at the end, which a terminal tells by an
/// error.
fn forward(
    connection: &Connection,
    outgoing: &Outgoing,
    output: BorrowedFd<'_>,
    buffer: &mut [u8],
) -> Option<usize> {
    let length = loop {
        match rustix::io::read(output, &mut buffer[HEADER_LENGTH..]) {
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => return None,
            Ok(length) => break length,
        }
    };
    outgoing.sent(length);
    buffer[..HEADER_LENGTH].copy_from_slice(&header(outgoing.stream, Kind::Data, length).ok()?);
    connection.send_bytes(&buffer[..HEADER_LENGTH + length]);
    Some(length)
}

/// Waits until a read would not block, for as long as given.
pub(crate) fn is_readable_within(descriptor: BorrowedFd<'_>, patience: Duration) -> bool {
    let mut ready = [PollFd::new(&descriptor, PollFlags::IN)];
    let patience = Timespec::try_from(patience).ok();
    matches!(poll(&mut ready, patience.as_ref()), Ok(1..))
}

/// The agent's side of a stream that it receives on. The window bounds what waits here.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    window: ReceiveWindow,
    chunks: VecDeque<Vec<u8>>,
    ended: bool,
}

impl Incoming {
    pub(crate) fn push(&self, chunk: &[u8]) -> Result<(), FlowError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.window.received(chunk.len())?;
        if !queue.ended && !chunk.is_empty() {
            match queue.chunks.back_mut() {
                // Many small ones must not cost more than their bytes.
                Some(last) if last.len() + chunk.len() <= Kind::Data.limit() => last.extend_from_slice(chunk),
                _ => queue.chunks.push_back(chunk.to_vec()),
            }
            self.changed.notify_all();
        }
        Ok(())
    }

    /// No more will come, or is wanted.
    pub(crate) fn end(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        self.changed.notify_all();
    }

    fn next(&self) -> Option<Vec<u8>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queue = self
            .changed
            .wait_while(queue, |queue| queue.chunks.is_empty() && !queue.ended)
            .unwrap_or_else(PoisonError::into_inner);
        queue.chunks.pop_front()
    }

    fn consumed(&self, bytes: usize) -> Option<u32> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).window.consumed(bytes)
    }
}

/// Gives a child what the host sends, until the host ends or the child no longer reads; then closes the child's input, which on a
/// terminal is a character.
pub(crate) fn receive_input(
    connection: &Connection,
    stream: u32,
    incoming: &Incoming,
    input: &OwnedFd,
    source: Source,
) {
    let mut at_line_start = true;
    while let Some(chunk) = incoming.next() {
        if write_all(input.as_fd(), &chunk).is_err() {
            return;
        }
        at_line_start = chunk.last() == Some(&b'\n');
        if let Some(credit) = incoming.consumed(chunk.len()) {
            connection.send(&[Frame::credit(stream, credit)]);
        }
    }
    if source == Source::Terminal {
        // Within a line the character only hands over what has been typed; the second one ends.
        let characters: &[u8] = if at_line_start { &[END_OF_INPUT] } else { &[END_OF_INPUT, END_OF_INPUT] };
        let _ = write_all(input.as_fd(), characters);
    }
}

/// Writes all of it, however many calls that takes.
pub(crate) fn write_all(descriptor: BorrowedFd<'_>, mut bytes: &[u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(descriptor, bytes) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&descriptor, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error),
            Ok(written) => bytes = &bytes[written..],
        }
    }
    Ok(())
}
