//! A TCP connection from inside a container, as a stream of this program.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use wharf_agent::frame::Frame;
use wharf_agent::message::{AgentMessage, HostMessage};
use wharf_agent::network::{DialFailure, DialRequest};

use super::connection::Opened;
use super::line::Arrival;
use super::{AgentConnection, Error};

/// How long a connection may take to be made before it is asked whether the agent is still there: what that gives one address, and a little more.
const DIALLING: Duration = Duration::from_secs(12);
/// How long an agent may take to answer what takes no time.
const ANSWERING: Duration = Duration::from_secs(5);

impl AgentConnection {
    /// Connects from inside to an address, or to a name as a program in the container would use it (`localhost`, a service of Compose).
    /// Comes back once the connection is made.
    ///
    /// # Errors
    /// [`Error::Dial`] when it cannot be made; whatever ends the whole connection to the agent.
    pub async fn dial(&self, host: &str, port: u16) -> Result<AgentStream, Error> {
        let failed = |failure| Error::Dial { host: host.to_owned(), port, failure };
        let permit = self.dial_permit().ok_or_else(|| failed(DialFailure::Busy))?;
        let mut opened = self.open();
        opened.ask(&HostMessage::Dial(DialRequest { host: host.to_owned(), port }))?;
        let answer = loop {
            match tokio::time::timeout(DIALLING, opened.next()).await {
                Ok(answer) => break answer?,
                // The agent may be looking a name up, and has its own bounds; but one that says nothing at all has gone.
                Err(_) => self.answers().await?,
            }
        };
        match answer {
            Arrival::Message(AgentMessage::Dialed) => {}
            Arrival::Message(AgentMessage::DialFailed(failure)) => {
                opened.over = true;
                return Err(failed(failure));
            }
            Arrival::Message(AgentMessage::Reset) => {
                opened.over = true;
                return Err(failed(DialFailure::Refused));
            }
            _ => {
                return Err(Error::Protocol { what: "a connection began without being made".to_owned() });
            }
        }
        Ok(AgentStream {
            opened,
            pieces: VecDeque::new(),
            read: false,
            written: false,
            reset: false,
            _permit: permit,
        })
    }
}

impl AgentConnection {
    /// Asks the agent for something that takes no time. The connection ends where even that stays without an answer: the way to the engine's machine
    /// may be gone without anybody having said so.
    ///
    /// # Errors
    /// When it has ended.
    async fn answers(&self) -> Result<(), Error> {
        let mut opened = self.open();
        // Nobody ever listens there.
        opened.ask(&HostMessage::Dial(DialRequest { host: Ipv4Addr::LOCALHOST.to_string(), port: 0 }))?;
        if let Ok(answer) = tokio::time::timeout(ANSWERING, opened.next()).await {
            opened.over = matches!(answer?, Arrival::Message(AgentMessage::DialFailed(_)));
            return Ok(());
        }
        let error = Error::Ended { said: "the agent does not answer any more".to_owned() };
        self.core().break_off(&error);
        Err(error)
    }
}

/// A TCP connection from inside. Each direction ends by itself: [`AsyncWrite::poll_shutdown`] is the end of ours. Dropping it before both have
/// ended cuts it off.
pub struct AgentStream {
    opened: Opened,
    /// What has arrived and was not read yet; none of them is empty.
    pieces: VecDeque<Bytes>,
    read: bool,
    written: bool,
    reset: bool,
    _permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for AgentStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AgentStream").field("number", &self.opened.number).finish_non_exhaustive()
    }
}

impl AgentStream {
    fn over(&mut self) {
        self.opened.over = self.reset || (self.read && self.written);
    }
}

/// How many pieces are handed on at once. Engines and agents cut what they pass on; whoever it is for is woken once for all of them.
pub(crate) const MOST_PIECES: usize = 16;

