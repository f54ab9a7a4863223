//! Named pipes, and what goes over them.
//!
//! The name of a keeper's pipe is another one for each keeper, so that the next one has its own while the old one still serves clients; it
//! stands in the file that is a socket elsewhere. Who opens a pipe makes sure that its maker is the same user, who makes one lets nobody
//! else in.

mod security;
mod socket;

pub(in crate::keeper) use security::serves;

use std::hash::{BuildHasher as _, Hasher as _};
use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpListener;
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer};
use windows_sys::Win32::Foundation::ERROR_PIPE_BUSY;

use self::socket::{TICKET, Ticket};
use super::STREAMS;
use super::pipe_name::{is_pipe_name, pipe_name};
use crate::keeper::place::Place;
use crate::keeper::wire::{PATIENCE, receive, send};
use crate::store::write_whole;

/// Between looks for a free instance of a pipe: the keeper makes the next one once it has the last one's client.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// What says that listeners have been taken.
const TAKEN: u8 = b't';

/// One end of a connection. A pipe has no end in one direction only: who ends its writing ends the whole connection.
#[derive(Debug)]
pub(in crate::keeper) struct Stream(Option<Pipe>);

#[derive(Debug)]
enum Pipe {
    Server(NamedPipeServer),
    Client(NamedPipeClient),
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Some(Pipe::Server(pipe)) => Pin::new(pipe).poll_read(context, buffer),
            Some(Pipe::Client(pipe)) => Pin::new(pipe).poll_read(context, buffer),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Some(Pipe::Server(pipe)) => Pin::new(pipe).poll_write(context, bytes),
            Some(Pipe::Client(pipe)) => Pin::new(pipe).poll_write(context, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What was written stays in the pipe until it is read.
        self.0 = None;
        Poll::Ready(Ok(()))
    }
}

/// Where the keeper waits for clients.
pub(in crate::keeper) struct Listener {
    name: String,
    next: NamedPipeServer,
}

impl Listener {
    /// Begins to wait, and writes down where.
    ///
    /// # Errors
    /// When the system gives no pipe, or its name cannot be written.
    pub(in crate::keeper) fn bind(place: &Place) -> io::Result<Listener> {
        let name = new_name(place.folder())?;
        let next = security::create(&name, true)?;
        write_whole(place.socket(), name.as_bytes())?;
        Ok(Listener { name, next })
    }

    /// The next client, which is of this user.
    ///
    /// # Errors
    /// When the system has no more room for a connection.
    pub(in crate::keeper) async fn accept(&mut self) -> io::Result<Stream> {
        let connected = self.next.connect().await;
        // A client that has gone again has used the instance up as well.
        let pipe = std::mem::replace(&mut self.next, security::create(&self.name, false)?);
        connected.map(|()| Stream(Some(Pipe::Server(pipe))))
    }
}

/// A name for a pipe that nobody has used before.
fn new_name(folder: &Path) -> io::Result<String> {
    // Every one of these has keys of its own, from the system's source of chance.
    let unique = std::hash::RandomState::new().build_hasher().finish();
    Ok(pipe_name(&security::user()?, &folder.to_string_lossy(), unique))
}

/// Connects to the keeper.
///
/// # Errors
/// When none is there, or what is there belongs to somebody else.
pub(in crate::keeper) async fn connect(place: &Place) -> io::Result<Stream> {
    let name = tokio::fs::read_to_string(place.socket()).await?;
    open(&name).await
}

async fn open(name: &str) -> io::Result<Stream> {
    if !is_pipe_name(name) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "that is no pipe of a keeper"));
    }
    let end = Instant::now() + PATIENCE;
    let pipe = loop {
        match ClientOptions::new().open(name) {
            Ok(pipe) => break pipe,
            Err(error)
                if error.raw_os_error() == Some(ERROR_PIPE_BUSY.cast_signed()) && Instant::now() < end =>
            {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    };
    if security::is_ours(pipe.as_raw_handle())? {
        Ok(Stream(Some(Pipe::Client(pipe))))
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "the pipe is somebody else's"))
    }
}

