//! Opening a connection to each kind of address.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tower_service::Service;

use super::ssh::Ssh;
use super::tls::{self, Certificates};
use crate::address::Address;

/// How long a way to an engine may be silent before it is asked whether it is still there.
pub(super) const SILENCE: Duration = Duration::from_secs(5);
/// How often that may stay without an answer.
pub(super) const SILENCES: u32 = 3;

/// Opens connections for the HTTP client.
#[derive(Clone)]
pub(crate) struct Connector {
    address: Arc<Address>,
    ssh: Arc<Ssh>,
}

impl Connector {
    pub(crate) fn new(address: Address) -> Connector {
        Connector { address: Arc::new(address), ssh: Arc::default() }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Socket>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Socket>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let (address, ssh) = (self.address.clone(), self.ssh.clone());
        Box::pin(async move { Ok(TokioIo::new(open_along(&address, &ssh).await?)) })
    }
}

/// Anything that bytes go through in both directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One open connection.
pub(crate) struct Socket(Box<dyn Duplex>);

impl Socket {
    pub(super) fn new(stream: impl Duplex + 'static) -> Socket {
        Socket(Box::new(stream))
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
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

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }
}

/// Opens one connection that nothing else follows.
pub(crate) async fn open(address: &Address) -> io::Result<Socket> {
    open_along(address, &Ssh::default()).await
}

/// The same to a builder that is known by its own certificates.
pub(crate) async fn open_with(host: &str, port: u16, certificates: &Certificates) -> io::Result<Socket> {
    let stream = tcp(host, port).await?;
    Ok(Socket(Box::new(tls::encrypt_with(stream, certificates).await?)))
}

async fn open_along(address: &Address, ssh: &Ssh) -> io::Result<Socket> {
    match address {
        Address::Unix(path) => unix(path).await,
        Address::NamedPipe(name) => pipe(name).await,
        Address::Tcp { host, port, tls } => {
            let stream = tcp(host, *port).await?;
            Ok(match tls {
                Some(tls) => Socket(Box::new(tls::encrypt(stream, host, tls).await?)),
                None => Socket(Box::new(stream)),
            })
        }
        Address::Ssh { .. } => ssh.open(address).await,
    }
}

/// A connection whose end is noticed, however it comes: a machine may go without a word.
async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(SILENCE).with_interval(SILENCE).with_retries(SILENCES);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

#[cfg(unix)]
async fn unix(path: &std::path::Path) -> io::Result<Socket> {
    Ok(Socket(Box::new(tokio::net::UnixStream::connect(path).await?)))
}

#[cfg(not(unix))]
async fn unix(_: &std::path::Path) -> io::Result<Socket> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "unix sockets need a unix system"))
}

#[cfg(windows)]
async fn pipe(name: &str) -> io::Result<Socket> {
    use tokio::net::windows::named_pipe::ClientOptions;
    /// All instances of the pipe serve somebody else just now (`ERROR_PIPE_BUSY`).
    const BUSY: i32 = 231;
    loop {
        match ClientOptions::new().open(name) {
            Ok(client) => return Ok(Socket(Box::new(client))),
            Err(error) if error.raw_os_error() == Some(BUSY) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(not(windows))]
async fn pipe(_: &str) -> io::Result<Socket> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "named pipes need Windows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_machine_that_has_gone_without_a_word_is_noticed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = tcp("127.0.0.1", listener.local_addr().unwrap().port()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(
            (
                socket.tcp_keepalive_time().unwrap(),
                socket.tcp_keepalive_interval().unwrap(),
                socket.tcp_keepalive_retries().unwrap(),
            ),
            (SILENCE, SILENCE, SILENCES)
        );
    }
}
