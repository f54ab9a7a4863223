//! A remote engine through the person's own `ssh` program, which has their keys, agent, jump hosts and known machines.
//!
//! Nothing of an engine need be installed there: one `ssh` opens its socket for every connection. Where a server forbids that, or
//! where only the remote machine knows which socket it uses, the engine's own program there relays its standard streams to the socket.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
#[cfg(unix)]
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::OnceCell;
use wharf_plan::quote;

use super::connection::{Duplex, SILENCE, SILENCES, Socket};
use crate::address::Address;
use crate::reach::{SshFailure, SshProblem, cause};

/// Where an engine listens on a machine that does not say otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// `CREATE_NO_WINDOW`: where this program has no console, as the app has none, a window would open for each connection.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;

/// How the engine of one address is reached, once that is known.
#[derive(Default)]
pub(super) struct Ssh {
    way: OnceCell<Open>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// `ssh` opens this socket there.
    Tunnel(String),
    /// This program there relays its standard streams to the engine.
    Relay(Vec<String>),
}

/// A way that has been seen to lead to an engine.
enum Open {
    #[cfg(unix)]
    Tunnel(Box<tunnel::Tunnel>),
    Relay(Vec<String>),
}

impl Ssh {
    /// Opens one connection.
    pub(super) async fn open(&self, address: &Address) -> io::Result<Socket> {
        let mut first = None;
        let way = self.way.get_or_try_init(|| find(address, &mut first)).await?;
        if let Some(socket) = first {
            return Ok(socket);
        }
        match way {
            #[cfg(unix)]
            Open::Tunnel(tunnel) => Ok(Socket::new(tunnel.connect().await?)),
            Open::Relay(words) => Ok(Socket::new(relay(login(address).args(words))?)),
        }
    }
}

/// Tries the ways in order; `first` becomes the connection by which the right one was seen.
async fn find(address: &Address, first: &mut Option<Socket>) -> io::Result<Open> {
    let Address::Ssh { socket, .. } = address else { return Err(io::ErrorKind::Unsupported.into()) };
    let mut reason = None;
    for way in ways(socket.as_deref()) {
        let is_tunnel = matches!(way, Way::Tunnel(_));
        match attempt(address, way, first).await {
            Ok(open) => return Ok(open),
            Err(error) => {
                let problem = cause::<SshFailure>(&error).map(|failure| failure.problem);
                if !matches!(problem, Some(SshProblem::Socket | SshProblem::Other)) {
                    return Err(error);
                }
                // What ssh says about the socket tells more than a program that is not there.
                if reason.is_none() || is_tunnel {
                    reason = Some(error);
                }
            }
        }
    }
    Err(reason.unwrap_or_else(|| io::ErrorKind::NotConnected.into()))
}

async fn attempt(address: &Address, way: Way, first: &mut Option<Socket>) -> io::Result<Open> {
    match way {
        #[cfg(unix)]
        Way::Tunnel(socket) => {
            let (tunnel, mut stream) = tunnel::Tunnel::open(address, &socket).await?;
            match greet(&mut stream).await {
                Ok(()) => {
                    *first = Some(Socket::new(stream));
                    Ok(Open::Tunnel(Box::new(tunnel)))
                }
                Err(error) => Err(tunnel.explain(error).await),
            }
        }
        #[cfg(not(unix))]
        Way::Tunnel(socket) => {
            Err(failure(&format!("{socket} cannot be opened from this system: not found")))
        }
        Way::Relay(words) => {
            let mut stream = relay(login(address).args(&words))?;
            greet(&mut stream).await?;
            *first = Some(Socket::new(stream));
            Ok(Open::Relay(words))
        }
    }
}

/// The ways to try, best first.
fn ways(socket: Option<&str>) -> Vec<Way> {
    let words = |words: &[&str]| Way::Relay(words.iter().map(|word| (*word).to_owned()).collect());
    match socket {
        // Docker's program there knows which of its contexts is meant.
        None => vec![words(&["docker", "system", "dial-stdio"]), Way::Tunnel(DEFAULT_SOCKET.to_owned())],
        Some(path) => {
            // The remote shell reads this line, so the path is quoted for it.
            let url = quote::shell_quoted(&format!("unix://{path}"));
            let relay = if path.contains("podman") {
                words(&["podman", "--url", &url, "system", "dial-stdio"])
            } else {
                words(&["docker", "--host", &url, "system", "dial-stdio"])
            };
            vec![Way::Tunnel(path.to_owned()), relay]
        }
    }
}

