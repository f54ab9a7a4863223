//! An agent under test: its process, the made-up system it looks at, and the frames that go to and fro.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{getgid, getuid};
use wharf_agent::flow::ReceiveWindow;
use wharf_agent::frame::{CONNECTION, Decoder, Frame, Kind};
use wharf_agent::message::{AgentMessage, Context, End, ExecRequest, Hello, HostMessage, Message as _};

/// How long anything may take that is not itself about time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);
/// The number of the only exchange of most tests, and of its streams.
pub(crate) const EXCHANGE: u32 = 1;
pub(crate) const STANDARD: u32 = 3;
pub(crate) const ERROR: u32 = 5;

/// A folder that is taken for the system's root: users, groups, home folders.
pub(crate) struct System {
    folder: tempfile::TempDir,
}

/// The user of the made-up system.
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl System {
    pub(crate) fn new() -> System {
        let folder = tempfile::tempdir().unwrap();
        let system = System { folder };
        let User { name, uid, gid } = system.user();
        std::fs::create_dir_all(system.path("etc")).unwrap();
        std::fs::create_dir_all(system.home()).unwrap();
        open_up(system.path(""));
        std::os::unix::fs::chown(system.home(), Some(uid), Some(gid)).unwrap();
        let home = system.home().display().to_string();
        system.write(
            "etc/passwd",
            &format!("root:x:0:0::/root:/bin/sh\n{name}:x:{uid}:{gid}::{home}:/bin/sh\n"),
        );
        system
            .write("etc/group", &format!("root:x:0:\n{name}:x:{gid}:\nextra:x:4242:{name}\nother:x:4343:\n"));
        system.write("etc/profile", "PATH=\"/usr/bin:/bin\"\nexport PATH\n");
        system
    }

    /// As root somebody else, so that becoming a user is tried too; otherwise whoever runs the tests.
    pub(crate) fn user(&self) -> User {
        if getuid().is_root() {
            User { name: "guest", uid: 4711, gid: 4712 }
        } else {
            User { name: "guest", uid: getuid().as_raw(), gid: getgid().as_raw() }
        }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home/guest")
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        std::fs::write(self.path(relative), text).unwrap();
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|error| format!("<{error}>"))
    }

    pub(crate) fn context(&self) -> Context {
        Context { user: Some("guest".into()), ..Context::default() }
    }

    /// A request for a line of shell.
    pub(crate) fn shell(&self, line: &str) -> ExecRequest {
        ExecRequest {
            context: self.context(),
            arguments: ["/bin/sh", "-c", line].map(str::to_owned).to_vec(),
            terminal: None,
            standard: STANDARD,
            error: ERROR,
        }
    }
}

