//! A command through the agent that the keeper is connected to already.
//!
//! The client hands over one end of three socket pairs and relays between the others and its own streams, so none of them waits for
//! another, and no terminal is ever read by a process that it does not belong to. What is said about the command goes over the client's
//! connection; when that ends, so does the command.

use std::io;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc};
use wharf_agent::message::{End, ExecRequest, KnownEnvironment, Resolved};
use wharf_plan::ContainerFacts;

use super::channel::{STREAMS, Stream, offer_streams, split, take_streams};
use super::client::Keeper;
use super::link::Link;
use super::shared::Shared;
use super::wire::{Reply, Request, receive, send};
use crate::CancellationToken;
use crate::inside::{self, AgentConnection, ExecOutcome};
use crate::request::{ExecControl, ExecStreams};
use crate::store::Store;

/// Read at a time.
const PIECE: usize = 64 * 1024;

/// A command to run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExecMessage {
    key: String,
    /// The container that the client has seen, and its start: in no other one is the command run.
    container: String,
    started_at: String,
    command: ExecRequest,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExecReply {
    code: i32,
    end: End,
    resolved: Option<Resolved>,
    probed: Option<KnownEnvironment>,
}

/// What a client says while its command runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "control", rename_all = "camelCase")]
enum Control {
    Resize { columns: u16, rows: u16 },
    Signal { number: i32 },
}

/// Runs a command for a client.
pub(super) async fn serve(mut stream: Stream, message: ExecMessage, shared: &Shared) -> io::Result<()> {
    let streams = take_streams(&mut stream).await?;
    let link = shared.link(&message.key);
    let same =
        |link: &Arc<Link>| link.container == message.container && link.started_at == message.started_at;
    match link.filter(same) {
        // One that has ended meanwhile was asked for nothing.
        Some(link) if link.agent.closed().now_or_never().is_none() => {
            carry_out(stream, &message.command, &link.agent, streams).await
        }
        _ => send(&mut stream, &Reply::NotHere).await,
    }
}

/// Runs a command through this agent. One that it refuses has not happened: the client may do it without us.
async fn carry_out(
    mut stream: Stream,
    command: &ExecRequest,
    agent: &AgentConnection,
    [stdin, stdout, stderr]: [Stream; STREAMS],
) -> io::Result<()> {
    let (said, control) = mpsc::channel(16);
    let mut streams =
        ExecStreams { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr: Box::new(stderr), control };
    let (cancel, begun) = (CancellationToken::new(), Notify::new());
    let (mut from, mut to) = split(&mut stream);
    let outcome = {
        let mut running = std::pin::pin!(agent.exec_and_tell(command, &mut streams, &cancel, &begun));
        let mut listening = std::pin::pin!(async {
            while let Ok(Some(control)) = receive::<Control>(&mut from).await {
                let control = match control {
                    Control::Resize { columns, rows } => ExecControl::Resize { columns, rows },
                    Control::Signal { number } => ExecControl::Signal(number),
                };
                if said.send(control).await.is_err() {
                    return;
                }
            }
        });
        let ended = tokio::select! {
            outcome = &mut running => Some(outcome),
            // The command is under way; from here on the client does nothing else with it.
            () = begun.notified() => None,
            () = &mut listening => {
                cancel.cancel();
                Some(running.as_mut().await)
            }
        };
        match ended {
            Some(Err(error)) if is_refusal(&error) => {
                tracing::debug!("a command was refused: {error}");
                return send(&mut to, &Reply::NotHere).await;
            }
            Some(outcome) => {
                send(&mut to, &Reply::Done).await?;
                outcome
            }
            None => {
                send(&mut to, &Reply::Done).await?;
                tokio::select! {
                    outcome = &mut running => outcome,
                    () = &mut listening => {
                        cancel.cancel();
                        running.await
                    }
                }
            }
        }
    };
    // What the command wrote has reached the sockets; the client reads them to their ends.
    drop(streams);
    let reply = match outcome {
        Ok(ExecOutcome { code, end, resolved, probed }) => {
            Reply::Exec(Box::new(ExecReply { code, end, resolved, probed }))
        }
        Err(error) => Reply::Refused { message: error.to_string() },
    };
    send(&mut to, &reply).await
}

