//! What a Windows console is shown. The standard library writes nothing but whole letters of UTF-8 to it and fails with all else, where a
//! program inside may well write something else, such as a picture that somebody did not mean to see.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

/// Writes text, and a sign for everything that is none.
#[derive(Debug)]
pub(super) struct Shown<W> {
    to: W,
    /// The beginning of a letter whose rest has not come yet.
    begun: Vec<u8>,
    /// What has been taken and not been written yet.
    waiting: Vec<u8>,
}

impl<W: AsyncWrite + Unpin> Shown<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, begun: Vec::new(), waiting: Vec::new() }
    }

    fn poll_waiting(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let written = ready!(Pin::new(&mut self.to).poll_write(context, &self.waiting))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Shown<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let shown = &mut *self;
        ready!(shown.poll_waiting(context))?;
        shown.waiting = text(&mut shown.begun, bytes).into_bytes();
        // What does not go now goes before what comes next.
        match shown.poll_waiting(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_waiting(context))?;
        Pin::new(&mut self.to).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_waiting(context))?;
        Pin::new(&mut self.to).poll_shutdown(context)
    }
}

/// The text of a piece, behind what an earlier one has begun.
fn text(begun: &mut Vec<u8>, piece: &[u8]) -> String {
    let mut all = std::mem::take(begun);
    all.extend_from_slice(piece);
    let (mut left, mut text) = (all.as_slice(), String::with_capacity(all.len()));
    loop {
        let error = match std::str::from_utf8(left) {
            Ok(rest) => return text + rest,
            Err(error) => error,
        };
        let (whole, after) = left.split_at(error.valid_up_to());
        text.push_str(&String::from_utf8_lossy(whole));
        match error.error_len() {
            Some(length) => {
                text.push(char::REPLACEMENT_CHARACTER);
                left = &after[length..];
            }
            None => {
                *begun = after.to_vec();
                return text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn text_stays_and_the_rest_is_a_sign() {
        let mut begun = Vec::new();
        let fox = "🦊".as_bytes();
        let cases: [(&[u8], &str); 7] = [
            ("aß\r\n\u{1b}[1m".as_bytes(), "aß\r\n\u{1b}[1m"),
            (&fox[..1], ""),
            (&fox[1..3], ""),
            (&fox[3..], "🦊"),
            (b"\xff\xfex", "\u{fffd}\u{fffd}x"),
            (&fox[..2], ""),
            (b"x", "\u{fffd}x"),
        ];
        for (piece, expected) in cases {
            assert_eq!(text(&mut begun, piece), expected, "{piece:?}");
        }
    }

    #[tokio::test]
    async fn everything_arrives_however_slowly_it_is_taken() {
        let (to, mut from) = tokio::io::duplex(7);
        let reading = tokio::spawn(async move {
            let mut read = String::new();
            from.read_to_string(&mut read).await.map(|_| read)
        });
        let mut shown = Shown::new(to);
        for _ in 0..100 {
            shown.write_all("Fuchs 🦊 \u{1b}[0m".as_bytes()).await.unwrap();
        }
        shown.shutdown().await.unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), "Fuchs 🦊 \u{1b}[0m".repeat(100));
    }
}