impl AgentStream {
    /// What has arrived, where it lies; nothing once everything was read. It stays until it is [consumed](AgentStream::consume).
    ///
    /// # Errors
    /// When the connection was reset inside, or the agent's has ended, after everything that arrived before.
    pub fn poll_pieces(
        &mut self,
        context: &Context<'_>,
    ) -> Poll<io::Result<impl Iterator<Item = IoSlice<'_>>>> {
        while self.pieces.len() < MOST_PIECES && !self.read && !self.reset {
            match self.opened.poll_next(context) {
                Poll::Ready(Ok(Arrival::Data(_, piece))) => self.pieces.push_back(piece),
                Poll::Ready(Ok(Arrival::End)) => self.read = true,
                Poll::Ready(Ok(Arrival::Message(AgentMessage::Reset))) => self.reset = true,
                Poll::Ready(Ok(Arrival::Message(_))) => {}
                // It is told again when it is the next thing to tell.
                Poll::Pending | Poll::Ready(Err(_)) if !self.pieces.is_empty() => break,
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error)));
                }
            }
            self.over();
        }
        if self.pieces.is_empty() && self.reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Poll::Ready(Ok(self.pieces.iter().map(|piece| IoSlice::new(piece))))
    }

    /// So many bytes of what has arrived were used.
    pub fn consume(&mut self, length: usize) {
        let mut left = length;
        while left > 0
            && let Some(piece) = self.pieces.front_mut()
        {
            let here = left.min(piece.len());
            piece.advance(here);
            left -= here;
            if piece.is_empty() {
                // An empty piece would go on holding what it was a part of.
                self.pieces.pop_front();
            }
        }
        if length > 0 {
            self.opened.core().consumed(self.opened.number, length);
        }
    }
}

impl AsyncRead for AgentStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match this.poll_pieces(context)? {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(pieces) => {
                for piece in pieces {
                    buffer.put_slice(&piece[..piece.len().min(buffer.remaining())]);
                }
            }
        }
        this.consume(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for AgentStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.written {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match self.opened.core().poll_send(context, self.opened.number, bytes) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(sent)) => Poll::Ready(Ok(sent)),
            Poll::Ready(None) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.written {
            self.written = true;
            let _ = self.opened.core().outbox.send(&[Frame::end(self.opened.number)]);
            self.over();
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use tokio::time::Instant;
    use wharf_agent::frame::CONNECTION;
    use wharf_agent::message::{Hello, Message as _};
    use wharf_engine::Output;

    use super::*;

    /// The connection to an agent that says this after so many seconds each, and nothing more.
    fn saying(said: &[(u64, u32, AgentMessage)]) -> AgentConnection {
        let greeting = (0, CONNECTION, AgentMessage::Hello(Hello::ours()));
        let frames: Vec<_> = std::iter::once(&greeting)
            .chain(said)
            .map(|(after, stream, message)| {
                let mut bytes = Vec::new();
                message.to_frame(*stream).unwrap().encode(&mut bytes).unwrap();
                (Duration::from_secs(*after), bytes)
            })
            .collect();
        let output = stream::iter(frames).then(|(after, bytes)| async move {
            tokio::time::sleep(after).await;
            Ok(Output::Stdout(bytes.into()))
        });
        AgentConnection::new(tokio::io::sink(), Box::pin(output.chain(stream::pending())))
    }

    #[tokio::test(start_paused = true)]
    async fn a_way_that_is_gone_is_given_up() {
        let connection = saying(&[]);
        let begun = Instant::now();
        let dialled = connection.dial("localhost", 80).await;
        assert!(matches!(dialled, Err(Error::Ended { .. })), "{dialled:?}");
        assert_eq!(begun.elapsed().as_secs(), (DIALLING + ANSWERING).as_secs());
        assert!(matches!(connection.closed().await, Error::Ended { .. }));
        // It stays ended, for the reason that was told.
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(matches!(connection.closed().now_or_never(), Some(Error::Ended { .. })));
        assert!(matches!(connection.dial("localhost", 80).await, Err(Error::Ended { .. })));
    }

    /// Looking a name up, or trying one address after the other, takes as long as it takes.
    #[tokio::test(start_paused = true)]
    async fn an_agent_that_answers_has_its_time() {
        let gone = || AgentMessage::DialFailed(DialFailure::Refused);
        let connection = saying(&[(14, 3, gone()), (14, 5, gone()), (9, 1, AgentMessage::Dialed)]);
        let dialled = connection.dial("db", 80).await;
        assert!(dialled.is_ok(), "{dialled:?}");
        assert!(!connection.is_closed());
    }
}