/// Whether an error says that the command was never begun. One whose agent has gone away may have been.
fn is_refusal(error: &inside::Error) -> bool {
    use inside::Error::{Identity, NoRoom, UnknownGroup, UnknownUser};
    matches!(error, UnknownUser { .. } | UnknownGroup { .. } | Identity { .. } | NoRoom { .. })
}

/// Runs a command through the keeper. None when no keeper is there, it is not connected to this run of the container, or its agent refuses
/// the command: nothing has happened then, and nothing of the streams is used up.
pub(crate) async fn warm_exec(
    store: &Store,
    key: &str,
    container: &ContainerFacts,
    request: ExecRequest,
    streams: &mut ExecStreams,
    cancel: &CancellationToken,
) -> Option<Result<ExecOutcome, inside::Error>> {
    let keeper = Keeper::connect(store).await?;
    let mut stream = keeper.into_stream();
    let message = ExecMessage {
        key: key.to_owned(),
        container: container.id.clone(),
        started_at: container.started_at.clone(),
        command: request,
    };
    send(&mut stream, &Request::Exec(Box::new(message))).await.ok()?;
    let near = offer_streams(&mut stream).await.ok()?;
    tokio::select! {
        reply = receive::<Reply>(&mut stream) => match reply {
            Ok(Some(Reply::Done)) => {}
            _ => return None,
        },
        // Whoever breaks off ends the command with its connection.
        () = cancel.cancelled() => return Some(Err(inside::Error::Cancelled)),
    }
    Some(pass(stream, near, streams, cancel).await)
}

/// Passes everything on until the command has ended.
async fn pass(
    mut stream: Stream,
    [mut stdin, mut stdout, mut stderr]: [Stream; STREAMS],
    streams: &mut ExecStreams,
    cancel: &CancellationToken,
) -> Result<ExecOutcome, inside::Error> {
    let ExecStreams { stdin: input, stdout: output, stderr: errors, control } = streams;
    let gone = || inside::Error::Ended { said: "the keeper has gone away".to_owned() };
    let (mut from, mut to) = split(&mut stream);
    let reading = async {
        let mut buffer = vec![0; PIECE];
        loop {
            let length = input.read(&mut buffer).await.map_err(|error| broken("standard input", error))?;
            // A command that does not read any more is none of an error here either.
            if length == 0 || stdin.write_all(&buffer[..length]).await.is_err() {
                let _ = stdin.shutdown().await;
                return std::future::pending::<Result<(), inside::Error>>().await;
            }
        }
    };
    let controlling = async {
        while let Some(control) = control.recv().await {
            let control = match control {
                ExecControl::Resize { columns, rows } => Control::Resize { columns, rows },
                ExecControl::Signal(number) => Control::Signal { number },
            };
            if send(&mut to, &control).await.is_err() {
                break;
            }
        }
        std::future::pending::<Result<(), inside::Error>>().await
    };
    let working = async {
        tokio::try_join!(
            write_out(&mut stdout, output, "standard output"),
            write_out(&mut stderr, errors, "standard error"),
            async { receive::<Reply>(&mut from).await.map_err(|_| gone()) },
        )
    };
    let ended = tokio::select! {
        ended = working => ended.map(|((), (), reply)| reply),
        error = reading => error.map(|()| None),
        error = controlling => error.map(|()| None),
        () = cancel.cancelled() => Err(inside::Error::Cancelled),
    };
    match ended? {
        Some(Reply::Exec(reply)) => {
            let ExecReply { code, end, resolved, probed } = *reply;
            Ok(ExecOutcome { code, end, resolved, probed })
        }
        Some(Reply::Refused { message }) => Err(inside::Error::Ended { said: message }),
        _ => Err(gone()),
    }
}

