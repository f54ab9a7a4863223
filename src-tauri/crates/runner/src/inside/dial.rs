//! A TCP connection from inside a container, as a stream of this program.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use wharf_agent::frame::Frame;
use wharf_agent::message::{AgentMessage, HostMessage};
use wharf_agent::network::{DialFailure, DialRequest};

use super::connection::Opened;
use super::line::Arrival;
use super::{AgentConnection, Error};

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
        match opened.next().await? {
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
            piece: Bytes::new(),
            read: false,
            written: false,
            reset: false,
            _permit: permit,
        })
    }
}

/// A TCP connection from inside. Each direction ends by itself: [`AsyncWrite::poll_shutdown`] is the end of ours. Dropping it before both have
/// ended cuts it off.
pub struct AgentStream {
    opened: Opened,
    /// What has arrived and was not read yet.
    piece: Bytes,
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

impl AsyncBufRead for AgentStream {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.piece.is_empty() {
            if this.reset {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            if this.read {
                break;
            }
            match this.opened.poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(Arrival::Data(_, piece))) => this.piece = piece,
                Poll::Ready(Ok(Arrival::End)) => this.read = true,
                Poll::Ready(Ok(Arrival::Message(AgentMessage::Reset))) => this.reset = true,
                Poll::Ready(Ok(Arrival::Message(_))) => {}
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error)));
                }
            }
            this.over();
        }
        Poll::Ready(Ok(&this.piece))
    }

    fn consume(mut self: Pin<&mut Self>, length: usize) {
        if length > 0 {
            self.piece.advance(length);
            if self.piece.is_empty() {
                // An empty piece would go on holding what it was a part of.
                self.piece = Bytes::new();
            }
            self.opened.core().consumed(self.opened.number, length);
        }
    }
}

impl AsyncRead for AgentStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = match self.as_mut().poll_fill_buf(context)? {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(piece) => {
                let length = piece.len().min(buffer.remaining());
                buffer.put_slice(&piece[..length]);
                length
            }
        };
        self.consume(length);
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
