//! One connection from inside, and its bytes both ways. Nothing here waits.

use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::epoll::EventFlags;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendFlags, Shutdown, SocketFlags, SocketType, connect, send, shutdown, socket_with,
    sockopt,
};
use wharf_agent::frame::{Frame, HEADER_LENGTH, Kind, header};
use wharf_agent::message::AgentMessage;
use wharf_agent::network::DialFailure;

use super::Pipe;
use super::turn::Waiting;
use crate::inside::connection::Connection;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Frames that one read fills: the more of them, the less often whoever carries them to the host is woken.
const FRAMES: usize = 4;
/// What a full one takes.
const FRAME: usize = HEADER_LENGTH + Kind::Data.limit();
/// What [`Relay::serve`] reads into.
pub(super) const BUFFER: usize = FRAMES * FRAME;
/// Reads and writes of one connection until others have their turn.
const TURNS: usize = 4;

/// A connection, as the thread knows it.
#[derive(Debug)]
pub(super) struct Relay {
    socket: Arc<OwnedFd>,
    /// While the connection is being made: until when, and where else to try.
    connecting: Option<(Instant, Vec<IpAddr>)>,
    port: u16,
    waiting_for: EventFlags,
    /// The server sends no more, and the host knows it.
    read: bool,
    /// The server has been told that the host sends no more.
    written: bool,
}

/// How it goes on.
#[derive(Debug)]
pub(super) enum Next {
    /// When something is ready.
    Later,
    /// It does not.
    Over,
    /// It never began.
    Failed(DialFailure),
}

