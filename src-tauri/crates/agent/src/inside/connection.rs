//! The connection: the only reader of stdin and the only writer of stdout.
//!
//! The reader never waits for anything but the host, so that a signal, a credit or the end of the connection is always noticed. When
//! the connection ends, everything that runs is ended too.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use wharf_agent::PROTOCOL;
use wharf_agent::frame::{CONNECTION, Decoder, Frame, Kind, Piece};
use wharf_agent::message::{AgentMessage, End, Hello, HostMessage, Machine, Message, Refusal};

use super::exec::Control;
use super::launch::{Launched, no_thread, unattended};
use super::network::Network;
use super::reserve::{Reserve, Task};
use super::running::Registry;
use super::stream::{Incoming, Outgoing, send_output, write_all};
use super::{SystemRoot, exec, hooks, tree};

/// Commands and hooks that may be open at a time. The host allows itself fewer.
const MOST_EXCHANGES: usize = 256;
/// What the pipes to and from the host are asked to hold, in bytes: whoever is at their other ends is woken less often.
const ROOM: usize = 512 * 1024;
/// How long the last words may take to be taken.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Serves the host until the connection ends, and leaves nothing running.
pub(crate) fn serve(root: SystemRoot) -> ExitCode {
    let Ok((lost, lose)) = pipe_with(PipeFlags::CLOEXEC) else { return ExitCode::FAILURE };
    for end in [rustix::stdio::stdin(), rustix::stdio::stdout()] {
        // They may be no pipes, or the user may have as many as may be.
        let _ = fcntl_setpipe_size(end, ROOM);
    }
    let connection = Connection(Arc::new(Inner {
        root,
        registry: Registry::default(),
        network: Network::default(),
        reserve: Reserve::default(),
        program: std::env::current_exe().ok(),
        writer: Mutex::new(Some(lose)),
        outgoing: Mutex::default(),
        incoming: Mutex::default(),
        exchanges: Mutex::default(),
        next_stream: AtomicU32::new(2),
    }));
    if let Err(error) = Reserve::begin(&connection) {
        let words = format!("the agent cannot work here: {}\n", no_thread(&error));
        let _ = rustix::io::write(rustix::stdio::stderr(), words.as_bytes());
        return ExitCode::FAILURE;
    }
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let network = std::fs::read_link("/proc/self/ns/net").ok();
    let machine = Machine {
        boot: boot.map(|boot| boot.trim().to_owned()),
        network: network.and_then(|network| network.into_os_string().into_string().ok()),
    };
    connection.say(CONNECTION, &[AgentMessage::Hello(Hello { machine, ..Hello::ours() })]);
    let outcome = connection.read(&lost);
    connection.close_streams();
    let code = if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let last_words =
        outcome.err().map(|fault| connection.answer(Vec::new(), CONNECTION, AgentMessage::Fault(fault)));
    connection.registry.close();
    connection.network.leave();
    if last_words.is_some() {
        let mut patience = LAST_WORDS;
        while !connection.reserve.is_idle() && !patience.is_zero() {
            thread::sleep(Duration::from_millis(10));
            patience = patience.saturating_sub(Duration::from_millis(10));
        }
    }
    code
}

/// What all threads share.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) root: SystemRoot,
    pub(crate) registry: Registry,
    pub(crate) network: Network,
    pub(crate) reserve: Reserve,
    /// The agent's own file.
    pub(crate) program: Option<PathBuf>,
    /// Held while a frame is written. What is in it hangs up to tell the reader that writing has failed.
    writer: Mutex<Option<OwnedFd>>,
    outgoing: Mutex<HashMap<u32, Arc<Outgoing>>>,
    /// With the exchange that each belongs to.
    incoming: Mutex<HashMap<u32, (u32, Arc<Incoming>)>>,
    exchanges: Mutex<HashMap<u32, Arc<Control>>>,
    next_stream: AtomicU32,
}

impl std::ops::Deref for Connection {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    /// Sends frames, one right behind the other.
    pub(crate) fn send(&self, frames: &[Frame]) {
        let mut bytes = Vec::new();
        if frames.iter().try_for_each(|frame| frame.encode(&mut bytes)).is_ok() {
            self.send_bytes(&bytes);
        }
    }

