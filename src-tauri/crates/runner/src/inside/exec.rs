//! One command with its input and output, seen from the host.
//!
//! Everything runs at once in one future: the agent's frames, our input, our outputs, our signals. None of them waits for another: what
//! is received but not written out yet is bounded by the streams' windows, and so is what is read but not sent.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use wharf_agent::frame::Frame;
use wharf_agent::message::{
    AgentMessage, End, ExecRequest, HostMessage, KnownEnvironment, Probed, Resolved, TerminalSize,
};

use super::connection::Opened;
use super::line::Arrival;
use super::{AgentConnection, Error};
use crate::request::{ExecControl, ExecStreams};

/// Read from our input at a time.
const CHUNK: usize = 32 * 1024;

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutcome {
    /// Its exit code; 128 + signal if a signal ended it; 126 or 127 if it could not be started.
    pub code: i32,
    /// How it ended.
    pub end: End,
    /// Who it ran as, if the agent was asked for more than the command.
    pub resolved: Option<Resolved>,
    /// The user's environment, if it was asked for.
    pub probed: Option<KnownEnvironment>,
}

impl AgentConnection {
    /// Runs the command to its end. A command that cannot be started says why on our standard error, as an engine would. The request's
    /// streams get numbers of this connection's.
    ///
    /// # Errors
    /// When the agent is none, refuses, or goes away; when one of our streams breaks; when cancelled. Whatever the reason, the agent
    /// ends the command. Our input is not touched before the agent has answered.
    pub async fn exec(
        &self,
        request: &ExecRequest,
        streams: &mut ExecStreams,
        cancel: &CancellationToken,
    ) -> Result<ExecOutcome, Error> {
        self.exec_and_tell(request, streams, cancel, &Notify::new()).await
    }

    /// The same, and tells when the command has begun, which one that is refused never does.
    pub(crate) async fn exec_and_tell(
        &self,
        request: &ExecRequest,
        streams: &mut ExecStreams,
        cancel: &CancellationToken,
        begun: &Notify,
    ) -> Result<ExecOutcome, Error> {
        let _turn = tokio::select! {
            turn = self.turn() => turn,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let (mut exchange, standard, error) = (self.open(), self.open(), self.open());
        exchange.ask(&HostMessage::Exec(ExecRequest {
            standard: standard.number,
            error: error.number,
            ..request.clone()
        }))?;
        let ExecStreams { stdin, stdout, stderr, control } = streams;
        let mut told = Told { resolved: None, probed: None, begun };
        let work = async {
            self.greeted().await?;
            let work = async {
                tokio::try_join!(
                    told.listen(&exchange, &standard, &error),
                    write_out(&standard, stdout, "standard output"),
                    write_out(&error, &mut *stderr, "standard error"),
                )
            };
            tokio::select! {
                done = work => done.map(|(end, (), ())| end),
                error = read_in(&standard, stdin) => Err(error),
                () = pass_on(&exchange, control) => Err(Error::Cancelled),
            }
        };
        let done = tokio::select! {
            done = work => done,
            () = cancel.cancelled() => Err(Error::Cancelled),
        };
        let ended = match done {
            Ok(ended) => ended,
            Err(error) => {
                if matches!(error, Error::Cancelled | Error::Local { .. }) {
                    let is_last = |message: &AgentMessage| {
                        matches!(message, AgentMessage::ExecFinished { .. } | AgentMessage::Refused(_))
                    };
                    exchange.cancel(is_last).await;
                }
                return Err(error);
            }
        };
        exchange.over = true;
        if let End::NotStarted { message, .. } = &ended {
            let told = async {
                stderr.write_all(format!("{message}\n").as_bytes()).await?;
                stderr.flush().await
            };
            told.await.map_err(|error| Error::Local { stream: "standard error", error })?;
        }
        Ok(ExecOutcome {
            code: ended.code(),
            end: ended,
            resolved: told.resolved,
            probed: told.probed.map(|Probed { env, files, .. }| KnownEnvironment { env, files }),
        })
    }
}

/// What the agent said beside the output.
struct Told<'a> {
    resolved: Option<Resolved>,
    probed: Option<Probed>,
    begun: &'a Notify,
}

impl Told<'_> {
    /// Listens until the command has ended, and lets go of the outputs then.
    async fn listen(&mut self, exchange: &Opened, standard: &Opened, error: &Opened) -> Result<End, Error> {
        let ended = self.listen_to_the_end(exchange).await;
        standard.end_here();
        error.end_here();
        ended
    }

    async fn listen_to_the_end(&mut self, exchange: &Opened) -> Result<End, Error> {
        loop {
            let Arrival::Message(message) = exchange.next().await? else { continue };
            match message {
                AgentMessage::ExecFinished { end, .. } => return Ok(end),
                AgentMessage::Refused(refusal) => return Err(refusal.into()),
                AgentMessage::Resolved(resolved) => self.resolved = Some(resolved),
                AgentMessage::Probed(probed) => self.probed = Some(probed),
                AgentMessage::Warning(warning) => tracing::warn!("{warning}"),
                AgentMessage::ExecStarted { process } => {
                    tracing::debug!(process, "the command runs");
                    self.begun.notify_one();
                }
                _ => return Err(Error::Protocol { what: "a message that belongs elsewhere".to_owned() }),
            }
        }
    }
}

/// Writes what arrives, and gives credit for what is written.
async fn write_out(
    stream: &Opened,
    output: &mut (impl AsyncWrite + Unpin + ?Sized),
    name: &'static str,
) -> Result<(), Error> {
    let local = |error| Error::Local { stream: name, error };
    loop {
        match stream.next().await? {
            Arrival::Data(_, bytes) => {
                output.write_all(&bytes).await.map_err(local)?;
                output.flush().await.map_err(local)?;
                stream.core().consumed(stream.number, bytes.len());
            }
            Arrival::End => return Ok(()),
            Arrival::Message(_) => {}
        }
    }
}

/// Sends our input, as the window allows, and its end. Comes back only with an error.
async fn read_in(stream: &Opened, input: &mut (impl AsyncRead + Unpin + ?Sized)) -> Error {
    let mut buffer = vec![0; CHUNK];
    loop {
        match input.read(&mut buffer).await {
            Ok(0) => break,
            // Why nobody takes it any more is told elsewhere.
            Ok(length) if !stream.core().send_all(stream.number, &buffer[..length]).await => break,
            Ok(_) => {}
            Err(error) => return Error::Local { stream: "standard input", error },
        }
    }
    match stream.core().outbox.send(&[Frame::end(stream.number)]) {
        Ok(()) => std::future::pending().await,
        Err(error) => error,
    }
}

/// Passes signals and window sizes on. Never comes back.
async fn pass_on(exchange: &Opened, control: &mut mpsc::Receiver<ExecControl>) {
    while let Some(event) = control.recv().await {
        exchange.say(&match event {
            ExecControl::Resize { columns, rows } => HostMessage::Resize(TerminalSize { columns, rows }),
            ExecControl::Signal(number) => HostMessage::Signal(number),
        });
    }
    std::future::pending().await
}
