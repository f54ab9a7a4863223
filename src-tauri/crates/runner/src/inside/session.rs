//! One conversation with an agent: the greeting, one request, and everything said about it.

use std::time::Duration;

use futures_util::Stream;
use tokio::io::AsyncWrite;
use wharf_agent::frame::{CONNECTION, Frame};
use wharf_agent::message::{Hello, HostMessage, Message as _};
use wharf_engine::Output;

use super::Error;
use super::connection::{Receiver, Sender};

/// The number under which the request and everything about it travels.
pub(super) const EXCHANGE: u32 = 1;
/// How long the agent may take to end what runs: its own patience, and a little more.
const ENDING: Duration = Duration::from_secs(5);

/// An agent that has been started and not been asked for anything yet.
pub struct AgentSession {
    pub(super) sender: Sender,
    pub(super) receiver: Receiver,
}

impl AgentSession {
    /// A session over an agent's stdin and what it writes. The agent may be anywhere.
    pub fn new(
        stdin: impl AsyncWrite + Send + 'static,
        output: impl Stream<Item = Result<Output, wharf_engine::Error>> + Send + 'static,
    ) -> AgentSession {
        AgentSession { sender: Sender::new(stdin), receiver: Receiver::new(Box::pin(output)) }
    }
}

/// Sends the greeting and the request right behind it.
pub(super) async fn ask(sender: &Sender, request: HostMessage) -> Result<(), Error> {
    let greeting = frame(&HostMessage::Hello(Hello::ours()), CONNECTION)?;
    sender.send(&[greeting, frame(&request, EXCHANGE)?]).await
}

/// Ends the conversation early and waits until the agent has ended what runs.
pub(super) async fn end(sender: &Sender, receiver: &mut Receiver) {
    let ending = async {
        sender.close().await;
        receiver.drain().await;
    };
    let _ = tokio::time::timeout(ENDING, ending).await;
}

pub(super) fn frame(message: &HostMessage, stream: u32) -> Result<Frame, Error> {
    message.to_frame(stream).map_err(|error| Error::Protocol { what: error.to_string() })
}
