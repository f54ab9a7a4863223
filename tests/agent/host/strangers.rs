//! What answers in an agent's place, and agents that refuse or go away.

use wharf_agent::PROTOCOL;
use wharf_agent::message::InsideRequest;
use wharf_runner::CancellationToken;
use wharf_runner::inside::Error;

use crate::kit::{Agent, end_of_all, shell, streams};

/// A line of shell that greets as an agent does.
fn greeting(protocol: u32, version: &str) -> String {
    let hello = format!(r#"{{"hello":{{"protocol":{protocol},"version":"{version}"}}}}"#);
    format!(r"printf '\0\0\0\0\0\0\0\0\{:03o}{hello}'", hello.len())
}

#[tokio::test]
async fn something_else_answers() {
    let ours = greeting(PROTOCOL, "0.1");
    let cases = [
        ("exit 0", "the agent did not start in the container"),
        (
            "echo OCI runtime exec failed: no such file; exit 126",
            "the agent did not start in the container: OCI runtime exec failed: no such file",
        ),
        ("echo no >&2; exit 127", "the agent did not start in the container: no"),
        (
            &format!("{}; sleep 60", greeting(9, "9.9")),
            "the agent inside this wharf (version 9.9) was built from other sources than wharf itself, and they do not understand each other",
        ),
        (
            &format!("{ours}; echo oops >&2; sleep 0.2"),
            "the connection into the container ended before its work was done: oops",
        ),
        (
            &format!("{ours}; printf 'garbage garbage'; sleep 60"),
            "the agent and wharf do not understand each other: a frame on stream 1734439522 is of the unknown kind 97",
        ),
    ];
    for (line, expected) in cases {
        let (_agent, connection) = Agent::impostor(line);
        let outcome =
            connection.run_inside(&InsideRequest::default(), &mut |_| (), &CancellationToken::new()).await;
        assert_eq!(outcome.unwrap_err().to_string(), expected, "{line}");
        let (_agent, connection) = Agent::impostor(line);
        let (mut streams, _ends) = streams(tokio::io::empty());
        let outcome = connection.exec(&shell("true"), &mut streams, &CancellationToken::new()).await;
        assert_eq!(outcome.unwrap_err().to_string(), expected, "{line}");
    }
}

#[tokio::test]
async fn an_agent_that_floods_is_stopped_at_its_window() {
    // A greeting, and then data without end on the command's output, whatever credit there is.
    let flood = r"while printf '\0\0\0\003\001\0\0\0\144%0100d' 0; do :; done";
    let (_agent, connection) = Agent::impostor(&format!("{}; {flood}", greeting(PROTOCOL, "0.1")));
    let (mut streams, _ends) = streams(tokio::io::empty());
    let (stdout, _never_read) = tokio::io::duplex(64);
    streams.stdout = Box::new(stdout);
    let error = connection.exec(&shell("true"), &mut streams, &CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().contains("100 bytes arrived where only"), "{error}");
}

#[tokio::test]
async fn an_agent_that_says_nothing_can_be_cancelled() {
    let cancel = CancellationToken::new();
    let (_agent, connection) = Agent::impostor("exec sleep 4");
    let (mut streams, _ends) = streams(tokio::io::empty());
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        cancel.cancel();
    };
    let request = shell("true");
    let (outcome, ()) = tokio::join!(connection.exec(&request, &mut streams, &cancel), later);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[tokio::test]
async fn an_unknown_user_is_named() {
    let (_agent, connection) = Agent::start();
    let mut request = InsideRequest::default();
    request.context.user = Some("nobody-here".into());
    let error = connection.run_inside(&request, &mut |_| (), &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "unable to find user nobody-here: no matching entries in passwd file");
    assert!(error.hint().unwrap().contains("remoteUser"));
}

/// Any bytes, drawn from a seed.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// One frame, often almost right.
fn frame(noise: &mut Noise) -> Vec<u8> {
    const MESSAGES: [&str; 12] = [
        r#""dialed""#,
        r#""reset""#,
        r#"{"dialFailed":"refused"}"#,
        r#"{"ports":{"sockets":[]}}"#,
        r#"{"link":"http://a/"}"#,
        r#"{"link":"file:///etc/passwd"}"#,
        r#"{"warning":"x"}"#,
        r#"{"commandStarted":{"place":{"hook":0,"command":0,"entry":null},"output":2}}"#,
        r#"{"hookStarted":{"hook":9999999}}"#,
        r#"{"execFinished":{"end":{"code":0},"milliseconds":1}}"#,
        r#"{"insideFinished":{"failed":null}}"#,
        r#"{"probed":"#,
    ];
    let stream = (noise.next() % 14) as u32;
    let (kind, payload): (u8, Vec<u8>) = match noise.next() % 16 {
        0..6 => (0, MESSAGES[(noise.next() % 12) as usize].as_bytes().to_vec()),
        6..12 => (1, vec![0; (noise.next() % 30_000) as usize]),
        12 => (2, Vec::new()),
        13 | 14 => (3, ((noise.next() % 3000) as u32).to_be_bytes().to_vec()),
        _ => ((noise.next() % 5) as u8, vec![b'{'; (noise.next() % 6) as usize]),
    };
    let mut bytes = stream.to_be_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&payload);
    bytes
}

#[tokio::test]
async fn whatever_comes_the_connection_ends_in_order() {
    use futures_util::StreamExt as _;
    use wharf_agent::frame::CONNECTION;
    use wharf_agent::message::{AgentMessage, Hello, Message as _};
    use wharf_runner::inside::AgentConnection;

    let mut greeting = Vec::new();
    AgentMessage::Hello(Hello::ours()).to_frame(CONNECTION).unwrap().encode(&mut greeting).unwrap();
    let (mut ended, mut refused) = (0, 0);
    for seed in 1..300_u64 {
        let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut pieces = vec![Ok(wharf_engine::Output::Stdout(greeting.clone().into()))];
        for _ in 0..(noise.next() % 60) {
            pieces.push(Ok(wharf_engine::Output::Stdout(frame(&mut noise).into())));
        }
        let output = futures_util::stream::iter(pieces).then(|piece| async {
            tokio::task::yield_now().await;
            piece
        });
        let connection = AgentConnection::new(tokio::io::sink(), output);
        let mut ports = connection.watch_ports().unwrap();
        let what = format!("seed {seed}");
        let (closed, ()) =
            tokio::join!(end_of_all(&connection, &what), async { while ports.next().await.is_ok() {} });
        match closed {
            Error::Ended { .. } => ended += 1,
            Error::Protocol { .. } => refused += 1,
            other => panic!("{other:?} (seed {seed})"),
        }
    }
    assert!(ended > 0 && refused > 0, "{ended} {refused}");
}
