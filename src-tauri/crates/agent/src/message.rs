//! Messages: what the two ends say to each other in frames of kind [`Kind::Control`].
//!
//! The host opens an exchange by sending a request on a stream number of its choice; everything said about it travels on the same
//! number. Numbers of byte streams are odd when the host picks them and even when the agent does. Both ends send [`Hello`] first, and
//! the host sends its request right behind, without waiting.

use serde::{Deserialize, Serialize};
use serde_json::Error as JsonError;

use crate::frame::{Frame, Kind};
use crate::network::{DialFailure, DialRequest, Ports};

/// The first message of each end, on [`crate::frame::CONNECTION`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::PROTOCOL`] of the sender.
    pub protocol: u32,
    /// The sender's version, for people.
    pub version: String,
    /// Where the sender is, as far as it says.
    #[serde(default)]
    pub machine: Machine,
}

/// What a kernel calls its run and the network of a process: two processes that name the same are on the same machine, or in the same network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot: Option<String>,
    /// Where `/proc/self/ns/net` leads.
    pub network: Option<String>,
}

impl Machine {
    /// Whether both have the same kernel.
    #[must_use]
    pub fn is_same_kernel(&self, other: &Machine) -> bool {
        self.boot.is_some() && self.boot == other.boot
    }

    /// Whether both have the same network.
    #[must_use]
    pub fn is_same_network(&self, other: &Machine) -> bool {
        self.is_same_kernel(other) && self.network.is_some() && self.network == other.network
    }
}

impl Hello {
    /// This build's greeting.
    pub fn ours() -> Hello {
        Hello {
            protocol: crate::PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: Machine::default(),
        }
    }
}

/// What the host says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HostMessage {
    /// Greets; on the connection's own stream.
    Hello(Hello),
    /// Opens an exchange: set-up, probe and hooks.
    Inside(InsideRequest),
    /// Opens an exchange: one command.
    Exec(ExecRequest),
    /// Passes a signal to the command of an [`ExecRequest`]: to the foreground process group of its terminal, else to its own process
    /// group. The number is Linux'.
    Signal(i32),
    /// The window of the command's terminal has changed.
    Resize(TerminalSize),
    /// Opens an exchange: one connection from inside, whose bytes travel on the exchange's own number.
    Dial(DialRequest),
    /// Opens an exchange: everything that listens inside is told at once and on every change, until the host closes it. One at a time.
    WatchPorts,
    /// Opens an exchange: links that programs inside want opened are told, until the host closes it. One at a time.
    WatchLinks,
    /// The host is no longer interested in the exchange: its command or hooks are ended, its connection is cut off. A command or hooks
    /// are still told to be over.
    Close,
}

/// What the agent says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentMessage {
    /// Greets; on the connection's own stream.
    Hello(Hello),
    /// The host broke the protocol; the agent ends. On the connection's own stream.
    Fault(String),
    /// Something a person should know; nothing stops because of it.
    Warning(String),
    /// The request cannot be carried out at all (unknown user, identity that cannot be taken). Closes the exchange.
    Refused(Refusal),
    /// Who the commands run as.
    Resolved(Resolved),
    /// The user's environment is known.
    Probed(Probed),
    /// A hook begins.
    HookStarted {
        /// Index into [`InsideRequest::hooks`].
        hook: usize,
    },
    /// A hook is left out: its marker says that it has run.
    HookSkipped {
        /// Index into [`InsideRequest::hooks`].
        hook: usize,
    },
    /// A command of a hook has been started; its output (both kinds, in the order written) follows on a stream of the agent's.
    CommandStarted {
        /// Where it stands in the request.
        place: Place,
        /// The stream of its output.
        output: u32,
    },
    /// A command of a hook has ended; all its output has been sent.
    CommandFinished {
        /// Where it stands in the request.
        place: Place,
        /// How it ended.
        end: End,
        /// How long it took.
        milliseconds: u64,
    },
    /// All commands of a hook have ended and none has failed.
    HookFinished {
        /// Index into [`InsideRequest::hooks`].
        hook: usize,
        /// How long it took.
        milliseconds: u64,
    },
    /// Closes the exchange of an [`InsideRequest`].
    InsideFinished {
        /// The command that failed, if one has; nothing after it has run.
        failed: Option<CommandFailure>,
    },
    /// The command of an [`ExecRequest`] runs.
    ExecStarted {
        /// Its process id inside.
        process: u32,
    },
    /// Closes the exchange of an [`ExecRequest`]; all output has been sent.
    ExecFinished {
        /// How it ended.
        end: End,
        /// How long it took.
        milliseconds: u64,
    },
    /// The connection of a [`DialRequest`] is made.
    Dialed,
    /// The connection of a [`DialRequest`] cannot be made. Closes the exchange.
    DialFailed(DialFailure),
    /// A connection broke off. Closes the exchange; what was sent before has arrived.
    Reset,
    /// What listens now.
    Ports(Ports),
    /// Programs inside may hand over links now.
    LinksOpen,
    /// A program inside wants this opened by the host. Only ever what [`crate::network::is_link`] allows, and not many.
    Link(String),
    /// Programs inside have wanted so many links opened, since this was last said, that are not told: they were too many.
    LinksDropped(u32),
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Refusal {
    /// The container knows no such user.
    UnknownUser {
        /// As in the request.
        user: String,
    },
    /// The container knows no such group.
    UnknownGroup {
        /// As in the request.
        group: String,
    },
    /// The agent may not become this user.
    Identity {
        /// As in the request.
        user: String,
        /// The system's words.
        reason: String,
    },
    /// The container leaves no place for what was asked for.
    NoPlace {
        /// The system's words.
        reason: String,
    },
}