fn open_up(path: PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A running agent.
pub(crate) struct Agent {
    pub(crate) process: Child,
    stdin: Option<ChildStdin>,
    frames: Receiver<Frame>,
    windows: HashMap<u32, ReceiveWindow>,
}

impl Agent {
    /// Starts it, and greets it.
    pub(crate) fn start(system: &System) -> Agent {
        let mut agent = Agent::start_silently(system);
        agent.tell(CONNECTION, &HostMessage::Hello(Hello::ours()));
        agent
    }

    /// Starts a copy of it that everybody may run, as in a container, and greets it.
    pub(crate) fn start_for_everybody(system: &System) -> Agent {
        let mut agent = Agent::start_command(command(system, &copied(system)));
        agent.tell(CONNECTION, &HostMessage::Hello(Hello::ours()));
        agent
    }

    pub(crate) fn start_silently(system: &System) -> Agent {
        Agent::start_command(command(system, env!("CARGO_BIN_EXE_wharf-agent").as_ref()))
    }

    /// Starts it as a command says, which is one of [`command`] or leads to one.
    pub(crate) fn start_command(command: Command) -> Agent {
        let (mut process, stdout) = spawn(command);
        let (sender, frames) = channel();
        std::thread::spawn(move || read(stdout, |frame| sender.send(frame).is_ok()));
        Agent { stdin: process.stdin.take(), process, frames, windows: HashMap::new() }
    }

    pub(crate) fn tell(&mut self, stream: u32, message: &HostMessage) {
        let frame = message.to_frame(stream).unwrap();
        self.send(&[frame]);
    }

    pub(crate) fn send(&mut self, frames: &[Frame]) {
        let mut bytes = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut bytes).unwrap());
        self.send_bytes(&bytes);
    }

    /// An agent that has ended does not read any more, which the caller will notice by itself.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(bytes).and_then(|()| stdin.flush());
        }
    }

    /// Sends a command what it does not read: as much as a pipe takes, and almost as much again.
    pub(crate) fn stuff(&mut self, stream: u32) {
        self.send(&[Frame::data(stream, vec![0; 60_000])]);
        while self.next().expect("the agent ended").kind != Kind::Credit {}
        self.send(&[Frame::data(stream, vec![0; 60_000])]);
    }

    /// The host goes away.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// The next frame, of which the agent learns nothing.
    pub(crate) fn next_without_credit(&mut self) -> Option<Frame> {
        match self.frames.recv_timeout(PATIENCE) {
            Ok(frame) => Some(frame),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the agent said nothing for {PATIENCE:?}"),
        }
    }

    /// The next frame; data is acknowledged.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        let frame = self.next_without_credit()?;
        if frame.kind == Kind::Data {
            let window = self.windows.entry(frame.stream).or_default();
            window.received(frame.payload.len()).unwrap();
            if let Some(credit) = window.consumed(frame.payload.len()) {
                self.send(&[Frame::credit(frame.stream, credit)]);
            }
        }
        Some(frame)
    }

    /// Reads until a message fits, and returns it with everything before it.
    pub(crate) fn until(&mut self, wanted: impl Fn(&AgentMessage) -> bool) -> (AgentMessage, Log) {
        let mut log = Log::default();
        loop {
            let Some(frame) = self.next() else { panic!("the agent ended; before that: {log:?}") };
            match frame.kind {
                Kind::Data => log.data.entry(frame.stream).or_default().extend_from_slice(&frame.payload),
                Kind::End => log.ended.push(frame.stream),
                Kind::Credit => log.credits += u64::from(frame.credited().unwrap()),
                Kind::Control => {
                    let message = AgentMessage::from_frame(&frame).unwrap();
                    if wanted(&message) {
                        return (message, log);
                    }
                    log.messages.push(message);
                }
            }
        }
    }

    /// Runs one command without input.
    pub(crate) fn exec(&mut self, request: ExecRequest) -> (End, Log) {
        self.tell(EXCHANGE, &HostMessage::Exec(request));
        self.send(&[Frame::end(STANDARD)]);
        self.finish()
    }

    /// Waits for the end of the command.
    pub(crate) fn finish(&mut self) -> (End, Log) {
        match self
            .until(|message| matches!(message, AgentMessage::ExecFinished { .. } | AgentMessage::Refused(_)))
        {
            (AgentMessage::ExecFinished { end, .. }, log) => (end, log),
            (other, log) => panic!("{other:?} after {log:?}"),
        }
    }

    /// Reads until the output of a stream holds a text.
    pub(crate) fn until_output(&mut self, stream: u32, text: &str) -> String {
        let mut output = Vec::new();
        loop {
            let frame = self
                .next()
                .unwrap_or_else(|| panic!("the agent ended; {:?}", String::from_utf8_lossy(&output)));
            if frame.kind == Kind::Data && frame.stream == stream {
                output.extend_from_slice(&frame.payload);
            }
            let seen = String::from_utf8_lossy(&output);
            if seen.contains(text) {
                return seen.into_owned();
            }
        }
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the agent does not end")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.stdin = None;
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Everything the agent said up to some point.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) messages: Vec<AgentMessage>,
    pub(crate) data: HashMap<u32, Vec<u8>>,
    pub(crate) ended: Vec<u32>,
    pub(crate) credits: u64,
}

impl Log {
    pub(crate) fn text(&self, stream: u32) -> String {
        String::from_utf8_lossy(self.data.get(&stream).map(Vec::as_slice).unwrap_or_default()).into_owned()
    }
}

/// The place of a copy that everybody may run.
pub(crate) fn copied(system: &System) -> PathBuf {
    let program = system.path("agent");
    // Written by another process: what other tests start meanwhile would hold the file open, and nobody runs what is being written.
    let copy = Command::new("cp").arg(env!("CARGO_BIN_EXE_wharf-agent")).arg(&program).status();
    assert!(copy.unwrap().success());
    open_up(program.clone());
    program
}

/// What starts an agent.
pub(crate) fn command(system: &System, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--root").arg(system.path("")).env_clear();
    command
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", if getuid().is_root() { PathBuf::from("/root") } else { system.home() })
        .env("FROM_CONTAINER", "yes");
    command
}

pub(crate) fn spawn(mut command: Command) -> (Child, ChildStdout) {
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdout = process.stdout.take().unwrap();
    (process, stdout)
}

fn read(mut stdout: ChildStdout, mut take: impl FnMut(Frame) -> bool) {
    let mut decoder = Decoder::new();
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = stdout.read(&mut buffer) {
        let mut input = &buffer[..length];
        while let Some(frame) = decoder.next(&mut input).unwrap() {
            if !take(frame) {
                return;
            }
        }
    }
}

/// Whether a process lives (a zombie does not).
pub(crate) fn lives(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Waits until a condition holds.
pub(crate) fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
