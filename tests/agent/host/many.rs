//! Much at once over one connection: nothing holds up anything else, nothing is lost, and everybody learns of the end.

use std::future::Future;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wharf_agent::message::End;
use wharf_agent::network::{DialFailure, ListeningSocket};
use wharf_runner::CancellationToken;
use wharf_runner::inside::{AgentConnection, Error, LinkNews, agents};

use crate::kit::{Agent, PATIENCE, shell, streams};

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it takes too long")
}

/// A server that sends back what it hears, to the end. Its port.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
                let _ = write.shutdown().await;
            });
        }
    });
    port
}

async fn output(connection: &AgentConnection, line: &str) -> String {
    let (mut streams, ends) = streams(tokio::io::empty());
    connection.exec(&shell(line), &mut streams, &CancellationToken::new()).await.unwrap();
    ends.stdout.text()
}

#[tokio::test]
async fn every_agent_that_is_embedded_is_small_and_works() {
    let port = echo().await;
    for built in agents() {
        assert!(built.program.len() <= 2 * 1024 * 1024, "{built:?}: {}", built.program.len());
        let (mut agent, connection) = Agent::start_built(built);
        assert_eq!(in_time(output(&connection, "echo $((6 * 7))")).await, "42\n", "{built:?}");
        let mut stream = in_time(connection.dial("localhost", port)).await.unwrap();
        stream.write_all(b"echo").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut heard = String::new();
        in_time(stream.read_to_string(&mut heard)).await.unwrap();
        assert_eq!(heard, "echo", "{built:?}");
        let mut ports = connection.watch_ports().unwrap();
        let found = |socket: &ListeningSocket| socket.port == port;
        in_time(async { while !ports.next().await.unwrap().sockets.iter().any(found) {} }).await;
        drop((connection, stream, ports));
        agent.ended().await;
    }
}

#[tokio::test]
async fn commands_side_by_side() {
    let (mut agent, connection) = Agent::start();
    // More than there may be at a time.
    let commands = (0..100).map(|number| {
        let connection = connection.clone();
        async move { output(&connection, &format!("echo {number}")).await }
    });
    let all = in_time(futures_util::future::join_all(commands)).await;
    let expected: Vec<String> = (0..100).map(|number| format!("{number}\n")).collect();
    assert_eq!(all, expected);
    drop(connection);
    agent.ended().await;
}