/// The addresses behind a text that needs no looking up.
pub(super) fn literal(host: &str) -> Option<Vec<IpAddr>> {
    if host.eq_ignore_ascii_case("localhost") || host.is_empty() {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    host.trim_start_matches('[').trim_end_matches(']').parse().ok().map(|address| vec![address])
}

impl Relay {
    /// Begins to connect to the first address that does not fail at once.
    pub(super) fn connect(
        waiting: &Waiting<'_>,
        addresses: Vec<IpAddr>,
        port: u16,
    ) -> Result<Relay, DialFailure> {
        let mut failure = DialFailure::UnknownName;
        let mut rest = addresses.into_iter();
        while let Some(address) = rest.next() {
            match begin(address, port) {
                Ok(socket) => {
                    let waiting_for = EventFlags::OUT;
                    waiting.change(socket.as_fd(), EventFlags::empty(), waiting_for);
                    let connecting = Some((Instant::now() + PATIENCE, rest.collect()));
                    let socket = Arc::new(socket);
                    return Ok(Relay { socket, connecting, port, waiting_for, read: false, written: false });
                }
                Err(error) => failure = describe(error),
            }
        }
        Err(failure)
    }

    /// When it is given up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.connecting.as_ref().map(|(deadline, _)| *deadline)
    }

    /// Does what can be done now.
    pub(super) fn serve(
        &mut self,
        waiting: &Waiting<'_>,
        connection: &Connection,
        buffer: &mut [u8],
    ) -> Next {
        let stream = waiting.stream;
        if connection.network.shared().pipes.get(&stream).is_none_or(|pipe| pipe.closed) {
            return Next::Over;
        }
        if self.connecting.is_some() {
            match self.connected(waiting) {
                Some(Ok(())) => {
                    connection.say(stream, &[AgentMessage::Dialed]);
                    take(connection, stream, |pipe| {
                        pipe.socket = Some(Arc::clone(&self.socket));
                        Some(())
                    });
                }
                Some(Err(failure)) => return Next::Failed(failure),
                None => return Next::Later,
            }
        }
        let outcome = self.write(stream, connection).and_then(|more_to_write| {
            let more_to_read = self.read(stream, connection, buffer)?;
            Ok((more_to_write, more_to_read))
        });
        let Ok((more_to_write, more_to_read)) = outcome else {
            connection.say(stream, &[AgentMessage::Reset]);
            return Next::Over;
        };
        if self.read && self.written {
            return Next::Over;
        }
        let mut wanted = EventFlags::empty();
        wanted.set(EventFlags::OUT, more_to_write);
        wanted.set(EventFlags::IN, more_to_read);
        waiting.change(self.socket.as_fd(), self.waiting_for, wanted);
        self.waiting_for = wanted;
        Next::Later
    }

    /// Whether the connection is made by now; `None` while nobody knows.
    fn connected(&mut self, waiting: &Waiting<'_>) -> Option<Result<(), DialFailure>> {
        let error = match sockopt::socket_error(&self.socket) {
            Ok(Err(error)) | Err(error) => error,
            Ok(Ok(())) => match rustix::net::getpeername(&self.socket) {
                Ok(_) => {
                    self.connecting = None;
                    // What was written is sent: whoever writes in small pieces waits for an answer.
                    let _ = sockopt::set_tcp_nodelay(&self.socket, true);
                    return Some(Ok(()));
                }
                Err(Errno::NOTCONN) => return None,
                Err(error) => error,
            },
        };
        let rest = self.connecting.take().map(|(_, rest)| rest).unwrap_or_default();
        if rest.is_empty() {
            return Some(Err(describe(error)));
        }
        match Relay::connect(waiting, rest, self.port) {
            Ok(next) => {
                *self = next;
                None
            }
            Err(failure) => Some(Err(failure)),
        }
    }

    /// Gives the server what the host has sent. True when there is more than it takes now.
    fn write(&mut self, stream: u32, connection: &Connection) -> Result<bool, Errno> {
        if self.written {
            return Ok(false);
        }
        let mut credits =
            take(connection, stream, |pipe| Some(std::mem::take(&mut pipe.credit))).unwrap_or(0);
        let mut more = true;
        let mut outcome = Ok(());
        for _ in 0..TURNS {
            let next = |pipe: &mut Pipe| {
                let piece = pipe.pieces.pop_front();
                pipe.writing = piece.is_some();
                piece
            };
            let Some(mut piece) = take(connection, stream, next) else {
                more = false;
                break;
            };
            let written = match send(&self.socket, &piece, SendFlags::NOSIGNAL) {
                Ok(written) => written,
                Err(Errno::AGAIN | Errno::INTR) => 0,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            let whole = written == piece.len();
            let credit = take(connection, stream, |pipe| {
                pipe.writing = false;
                if !whole {
                    piece.drain(..written);
                    pipe.pieces.push_front(piece);
                }
                pipe.receive.consumed(written)
            });
            credits += credit.unwrap_or(0);
            if !whole {
                break;
            }
        }
        if credits > 0 {
            connection.send(&[Frame::credit(stream, credits)]);
        }
        outcome?;
        let over = take(connection, stream, |pipe| Some(pipe.ended && pipe.pieces.is_empty()));
        if over == Some(true) {
            self.written = true;
            match shutdown(&self.socket, Shutdown::Write) {
                Ok(()) | Err(Errno::NOTCONN) => {}
                Err(error) => return Err(error),
            }
            return Ok(false);
        }
        Ok(more)
    }

    /// Sends what the server has sent, as the window allows. True when more is to be waited for.
    fn read(&mut self, stream: u32, connection: &Connection, buffer: &mut [u8]) -> Result<bool, Errno> {
        for _ in 0..TURNS {
            if self.read {
                return Ok(false);
            }
            let room = take(connection, stream, |pipe| Some(pipe.send.left())).unwrap_or(0);
            let room = room.min(FRAMES * Kind::Data.limit());
            if room == 0 {
                return Ok(false);
            }
            let length = match receive(&self.socket, buffer, room) {
                Ok(0) => {
                    self.read = true;
                    connection.send(&[Frame::end(stream)]);
                    return Ok(false);
                }
                Ok(length) => length,
                Err(Errno::AGAIN | Errno::INTR) => return Ok(true),
                Err(error) => return Err(error),
            };
            take(connection, stream, |pipe| {
                pipe.send.sent(length);
                Some(())
            });
            if let Some(frames) = framed(stream, buffer, length) {
                connection.send_bytes(frames);
            }
            if length < room {
                return Ok(true);
            }
        }
        Ok(true)
    }
}

/// Reads at most so many bytes to where the payloads of frames lie.
fn receive(socket: &OwnedFd, buffer: &mut [u8], room: usize) -> Result<usize, Errno> {
    let mut left = room;
    let mut payloads = Vec::with_capacity(FRAMES);
    for frame in buffer.chunks_mut(FRAME) {
        let length = left.min(Kind::Data.limit());
        if length == 0 {
            break;
        }
        payloads.push(IoSliceMut::new(&mut frame[HEADER_LENGTH..HEADER_LENGTH + length]));
        left -= length;
    }
    rustix::io::readv(socket, &mut payloads)
}

/// The frames of what [`receive`] has read.
fn framed(stream: u32, buffer: &mut [u8], length: usize) -> Option<&[u8]> {
    let mut left = length;
    let mut end = 0;
    for frame in buffer.chunks_mut(FRAME) {
        let payload = left.min(Kind::Data.limit());
        if payload == 0 {
            break;
        }
        frame[..HEADER_LENGTH].copy_from_slice(&header(stream, Kind::Data, payload).ok()?);
        end += HEADER_LENGTH + payload;
        left -= payload;
    }
    Some(&buffer[..end])
}

/// Looks at the pipe for a moment; the reader is never kept from it while something is sent.
fn take<T>(connection: &Connection, stream: u32, look: impl FnOnce(&mut Pipe) -> Option<T>) -> Option<T> {
    connection.network.shared().pipes.get_mut(&stream).and_then(look)
}

fn begin(address: IpAddr, port: u16) -> Result<OwnedFd, Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &SocketAddr::new(address, port)) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error),
    }
}

