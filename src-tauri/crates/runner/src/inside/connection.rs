//! A connection to an agent that is kept open, and everything that goes on over it at once.
//!
//! One task reads what arrives and hands it to whoever asked; it waits for nobody, so that a reader that stalls holds up no other: what waits
//! for a reader is bounded by its window, and a peer that sends more is no agent of ours. Another task writes. Both end with the
//! connection, and the connection with its last handle.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::io::AsyncWrite;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use wharf_agent::flow::{Budget, ReceiveWindow, SendWindow};
use wharf_agent::frame::{CONNECTION, Frame, Kind};
use wharf_agent::message::{AgentMessage, Hello, HostMessage, Machine, Message as _};
use wharf_agent::network::is_link;
use wharf_engine::Output;

use super::Error;
use super::line::{Arrival, Line};
use super::outbox::{AgentInput, Outbox};
use super::receiver::{Received, Receiver};

/// Commands and hooks at a time; more wait for their turn. The agent would take more than that.
const MOST_COMMANDS: usize = 64;
/// Connections from inside at a time; more are refused. The agent would take more than that.
const MOST_DIALS: usize = 2048;
/// Commands of hooks that write at a time. Those of one hook run side by side; no configuration has so many.
pub(super) const MOST_OUTPUTS: usize = 256;
/// What the windows of all streams may grow by, together.
const GROWTH: u32 = 16 * 1024 * 1024;
/// How long the agent may take to end what runs: its own patience, and a little more.
const ENDING: Duration = Duration::from_secs(5);

/// An agent that runs in a container, and may be asked for many things at once. Cheap to clone.
///
/// - [`AgentConnection::exec`] and [`AgentConnection::run_inside`] run a command, or hooks, to their end; dropping the future ends what runs.
/// - [`AgentConnection::dial`] makes a TCP connection from inside.
/// - [`AgentConnection::watch_ports`] and [`AgentConnection::watch_links`] tell what happens inside, as long as somebody keeps the watch.
/// - [`AgentConnection::closed`] comes back once it has ended, and says why.
///
/// The connection ends with its last handle (streams and watches count as such), with [`AgentConnection::close`], with the container, or when
/// either end breaks the protocol. The agent then ends everything that it has started, and itself.
#[derive(Clone)]
pub struct AgentConnection(Arc<Handle>);

struct Handle {
    core: Arc<Core>,
    commands: Arc<Semaphore>,
    dials: Arc<Semaphore>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.core.leave();
    }
}

impl std::fmt::Debug for AgentConnection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AgentConnection").field("phase", &*self.0.core.phase.borrow()).finish()
    }
}

#[derive(Debug)]
enum Phase {
    /// The agent has not greeted yet. What it is asked for is on its way all the same.
    Starting,
    Open,
    Closed(Error),
}

impl AgentConnection {
    /// A connection over an agent's stdin and what it writes. The agent may be anywhere, and need not have started yet: what it is asked
    /// for travels right behind the greeting. Within a tokio runtime only.
    pub fn new(
        stdin: impl AsyncWrite + Send + 'static,
        output: impl Stream<Item = Result<Output, wharf_engine::Error>> + Send + 'static,
    ) -> AgentConnection {
        let core = Arc::new(Core {
            outbox: Outbox::default(),
            numbers: Mutex::default(),
            budget: Budget::new(GROWTH),
            phase: watch::Sender::new(Phase::Starting),
            machine: OnceLock::new(),
            leaving: CancellationToken::new(),
        });
        core.say(CONNECTION, &HostMessage::Hello(Hello::ours()));
        let stdin: AgentInput = Box::pin(stdin);
        tokio::spawn(write(Arc::clone(&core), stdin));
        tokio::spawn(read(Arc::clone(&core), Receiver::new(Box::pin(output))));
        AgentConnection(Arc::new(Handle {
            core,
            commands: Arc::new(Semaphore::new(MOST_COMMANDS)),
            dials: Arc::new(Semaphore::new(MOST_DIALS)),
        }))
    }

    /// Waits until the agent has answered.
    ///
    /// # Errors
    /// When it does not, or is none of ours.
    pub async fn greeted(&self) -> Result<(), Error> {
        let mut phase = self.0.core.phase.subscribe();
        match phase.wait_for(|phase| !matches!(phase, Phase::Starting)).await.as_deref() {
            Ok(Phase::Closed(error)) => Err(error.again()),
            _ => Ok(()),
        }
    }

    /// Comes back when the connection has ended, with the reason: [`Error::Ended`] with its container or agent, [`Error::Cancelled`] when we
    /// ended it.
    pub async fn closed(&self) -> Error {
        let mut phase = self.0.core.phase.subscribe();
        match phase.wait_for(|phase| matches!(phase, Phase::Closed(_))).await.as_deref() {
            Ok(Phase::Closed(error)) => error.again(),
            _ => Error::Cancelled,
        }
    }