#[tokio::test]
async fn one_that_is_dropped_or_stalls_takes_no_other_along() {
    let (_agent, connection) = Agent::start();
    let (mut dropped, ends) = streams(tokio::io::empty());
    let (request, never) = (shell("echo $$ .; exec sleep 300"), CancellationToken::new());
    tokio::select! {
        outcome = connection.exec(&request, &mut dropped, &never) => panic!("{outcome:?}"),
        () = ends.stdout.until(".") => {}
    }
    let pid = ends.stdout.text().split_whitespace().next().unwrap().to_owned();
    let (mut stalled, _ends) = streams(tokio::io::empty());
    let (stdout, _never_read) = tokio::io::duplex(64);
    stalled.stdout = Box::new(stdout);
    let (request, cancel) = (shell("cat /dev/zero"), CancellationToken::new());
    let others = async {
        assert_eq!(output(&connection, "seq 100000 | tail -1").await, "100000\n");
        let line = format!("while kill -0 {pid} 2> /dev/null; do sleep 0.01; done; echo gone");
        assert_eq!(output(&connection, &line).await, "gone\n");
        cancel.cancel();
    };
    let (outcome, ()) =
        in_time(async { tokio::join!(connection.exec(&request, &mut stalled, &cancel), others) }).await;
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[tokio::test]
async fn megabytes_both_ways_and_each_end_by_itself() {
    let (_agent, connection) = Agent::start();
    let mut stream = connection.dial("127.0.0.1", echo().await).await.unwrap();
    let sent: Vec<u8> =
        (0..20_000_003_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let (mut read, mut write) = tokio::io::split(&mut stream);
    let send = async {
        write.write_all(&sent).await.unwrap();
        write.shutdown().await.unwrap();
    };
    let mut received = Vec::new();
    let (_, length) = in_time(async { tokio::join!(send, read.read_to_end(&mut received)) }).await;
    assert_eq!(length.unwrap(), sent.len());
    assert!(received == sent);
}

#[tokio::test]
async fn five_hundred_at_once() {
    let (agent, connection) = Agent::start();
    let port = echo().await;
    let dials = (0..500).map(|_| connection.dial("127.0.0.1", port));
    let mut open: Vec<_> =
        in_time(futures_util::future::join_all(dials)).await.into_iter().map(Result::unwrap).collect();
    for (number, stream) in open.iter_mut().enumerate() {
        stream.write_all(format!("{number} ").repeat(100).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
    for (number, stream) in open.iter_mut().enumerate() {
        let mut heard = String::new();
        in_time(stream.read_to_string(&mut heard)).await.unwrap();
        assert_eq!(heard, format!("{number} ").repeat(100));
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.process.id().unwrap())).unwrap();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    assert_eq!(threads.trim(), "3", "a connection must not cost a thread");
}

#[tokio::test]
async fn ten_thousand_short_ones() {
    let (agent, connection) = Agent::start();
    let port = echo().await;
    let one_after_the_other = |lane: usize| {
        let connection = connection.clone();
        async move {
            for number in 0..250 {
                let mut stream = connection.dial("127.0.0.1", port).await.unwrap();
                let text = format!("{lane} {number}");
                stream.write_all(text.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
                let mut heard = String::new();
                stream.read_to_string(&mut heard).await.unwrap();
                assert_eq!(heard, text);
            }
        }
    };
    let lanes = (0..40).map(|lane| tokio::spawn(one_after_the_other(lane)));
    for lane in in_time(futures_util::future::join_all(lanes)).await {
        lane.unwrap();
    }
    // Nothing of them is left.
    let files = || std::fs::read_dir(format!("/proc/{}/fd", agent.process.id().unwrap())).unwrap().count();
    in_time(async {
        while files() > 10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_stalls_holds_up_no_other_stream() {
    let (_agent, connection) = Agent::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endless = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move { while stream.write_all(&[7; 8192]).await.is_ok() {} });
        }
    });
    let dials = (0..50).map(|_| connection.dial("127.0.0.1", endless));
    let stalled: Vec<_> = in_time(futures_util::future::join_all(dials)).await;
    let port = echo().await;
    in_time(async {
        for number in 0..200_u32 {
            let mut stream = connection.dial("127.0.0.1", port).await.unwrap();
            stream.write_all(&number.to_be_bytes()).await.unwrap();
            assert_eq!(stream.read_u32().await.unwrap(), number);
        }
    })
    .await;
    // The stalled ones were only waiting.
    for stream in stalled {
        let mut stream = stream.unwrap();
        let mut some = vec![0; 300_000];
        in_time(stream.read_exact(&mut some)).await.unwrap();
        assert!(some.iter().all(|byte| *byte == 7));
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_named() {
    let (_agent, connection) = Agent::start();
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = connection.dial("127.0.0.1", port).await.unwrap_err();
    assert!(matches!(error, Error::Dial { failure: DialFailure::Refused, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("cannot connect to 127.0.0.1:{port} in the container: connection refused")
    );
    let error = connection.dial("nobody-here.invalid", port).await.unwrap_err();
    assert!(error.hint().unwrap().contains("nobody-here.invalid"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_breaks_off_breaks_the_stream() {
    let (_agent, connection) = Agent::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = connection.dial("127.0.0.1", listener.local_addr().unwrap().port()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    stream.write_all(b"hardly read").await.unwrap();
    in_time(server.read_u8()).await.unwrap();
    // Unread input makes the kernel send a reset.
    drop(server);
    let error = in_time(stream.read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(stream.write_all(b"x").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn ports_and_links_are_told_as_they_come() {
    let (_agent, connection) = Agent::start();
    let mut ports = connection.watch_ports().unwrap();
    in_time(ports.next()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    in_time(async { while !ports.next().await.unwrap().sockets.iter().any(|socket| socket.port == port) {} })
        .await;
    let mut links = connection.watch_links().await.unwrap();
    let mut request = shell("for n in 1 2 3 4 5 6 7; do $BROWSER http://127.0.0.1:1234/$n; done");
    request.context.browser = true;
    let (mut streams, _ends) = streams(tokio::io::empty());
    connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    for number in 1..=5 {
        let link = LinkNews::Link(format!("http://127.0.0.1:1234/{number}"));
        assert_eq!(in_time(links.next()).await.unwrap(), link);
    }
    // The rest is too much, which is said at once.
    assert!(matches!(in_time(links.next()).await.unwrap(), LinkNews::Dropped(1..=2)));
}

#[tokio::test]
async fn everybody_learns_that_the_agent_is_gone() {
    let (mut agent, connection) = Agent::start();
    let mut stream = connection.dial("127.0.0.1", echo().await).await.unwrap();
    let mut ports = connection.watch_ports().unwrap();
    in_time(ports.next()).await.unwrap();
    agent.process.kill().await.unwrap();
    assert!(matches!(in_time(connection.closed()).await, Error::Ended { .. }));
    assert!(connection.is_closed());
    assert_eq!(in_time(stream.read_u8()).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionAborted);
    assert!(stream.write_all(b"x").await.is_err());
    assert!(matches!(in_time(connection.dial("127.0.0.1", 1)).await, Err(Error::Ended { .. })));
    in_time(async { while ports.next().await.is_ok() {} }).await;
}

#[tokio::test]
async fn closing_ends_what_runs_whoever_holds_a_handle() {
    let (mut agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let (request, cancel) = (shell("echo $$ .; exec sleep 300"), CancellationToken::new());
    let close = async {
        ends.stdout.until(".").await;
        connection.close().await;
    };
    let (outcome, ()) =
        in_time(async { tokio::join!(connection.exec(&request, &mut streams, &cancel), close) }).await;
    // The agent may still say that a signal has ended it.
    let ended = matches!(&outcome, Ok(outcome) if outcome.end == End::Signal(15));
    assert!(ended || matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    agent.ended().await;
    let pid = ends.stdout.text().split_whitespace().next().unwrap().to_owned();
    assert!(!std::path::Path::new("/proc").join(pid).exists());
    assert!(matches!(connection.closed().await, Error::Cancelled));
}