fn describe(error: Errno) -> DialFailure {
    match error {
        Errno::CONNREFUSED => DialFailure::Refused,
        Errno::TIMEDOUT => DialFailure::TimedOut,
        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => DialFailure::Busy,
        other => {
            let text = std::io::Error::from(other).to_string();
            let reason = text.split(" (os error").next().unwrap_or_default().to_lowercase();
            DialFailure::Unreachable { reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};

    use wharf_agent::frame::{Decoder, Piece};

    use super::*;

    /// What one read takes comes out whole, in frames right behind each other, and never more than there is room for.
    #[test]
    fn one_read_fills_frames() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut server = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let near = listener.accept().unwrap().0;
        let content: Vec<u8> = (0..2 * BUFFER).map(|number| (number % 251) as u8).collect();
        let expected = content.clone();
        let writer = std::thread::spawn(move || server.write_all(&content).unwrap());
        // More than one frame takes is waiting.
        while near.peek(&mut vec![0; BUFFER]).unwrap() <= Kind::Data.limit() {}
        let socket = OwnedFd::from(near);
        let mut buffer = vec![0; BUFFER];
        let mut came = Vec::new();
        for room in [1, Kind::Data.limit() + 1, FRAMES * Kind::Data.limit()].into_iter().cycle() {
            let length = receive(&socket, &mut buffer, room).unwrap();
            assert!(length <= room, "{length} of {room}");
            if length == 0 {
                break;
            }
            let mut frames = framed(7, &mut buffer, length).unwrap();
            let (mut decoder, before) = (Decoder::new(), came.len());
            while let Some(piece) = decoder.next_piece(&mut frames).unwrap() {
                let Piece::Data { stream: 7, length } = piece else { panic!("another piece") };
                came.extend_from_slice(&frames[..length]);
                frames = &frames[length..];
            }
            assert_eq!((came.len() - before, frames.len()), (length, 0));
        }
        assert!(came == expected, "{} bytes came", came.len());
        writer.join().unwrap();
    }
}
