//! Bytes between two streams, both ways, each direction ending by itself.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What a connection takes that says little.
const SMALL: usize = 4 * 1024;
/// What one takes that never stops.
const LARGE: usize = 256 * 1024;

/// Relays until both directions have ended.
///
/// # Errors
/// When one of the streams breaks; both are to be dropped then, so that the other side learns of it.
pub(super) async fn relay(
    one: impl AsyncRead + AsyncWrite + Unpin,
    other: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    let (from_one, to_one) = tokio::io::split(one);
    let (from_other, to_other) = tokio::io::split(other);
    tokio::try_join!(copy(from_one, to_other), copy(from_other, to_one)).map(drop)
}

/// Copies to the end, and passes the end on. The buffer grows while it is filled and shrinks when it is not, so that many quiet connections
/// take little and a busy one is fast.
async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; SMALL];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..length]).await?;
        if length == buffer.len() && length < LARGE {
            buffer = vec![0; (length * 4).min(LARGE)];
        } else if length < SMALL && buffer.len() > SMALL {
            buffer = vec![0; SMALL];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_directions_pass_and_end_by_themselves() {
        let (mut client, near) = tokio::io::duplex(1024);
        let (far, mut server) = tokio::io::duplex(333);
        let relayed = tokio::spawn(relay(near, far));
        let sent: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        let expected = sent.clone();
        let server = tokio::spawn(async move {
            let mut received = Vec::new();
            server.read_to_end(&mut received).await.unwrap();
            assert!(received == expected, "{} bytes came", received.len());
            // The other direction is open after this one has ended.
            server.write_all(b"thanks").await.unwrap();
        });
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "thanks");
        server.await.unwrap();
        relayed.await.unwrap().unwrap();
    }
}
