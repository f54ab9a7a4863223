//! Listeners that go from one keeper to the next while they are open: no port is ever free in between, and nobody is turned away.

use std::io;

use tokio::io::AsyncReadExt as _;

use super::channel::{Stream, connect, receive_listeners, send_listeners};
use super::client::{Follow, follow};
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
/// are opened anew. False when the one that is there is not to be followed: another program may have taken the place in the meantime.
pub(super) async fn take(place: &Place, shared: &Shared, began: u64) -> bool {
    let Ok(mut stream) = connect(place).await else { return true };
    let greeting = tokio::time::timeout(PATIENCE, receive::<Greeting>(&mut stream)).await;
    let Ok(Ok(Some(greeting))) = greeting else { return true };
    if !makes_way(&greeting, began) {
        return false;
    }
    take_from(stream, &greeting, shared).await;
    true
}

/// Whether a keeper is to be followed by one of this program that began at this time: an older one, or one of the same version that was there
/// before.
fn makes_way(greeting: &Greeting, began: u64) -> bool {
    match follow(greeting) {
        Follow::Replace => true,
        Follow::Use => greeting.version == env!("CARGO_PKG_VERSION") && greeting.started_at < began,
        Follow::Leave => false,
    }
}

async fn take_from(mut stream: Stream, greeting: &Greeting, shared: &Shared) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_new_keepers_the_second_leaves_the_first_alone() {
        let own = env!("CARGO_PKG_VERSION");
        let cases = [
            ("0.0.1", PROTOCOL, 7, true),
            ("0.0.1", PROTOCOL - 1, 7, true),
            // One that has lost its clock is no newer for that.
            ("0.0.1", PROTOCOL, 9, true),
            (own, PROTOCOL, 7, true),
            (own, PROTOCOL, 8, false),
            (own, PROTOCOL, 9, false),
            (own, PROTOCOL + 1, 7, false),
            ("99.0.0", PROTOCOL, 7, false),
            ("99.0.0", PROTOCOL + 1, 7, false),
        ];
        for (version, protocol, started_at, expected) in cases {
            let greeting = Greeting { protocol, pid: 1, version: version.to_owned(), started_at };
            assert_eq!(makes_way(&greeting, 8), expected, "{version} {protocol} {started_at}");
        }
    }
}
