//! Sockets, and the descriptors that go over them.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use tokio::io::{AsyncRead, AsyncWrite, Interest};
use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::STREAMS;
use crate::keeper::place::Place;

/// Most descriptors that go with one message.
const MOST: usize = 3;

/// One end of a connection.
pub(in crate::keeper) type Stream = UnixStream;

/// Where the keeper waits for clients.
pub(in crate::keeper) struct Listener(UnixListener);

impl Listener {
    /// Begins to wait, in the place of one that is left over.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub(in crate::keeper) fn bind(place: &Place) -> io::Result<Listener> {
        let _ = std::fs::remove_file(place.socket());
        UnixListener::bind(place.socket()).map(Listener)
    }

    /// The next client. Whose it is, [`is_ours`] tells.
    ///
    /// # Errors
    /// When the system has no more room for a connection.
    pub(in crate::keeper) async fn accept(&mut self) -> io::Result<Stream> {
        self.0.accept().await.map(|(stream, _)| stream)
    }
}

/// Connects to the keeper.
///
/// # Errors
/// When none is there.
pub(in crate::keeper) async fn connect(place: &Place) -> io::Result<Stream> {
    UnixStream::connect(place.socket()).await
}

/// Whether the other end is this user's. The folder keeps others out; this is in case somebody lets them in.
pub(in crate::keeper) fn is_ours(stream: &Stream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

/// Whether a keeper of this user is there that takes nothing from this process: nothing makes one so here.
pub(in crate::keeper) async fn refuses(_: &Place) -> bool {
    false
}

/// Both directions, for two tasks.
pub(in crate::keeper) fn split(
    stream: &mut Stream,
) -> (impl AsyncRead + Unpin + Send + '_, impl AsyncWrite + Unpin + Send + '_) {
    stream.split()
}

/// Gives the other end one end of three streams, and keeps the others.
///
/// # Errors
/// When the system gives no more of them, or the other end is gone.
pub(in crate::keeper) async fn offer_streams(to: &mut Stream) -> io::Result<[Stream; STREAMS]> {
    let (stdin, far_stdin) = UnixStream::pair()?;
    let (stdout, far_stdout) = UnixStream::pair()?;
    let (stderr, far_stderr) = UnixStream::pair()?;
    send_descriptors(to, &[far_stdin.as_fd(), far_stdout.as_fd(), far_stderr.as_fd()]).await?;
    Ok([stdin, stdout, stderr])
}

/// Takes the ends that [`offer_streams`] gives.
///
/// # Errors
/// When the other end is gone, or gives something else.
pub(in crate::keeper) async fn take_streams(from: &mut Stream) -> io::Result<[Stream; STREAMS]> {
    let mut streams = receive_descriptors(from, STREAMS).await?.into_iter().map(|descriptor| {
        let socket = std::os::unix::net::UnixStream::from(descriptor);
        socket.set_nonblocking(true)?;
        UnixStream::from_std(socket)
    });
    let mut next = || streams.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    Ok([next()?, next()?, next()?])
}

/// Sends listeners, as open descriptors.
///
/// # Errors
/// When the other end is gone.
pub(in crate::keeper) async fn send_listeners(
    to: &mut Stream,
    listeners: &[Arc<TcpListener>],
) -> io::Result<()> {
    let descriptors: Vec<_> = listeners.iter().map(|listener| listener.as_fd()).collect();
    send_descriptors(to, &descriptors).await
}

/// Takes so many listeners; those that the system does not let this process use are left out.
///
/// # Errors
/// When the other end is gone, or sends another number of them.
pub(in crate::keeper) async fn receive_listeners(
    from: &mut Stream,
    count: usize,
) -> io::Result<Vec<TcpListener>> {
    let found = receive_descriptors(from, count).await?;
    let listeners = found.into_iter().filter_map(|descriptor| {
        let listener = std::net::TcpListener::from(descriptor);
        listener.set_nonblocking(true).ok()?;
        TcpListener::from_std(listener).ok()
    });
    Ok(listeners.collect())
}

/// Sends descriptors, which the other end takes with [`receive_descriptors`].
///
/// # Errors
/// When the other end is gone.
async fn send_descriptors(stream: &UnixStream, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    stream
        .async_io(Interest::WRITABLE, || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
            let mut ancillary = SendAncillaryBuffer::new(&mut space);
            if !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
                return Err(io::Error::other("too many descriptors"));
            }
            // A byte has to go along for them to arrive.
            sendmsg(stream, &[IoSlice::new(&[0])], &mut ancillary, SendFlags::empty())?;
            Ok(())
        })
        .await
}

/// Takes descriptors.
///
/// # Errors
/// When the other end is gone, or sends another number of them.
async fn receive_descriptors(stream: &UnixStream, count: usize) -> io::Result<Vec<OwnedFd>> {
    let mut descriptors = Vec::new();
    stream
        .async_io(Interest::READABLE, || {
            let mut byte = [0];
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
            let mut ancillary = RecvAncillaryBuffer::new(&mut space);
            #[cfg(target_os = "linux")]
            let flags = RecvFlags::CMSG_CLOEXEC;
            #[cfg(not(target_os = "linux"))]
            let flags = RecvFlags::empty();
            let received = recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, flags)?;
            for message in ancillary.drain() {
                if let RecvAncillaryMessage::ScmRights(found) = message {
                    descriptors.extend(found);
                }
            }
            if received.bytes == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
        })
        .await?;
    // Elsewhere they come with whatever programs that are started meanwhile would get too.
    #[cfg(not(target_os = "linux"))]
    for descriptor in &descriptors {
        rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)?;
    }
    if descriptors.len() == count {
        Ok(descriptors)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "descriptors are missing"))
    }
}