async fn write_out(
    from: &mut Stream,
    to: &mut (dyn tokio::io::AsyncWrite + Send + Unpin),
    stream: &'static str,
) -> Result<(), inside::Error> {
    let mut buffer = vec![0; PIECE];
    loop {
        // A socket that breaks has the same end as one that is closed: what became of the command is told apart.
        let length = from.read(&mut buffer).await.unwrap_or(0);
        if length == 0 {
            return to.flush().await.map_err(|error| broken(stream, error));
        }
        to.write_all(&buffer[..length]).await.map_err(|error| broken(stream, error))?;
        to.flush().await.map_err(|error| broken(stream, error))?;
    }
}

fn broken(stream: &'static str, error: io::Error) -> inside::Error {
    inside::Error::Local { stream, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the client hears first of a command of which the agent says this, and goes away after it if it `ends`.
    #[cfg(unix)]
    async fn answer(said: &[wharf_agent::message::AgentMessage], ends: bool) -> Reply {
        use futures_util::StreamExt as _;
        use wharf_agent::frame::CONNECTION;
        use wharf_agent::message::{AgentMessage, Hello, Message as _};
        use wharf_engine::Output;

        let mut bytes = Vec::new();
        AgentMessage::Hello(Hello::ours()).to_frame(CONNECTION).unwrap().encode(&mut bytes).unwrap();
        for message in said {
            message.to_frame(1).unwrap().encode(&mut bytes).unwrap();
        }
        let said = futures_util::stream::iter([Ok(Output::Stdout(bytes.into()))]);
        let output = said.chain(futures_util::stream::pending().take(if ends { 0 } else { 1 }));
        let agent = AgentConnection::new(tokio::io::sink(), output);
        let pair = || tokio::net::UnixStream::pair().unwrap();
        let ((mut client, server), (_input, stdin), (_output, stdout), (_errors, stderr)) =
            (pair(), pair(), pair(), pair());
        let command = ExecRequest { arguments: vec!["true".to_owned()], ..ExecRequest::default() };
        let serving = async { carry_out(server, &command, &agent, [stdin, stdout, stderr]).await };
        let (served, reply) = tokio::join!(serving, receive::<Reply>(&mut client));
        served.unwrap();
        reply.unwrap().unwrap()
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_that_is_refused_has_not_happened() {
        use wharf_agent::message::{AgentMessage, Refusal};
        let refusal = Refusal::UnknownUser { user: "nobody-here".to_owned() };
        let reply = answer(&[AgentMessage::Refused(refusal)], false).await;
        assert!(matches!(reply, Reply::NotHere), "{reply:?}");
        // One that has begun, or may have, is not begun again, whatever becomes of it.
        for said in [&[AgentMessage::ExecStarted { process: 7 }][..], &[]] {
            let reply = answer(said, true).await;
            assert!(matches!(reply, Reply::Done), "{reply:?}");
        }
    }

    #[tokio::test]
    async fn a_command_arrives_as_it_was_sent() {
        let (mut one, mut other) = tokio::io::duplex(4096);
        let command = ExecRequest { arguments: vec!["true".to_owned()], ..ExecRequest::default() };
        let message = ExecMessage {
            key: "key".to_owned(),
            container: "container".to_owned(),
            started_at: "T1".to_owned(),
            command: command.clone(),
        };
        send(&mut one, &Request::Exec(Box::new(message))).await.unwrap();
        let Some(Request::Exec(arrived)) = receive(&mut other).await.unwrap() else { panic!("no command") };
        assert_eq!((arrived.key.as_str(), arrived.started_at.as_str()), ("key", "T1"));
        assert_eq!(arrived.command, command);
    }
}