/// Whether the other end is this user's: nobody else is let in, and what is somebody else's is not opened.
pub(in crate::keeper) fn is_ours(_: &Stream) -> bool {
    true
}

/// Whether a keeper of this user is there that takes nothing from this process, because it has more rights.
pub(in crate::keeper) async fn refuses(place: &Place) -> bool {
    matches!(connect(place).await, Err(error) if error.kind() == io::ErrorKind::PermissionDenied)
}

/// Both directions, for two tasks.
pub(in crate::keeper) fn split(
    stream: &mut Stream,
) -> (impl AsyncRead + Unpin + Send + '_, impl AsyncWrite + Unpin + Send + '_) {
    tokio::io::split(stream)
}

/// Gives the other end one end of three streams, and keeps the others.
///
/// # Errors
/// When the system gives no more of them, or the other end does not take them.
pub(in crate::keeper) async fn offer_streams(to: &mut Stream) -> io::Result<[Stream; STREAMS]> {
    let make = || {
        let name = new_name(Path::new(""))?;
        security::create(&name, true).map(|pipe| (name, pipe))
    };
    let made = [make()?, make()?, make()?];
    send(to, &made.each_ref().map(|(name, _)| name)).await?;
    let told = tokio::time::timeout(PATIENCE, to.read_u8()).await.map_err(io::Error::from)?;
    if told? != TAKEN {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the streams were not taken"));
    }
    for (_, pipe) in &made {
        pipe.connect().await?;
    }
    Ok(made.map(|(_, pipe)| Stream(Some(Pipe::Server(pipe)))))
}

/// Takes the ends that [`offer_streams`] gives.
///
/// # Errors
/// When the other end is gone, or gives something else.
pub(in crate::keeper) async fn take_streams(from: &mut Stream) -> io::Result<[Stream; STREAMS]> {
    let Some([stdin, stdout, stderr]) = receive::<[String; STREAMS]>(from).await? else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let streams = [open(&stdin).await?, open(&stdout).await?, open(&stderr).await?];
    from.write_u8(TAKEN).await?;
    Ok(streams)
}

/// Sends listeners: the system makes them the other process's too, which has to name itself first and to take them before they are let go.
///
/// # Errors
/// When the other end is gone.
pub(in crate::keeper) async fn send_listeners(
    to: &mut Stream,
    listeners: &[Arc<TcpListener>],
) -> io::Result<()> {
    let giving = async {
        let process = to.read_u32().await?;
        for listener in listeners {
            // With one that is good for nothing the other process opens the port itself.
            let ticket = Ticket::new(&**listener, process).unwrap_or(Ticket::from([0; TICKET]));
            to.write_all(ticket.bytes()).await?;
        }
        to.read_u8().await.map(drop)
    };
    tokio::time::timeout(PATIENCE, giving).await?
}

/// Takes so many listeners; those that the system does not let this process use are left out.
///
/// # Errors
/// When the other end is gone.
pub(in crate::keeper) async fn receive_listeners(
    from: &mut Stream,
    count: usize,
) -> io::Result<Vec<TcpListener>> {
    let taking = async {
        from.write_u32(std::process::id()).await?;
        let mut listeners = Vec::new();
        for _ in 0..count {
            let mut bytes = [0; TICKET];
            from.read_exact(&mut bytes).await?;
            let listener = Ticket::from(bytes).take().and_then(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            });
            listeners.extend(listener.ok());
        }
        from.write_u8(TAKEN).await?;
        Ok(listeners)
    };
    tokio::time::timeout(PATIENCE, taking).await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn what_is_no_pipe_of_a_keeper_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&Store::open(Some(folder.path())).unwrap());
        place.prepare().unwrap();
        std::fs::write(place.socket(), r"\\.\pipe\docker_engine").unwrap();
        assert_eq!(connect(&place).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert!(!refuses(&place).await);
    }

    #[tokio::test]
    async fn a_name_that_is_taken_is_not_shared() {
        let name = new_name(Path::new("folder")).unwrap();
        let first = security::create(&name, true).unwrap();
        assert!(security::is_ours(first.as_raw_handle()).unwrap());
        assert!(security::create(&name, true).is_err());
    }
}