    /// Sends frames that are bytes already.
    pub(crate) fn send_bytes(&self, bytes: &[u8]) {
        let mut writer = lock(&self.writer);
        if writer.is_some() && write_all(rustix::stdio::stdout(), bytes).is_err() {
            writer.take();
        }
    }

    /// Sends messages about an exchange.
    pub(crate) fn say(&self, exchange: u32, messages: &[AgentMessage]) {
        self.send_and_say(&[], exchange, messages);
    }

    /// Sends frames and then messages, in one go.
    pub(crate) fn send_and_say(&self, frames: &[Frame], exchange: u32, messages: &[AgentMessage]) {
        let messages = messages.iter().filter_map(|message| message.to_frame(exchange).ok());
        self.send(&frames.iter().cloned().chain(messages).collect::<Vec<_>>());
    }

    /// The same without waiting for the host, for the reader.
    ///
    /// # Errors
    /// When too much waits for the host; the words are for it.
    pub(crate) fn answer(
        &self,
        frames: Vec<Frame>,
        exchange: u32,
        message: AgentMessage,
    ) -> Result<(), String> {
        self.reserve.give(Task::Say(frames, exchange, message))
    }

    /// A number for a stream of ours.
    pub(crate) fn new_stream(&self) -> u32 {
        self.next_stream.fetch_add(2, Ordering::Relaxed)
    }

    /// Sends what a process writes until it ends, and says how it ended. The process has been started by the calling thread.
    ///
    /// # Errors
    /// When there is no thread to read what it writes; it is ended then.
    pub(crate) fn attend(
        &self,
        exchange: u32,
        launched: Launched,
        standard: u32,
        error: Option<u32>,
    ) -> io::Result<End> {
        let Launched { running, child, input: _input, output, error: error_output, source, ended } = launched;
        let (ended, end_it) = ended;
        self.registry.add(exchange, &running);
        let standard = self.open(exchange, standard);
        let error = error.zip(error_output).map(|(stream, output)| (self.open(exchange, stream), output));
        let end = thread::scope(|scope| {
            let mut outputs = std::iter::once((&standard, &output))
                .chain(error.iter().map(|(stream, output)| (stream, output)));
            let listening = outputs.try_for_each(|(stream, output)| {
                let ended = ended.as_fd();
                let listen = move || send_output(self, stream, output.as_fd(), source, ended);
                thread::Builder::new().spawn_scoped(scope, listen).map(drop)
            });
            if listening.is_err() {
                // Nobody would learn what it says, and with a full pipe it would stand still.
                tree::end(&[running.pid], Duration::ZERO);
            }
            let end = running.wait(child);
            self.registry.remove(&running);
            drop(end_it);
            listening.map(|()| end)
        });
        let mut outgoing = lock(&self.outgoing);
        outgoing.remove(&standard.stream);
        if let Some((stream, _)) = &error {
            outgoing.remove(&stream.stream);
        }
        end
    }

    fn open(&self, exchange: u32, stream: u32) -> Arc<Outgoing> {
        let outgoing = Arc::new(Outgoing::new(exchange, stream));
        lock(&self.outgoing).insert(stream, Arc::clone(&outgoing));
        if self.registry.is_closing(exchange) {
            outgoing.close();
        }
        outgoing
    }

    /// Lets go whoever waits for the host.
    fn close_streams(&self) {
        lock(&self.outgoing).values().for_each(|outgoing| outgoing.close());
        lock(&self.incoming).values().for_each(|(_, incoming)| incoming.end());
    }

    /// Ends what an exchange has started. What it says last is still said.
    fn close_exchange(&self, exchange: u32) -> Result<(), String> {
        if self.network.has(exchange) {
            self.network.close(exchange);
            return Ok(());
        }
        if self.control(exchange).is_none() || !self.registry.refuse(exchange) {
            return Ok(());
        }
        lock(&self.outgoing)
            .values()
            .filter(|outgoing| outgoing.exchange == exchange)
            .for_each(|outgoing| outgoing.close());
        let incoming = lock(&self.incoming);
        incoming.values().filter(|(of, _)| *of == exchange).for_each(|(_, incoming)| incoming.end());
        drop(incoming);
        let connection = self.clone();
        // Processes may take their time to end.
        match thread::Builder::new().spawn(move || connection.registry.end(exchange)) {
            Ok(_) => Ok(()),
            Err(_) => self.reserve.give(Task::End(exchange)),
        }
    }

