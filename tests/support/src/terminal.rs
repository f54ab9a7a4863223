//! A program on a terminal: keys in, the screen out.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::PATIENCE;

/// A program whose three streams are a terminal.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keys: std::fs::File,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Terminal {
    /// Starts the command on a terminal of that many columns and rows.
    pub fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        let mut started = || -> std::io::Result<_> {
            // macOS opens a terminal without this flag, so it is set afterwards everywhere.
            let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
            fcntl_setfd(&ours, FdFlags::CLOEXEC)?;
            grantpt(&ours)?;
            unlockpt(&ours)?;
            let name = ptsname(&ours, Vec::new())?;
            let theirs: OwnedFd = std::fs::File::options()
                .read(true)
                .write(true)
                .open(std::str::from_utf8(name.to_bytes()).map_err(std::io::Error::other)?)?
                .into();
            tcsetwinsize(&ours, Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 })?;
            command
                .stdin(Stdio::from(theirs.try_clone()?))
                .stdout(Stdio::from(theirs.try_clone()?))
                .stderr(Stdio::from(theirs));
            Ok((command.spawn()?, std::fs::File::from(ours)))
        };
        let (child, keys) = started().unwrap_or_else(|error| panic!("no terminal: {error}"));
        // The command keeps the terminal's other end open for as long as it lives; reading must see the end.
        drop(command);
        let (sender, output) = channel();
        if let Ok(mut screen) = keys.try_clone() {
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = screen.read(&mut buffer) {
                    if sender.send(buffer[..length].to_vec()).is_err() {
                        break;
                    }
                }
            });
        }
        Self { child, keys, output, seen: Vec::new() }
    }

    /// Waits until `text` has appeared since the last call and returns everything up to its end.
    pub fn until(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.windows(text.len()).position(|found| found == text.as_bytes()) {
                let found: Vec<u8> = self.seen.drain(..at + text.len()).collect();
                return String::from_utf8_lossy(&found).into_owned();
            }
            if self.read(end).is_err() {
                panic!("{text:?} did not appear in {:?}", self.text());
            }
        }
    }

    /// Types.
    pub fn keys(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap_or_else(|error| panic!("cannot type: {error}"));
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let sent = Pid::from_raw(self.child.id().cast_signed())
            .ok_or(rustix::io::Errno::SRCH)
            .and_then(|process| rustix::process::kill_process(process, signal));
        sent.unwrap_or_else(|error| panic!("cannot send a signal: {error}"));
    }

    /// Waits for the end; returns the exit code and what was written after the last [`Self::until`].
    pub fn end(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
                _ => {
                    let _ = self.child.kill();
                    panic!("the program does not end; it wrote {:?}", self.text());
                }
            }
        };
        // All of it has been read once nobody holds the terminal.
        let ended = loop {
            if let Err(error) = self.read(end) {
                break error;
            }
        };
        assert_eq!(
            ended,
            RecvTimeoutError::Disconnected,
            "somebody still holds the terminal: {:?}",
            self.text()
        );
        (status.code(), self.text())
    }

    /// Waits for more, until then at most.
    fn read(&mut self, end: Instant) -> Result<(), RecvTimeoutError> {
        let more = self.output.recv_timeout(end.saturating_duration_since(Instant::now()))?;
        self.seen.extend(more);
        Ok(())
    }

    /// What has not been asked for. A letter may come in two pieces, so that only the whole is text.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}
