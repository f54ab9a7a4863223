//! Listeners that go from one keeper to the next while they are open: no port is ever free in between, and nobody is turned away.

use std::io;
use std::sync::Arc;

use tokio::io::AsyncReadExt as _;

use super::channel::{Stream, connect, receive_listeners, send_listeners};
use super::place::Place;
use super::shared::Shared;
use super::wire::{Greeting, PATIENCE, PROTOCOL, Reply, Request, receive, send};

/// Hands every listener to a newer keeper.
pub(super) async fn give(stream: &mut Stream, shared: &Shared) -> io::Result<()> {
    for (key, forward, listeners) in shared.give_away().await {
        let reply = Reply::Listener { key, forward: Some(Box::new(forward)), descriptors: listeners.len() };
        send(stream, &reply).await?;
        send_listeners(stream, &listeners).await?;
    }
    send(stream, &Reply::Listener { key: String::new(), forward: None, descriptors: 0 }).await
}

/// Asks the keeper that is there for its listeners. Without one there are none; one that speaks otherwise is asked to make room, and forwards
/// are opened anew.
pub(super) async fn take(place: &Place, shared: &Arc<Shared>) {
    let Ok(mut stream) = connect(place).await else { return };
    let greeting = tokio::time::timeout(PATIENCE, receive::<Greeting>(&mut stream)).await;
    let Ok(Ok(Some(greeting))) = greeting else { return };
    if greeting.protocol != PROTOCOL {
        if send(&mut stream, &Request::Leave { drain: true }).await.is_ok() {
            // Whatever it answers, it is done with its listeners then.
            let _ = stream.read_u8().await;
        }
        return;
    }
    if send(&mut stream, &Request::HandOver).await.is_err() {
        return;
    }
    while let Ok(Some(Reply::Listener { key, forward: Some(forward), descriptors })) =
        receive::<Reply>(&mut stream).await
    {
        let Ok(listeners) = receive_listeners(&mut stream, descriptors).await else { return };
        shared.hand(key, *forward, listeners);
    }
}