    /// Where the agent is; nothing is known of it before the agent has answered.
    #[must_use]
    pub fn machine(&self) -> Machine {
        self.0.core.machine.get().cloned().unwrap_or_default()
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(*self.0.core.phase.borrow(), Phase::Closed(_))
    }

    /// Ends it, whoever else holds a handle, and waits until the agent has ended what runs.
    pub async fn close(&self) {
        self.0.core.leave();
        self.closed().await;
    }

    pub(super) fn core(&self) -> &Core {
        &self.0.core
    }

    /// Leave to run one more command.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.commands).acquire_owned().await.ok()
    }

    /// Leave to make one more connection.
    pub(super) fn dial_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.dials).try_acquire_owned().ok()
    }

    /// A number of our own, and what arrives on it.
    pub(super) fn open(&self) -> Opened {
        self.open_as(false)
    }

    /// The same for hooks: the agent adds a number for the output of each of their commands.
    pub(super) fn open_for_hooks(&self) -> Opened {
        self.open_as(true)
    }

    fn open_as(&self, hooks: bool) -> Opened {
        let line = Arc::new(Line::default());
        let number = self.0.core.open(&line, hooks);
        Opened { connection: self.clone(), number, line, asked: false, over: false }
    }
}

/// A number that is in use, until it is dropped: an exchange is closed then, unless it is over.
pub(super) struct Opened {
    connection: AgentConnection,
    pub(super) number: u32,
    line: Arc<Line>,
    asked: bool,
    /// Nothing more will be said about it.
    pub(super) over: bool,
}

impl Opened {
    pub(super) fn core(&self) -> &Core {
        self.connection.core()
    }

    /// Opens the exchange of this number.
    pub(super) fn ask(&mut self, request: &HostMessage) -> Result<(), Error> {
        self.asked = true;
        self.core().outbox.send(&[frame(request, self.number)?])
    }

    /// Says something about the exchange.
    pub(super) fn say(&self, message: &HostMessage) {
        self.core().say(self.number, message);
    }

