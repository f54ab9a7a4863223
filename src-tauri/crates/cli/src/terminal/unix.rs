//! Terminals and signals of Linux and macOS.

use std::io;

use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use wharf_runner::{CancellationToken, ExecControl};

/// Columns and rows of the terminal that standard error is, else of the one that standard output is.
pub(crate) fn size() -> Option<(u16, u16)> {
    let size = termios::tcgetwinsize(io::stderr())
        .or_else(|_| termios::tcgetwinsize(io::stdout()))
        .or_else(|_| termios::tcgetwinsize(io::stdin()))
        .ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Every terminal here does.
pub(crate) fn understands_escapes() -> bool {
    true
}

/// Without a locale: macOS starts programs without one and shows Unicode; elsewhere it means plain ASCII.
pub(crate) fn shows_unicode(_variable: impl Fn(&str) -> Option<String>) -> bool {
    cfg!(target_os = "macos")
}

/// Standard input as it comes.
pub(crate) type Input = tokio::io::Stdin;

/// Standard input, for a command inside.
pub(crate) fn input() -> Input {
    tokio::io::stdin()
}

/// Standard output, for a command inside.
pub(crate) fn output() -> tokio::io::Stdout {
    tokio::io::stdout()
}

/// Standard error, for a command inside.
pub(crate) fn errors() -> tokio::io::Stderr {
    tokio::io::stderr()
}

/// Standard input in raw mode: every key goes to the program at the other end. Dropping it restores what was before.
#[derive(Debug)]
pub(crate) struct Raw(Termios);

impl Raw {
    pub(crate) fn enter() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that has gone away needs no restoring.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.0);
    }
}

/// Standard input without echo: what is typed is not shown. Dropping it shows it again.
#[derive(Debug)]
pub(crate) struct Hidden(Termios);

impl Hidden {
    pub(crate) fn enter() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        termios::tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that has gone away needs no restoring.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.0);
    }
}

/// The signals that ask a program to end.
pub(crate) struct Interrupts([Signal; 3]);

/// Begins to listen for interrupts; from now on they do not end the program by themselves.
pub(crate) fn interrupts() -> io::Result<Interrupts> {
    Ok(Interrupts([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    ]))
}

impl Interrupts {
    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// The signals that are passed on to a command inside, and their Linux numbers, which the agent speaks. Those of a person at
/// the keyboard arrive here too when there is no terminal in between.
const FORWARDED: [(SignalKind, i32); 7] = [
    (SignalKind::hangup(), 1),
    (SignalKind::interrupt(), 2),
    (SignalKind::quit(), 3),
    (SignalKind::user_defined1(), 10),
    (SignalKind::user_defined2(), 12),
    (SignalKind::terminate(), 15),
    (SignalKind::window_change(), WINDOW_CHANGE),
];

const WINDOW_CHANGE: i32 = 28;

/// Sends signals, and with `terminal` window sizes too, to a command inside for as long as somebody listens. A signal that
/// nobody has taken after a moment, because no command runs yet, cancels instead.
pub(crate) fn control(terminal: bool, cancel: &CancellationToken) -> io::Result<mpsc::Receiver<ExecControl>> {
    let (sender, receiver) = mpsc::channel(16);
    for (kind, number) in FORWARDED {
        if number == WINDOW_CHANGE && !terminal {
            continue;
        }
        let mut signals = signal(kind)?;
        let (sender, cancel) = (sender.clone(), cancel.clone());
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let control = if number == WINDOW_CHANGE {
                    let Some((columns, rows)) = size() else { continue };
                    ExecControl::Resize { columns, rows }
                } else {
                    ExecControl::Signal(number)
                };
                super::deliver(&sender, control, &cancel).await;
            }
        });
    }
    Ok(receiver)
}
