//! One command with its input and output, seen from the host.
//!
//! Everything runs at once in one future: the agent's frames, our input, our outputs, our signals. None of them waits for another: what
//! is received but not written out yet is bounded by the streams' windows, and so is what is read but not sent.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use wharf_agent::flow::{INITIAL_WINDOW, ReceiveWindow};
use wharf_agent::frame::{Frame, Kind};
use wharf_agent::message::{
    AgentMessage, End, ExecRequest, HostMessage, KnownEnvironment, Message as _, Probed, Resolved,
    TerminalSize,
};

use super::connection::{Receiver, Sender};
use super::session::{EXCHANGE, ask, end, frame};
use super::{AgentSession, Error};
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

impl AgentSession {
    /// Runs the command to its end. A command that cannot be started says why on our standard error, as an engine would.
    ///
    /// # Errors
    /// When the agent is none, refuses, or goes away; when one of our streams breaks; when cancelled. Whatever the reason, the agent
    /// ends the command. Our input is not touched before the agent has answered.
    pub async fn exec(
        self,
        request: &ExecRequest,
        streams: &mut ExecStreams,
        cancel: &CancellationToken,
    ) -> Result<ExecOutcome, Error> {
        let AgentSession { sender, mut receiver } = self;
        ask(&sender, HostMessage::Exec(request.clone())).await?;
        let ExecStreams { stdin, stdout, stderr, control } = streams;
        let window = Arc::new(Semaphore::new(INITIAL_WINDOW as usize));
        let (mut standard, from_standard) = Arrivals::new(request.standard);
        let (mut error, from_error) = Arrivals::new(request.error);
        let (standard_window, error_window) = (Arc::clone(&standard.window), Arc::clone(&error.window));
        let mut listener = Listener {
            standard: &mut standard,
            error: &mut error,
            window: Arc::clone(&window),
            resolved: None,
            probed: None,
        };
        let done = {
            let begin = async {
                tokio::select! {
                    greeted = receiver.greeted() => greeted,
                    () = cancel.cancelled() => Err(Error::Cancelled),
                }
            };
            match begin.await {
                Err(error) => Err(error),
                Ok(()) => {
                    let work = async {
                        tokio::try_join!(
                            listener.listen(&mut receiver),
                            write_out(&sender, &standard_window, from_standard, stdout, "standard output"),
                            write_out(&sender, &error_window, from_error, &mut *stderr, "standard error"),
                        )
                    };
                    tokio::select! {
                        done = work => done.map(|(end, (), ())| end),
                        error = read_in(&sender, request.standard, &window, stdin) => Err(error),
                        error = pass_on(&sender, control) => Err(error),
                        () = cancel.cancelled() => Err(Error::Cancelled),
                    }
                }
            }
        };
        let ended = match done {
            Ok(ended) => ended,
            Err(error) => {
                if matches!(error, Error::Cancelled | Error::Local { .. }) {
                    end(&sender, &mut receiver).await;
                }
                return Err(error);
            }
        };
        if let End::NotStarted { message, .. } = &ended {
            let told = async {
                stderr.write_all(format!("{message}\n").as_bytes()).await?;
                stderr.flush().await
            };
            told.await.map_err(|error| Error::Local { stream: "standard error", error })?;
        }
        let Listener { resolved, probed, .. } = listener;
        Ok(ExecOutcome {
            code: ended.code(),
            end: ended,
            resolved,
            probed: probed.map(|Probed { env, files, .. }| KnownEnvironment { env, files }),
        })
    }
}

/// The receiving side of a stream: what has arrived goes to its writer, and the window says how much may be on the way there.
struct Arrivals {
    window: Arc<Window>,
    chunks: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

struct Window {
    stream: u32,
    state: Mutex<ReceiveWindow>,
}

impl Arrivals {
    fn new(stream: u32) -> (Arrivals, mpsc::UnboundedReceiver<Vec<u8>>) {
        let (chunks, arriving) = mpsc::unbounded_channel();
        let window = Arc::new(Window { stream, state: Mutex::default() });
        (Arrivals { window, chunks: Some(chunks) }, arriving)
    }

    fn arrived(&self, chunk: Vec<u8>) -> Result<(), Error> {
        let mut state = self.window.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received(chunk.len()).map_err(|error| Error::Protocol { what: error.to_string() })?;
        if let Some(chunks) = &self.chunks {
            let _ = chunks.send(chunk);
        }
        Ok(())
    }
}

struct Listener<'a> {
    standard: &'a mut Arrivals,
    error: &'a mut Arrivals,
    /// What may still be sent of our input.
    window: Arc<Semaphore>,
    resolved: Option<Resolved>,
    probed: Option<Probed>,
}