/// Set-up, probe and hooks, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InsideRequest {
    /// Who and with which environment.
    pub context: Context,
    /// Changes to the system's files, made once per container; `None` leaves them alone.
    pub set_up: Option<SetUp>,
    /// Where markers lie; `.devcontainer` in the home folder when not given. A relative path starts at the home folder.
    pub user_data_folder: Option<String>,
    /// In the order in which they run.
    pub hooks: Vec<Hook>,
    /// A person's dotfiles, installed among the hooks.
    pub dotfiles: Option<Dotfiles>,
    /// Gives the single commands of hooks a pseudo-terminal of this size. Without one their output goes through a pipe, and either
    /// way nobody answers what they ask.
    pub terminal: Option<TerminalSize>,
}

/// One command, its input and its output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecRequest {
    /// Who and with which environment.
    pub context: Context,
    /// The program and its arguments; empty means the user's login shell.
    pub arguments: Vec<String>,
    /// Runs it on a pseudo-terminal of this size.
    pub terminal: Option<TerminalSize>,
    /// The stream of its input (from the host) and output (from the agent).
    pub standard: u32,
    /// The stream of its error output; unused on a terminal.
    pub error: u32,
}

/// Who commands run as, where, and with which environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    /// `name`, `uid`, `name:group` or `uid:gid`, as `docker exec -u` reads it. Without one, the agent's own user.
    pub user: Option<String>,
    /// The container's `GroupAdd`.
    pub group_add: Vec<String>,
    /// The container's own environment, as its configuration has it (not a shell's).
    pub container_env: Vec<(String, String)>,
    /// The working folder; the user's home folder when not given.
    pub working_dir: Option<String>,
    /// Where the user's shell environment comes from.
    pub probe: Probe,
    /// Set (or, with `None`, taken away) on top of the probed environment.
    pub remote_env: Vec<(String, Option<String>)>,
    /// Names the agent as the user's `BROWSER`, unless something else is named already, while this connection has a
    /// [`HostMessage::WatchLinks`] open.
    pub browser: bool,
}

/// Where the user's shell environment comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Probe {
    /// It is not wanted.
    #[default]
    None,
    /// The host knows it from an earlier [`Probed`]; the shell is asked again if its start-up files have changed since.
    Known {
        /// What was found then.
        known: KnownEnvironment,
        /// How the shell is started, if it has to be.
        shell: ProbeShell,
    },
    /// The user's shell is asked.
    Run {
        /// How the shell is started.
        shell: ProbeShell,
        /// A folder inside that keeps the answer for later callers, `env-<probe>.json` in it.
        session_data_folder: Option<String>,
    },
}

/// A user's environment as it was found before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownEnvironment {
    /// The variables.
    pub env: Vec<(String, String)>,
    /// [`Probed::files`] of then.
    pub files: String,
}

/// The values of `userEnvProbe` that start a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProbeShell {
    /// `-lc`
    LoginShell,
    /// `-lic`
    LoginInteractiveShell,
    /// `-ic`
    InteractiveShell,
}

impl ProbeShell {
    /// The value in `devcontainer.json`.
    pub fn property_value(self) -> &'static str {
        match self {
            ProbeShell::LoginShell => "loginShell",
            ProbeShell::LoginInteractiveShell => "loginInteractiveShell",
            ProbeShell::InteractiveShell => "interactiveShell",
        }
    }
}

/// Changes to the system's files that make the container's environment visible to login shells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetUp {
    /// Where the markers of these changes lie; an absolute path.
    pub system_data_folder: String,
    /// A folder that is given to the user with everything in it, unless it is the user's already: a workspace that was brought
    /// here from elsewhere.
    #[serde(default)]
    pub give: Option<String>,
}

/// A person's dotfiles. In messages they are the hook behind the last one; that they fail stops nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Dotfiles {
    /// Index into [`InsideRequest::hooks`] of the hook that comes after them.
    pub before: usize,
    /// What installs them.
    pub hook: Hook,
}

/// One hook: its marker and its commands, which run one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hook {
    /// The file that says whether it has run; without one it always runs.
    pub marker: Option<Marker>,
    /// The image's, the Features' and the configuration's, in this order. An empty list still writes the marker.
    pub commands: Vec<Command>,
}