    /// What arrives next.
    ///
    /// # Errors
    /// When the connection has ended, after everything that arrived before.
    pub(super) async fn next(&self) -> Result<Arrival, Error> {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(super) fn poll_next(&self, context: &Context<'_>) -> Poll<Result<Arrival, Error>> {
        self.line.poll_next(context)
    }

    /// The stream of this number has ended, whether it was told or not.
    pub(super) fn end_here(&self) {
        let _ = self.line.end();
    }

    /// Closes the exchange and waits until the agent has ended what runs.
    pub(super) async fn cancel(&mut self, is_last: impl Fn(&AgentMessage) -> bool) {
        self.say(&HostMessage::Close);
        self.over = true;
        let ended = async {
            loop {
                match self.next().await {
                    Ok(Arrival::Message(message)) if is_last(&message) => return,
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        };
        let _ = tokio::time::timeout(ENDING, ended).await;
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if self.asked && !self.over {
            self.say(&HostMessage::Close);
        }
        self.core().forget(self.number, &self.line);
    }
}

/// What the handles and the two tasks share.
pub(super) struct Core {
    pub(super) outbox: Outbox,
    numbers: Mutex<Numbers>,
    budget: Arc<Budget>,
    phase: watch::Sender<Phase>,
    /// Where the agent is, once it has greeted.
    machine: OnceLock<Machine>,
    /// We want to end it.
    leaving: CancellationToken,
}

#[derive(Default)]
struct Numbers {
    last: Option<u32>,
    open: HashMap<u32, Number>,
}

/// A number in use: a stream, an exchange, or both.
struct Number {
    line: Arc<Line>,
    receive: ReceiveWindow,
    send: SendWindow,
    writer: Option<Waker>,
    /// The agent takes no more.
    broken: bool,
    /// Hooks run on it: the agent may add numbers to its line.
    hooks: bool,
}

impl Core {
    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, line: &Arc<Line>, hooks: bool) -> u32 {
        let mut numbers = self.numbers();
        // Ours are odd.
        let mut number = numbers.last.map_or(1, |last| last.wrapping_add(2));
        while numbers.open.contains_key(&number) {
            number = number.wrapping_add(2);
        }
        numbers.last = Some(number);
        if let Phase::Closed(error) = &*self.phase.borrow() {
            line.close(error.again());
        }
        numbers.open.insert(number, Number { hooks, ..self.number(line) });
        number
    }

    fn number(&self, line: &Arc<Line>) -> Number {
        Number {
            line: Arc::clone(line),
            receive: ReceiveWindow::within(&self.budget),
            send: SendWindow::default(),
            writer: None,
            broken: false,
            hooks: false,
        }
    }

    /// Nobody is interested in a number any longer, nor in those that the agent added to its line.
    fn forget(&self, number: u32, line: &Arc<Line>) {
        let mut numbers = self.numbers();
        numbers.open.remove(&number);
        // The agent's are even.
        if Arc::strong_count(line) > 1 {
            numbers.open.retain(|other, entry| other % 2 == 1 || !Arc::ptr_eq(&entry.line, line));
        }
    }

    pub(super) fn say(&self, number: u32, message: &HostMessage) {
        if let Ok(frame) = frame(message, number) {
            let _ = self.outbox.send(&[frame]);
        }
    }

    /// Sends a part of `bytes` as the window and the connection allow; `None` when nobody takes them any more.
    pub(super) fn poll_send(&self, context: &Context<'_>, number: u32, bytes: &[u8]) -> Poll<Option<usize>> {
        let mut numbers = self.numbers();
        let Some(entry) = numbers.open.get_mut(&number).filter(|entry| !entry.broken) else {
            return Poll::Ready(None);
        };
        let length = bytes.len().min(entry.send.left()).min(Kind::Data.limit());
        if length == 0 && !bytes.is_empty() {
            entry.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        if self.outbox.poll_data(context, number, &bytes[..length]).is_pending() {
            return Poll::Pending;
        }
        entry.send.sent(length);
        Poll::Ready(Some(length))
    }

    /// Sends all of it; false when nobody takes it any more.
    pub(super) async fn send_all(&self, number: u32, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match poll_fn(|context| self.poll_send(context, number, bytes)).await {
                Some(sent) => bytes = &bytes[sent..],
                None => return false,
            }
        }
        true
    }

    /// Whoever reads a stream has consumed so much of it.
    pub(super) fn consumed(&self, number: u32, bytes: usize) {
        let credit = self.numbers().open.get_mut(&number).and_then(|entry| entry.receive.consumed(bytes));
        if let Some(credit) = credit
            && let Err(error) = self.outbox.send(&[Frame::credit(number, credit)])
        {
            self.break_off(&error);
        }
    }

    fn leave(&self) {
        self.outbox.close();
        self.leaving.cancel();
    }

    /// Hands what has come to whoever waits for it. What nobody waits for any longer is dropped.
    fn take(&self, received: Received) -> Result<(), Error> {
        match received {
            Received::Frame(frame) => self.take_frame(frame),
            Received::Data(stream, bytes) => self.take_data(stream, bytes),
        }
    }

    fn take_data(&self, stream: u32, bytes: Bytes) -> Result<(), Error> {
        let mut numbers = self.numbers();
        let Some(entry) = numbers.open.get_mut(&stream) else { return Ok(()) };
        let taken = entry.receive.received(bytes.len());
        taken.map_err(|error| Error::Protocol { what: error.to_string() })?;
        if bytes.is_empty() { Ok(()) } else { entry.line.data(stream, bytes) }
    }

    fn take_frame(&self, frame: Frame) -> Result<(), Error> {
        let protocol = |error: &dyn std::fmt::Display| Error::Protocol { what: error.to_string() };
        let stream = frame.stream;
        let mut numbers = self.numbers();
        let Some(entry) = numbers.open.get_mut(&stream) else { return Ok(()) };
        match frame.kind {
            // These come by themselves.
            Kind::Data => Ok(()),
            Kind::End => {
                let ended = entry.line.end();
                if stream.is_multiple_of(2) {
                    numbers.open.remove(&stream);
                }
                ended
            }
            Kind::Credit => {
                let credit = frame.credited().map_err(|error| protocol(&error))?;
                entry.send.credit(credit).map_err(|error| protocol(&error))?;
                entry.writer.take().into_iter().for_each(Waker::wake);
                Ok(())
            }
            Kind::Control => {
                let message = AgentMessage::from_frame(&frame).map_err(|error| protocol(&error))?;
                let (line, hooks) = (Arc::clone(&entry.line), entry.hooks);
                match &message {
                    AgentMessage::Reset => {
                        entry.broken = true;
                        entry.writer.take().into_iter().for_each(Waker::wake);
                    }
                    AgentMessage::Link(link) if !is_link(link) => {
                        return Err(protocol(&"what should be opened is no link"));
                    }
                    AgentMessage::CommandStarted { output, .. } => {
                        // The agent's numbers are even. Only what it was asked to do gives it reason to add one.
                        let is_own = output.is_multiple_of(2) && *output != CONNECTION;
                        let outputs = numbers.open.keys().filter(|number| number.is_multiple_of(2)).count();
                        if !hooks || !is_own || outputs >= MOST_OUTPUTS || numbers.open.contains_key(output) {
                            return Err(protocol(&format!("stream {output} cannot be opened")));
                        }
                        let number = self.number(&line);
                        numbers.open.insert(*output, number);
                    }
                    _ => {}
                }
                drop(numbers);
                line.message(message, frame.payload.len())
            }
        }
    }

    /// Ends it at once: whoever is at the other end does not hear of it any more.
    pub(super) fn break_off(&self, error: &Error) {
        self.end(error.again());
    }

    /// The connection is over: everybody is told why, which is what was told first.
    fn end(&self, error: Error) {
        self.outbox.close();
        let mut numbers = self.numbers();
        if matches!(*self.phase.borrow(), Phase::Closed(_)) {
            return;
        }
        self.phase.send_replace(Phase::Closed(error.again()));
        for entry in numbers.open.values_mut() {
            entry.broken = true;
            entry.line.close(error.again());
            entry.writer.take().into_iter().for_each(Waker::wake);
        }
    }
}

async fn write(core: Arc<Core>, stdin: AgentInput) {
    let ended = async {
        let mut phase = core.phase.subscribe();
        let _ = phase.wait_for(|phase| matches!(phase, Phase::Closed(_))).await;
    };
    // An agent that reads no more keeps nobody once the connection is over.
    tokio::select! {
        () = core.outbox.write_to(stdin) => {}
        () = ended => {}
    }
}

async fn read(core: Arc<Core>, mut receiver: Receiver) {
    let listen = async {
        receiver.greeted().await?;
        let _ = core.machine.set(std::mem::take(&mut receiver.machine));
        core.phase.send_replace(Phase::Open);
        loop {
            core.take(receiver.next().await?)?;
        }
    };
    let leave = async {
        core.leaving.cancelled().await;
        tokio::time::sleep(ENDING).await;
    };
    let broken_off = async {
        let mut phase = core.phase.subscribe();
        let _ = phase.wait_for(|phase| matches!(phase, Phase::Closed(_))).await;
    };
    let outcome: Result<(), Error> = tokio::select! {
        outcome = listen => outcome,
        () = leave => Ok(()),
        () = broken_off => return,
    };
    let left = core.leaving.is_cancelled();
    core.end(match outcome {
        Err(error) if !left || matches!(error, Error::Protocol { .. }) => error,
        _ => Error::Cancelled,
    });
}

pub(super) fn frame(message: &HostMessage, stream: u32) -> Result<Frame, Error> {
    message.to_frame(stream).map_err(|error| Error::Protocol { what: error.to_string() })
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use wharf_agent::message::{InsideRequest, Place};

    use super::*;

    /// The connection to an agent that says all this, and nothing more.
    fn saying(said: impl IntoIterator<Item = (u32, AgentMessage)>) -> AgentConnection {
        let greeting = (CONNECTION, AgentMessage::Hello(Hello::ours()));
        let mut bytes = Vec::new();
        for (stream, message) in std::iter::once(greeting).chain(said) {
            message.to_frame(stream).unwrap().encode(&mut bytes).unwrap();
        }
        let output = futures_util::stream::iter([Ok(Output::Stdout(bytes.into()))]);
        AgentConnection::new(tokio::io::sink(), output.chain(futures_util::stream::pending()))
    }

    fn started(output: u32) -> AgentMessage {
        AgentMessage::CommandStarted { place: Place { hook: 0, command: 0, entry: None }, output }
    }

    async fn refusal(connection: &AgentConnection) -> String {
        let closed = tokio::time::timeout(Duration::from_secs(20), connection.closed());
        match closed.await.expect("the connection goes on") {
            Error::Protocol { what } => what,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn only_hooks_give_an_agent_reason_to_open_streams() {
        let connection = saying([(1, started(2))]);
        let _ports = connection.watch_ports().unwrap();
        assert_eq!(refusal(&connection).await, "stream 2 cannot be opened");
        // Nor does what it has opened itself.
        let connection = saying([(1, started(2)), (2, started(4))]);
        let mut hooks = connection.open_for_hooks();
        hooks.ask(&HostMessage::Inside(InsideRequest::default())).unwrap();
        assert_eq!(refusal(&connection).await, "stream 4 cannot be opened");
    }

    #[tokio::test]
    async fn an_agent_opens_no_more_streams_than_hooks_have_commands() {
        let outputs = (1_u32..).map(|command| 2 * command).take(MOST_OUTPUTS + 1);
        let connection = saying(outputs.map(|output| (1, started(output))));
        let hooks = connection.open_for_hooks();
        assert_eq!(refusal(&connection).await, format!("stream {} cannot be opened", 2 * (MOST_OUTPUTS + 1)));
        assert_eq!(connection.core().numbers().open.len(), MOST_OUTPUTS + 1);
        drop(hooks);
        assert_eq!(connection.core().numbers().open.len(), 0);
    }
}
