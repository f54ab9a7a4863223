//! Agents as processes, and streams to give a command.

use std::os::unix::fs::PermissionsExt as _;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use wharf_agent::message::{Context as Who, ExecRequest, InsideRequest};
use wharf_engine::Output;
use wharf_runner::inside::{Agent as Built, AgentConnection, Error, InsideEvent, agents};
use wharf_runner::{CancellationToken, ExecControl, ExecStreams};

/// How long anything may take that is not itself about time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);

/// The embedded agent, as a process that ends when this is dropped.
pub(crate) struct Agent {
    pub(crate) process: Child,
    folder: tempfile::TempDir,
}

impl Agent {
    pub(crate) fn start() -> (Agent, AgentConnection) {
        let own = agents().iter().find(|agent| agent.architecture == std::env::consts::ARCH);
        Agent::start_built(
            own.expect("no agent was there when this was built; run `cargo xtask agent` first"),
        )
    }

    /// One of those that are embedded; another processor's runs under an emulator.
    pub(crate) fn start_built(agent: &Built) -> (Agent, AgentConnection) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("agent");
        std::fs::write(&program, agent.program).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        let mut command = if agent.architecture == std::env::consts::ARCH {
            Command::new(program)
        } else {
            let mut emulator = Command::new(format!("qemu-{}-static", agent.architecture));
            emulator.arg(program);
            emulator
        };
        Agent::of(command.arg("--root").arg(folder.path()).env("HOME", folder.path()), folder)
    }

    /// Anything that is taken for an agent.
    pub(crate) fn impostor(line: &str) -> (Agent, AgentConnection) {
        Agent::of(Command::new("/bin/sh").args(["-c", line]), tempfile::tempdir().unwrap())
    }

    fn of(command: &mut Command, folder: tempfile::TempDir) -> (Agent, AgentConnection) {
        let command =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!(
                "{error}: {command:?}; an emulator of another processor is in the package qemu-user-static"
            )
        });
        let stdout =
            ReaderStream::new(process.stdout.take().unwrap()).map(|piece| Ok(Output::Stdout(piece.unwrap())));
        let stderr =
            ReaderStream::new(process.stderr.take().unwrap()).map(|piece| Ok(Output::Stderr(piece.unwrap())));
        let output: Pin<Box<dyn Stream<Item = _> + Send>> =
            Box::pin(futures_util::stream::select(stdout, stderr));
        let connection = AgentConnection::new(process.stdin.take().unwrap(), output);
        (Agent { process, folder }, connection)
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) {
        tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("the agent does not end").unwrap();
    }
}

/// The request for a line of shell, as whoever runs this.
pub(crate) fn shell(line: &str) -> ExecRequest {
    ExecRequest {
        context: Who { working_dir: Some("/".into()), ..Who::default() },
        arguments: ["/bin/sh", "-c", line].map(str::to_owned).to_vec(),
        terminal: None,
        standard: 3,
        error: 5,
    }
}

/// Collects what is written to it.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    pub(crate) async fn until(&self, text: &str) {
        let seen = async {
            while !String::from_utf8_lossy(&self.bytes()).contains(text) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, seen).await;
        waited
            .unwrap_or_else(|_| panic!("{text:?} never came; {:?}", String::from_utf8_lossy(&self.bytes())));
    }
}

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Streams around an input, and our ends of the rest.
pub(crate) struct Ends {
    pub(crate) stdout: Sink,
    pub(crate) stderr: Sink,
    pub(crate) control: mpsc::Sender<ExecControl>,
}

pub(crate) fn streams(stdin: impl AsyncRead + Send + Unpin + 'static) -> (ExecStreams, Ends) {
    let (control, receiver) = mpsc::channel(8);
    let ends = Ends { stdout: Sink::default(), stderr: Sink::default(), control };
    let streams = ExecStreams {
        stdin: Box::new(stdin),
        stdout: Box::new(ends.stdout.clone()),
        stderr: Box::new(ends.stderr.clone()),
        control: receiver,
    };
    (streams, ends)
}

/// Asks for everything at once, a command, hooks and a connection, and waits until all of it and the connection itself have ended. Why.
pub(crate) async fn end_of_all(connection: &AgentConnection, what: &str) -> Error {
    let (mut streams, _ends) = streams(tokio::io::empty());
    streams.stdout = Box::new(tokio::io::sink());
    streams.stderr = Box::new(tokio::io::sink());
    let (request, hooks, cancel) = (shell("true"), InsideRequest::default(), CancellationToken::new());
    let mut quiet = |_: InsideEvent<'_>| ();
    let all = async {
        tokio::join!(
            connection.exec(&request, &mut streams, &cancel),
            connection.run_inside(&hooks, &mut quiet, &cancel),
            connection.dial("localhost", 1),
            connection.closed(),
        )
    };
    let ended = tokio::time::timeout(PATIENCE, all).await;
    ended.unwrap_or_else(|_| panic!("{what}: somebody waits for ever")).3
}
