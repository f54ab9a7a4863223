//! Starts a program, feeds and drains it, and waits for its end.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A program that has not ended by then is stuck.
const ENDS_WITHIN: Duration = Duration::from_secs(100);

/// How the program ended and what it wrote.
pub(crate) struct Ended {
    /// Its exit code, or the signal that ended it.
    pub(crate) status: ExitStatus,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error.
    pub(crate) stderr: Vec<u8>,
}

impl Ended {
    /// The exit code, or words for the signal.
    pub(crate) fn code(&self) -> Value {
        let signal = || json!(format!("signal {}", self.status.signal().unwrap_or_default()));
        self.status.code().map_or_else(signal, |code| json!(code))
    }
}

/// Starts the program, feeds and drains it until it ends.
pub(crate) fn run(mut command: Command, input: Vec<u8>) -> Result<Ended, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let mut stdin = child.stdin.take();
    let writer = std::thread::spawn(move || {
        if let Some(stdin) = &mut stdin {
            // A program that does not read its input closes it: no failure of the case.
            drop(stdin.write_all(&input));
        }
    });
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if started.elapsed() > ENDS_WITHIN => {
                drop(child.kill());
                drop(child.wait());
                return Err(format!("the program did not end within {} s", ENDS_WITHIN.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    drop(writer.join());
    let stderr = stderr.join().unwrap_or_default();
    if std::env::var_os("WHARF_CONFORMANCE_LOG").is_some() {
        eprintln!("{}", String::from_utf8_lossy(&stderr));
    }
    Ok(Ended { status, stdout: stdout.join().unwrap_or_default(), stderr })
}

fn drain(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            drop(stream.read_to_end(&mut bytes));
        }
        bytes
    })
}
