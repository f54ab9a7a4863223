//! What something in an agent's place makes the host hold, whatever it says and however long it says it.

use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use wharf_agent::frame::{CONNECTION, Frame, Kind};
use wharf_agent::message::{AgentMessage, Hello, Message as _};
use wharf_engine::Output;
use wharf_runner::inside::{AgentConnection, Error};

use crate::kit::end_of_all;

/// How much is said, in bytes, and in frames where those are small.
const FLOOD: usize = 64 << 20;
const MOST_FRAMES: usize = 1_000_000;
/// What the host may hold of it at a time, in KiB: what may wait for one reader, and as much again for what it is made of.
const HELD: u64 = 40 << 10;

/// The most memory that this process ever had, in KiB.
fn most() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Something that greets as an agent does and then says one frame over and over. It reads nothing of what it is told.
fn saying(frame: &Frame) -> AgentConnection {
    let (mut greeting, mut once) = (Vec::new(), Vec::new());
    AgentMessage::Hello(Hello::ours()).to_frame(CONNECTION).unwrap().encode(&mut greeting).unwrap();
    frame.encode(&mut once).unwrap();
    let piece = Bytes::from(once.repeat((64 * 1024 / once.len()).max(1)));
    let flood = FLOOD.min(MOST_FRAMES * once.len());
    let pieces = std::iter::repeat_n(piece.clone(), flood / piece.len());
    let all = std::iter::once(Bytes::from(greeting)).chain(pieces);
    let output = futures_util::stream::iter(all.map(|piece| Ok(Output::Stdout(piece)))).then(|piece| async {
        tokio::task::yield_now().await;
        piece
    });
    let (stdin, unread) = tokio::io::duplex(1024);
    std::mem::forget(unread);
    AgentConnection::new(stdin, output)
}

/// What nobody reads, what is read as it comes, and what belongs to nothing: each in turn, for everything that listens.
#[tokio::test]
async fn whatever_is_said_without_end_is_held_within_bounds() {
    let text = "x".repeat(1000);
    let socket = json!({ "address": "127.0.0.1", "port": 1, "inode": 1, "uid": 0, "process": { "pid": 1, "name": "n", "command": [text] } });
    let control = |message: Value| (Kind::Control, message.to_string().into_bytes());
    let said = [
        ("ports", control(json!({ "ports": { "sockets": vec![socket; 1000] } }))),
        ("link", control(json!({ "link": format!("http://a/{text}") }))),
        ("warning", control(json!({ "warning": text }))),
        ("dialed", control(json!("dialed"))),
        ("dialFailed", control(json!({ "dialFailed": text }))),
        ("data", (Kind::Data, vec![0; 60_000])),
        ("small data", (Kind::Data, vec![0; 10])),
        ("end", (Kind::End, Vec::new())),
        ("credit", (Kind::Credit, 1_u32.to_be_bytes().to_vec())),
    ];
    let before = most();
    for (name, (kind, payload)) in said {
        // These belong to a watch that nobody reads, a command and its output, hooks and a connection; the last to nothing.
        for stream in [1, 3, 5, 9, 11, 2] {
            let connection = saying(&Frame { stream, kind, payload: payload.clone() });
            let unread = connection.watch_ports().unwrap();
            let closed = end_of_all(&connection, &format!("{name} on {stream}")).await;
            assert!(
                matches!(closed, Error::Ended { .. } | Error::Protocol { .. }),
                "{name} on {stream}: {closed:?}"
            );
            drop(unread);
            let held = most() - before;
            assert!(held <= HELD, "{name} on {stream}: {held} KiB");
        }
    }
}