    /// Reads until the host ends, or writing to it has failed. The error is for the host.
    fn read(&self, lost: &OwnedFd) -> Result<(), String> {
        let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
        let mut decoder = Decoder::new();
        let mut greeted = false;
        let mut buffer = vec![0; ROOM / 2];
        loop {
            let mut ready = [
                PollFd::new(&stdin, PollFlags::IN),
                PollFd::new(lost, PollFlags::IN),
                // Nobody is at its other end any more: told whether something is being written or not.
                PollFd::new(&stdout, PollFlags::empty()),
            ];
            let patience = self.network.begin_what_waits(self);
            match poll(&mut ready, patience.as_ref()) {
                Ok(0) | Err(Errno::INTR) => continue,
                Err(error) => return Err(error.to_string()),
                Ok(_) => {}
            }
            if !ready[1].revents().is_empty() || !ready[2].revents().is_empty() {
                return Ok(());
            }
            let length = match rustix::io::read(stdin, &mut buffer) {
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Ok(0) | Err(_) => return decoder.finish().map_err(|error| error.to_string()),
                Ok(length) => length,
            };
            let mut input = &buffer[..length];
            while let Some(piece) = decoder.next_piece(&mut input).map_err(|error| error.to_string())? {
                match piece {
                    Piece::Frame(frame) if greeted => self.take(frame)?,
                    Piece::Frame(frame) => {
                        greet(&frame)?;
                        greeted = true;
                    }
                    Piece::Data { stream, length } if greeted => {
                        let (bytes, rest) = input.split_at(length);
                        input = rest;
                        self.take_data(stream, bytes)?;
                    }
                    Piece::Data { .. } => return Err("the first frame is no greeting".to_owned()),
                }
            }
        }
    }

    fn take_data(&self, stream: u32, bytes: &[u8]) -> Result<(), String> {
        let incoming = lock(&self.incoming).get(&stream).cloned();
        // What arrives for a command that has just ended is nobody's any more.
        match incoming {
            Some((_, incoming)) => incoming.push(bytes),
            None => self.network.data(stream, bytes),
        }
        .map_err(|error| format!("stream {stream}: {error}"))
    }

    fn take(&self, frame: Frame) -> Result<(), String> {
        let stream = frame.stream;
        let on_stream = |error: &dyn std::fmt::Display| format!("stream {stream}: {error}");
        match frame.kind {
            Kind::Control => {
                let message = HostMessage::from_frame(&frame).map_err(|error| on_stream(&error))?;
                self.take_message(stream, message)
            }
            Kind::Data => self.take_data(stream, &frame.payload),
            Kind::End => {
                let incoming = lock(&self.incoming).get(&stream).cloned();
                match incoming {
                    Some((_, incoming)) => incoming.end(),
                    None => self.network.end(stream),
                }
                Ok(())
            }
            Kind::Credit => {
                let credit = frame.credited().map_err(|error| on_stream(&error))?;
                let outgoing = lock(&self.outgoing).get(&stream).cloned();
                match outgoing {
                    Some(outgoing) => outgoing.credit(credit),
                    None => self.network.credit(stream, credit),
                }
                .map_err(|error| on_stream(&error))
            }
        }
    }

