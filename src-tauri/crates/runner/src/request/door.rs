//! What a door brings along: who is asked, who hears events, where a log goes, and the streams of an `exec`.

use futures_util::future::BoxFuture;

use super::{SecretAnswer, SecretQuestion};
use crate::keychain::Keychain;

/// What a person answered to a consent request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Allow, and remember for this environment.
    Allow,
    /// Refuse; nothing is remembered.
    Refuse,
    /// Nobody is there to ask.
    Nobody,
}

/// A terminal that is another program's until this is dropped.
pub type LentTerminal = Box<dyn std::any::Any + Send>;

/// Asks a person for consent; each door brings its own.
pub trait ConsentAsker: Send + Sync {
    /// Shows what the configuration would do to the host and returns the answer.
    fn ask<'a>(&'a self, request: &'a wharf_api::ConsentRequest) -> BoxFuture<'a, Answer>;

    /// Whether whoever is asked for a secret hears of it by an event, so that one is sent before.
    fn hears_of_secrets(&self) -> bool {
        false
    }

    /// Asks a person for the value of a secret, without showing it.
    fn ask_secret<'a>(&'a self, _: &'a SecretQuestion) -> BoxFuture<'a, SecretAnswer> {
        Box::pin(std::future::ready(SecretAnswer::Nobody))
    }

    /// The keychain that secrets are looked for in, and that a person can have one kept in.
    fn keychain(&self) -> Keychain {
        Keychain::none()
    }

    /// Lends the person's terminal to a program that asks there itself, until what is returned is dropped; None where there is
    /// nobody.
    fn lend_terminal(&self) -> Option<LentTerminal> {
        None
    }
}

/// Receives every event of an operation, in order. Must not block: rendering belongs to the other side of a queue.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn send(&self, event: wharf_api::Event);
}

/// One line of a log, or a piece of one that is too long to be held.
#[derive(Debug, Clone, Copy)]
pub struct LogLine<'a> {
    /// When it was written, in milliseconds since 1970, where that was asked for or is known anyway.
    pub timestamp: Option<u64>,
    /// Who wrote it.
    pub source: wharf_api::LogSource,
    /// Which hook, command or build step wrote it.
    pub step: Option<&'a str>,
    /// Where it was written.
    pub stream: wharf_api::OutputStream,
    /// What was written, with its line end if it has one.
    pub text: &'a [u8],
}

/// Receives a log, in order; each door brings its own. An error ends the reading: nobody wants the rest.
pub trait LogSink: Send {
    /// Takes one line.
    ///
    /// # Errors
    /// When nobody takes lines any more.
    fn line(&mut self, line: &LogLine<'_>) -> std::io::Result<()>;

    /// Says that nothing more is there just now.
    ///
    /// # Errors
    /// When nobody takes lines any more.
    fn pause(&mut self) -> std::io::Result<()>;

    /// Says that everything was shown that had been written when the log was opened.
    fn caught_up(&mut self) {}
}

/// The streams of an `exec`, brought by the door. Data passes through unchanged.
pub struct ExecStreams {
    /// Its end is the end of the command's standard input.
    pub stdin: Box<dyn tokio::io::AsyncRead + Send + Unpin>,
    /// Standard output, and everything when there is a terminal.
    pub stdout: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    /// Standard error; unused when there is a terminal.
    pub stderr: Box<dyn tokio::io::AsyncWrite + Send + Unpin>,
    /// Signals and window sizes, as they happen on this side.
    pub control: tokio::sync::mpsc::Receiver<ExecControl>,
}

/// What happens to an `exec` from outside while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecControl {
    /// The window has this many columns and rows now.
    Resize {
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// Pass this signal (its Linux number) to the command's process group.
    Signal(i32),
}