/// `ssh` up to the machine, where options end and the remote command begins.
fn login(address: &Address) -> Command {
    with_options(address, &[])
}

fn with_options(address: &Address, options: &[&str]) -> Command {
    let mut command = Command::new("ssh");
    #[cfg(windows)]
    command.creation_flags(NO_WINDOW);
    // Nobody can be asked here: neither for a password nor about an unknown machine.
    command.args(["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"]);
    // A machine that has gone without a word ends the login, and so everything that waits for it.
    let interval = format!("ServerAliveInterval={}", SILENCE.as_secs());
    command.args(["-o", &interval, "-o", &format!("ServerAliveCountMax={SILENCES}")]).args(options);
    if let Address::Ssh { user, host, port, identity, agent, .. } = address {
        if let Some(agent) = agent {
            command.env("SSH_AUTH_SOCK", agent);
        }
        if let Some(user) = user {
            command.args(["-l", user]);
        }
        if let Some(port) = port {
            command.args(["-p", &port.to_string()]);
        }
        if let Some(identity) = identity {
            command.arg("-i").arg(identity);
        }
        command.args(["--", host]);
    }
    command
}

/// Asks for the shortest answer there is, to see that an engine is at the other end before anything relies on it.
async fn greet(relay: &mut impl Duplex) -> io::Result<()> {
    const LONGEST: usize = 64 * 1024;
    // A program that has ended already takes nothing; why is told by reading.
    let _ = relay.write_all(b"HEAD /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let _ = relay.flush().await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // One at a time, because what follows belongs to the next answer.
        let mut byte = [0];
        if relay.read(&mut byte).await? == 0 {
            return Err(failure(String::from_utf8_lossy(&head).trim()));
        }
        head.push(byte[0]);
        if head.len() > LONGEST {
            return Err(failure("what answers there is no engine"));
        }
    }
    if head.starts_with(b"HTTP/") { Ok(()) } else { Err(failure(String::from_utf8_lossy(&head).trim())) }
}

fn failure(words: &str) -> io::Error {
    io::Error::other(SshFailure { problem: SshProblem::of(words), words: words.to_owned() })
}

fn spawn(command: &mut Command) -> io::Result<Child> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            io::Error::other(SshFailure { problem: SshProblem::Program, words: error.to_string() })
        })
}

fn relay(command: &mut Command) -> io::Result<Relay> {
    let mut child = spawn(command)?;
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(input), Some(output), Some(errors)) => {
            Ok(Relay { input: Some(input), output, errors, said: Vec::new(), heard: false, _child: child })
        }
        _ => Err(io::Error::other("the ssh program has no standard streams")),
    }
}

#[cfg(unix)]
mod tunnel {
    //! One login whose forwarded socket takes every connection.

    use std::path::PathBuf;
    use std::time::Duration;

    use tempfile::TempDir;
    use tokio::net::UnixStream;

    use super::*;

    /// How long ssh may take to say why a socket there cannot be opened.
    const AFTERTHOUGHT: Duration = Duration::from_millis(500);

    pub(super) struct Tunnel {
        socket: PathBuf,
        said: Arc<Mutex<String>>,
        // The end of its input is the end of the login, however this process ends.
        _child: Child,
        _folder: TempDir,
    }