impl Listener<'_> {
    /// Listens until the command has ended, and lets go of the outputs then.
    async fn listen(&mut self, receiver: &mut Receiver) -> Result<End, Error> {
        let ended = self.listen_to_the_end(receiver).await;
        self.standard.chunks = None;
        self.error.chunks = None;
        ended
    }

    async fn listen_to_the_end(&mut self, receiver: &mut Receiver) -> Result<End, Error> {
        let protocol = |error: &dyn std::fmt::Display| Error::Protocol { what: error.to_string() };
        loop {
            let frame = receiver.next().await?;
            match frame.kind {
                Kind::Data => {
                    for arrivals in [&self.standard, &self.error] {
                        if arrivals.window.stream == frame.stream {
                            arrivals.arrived(frame.payload)?;
                            break;
                        }
                    }
                }
                Kind::Credit if frame.stream == self.standard.window.stream => {
                    let credit = frame.credited().map_err(|error| protocol(&error))? as usize;
                    if self.window.available_permits() + credit > INITIAL_WINDOW as usize {
                        return Err(protocol(&"more credit than was ever used"));
                    }
                    self.window.add_permits(credit);
                }
                Kind::Control if frame.stream == EXCHANGE => {
                    match AgentMessage::from_frame(&frame).map_err(|error| protocol(&error))? {
                        AgentMessage::ExecFinished { end, .. } => return Ok(end),
                        AgentMessage::Refused(refusal) => return Err(refusal.into()),
                        AgentMessage::Resolved(resolved) => self.resolved = Some(resolved),
                        AgentMessage::Probed(probed) => self.probed = Some(probed),
                        AgentMessage::Warning(warning) => tracing::warn!("{warning}"),
                        AgentMessage::ExecStarted { process } => tracing::debug!(process, "the command runs"),
                        _ => return Err(protocol(&"a message that belongs elsewhere")),
                    }
                }
                _ => {}
            }
        }
    }
}

/// Writes what arrives, and gives credit for what is written.
async fn write_out(
    sender: &Sender,
    window: &Window,
    mut chunks: mpsc::UnboundedReceiver<Vec<u8>>,
    output: &mut (impl AsyncWrite + Unpin + ?Sized),
    name: &'static str,
) -> Result<(), Error> {
    let local = |error| Error::Local { stream: name, error };
    while let Some(chunk) = chunks.recv().await {
        output.write_all(&chunk).await.map_err(local)?;
        output.flush().await.map_err(local)?;
        let credit = window.state.lock().unwrap_or_else(PoisonError::into_inner).consumed(chunk.len());
        if let Some(credit) = credit {
            sender.send(&[Frame::credit(window.stream, credit)]).await?;
        }
    }
    Ok(())
}

/// Sends our input, as the window allows, and its end. Comes back only with an error.
async fn read_in(
    sender: &Sender,
    stream: u32,
    window: &Semaphore,
    input: &mut (impl AsyncRead + Unpin + ?Sized),
) -> Error {
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = match input.read(&mut buffer).await {
            Ok(length) => length,
            Err(error) => return Error::Local { stream: "standard input", error },
        };
        let frame = if length == 0 {
            Frame::end(stream)
        } else {
            match window.acquire_many(u32::try_from(length).unwrap_or(u32::MAX)).await {
                Ok(permits) => permits.forget(),
                Err(_) => return std::future::pending().await,
            }
            Frame::data(stream, &buffer[..length])
        };
        if let Err(error) = sender.send(&[frame]).await {
            return error;
        }
        if length == 0 {
            return std::future::pending().await;
        }
    }
}

/// Passes signals and window sizes on. Comes back only with an error.
async fn pass_on(sender: &Sender, control: &mut mpsc::Receiver<ExecControl>) -> Error {
    while let Some(event) = control.recv().await {
        let message = match event {
            ExecControl::Resize { columns, rows } => HostMessage::Resize(TerminalSize { columns, rows }),
            ExecControl::Signal(number) => HostMessage::Signal(number),
        };
        let sent = match frame(&message, EXCHANGE) {
            Ok(frame) => sender.send(&[frame]).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return error;
        }
    }
    std::future::pending().await
}
