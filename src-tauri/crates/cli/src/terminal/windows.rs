//! Terminals and console events of Windows.
#![allow(unsafe_code, reason = "the console has no safe interface in the standard library")]

use std::io::{self, IsTerminal as _};
use std::pin::Pin;
use std::ptr::null;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use wharf_runner::{CancellationToken, ExecControl};
use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, CONSOLE_SCREEN_BUFFER_INFO, DISABLE_NEWLINE_AUTO_RETURN, ENABLE_ECHO_INPUT,
    ENABLE_LINE_INPUT, ENABLE_PROCESSED_INPUT, ENABLE_VIRTUAL_TERMINAL_INPUT,
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetConsoleOutputCP, GetConsoleScreenBufferInfo,
    GetStdHandle, ReadConsoleW, STD_ERROR_HANDLE, STD_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
    SetConsoleMode,
};

use super::shown::Shown;
use super::typed::Typed;

/// Letters that are taken from the console at a time.
const PIECE: usize = 1024;
/// The code page of UTF-8.
const UTF_8: u32 = 65001;
/// How often the window's size is looked at: the console has no signal for it.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// The Linux number of the signal that Ctrl-C and Ctrl-Break become.
const INTERRUPT: i32 = 2;

fn handle(which: STD_HANDLE) -> Option<HANDLE> {
    // SAFETY: takes a constant and returns a handle that this process owns for as long as it lives.
    let handle = unsafe { GetStdHandle(which) };
    (!handle.is_null() && handle != INVALID_HANDLE_VALUE).then_some(handle)
}

fn mode(handle: HANDLE) -> Option<CONSOLE_MODE> {
    let mut mode = 0;
    // SAFETY: `mode` outlives the call; a handle that is no console makes it fail.
    (unsafe { GetConsoleMode(handle, &raw mut mode) } != 0).then_some(mode)
}

fn set_mode(handle: HANDLE, mode: CONSOLE_MODE) -> bool {
    // SAFETY: both are plain values; a handle that is no console makes it fail.
    (unsafe { SetConsoleMode(handle, mode) }) != 0
}

/// Columns and rows of the console's window.
pub(crate) fn size() -> Option<(u16, u16)> {
    [STD_ERROR_HANDLE, STD_OUTPUT_HANDLE].into_iter().find_map(|which| {
        let handle = handle(which)?;
        // SAFETY: the structure is plain data for which all zeros are valid, and it outlives the call.
        let mut info: CONSOLE_SCREEN_BUFFER_INFO = unsafe { std::mem::zeroed() };
        if unsafe { GetConsoleScreenBufferInfo(handle, &raw mut info) } == 0 {
            return None;
        }
        let columns = u16::try_from(info.srWindow.Right - info.srWindow.Left + 1).ok()?;
        let rows = u16::try_from(info.srWindow.Bottom - info.srWindow.Top + 1).ok()?;
        (columns > 0 && rows > 0).then_some((columns, rows))
    })
}

/// Asks the console to understand escape sequences; one older than Windows 10 does not.
pub(crate) fn understands_escapes() -> bool {
    [STD_ERROR_HANDLE, STD_OUTPUT_HANDLE].into_iter().filter_map(handle).any(|handle| {
        mode(handle).is_some_and(|mode| set_mode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING))
    })
}

/// Windows Terminal and consoles with the UTF-8 code page do.
pub(crate) fn shows_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    // SAFETY: has no arguments and only reads.
    variable("WT_SESSION").is_some() || unsafe { GetConsoleOutputCP() } == UTF_8
}

/// The console without echo: what is typed is not shown. Dropping it shows it again.
#[derive(Debug)]
pub(crate) struct Hidden(CONSOLE_MODE);

impl Hidden {
    pub(crate) fn enter() -> io::Result<Self> {
        let input = handle(STD_INPUT_HANDLE).ok_or_else(io::Error::last_os_error)?;
        let before = mode(input).ok_or_else(io::Error::last_os_error)?;
        if !set_mode(input, before & !ENABLE_ECHO_INPUT) {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A console that has gone away needs no restoring.
        if let Some(input) = handle(STD_INPUT_HANDLE) {
            set_mode(input, self.0);
        }
    }
}

/// Standard input, for a command inside. What is typed at a console is read by ourselves: the standard library takes Ctrl-Z for the end of
/// everything, which is a key like others to a program inside.
pub(crate) struct Input {
    stdin: tokio::io::Stdin,
    is_console: bool,
    typed: Option<mpsc::Receiver<io::Result<Vec<u8>>>>,
    rest: Vec<u8>,
}

/// Standard input. Nothing is taken from a console before it is read.
pub(crate) fn input() -> Input {
    let is_console = io::stdin().is_terminal();
    Input { stdin: tokio::io::stdin(), is_console, typed: None, rest: Vec::new() }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_console {
            return Pin::new(&mut self.stdin).poll_read(context, buffer);
        }
        while self.rest.is_empty() {
            let typed = self.typed.get_or_insert_with(read_console);
            match ready!(typed.poll_recv(context)) {
                Some(bytes) => self.rest = bytes?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest[..length]);
        self.rest.drain(..length);
        Poll::Ready(Ok(()))
    }
}

/// Reads the console in a thread of its own, which ends with this program: nothing makes it stop to wait for a key.
fn read_console() -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(1);
    // Without a thread nothing can be typed, which is an end like any other.
    let _ = std::thread::Builder::new().name("console".to_owned()).spawn(move || {
        let (mut typed, mut piece) = (Typed::default(), vec![0_u16; PIECE]);
        loop {
            let read = read_piece(&mut piece).map(|length| typed.bytes(&piece[..length]));
            let is_end = read.is_err();
            if sender.blocking_send(read).is_err() || is_end {
                return;
            }
        }
    });
    receiver
}

