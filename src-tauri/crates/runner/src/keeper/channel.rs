//! The connections between clients and the keeper, which only this user can make: a socket where systems have them, a named pipe on
//! Windows. Beside bytes, ends of streams and listeners go over them from one process to the other.

#[cfg(any(windows, test))]
mod pipe_name;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(super) use system::{
    Listener, Stream, connect, is_ours, offer_streams, receive_listeners, refuses, send_listeners, split,
    take_streams,
};

#[cfg(windows)]
pub(super) use windows::serves;

/// Standard input, output and error of a command.
pub(super) const STREAMS: usize = 3;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::super::place::Place;
    use super::*;
    use crate::store::Store;

    fn place() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::of(&Store::open(Some(folder.path())).unwrap());
        place.prepare().unwrap();
        (folder, place)
    }

    /// Both ends of a connection: the client's and the keeper's.
    async fn connection(place: &Place) -> (Stream, Stream) {
        let mut listener = Listener::bind(place).unwrap();
        let (client, keeper) = tokio::join!(connect(place), listener.accept());
        (client.unwrap(), keeper.unwrap())
    }

    #[tokio::test]
    async fn clients_reach_the_keeper_at_once_and_hear_of_its_end() {
        let (_folder, place) = place();
        assert!(connect(&place).await.is_err(), "nobody is there yet");
        let mut listener = Listener::bind(&place).unwrap();
        let keeper = tokio::spawn(async move {
            let mut streams = Vec::new();
            for number in 0..8 {
                let mut stream = listener.accept().await.unwrap();
                assert!(is_ours(&stream));
                stream.write_u8(number).await.unwrap();
                streams.push(stream);
            }
            let mut heard = Vec::new();
            for stream in &mut streams {
                heard.push(stream.read_u8().await.unwrap());
            }
            heard
        });
        let clients = (0..8).map(|_| async {
            let mut stream = connect(&place).await.unwrap();
            let number = stream.read_u8().await.unwrap();
            stream.write_u8(number).await.unwrap();
            let end = stream.read(&mut [0]).await.unwrap();
            assert_eq!(end, 0, "the keeper has ended");
        });
        futures_util::future::join_all(clients).await;
        assert_eq!(keeper.await.unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(connect(&place).await.is_err(), "nobody is there any more");
        assert!(!refuses(&place).await);
    }

    #[tokio::test]
    async fn the_next_keeper_is_found_while_the_last_one_still_serves() {
        let (_folder, place) = place();
        let (mut client, mut last) = connection(&place).await;
        let (mut other, mut next) = connection(&place).await;
        last.write_u8(1).await.unwrap();
        next.write_u8(2).await.unwrap();
        assert_eq!((client.read_u8().await.unwrap(), other.read_u8().await.unwrap()), (1, 2));
    }

    #[tokio::test]
    async fn both_directions_of_a_connection_go_on_by_themselves() {
        let (_folder, place) = place();
        let (mut client, mut keeper) = connection(&place).await;
        let (mut from, mut to) = split(&mut keeper);
        let waiting = async { from.read_u8().await.unwrap() };
        let speaking = async {
            to.write_u8(1).await.unwrap();
            let heard = client.read_u8().await.unwrap();
            client.write_u8(heard + 1).await.unwrap();
        };
        assert_eq!(tokio::join!(waiting, speaking).0, 2);
    }

    #[tokio::test]
    async fn streams_go_over_with_all_that_is_said_in_them() {
        let (_folder, place) = place();
        let (mut client, mut keeper) = connection(&place).await;
        let (near, far) = tokio::join!(offer_streams(&mut client), take_streams(&mut keeper));
        let ([mut stdin, mut stdout, mut stderr], [mut far_stdin, mut far_stdout, far_stderr]) =
            (near.unwrap(), far.unwrap());
        let much: Vec<u8> = (0..500_000_u32).map(|number| (number % 251) as u8).collect();
        let inside = async {
            let mut read = Vec::new();
            far_stdin.read_to_end(&mut read).await.unwrap();
            far_stdout.write_all(&read).await.unwrap();
            drop((far_stdout, far_stderr));
        };
        let here = async {
            stdin.write_all(&much).await.unwrap();
            stdin.shutdown().await.unwrap();
            let (mut output, mut errors) = (Vec::new(), Vec::new());
            stdout.read_to_end(&mut output).await.unwrap();
            stderr.read_to_end(&mut errors).await.unwrap();
            (output, errors)
        };
        let ((), (output, errors)) = tokio::join!(inside, here);
        assert!(output == much, "{} bytes came", output.len());
        assert!(errors.is_empty());
    }

    #[tokio::test]
    async fn listeners_go_over_while_they_are_open() {
        let (_folder, place) = place();
        let (mut last, mut next) = connection(&place).await;
        let listeners = [
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        ]
        .map(Arc::new);
        let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
        let waiting = TcpStream::connect(addresses[1]).await.unwrap();
        let (sent, taken) =
            tokio::join!(send_listeners(&mut last, &listeners), receive_listeners(&mut next, 2));
        sent.unwrap();
        drop(listeners);
        let taken = taken.unwrap();
        let found: Vec<_> = taken.iter().map(|listener| listener.local_addr().unwrap()).collect();
        assert_eq!(found, addresses);
        assert!(TcpListener::bind(addresses[0]).await.is_err(), "the port was free for a moment");
        // Who has come before is served, and who comes now.
        let (_, who) = taken[1].accept().await.unwrap();
        assert_eq!(who, waiting.local_addr().unwrap());
        let (coming, accepted) = tokio::join!(TcpStream::connect(addresses[0]), taken[0].accept());
        assert_eq!(accepted.unwrap().1, coming.unwrap().local_addr().unwrap());
        drop(last);
        assert!(receive_listeners(&mut next, 1).await.is_err(), "the other end is gone");
    }
}
