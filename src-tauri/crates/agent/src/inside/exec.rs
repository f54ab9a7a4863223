//! One command with its input and output.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use wharf_agent::frame::Frame;
use wharf_agent::message::{AgentMessage, End, ExecRequest, TerminalSize};

use super::connection::Connection;
use super::context::prepare;
use super::launch::{Launched, Wiring, launch, unattended};
use super::running::Running;
use super::stream::{Incoming, receive_input};

/// What the host may say to a command while it runs, or before it does.
#[derive(Debug, Default)]
pub(crate) struct Control(Mutex<ControlState>);

#[derive(Debug, Default)]
struct ControlState {
    running: Option<Arc<Running>>,
    signals: Vec<i32>,
    size: Option<TerminalSize>,
}

impl Control {
    /// Passes a signal on, or keeps it until there is a process to take it.
    pub(crate) fn signal(&self, number: i32) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.running {
            Some(running) => running.signal(number),
            None if state.signals.len() < 64 => state.signals.push(number),
            None => {}
        }
    }

    /// Passes a window size on, or keeps the last one.
    pub(crate) fn resize(&self, size: TerminalSize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.running {
            Some(running) => running.resize(size),
            None => state.size = Some(size),
        }
    }

    /// The last window size that came before there was a terminal.
    fn size(&self) -> Option<TerminalSize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size.take()
    }

    fn started(&self, running: &Arc<Running>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.size.take().into_iter().for_each(|size| running.resize(size));
        state.signals.drain(..).for_each(|number| running.signal(number));
        state.running = Some(Arc::clone(running));
    }
}

/// Runs the request on the calling thread, which becomes the user's.
pub(crate) fn run(
    connection: &Connection,
    exchange: u32,
    request: &ExecRequest,
    control: &Control,
    incoming: &Arc<Incoming>,
) {
    let prepared = match prepare(connection, exchange, &request.context, None) {
        Ok(prepared) => prepared,
        Err(refusal) => return connection.say(exchange, &[AgentMessage::Refused(refusal)]),
    };
    let began = Instant::now();
    let wiring =
        request.terminal.map_or(Wiring::Pipes, |size| Wiring::Terminal(control.size().unwrap_or(size)));
    let login_shell = [prepared.shell, "-l".to_owned()];
    let arguments = if request.arguments.is_empty() { &login_shell[..] } else { &request.arguments };
    let end = match launch(arguments, &prepared.environment, &prepared.working_dir, wiring) {
        Ok(launched) => attend(connection, exchange, request, control, incoming, launched)
            .unwrap_or_else(|error| unattended(arguments.first().map(String::as_str), &error)),
        Err(end) => end,
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let finished = AgentMessage::ExecFinished { end, milliseconds };
    let ends = [Frame::end(request.standard), Frame::end(request.error)];
    connection.send_and_say(&ends, exchange, &[finished]);
}

fn attend(
    connection: &Connection,
    exchange: u32,
    request: &ExecRequest,
    control: &Control,
    incoming: &Arc<Incoming>,
    mut launched: Launched,
) -> io::Result<End> {
    control.started(&launched.running);
    connection.say(exchange, &[AgentMessage::ExecStarted { process: launched.child.id() }]);
    let receiving = launched.input.take().map_or(Ok(()), |input| {
        let (connection, incoming, stream) = (connection.clone(), Arc::clone(incoming), request.standard);
        let source = launched.source;
        // Not waited for: a process left behind may hold the other end for ever.
        let receive = move || receive_input(&connection, stream, &incoming, &input, source);
        thread::Builder::new().spawn(receive).map(drop)
    });
    let end = match receiving {
        Ok(()) => connection.attend(exchange, launched, request.standard, Some(request.error)),
        Err(error) => {
            launched.end();
            Err(error)
        }
    };
    incoming.end();
    end
}
