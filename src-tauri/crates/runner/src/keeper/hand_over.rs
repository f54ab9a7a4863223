//! Listeners that go from one keeper to the next, as open descriptors: no port is ever free in between, and nobody is turned away.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use tokio::io::Interest;
use tokio::net::{TcpListener, UnixStream};

use super::place::Place;
use super::shared::Shared;
use super::wire::{Greeting, Reply, Request, receive, send};

/// Most descriptors that go with one message.
const MOST: usize = 3;

/// Sends descriptors, which the other end takes with [`receive_descriptors`].
///
/// # Errors
/// When the other end is gone.
pub(super) async fn send_descriptors(stream: &UnixStream, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
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
pub(super) async fn receive_descriptors(stream: &UnixStream, count: usize) -> io::Result<Vec<OwnedFd>> {
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
    if descriptors.len() == count {
        Ok(descriptors)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "descriptors are missing"))
    }
}

/// Hands every listener to a newer keeper.
pub(super) async fn give(stream: &mut UnixStream, shared: &Shared) -> io::Result<()> {
    for (key, forward, listeners) in shared.give_away().await {
        let descriptors: Vec<_> = listeners.iter().map(|listener| listener.as_fd()).collect();
        let reply = Reply::Listener { key, forward: Some(Box::new(forward)), descriptors: descriptors.len() };
        send(stream, &reply).await?;
        send_descriptors(stream, &descriptors).await?;
    }
    send(stream, &Reply::Listener { key: String::new(), forward: None, descriptors: 0 }).await
}

/// Asks the keeper that is there for its listeners. Without one, or with one that speaks otherwise, there are none: then forwards are opened anew.
pub(super) async fn take(place: &Place, shared: &Arc<Shared>) {
    let Ok(mut stream) = UnixStream::connect(place.socket()).await else { return };
    let Ok(Some(_)) = receive::<Greeting>(&mut stream).await else { return };
    if send(&mut stream, &Request::HandOver).await.is_err() {
        return;
    }
    while let Ok(Some(Reply::Listener { key, forward: Some(forward), descriptors })) =
        receive::<Reply>(&mut stream).await
    {
        let Ok(found) = receive_descriptors(&stream, descriptors).await else { return };
        let listeners = found.into_iter().filter_map(|descriptor| {
            let listener = std::net::TcpListener::from(descriptor);
            listener.set_nonblocking(true).ok()?;
            TcpListener::from_std(listener).ok()
        });
        shared.hand(key, *forward, listeners.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_goes_from_one_to_the_other() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (one, other) = UnixStream::pair().unwrap();
        send_descriptors(&one, &[listener.as_fd()]).await.unwrap();
        drop(listener);
        let found = receive_descriptors(&other, 1).await.unwrap().remove(0);
        assert_eq!(std::net::TcpListener::from(found).local_addr().unwrap(), address);
        drop(one);
        assert!(receive_descriptors(&other, 1).await.is_err(), "the other end is gone");
    }
}
