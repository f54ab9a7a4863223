//! Bytes between two streams, both ways, each direction ending by itself.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::inside::{AgentStream, MOST_PIECES};

/// What a connection takes that says little.
const SMALL: usize = 4 * 1024;
/// What every busy one may have.
const USUAL: usize = 64 * 1024;
/// What one takes that never stops. The more it is, the less often the programs at both ends are woken; that counts for more than the copying
/// that the kernel could do without us, pipe by small pipe.
const LARGE: usize = 1024 * 1024;
/// What all that never stop may take together.
const TOGETHER: usize = 12 * 1024 * 1024;
/// What is left of that.
static LEFT: AtomicUsize = AtomicUsize::new(TOGETHER);

/// Relays until both directions have ended. What comes from the second one is written from where it has arrived.
///
/// # Errors
/// When one of the streams breaks; both are to be dropped then, so that the other side learns of it.
pub(super) async fn relay(
    mut one: impl AsyncRead + AsyncWrite + Unpin,
    mut other: impl Gathers + AsyncWrite + Unpin,
) -> io::Result<()> {
    let (mut there, mut back) = (Copying::new(), false);
    poll_fn(|context| {
        let went = there.poll(context, &mut one, &mut other)?;
        let came = poll_back(context, &mut other, &mut one, &mut back)?;
        if went.is_ready() && came.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

/// Relays between two connections of this computer until both directions have ended.
///
/// # Errors
/// As [`relay`].
pub(super) async fn relay_near(mut one: TcpStream, mut other: TcpStream) -> io::Result<()> {
    let (mut there, mut back) = (Copying::new(), Copying::new());
    poll_fn(|context| {
        let went = there.poll(context, &mut one, &mut other)?;
        let came = back.poll(context, &mut other, &mut one)?;
        if went.is_ready() && came.is_ready() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

/// One direction. Its buffer grows while it is filled and shrinks when it is not, so that many quiet connections take little and a busy one
/// is fast.
struct Copying {
    buffer: Vec<u8>,
    /// What has been read and not been written yet.
    start: usize,
    end: usize,
    /// Nothing more comes.
    read: bool,
    /// That has been passed on.
    ended: bool,
}

impl Drop for Copying {
    fn drop(&mut self) {
        LEFT.fetch_add(beyond(self.buffer.len()), Ordering::Relaxed);
    }
}

/// What a buffer takes of what all have together.
fn beyond(size: usize) -> usize {
    size.saturating_sub(USUAL)
}

impl Copying {
    fn new() -> Copying {
        Copying { buffer: vec![0; SMALL], start: 0, end: 0, read: false, ended: false }
    }

    /// Another buffer in place of an empty one, if there is enough for it.
    fn resize(&mut self, size: usize) {
        LEFT.fetch_add(beyond(self.buffer.len()), Ordering::Relaxed);
        let taken = |left: usize| left.checked_sub(beyond(size));
        let size = match LEFT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken) {
            Ok(_) => size,
            Err(_) => USUAL,
        };
        if size != self.buffer.len() {
            self.buffer = vec![0; size];
        }
    }

    /// Until everything has been passed on, and the end.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<io::Result<()>> {
        while !self.ended {
            ready!(self.poll_piece(context, from, to))?;
            if self.end == self.buffer.len() && self.end < LARGE {
                self.resize((self.end * 4).min(LARGE));
            } else if self.end < SMALL && self.buffer.len() > SMALL {
                self.resize(SMALL);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads and writes one piece, or passes the end on. Comes back when nothing of it is left here.
    fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<io::Result<()>> {
        if self.start == self.end && !self.read {
            let mut room = ReadBuf::new(&mut self.buffer);
            ready!(Pin::new(from).poll_read(context, &mut room))?;
            (self.start, self.end) = (0, room.filled().len());
            self.read = self.end == 0;
        }
        while self.start < self.end {
            let piece = &self.buffer[self.start..self.end];
            match ready!(Pin::new(&mut *to).poll_write(context, piece))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                length => self.start += length,
            }
        }
        if self.read {
            ready!(Pin::new(to).poll_shutdown(context))?;
            self.ended = true;
        }
        Poll::Ready(Ok(()))
    }
}

/// A stream whose bytes lie there in pieces once they have arrived.
pub(super) trait Gathers {
    /// Puts what has arrived into `slices` and says how many they are: none at the end of the stream.
    fn poll_gather<'a>(
        &'a mut self,
        context: &Context<'_>,
        slices: &mut [IoSlice<'a>; MOST_PIECES],
    ) -> Poll<io::Result<usize>>;

    /// So many bytes of that were passed on.
    fn passed(&mut self, length: usize);
}

impl Gathers for AgentStream {
    fn poll_gather<'a>(
        &'a mut self,
        context: &Context<'_>,
        slices: &mut [IoSlice<'a>; MOST_PIECES],
    ) -> Poll<io::Result<usize>> {
        let pieces = ready!(self.poll_pieces(context))?;
        Poll::Ready(Ok(slices.iter_mut().zip(pieces).map(|(slice, piece)| *slice = piece).count()))
    }

    fn passed(&mut self, length: usize) {
        self.consume(length);
    }
}

/// The other direction: what has arrived lies there already, and is passed on at once.
fn poll_back(
    context: &mut Context<'_>,
    from: &mut impl Gathers,
    to: &mut (impl AsyncWrite + Unpin),
    ended: &mut bool,
) -> Poll<io::Result<()>> {
    while !*ended {
        let mut slices = [IoSlice::new(&[]); MOST_PIECES];
        let count = ready!(from.poll_gather(context, &mut slices))?;
        if count == 0 {
            ready!(Pin::new(&mut *to).poll_shutdown(context))?;
            *ended = true;
            break;
        }
        match ready!(Pin::new(&mut *to).poll_write_vectored(context, &slices[..count]))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            length => from.passed(length),
        }
    }
    Poll::Ready(Ok(()))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use tokio::net::TcpListener;

    use super::*;

    fn content() -> Vec<u8> {
        (0..3_000_000_u32).map(|number| (number % 251) as u8).collect()
    }

    /// Sends much, ends, and hears thanks; the other side hears all of it first.
    async fn talk(
        mut client: impl AsyncRead + AsyncWrite + Unpin,
        mut server: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) {
        let expected = content();
        let server = tokio::spawn(async move {
            let mut received = Vec::new();
            server.read_to_end(&mut received).await.unwrap();
            assert!(received == expected, "{} bytes came", received.len());
            // The other direction is open after this one has ended.
            server.write_all(b"thanks").await.unwrap();
            server.write_all(&expected).await.unwrap();
        });
        client.write_all(&content()).await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert!(answer == [b"thanks".to_vec(), content()].concat(), "{} bytes came back", answer.len());
        server.await.unwrap();
    }

    /// What has arrived from the far side, in the pieces in which it came.
    struct Pieces(DuplexStream, VecDeque<Vec<u8>>);

    impl Gathers for Pieces {
        fn poll_gather<'a>(
            &'a mut self,
            context: &Context<'_>,
            slices: &mut [IoSlice<'a>; MOST_PIECES],
        ) -> Poll<io::Result<usize>> {
            while self.1.len() < MOST_PIECES {
                let mut piece = [0; 333];
                let mut room = ReadBuf::new(&mut piece);
                let mut context = Context::from_waker(context.waker());
                match Pin::new(&mut self.0).poll_read(&mut context, &mut room)? {
                    Poll::Ready(()) if room.filled().is_empty() => break,
                    Poll::Ready(()) => self.1.push_back(room.filled().to_vec()),
                    Poll::Pending if self.1.is_empty() => return Poll::Pending,
                    Poll::Pending => break,
                }
            }
            let pieces = self.1.iter().map(|piece| IoSlice::new(piece));
            Poll::Ready(Ok(slices.iter_mut().zip(pieces).map(|(slice, piece)| *slice = piece).count()))
        }

        fn passed(&mut self, mut length: usize) {
            while length > 0 {
                let piece = self.1.front_mut().unwrap();
                let here = length.min(piece.len());
                piece.drain(..here);
                length -= here;
                if piece.is_empty() {
                    self.1.pop_front();
                }
            }
        }
    }

    impl AsyncWrite for Pieces {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(context)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(context)
        }
    }

    #[tokio::test]
    async fn both_directions_pass_and_end_by_themselves() {
        let (client, near) = tokio::io::duplex(1024);
        let (far, server) = tokio::io::duplex(333);
        let relayed = tokio::spawn(relay(near, Pieces(far, VecDeque::new())));
        talk(client, server).await;
        relayed.await.unwrap().unwrap();
    }

    /// Both ends of a connection.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let one = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (one, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn connections_of_this_computer_are_relayed_alike() {
        let ((client, near), (far, server)) = (connection().await, connection().await);
        let relayed = tokio::spawn(relay_near(near, far));
        talk(client, server).await;
        relayed.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn one_that_breaks_breaks_the_other() {
        let ((mut client, near), (far, mut server)) = (connection().await, connection().await);
        let relayed = tokio::spawn(relay_near(near, far));
        // Busy, so that the system passes it on by itself where it can.
        client.write_all(&vec![0; 64 * 1024]).await.unwrap();
        server.read_exact(&mut vec![0; 64 * 1024]).await.unwrap();
        client.set_zero_linger().unwrap();
        drop(client);
        assert!(relayed.await.unwrap().is_err());
        assert_ne!(server.read(&mut [0]).await.ok(), Some(1));
    }
}