/// A file that says for which container, or which start of it, a hook has run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marker {
    /// The file's name in the user data folder.
    pub file_name: String,
    /// What the file holds once the hook has run: the time of creation or of start.
    pub content: String,
    /// Run whatever the file says, and write it all the same.
    pub rerun: bool,
}

/// A lifecycle command in one of its three forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Command {
    /// Through `/bin/sh -c`.
    Shell(String),
    /// Started directly.
    Exec(Vec<String>),
    /// All at once, each under its name.
    Parallel(Vec<(String, SingleCommand)>),
}

/// A command that is one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SingleCommand {
    /// Through `/bin/sh -c`.
    Shell(String),
    /// Started directly.
    Exec(Vec<String>),
}

impl SingleCommand {
    /// The program and its arguments; `None` when there is nothing to run.
    pub fn arguments(&self) -> Option<Vec<String>> {
        match self {
            SingleCommand::Shell(text) if text.trim().is_empty() => None,
            SingleCommand::Shell(text) => Some(vec!["/bin/sh".into(), "-c".into(), text.clone()]),
            SingleCommand::Exec(arguments) if arguments.is_empty() => None,
            SingleCommand::Exec(arguments) => Some(arguments.clone()),
        }
    }
}

/// Where a command stands in an [`InsideRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Index into [`InsideRequest::hooks`].
    pub hook: usize,
    /// Index into [`Hook::commands`].
    pub command: usize,
    /// Index into [`Command::Parallel`].
    pub entry: Option<usize>,
}

/// A terminal's window, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSize {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

/// Who commands run as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// The name in the user database, else the number.
    pub user: String,
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Supplementary groups, the first one not repeated.
    pub groups: Vec<u32>,
    /// The home folder.
    pub home: String,
    /// The shell that is probed.
    pub shell: String,
}

/// The user's environment as a shell sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probed {
    /// In the shell's order; not UTF-8 is replaced.
    pub env: Vec<(String, String)>,
    /// Tells whether the shell's start-up files are still what they were; only compared, never read.
    pub files: String,
    /// How long it took.
    pub milliseconds: u64,
    /// Whether a file inside had the answer.
    pub cached: bool,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It never ran.
    NotStarted {
        /// 127 when something was not found, else 126.
        code: i32,
        /// What and why.
        message: String,
    },
}

impl End {
    /// The exit code a shell would show: 128 and the signal's number for a process ended by one.
    pub fn code(&self) -> i32 {
        match self {
            End::Code(code) | End::NotStarted { code, .. } => *code,
            End::Signal(number) => 128 + number,
        }
    }

    /// Whether a person interrupted it (Ctrl-C), which is not a failure of a hook.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, End::Code(130) | End::Signal(2))
    }

    /// Whether a hook goes on after it.
    pub fn is_success(&self) -> bool {
        *self == End::Code(0) || self.is_interrupted()
    }
}

/// The command because of which the rest did not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandFailure {
    /// Where it stands in the request.
    pub place: Place,
    /// How it ended.
    pub end: End,
}

/// A message that goes into a frame of kind [`Kind::Control`].
pub trait Message: Serialize + for<'de> Deserialize<'de> {
    /// The frame that carries it.
    ///
    /// # Errors
    /// Only if JSON cannot express it, which none of our types can bring about.
    fn to_frame(&self, stream: u32) -> Result<Frame, JsonError> {
        Ok(Frame { stream, kind: Kind::Control, payload: serde_json::to_vec(self)? })
    }

    /// What a frame of kind [`Kind::Control`] says.
    ///
    /// # Errors
    /// When the payload is no message of this type.
    fn from_frame(frame: &Frame) -> Result<Self, JsonError> {
        serde_json::from_slice(&frame.payload)
    }
}

impl Message for HostMessage {}
impl Message for AgentMessage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_as_a_shell_shows_them() {
        let cases = [
            (End::Code(0), 0, true),
            (End::Code(3), 3, false),
            (End::Code(130), 130, true),
            (End::Signal(2), 130, true),
            (End::Signal(9), 137, false),
            (End::NotStarted { code: 127, message: String::new() }, 127, false),
        ];
        for (end, code, success) in cases {
            assert_eq!((end.code(), end.is_success()), (code, success), "{end:?}");
        }
    }

    #[test]
    fn what_a_request_leaves_out_has_a_default() {
        let frame =
            Frame { stream: 1, kind: Kind::Control, payload: br#"{"exec":{"arguments":["true"]}}"#.to_vec() };
        let expected = ExecRequest { arguments: vec!["true".into()], ..ExecRequest::default() };
        assert_eq!(HostMessage::from_frame(&frame).unwrap(), HostMessage::Exec(expected));
    }

    #[test]
    fn nonsense_is_an_error() {
        for payload in [&b"{"[..], b"{\"exec\":1}", b"\"what\"", b"\xff"] {
            let frame = Frame { stream: 1, kind: Kind::Control, payload: payload.to_vec() };
            assert!(HostMessage::from_frame(&frame).is_err(), "{payload:?}");
        }
    }
}