/// Waits for keys; in raw mode for the first one.
fn read_piece(piece: &mut [u16]) -> io::Result<usize> {
    let input = handle(STD_INPUT_HANDLE).ok_or_else(io::Error::last_os_error)?;
    let mut length = 0;
    // SAFETY: the letters are written within the room that is told, and everything outlives the call.
    let read = unsafe {
        ReadConsoleW(input, piece.as_mut_ptr().cast(), piece.len() as u32, &raw mut length, null())
    };
    if read == 0 { Err(io::Error::last_os_error()) } else { Ok(length as usize) }
}

/// Standard output, for a command inside.
pub(crate) fn output() -> Box<dyn AsyncWrite + Send + Unpin> {
    let output = tokio::io::stdout();
    if io::stdout().is_terminal() { Box::new(Shown::new(output)) } else { Box::new(output) }
}

/// Standard error, for a command inside.
pub(crate) fn errors() -> Box<dyn AsyncWrite + Send + Unpin> {
    let errors = tokio::io::stderr();
    if io::stderr().is_terminal() { Box::new(Shown::new(errors)) } else { Box::new(errors) }
}

/// The console in raw mode: every key goes to the program at the other end. Dropping it restores what was before.
#[derive(Debug)]
pub(crate) struct Raw(Vec<(STD_HANDLE, CONSOLE_MODE)>);

impl Raw {
    pub(crate) fn enter() -> io::Result<Self> {
        let mut before = Vec::new();
        for (which, add, remove) in [
            (
                STD_INPUT_HANDLE,
                ENABLE_VIRTUAL_TERMINAL_INPUT,
                ENABLE_ECHO_INPUT | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT,
            ),
            (STD_OUTPUT_HANDLE, ENABLE_VIRTUAL_TERMINAL_PROCESSING | DISABLE_NEWLINE_AUTO_RETURN, 0),
        ] {
            let handle = handle(which).ok_or_else(io::Error::last_os_error)?;
            let mode = mode(handle).ok_or_else(io::Error::last_os_error)?;
            if !set_mode(handle, (mode | add) & !remove) {
                return Err(io::Error::last_os_error());
            }
            before.push((which, mode));
        }
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        for (which, mode) in &self.0 {
            if let Some(handle) = handle(*which) {
                set_mode(handle, *mode);
            }
        }
    }
}

/// The console events that ask a program to end.
pub(crate) struct Interrupts {
    interrupt: tokio::signal::windows::CtrlC,
    interrupt_by_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
}

/// Begins to listen for interrupts; from now on they do not end the program by themselves.
pub(crate) fn interrupts() -> io::Result<Interrupts> {
    Ok(Interrupts {
        interrupt: tokio::signal::windows::ctrl_c()?,
        interrupt_by_break: tokio::signal::windows::ctrl_break()?,
        close: tokio::signal::windows::ctrl_close()?,
    })
}

impl Interrupts {
    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.interrupt_by_break.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}

/// Sends interrupts, and with `terminal` window sizes too, to a command inside for as long as somebody listens. An interrupt
/// that nobody has taken after a moment, because no command runs yet, cancels instead.
pub(crate) fn control(terminal: bool, cancel: &CancellationToken) -> io::Result<mpsc::Receiver<ExecControl>> {
    let (sender, receiver) = mpsc::channel(16);
    let mut interrupts = interrupts()?;
    let (signals, cancelled) = (sender.clone(), cancel.clone());
    tokio::spawn(async move {
        loop {
            interrupts.next().await;
            super::deliver(&signals, ExecControl::Signal(INTERRUPT), &cancelled).await;
        }
    });
    if terminal {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            let mut last = size();
            while !sender.is_closed() {
                tokio::time::sleep(LOOK_AGAIN).await;
                let now = size();
                if let (Some((columns, rows)), true) = (now, now != last) {
                    super::deliver(&sender, ExecControl::Resize { columns, rows }, &cancel).await;
                }
                last = now;
            }
        });
    }
    Ok(receiver)
}