    impl Tunnel {
        /// Opens it, and the first connection through it.
        pub(super) async fn open(address: &Address, remote: &str) -> io::Result<(Tunnel, UnixStream)> {
            // Only this user may enter a temporary folder.
            let folder = tempfile::Builder::new().prefix("wharf-ssh-").tempdir()?;
            let socket = folder.path().join("engine.sock");
            let forward = format!("{}:{remote}", socket.display());
            let options = ["-o", "ExitOnForwardFailure=yes", "-o", "ControlPath=none", "-L", &forward];
            let mut child = spawn(with_options(address, &options).arg("cat"))?;
            let said = Arc::new(Mutex::new(String::new()));
            let listening = child.stderr.take().map(|errors| tokio::spawn(listen(errors, said.clone())));
            let first = loop {
                match UnixStream::connect(&socket).await {
                    Ok(stream) => break stream,
                    // The file is there a moment before ssh listens at it.
                    Err(error)
                        if matches!(
                            error.kind(),
                            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                        ) => {}
                    Err(error) => return Err(error),
                }
                if child.try_wait()?.is_some() {
                    if let Some(listening) = listening {
                        let _ = listening.await;
                    }
                    return Err(failure(&words(&said)));
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            Ok((Tunnel { socket, said, _child: child, _folder: folder }, first))
        }

        pub(super) async fn connect(&self) -> io::Result<UnixStream> {
            UnixStream::connect(&self.socket).await
        }

        /// A socket that cannot be opened there only ends the connection here; ssh says why beside it.
        pub(super) async fn explain(&self, error: io::Error) -> io::Error {
            let end = tokio::time::Instant::now() + AFTERTHOUGHT;
            while words(&self.said).is_empty() && tokio::time::Instant::now() < end {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            match words(&self.said) {
                said if said.is_empty() => error,
                said => io::Error::other(SshFailure { problem: SshProblem::Socket, words: said }),
            }
        }
    }

    async fn listen(mut errors: ChildStderr, said: Arc<Mutex<String>>) {
        const LONGEST: usize = 16 * 1024;
        let mut bytes = [0; 1024];
        while let Ok(length @ 1..) = errors.read(&mut bytes).await {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() < LONGEST {
                said.push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        }
    }

    fn words(said: &Mutex<String>) -> String {
        said.lock().unwrap_or_else(PoisonError::into_inner).trim().to_owned()
    }
}

/// The standard streams of a relaying program as one connection; the program ends with it.
pub(super) struct Relay {
    /// Absent after the end of the input.
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: ChildStderr,
    /// What it has written there, once it ends without having relayed anything.
    said: Vec<u8>,
    heard: bool,
    _child: Child,
}

impl AsyncRead for Relay {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.output).poll_read(context, buffer))?;
        if self.heard || buffer.filled().len() > before {
            self.heard = true;
            return Poll::Ready(Ok(()));
        }
        // It ended without a word from the engine: its own words say why.
        loop {
            let mut bytes = [0; 1024];
            let mut words = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.errors).poll_read(context, &mut words))?;
            if words.filled().is_empty() {
                let said = String::from_utf8_lossy(&self.said).trim().to_owned();
                return Poll::Ready(if said.is_empty() { Ok(()) } else { Err(failure(&said)) });
            }
            self.said.extend_from_slice(words.filled());
        }
    }
}

impl AsyncWrite for Relay {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_write(context, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_flush(context),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Only letting go of the pipe is the end of the input for the program.
        self.input = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    async fn exchange(script: &str) -> Result<String, String> {
        let mut relay = relay(Command::new("sh").args(["-c", script])).unwrap();
        // A program that has ended takes nothing any more.
        let _ = relay.write_all(b"ping").await;
        relay.shutdown().await.unwrap();
        let mut text = String::new();
        relay.read_to_string(&mut text).await.map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[tokio::test]
    async fn a_relaying_program_is_a_connection_and_its_words_are_an_error() {
        assert_eq!(exchange("cat; echo noise >&2; echo after").await, Ok("pingafter\n".to_owned()));
        assert_eq!(
            exchange("echo 'Permission denied (publickey).' >&2; exit 255").await,
            Err("the machine does not let this user in: Permission denied (publickey).".to_owned())
        );
        assert_eq!(exchange("exit 1").await, Ok(String::new()));
    }

    #[test]
    fn the_command_line_leaves_the_rest_to_the_person_s_configuration() {
        for (text, expected) in [
            (
                "ssh://far",
                "-T -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -- far",
            ),
            (
                "ssh://me@far:22/run/podman/podman.sock",
                "-T -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -l me -p 22 -- far",
            ),
        ] {
            let command = login(&text.parse().unwrap());
            let arguments: Vec<_> =
                command.as_std().get_args().map(|argument| argument.to_string_lossy()).collect();
            assert_eq!(arguments.join(" "), expected);
        }
        let relay = Way::Relay(["docker", "system", "dial-stdio"].map(str::to_owned).to_vec());
        assert_eq!(ways(None), [relay, Way::Tunnel(DEFAULT_SOCKET.to_owned())]);
        assert_eq!(ways(Some("/x.sock"))[0], Way::Tunnel("/x.sock".to_owned()));
    }
}