    fn take_message(&self, exchange: u32, message: HostMessage) -> Result<(), String> {
        match message {
            HostMessage::Hello(_) => Err("a second greeting".to_owned()),
            HostMessage::Signal(number) => {
                self.control(exchange).into_iter().for_each(|control| control.signal(number));
                Ok(())
            }
            HostMessage::Resize(size) => {
                self.control(exchange).into_iter().for_each(|control| control.resize(size));
                Ok(())
            }
            HostMessage::Close => self.close_exchange(exchange),
            HostMessage::Dial(request) => {
                self.check_number(exchange)?;
                self.network.dial(self, exchange, request)
            }
            HostMessage::WatchPorts => {
                self.check_number(exchange)?;
                self.network.watch_ports(self, exchange)
            }
            HostMessage::WatchLinks => {
                self.check_number(exchange)?;
                self.network.watch_links(self, exchange)
            }
            HostMessage::Inside(request) => {
                self.begin(exchange)?;
                let begun = self.work(exchange, move |connection| hooks::run(connection, exchange, &request));
                let Err(error) = begun else { return Ok(()) };
                let refusal = Refusal::NoPlace { reason: no_thread(&error) };
                self.answer(Vec::new(), exchange, AgentMessage::Refused(refusal))
            }
            HostMessage::Exec(request) => {
                let control = self.begin(exchange)?;
                let streams = [request.standard, request.error];
                if streams.contains(&CONNECTION) || request.standard == request.error {
                    return Err(format!(
                        "exchange {exchange}: its streams are {} and {}",
                        request.standard, request.error
                    ));
                }
                let incoming = Arc::new(Incoming::default());
                let entry = (exchange, Arc::clone(&incoming));
                if lock(&self.incoming).insert(request.standard, entry).is_some() {
                    return Err(format!("stream {} is in use", request.standard));
                }
                let name = request.arguments.first().cloned();
                let (standard, error) = (request.standard, request.error);
                let begun = self.work(exchange, move |connection| {
                    exec::run(connection, exchange, &request, &control, &incoming);
                    lock(&connection.incoming).remove(&standard);
                });
                let Err(reason) = begun else { return Ok(()) };
                lock(&self.incoming).remove(&standard);
                let end = unattended(name.as_deref(), &reason);
                let ends = vec![Frame::end(standard), Frame::end(error)];
                self.answer(ends, exchange, AgentMessage::ExecFinished { end, milliseconds: 0 })
            }
        }
    }

    fn control(&self, exchange: u32) -> Option<Arc<Control>> {
        lock(&self.exchanges).get(&exchange).cloned()
    }

    /// Whether a number may be that of a new exchange.
    fn check_number(&self, exchange: u32) -> Result<(), String> {
        if exchange == CONNECTION
            || lock(&self.exchanges).contains_key(&exchange)
            || lock(&self.incoming).contains_key(&exchange)
            || self.network.has(exchange)
        {
            return Err(format!("exchange {exchange} cannot be opened"));
        }
        Ok(())
    }

    fn begin(&self, exchange: u32) -> Result<Arc<Control>, String> {
        self.check_number(exchange)?;
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() >= MOST_EXCHANGES {
            return Err(format!("exchange {exchange} cannot be opened"));
        }
        let control = Arc::new(Control::default());
        exchanges.insert(exchange, Arc::clone(&control));
        Ok(control)
    }

    /// Gives an exchange its own thread, which may become somebody else.
    ///
    /// # Errors
    /// When there is no thread for it. The exchange is over then, and the host is to be told.
    fn work(&self, exchange: u32, work: impl FnOnce(&Connection) + Send + 'static) -> io::Result<()> {
        let connection = self.clone();
        let thread = thread::Builder::new().spawn(move || {
            work(&connection);
            lock(&connection.exchanges).remove(&exchange);
            connection.registry.forget(exchange);
        });
        if thread.is_err() {
            lock(&self.exchanges).remove(&exchange);
        }
        thread.map(drop)
    }
}

fn greet(frame: &Frame) -> Result<(), String> {
    match (frame.kind, frame.stream) {
        (Kind::Control, CONNECTION) => match HostMessage::from_frame(frame) {
            Ok(HostMessage::Hello(hello)) if hello.protocol == PROTOCOL => Ok(()),
            Ok(HostMessage::Hello(hello)) => {
                Err(format!("the host speaks protocol {}, this agent {PROTOCOL}", hello.protocol))
            }
            _ => Err("the first message is no greeting".to_owned()),
        },
        _ => Err("the first frame is no greeting".to_owned()),
    }
}
