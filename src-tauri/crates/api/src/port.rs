//! Ports of environments, the keeper that forwards them, and what happens to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::EnvironmentReference;

/// What `ports` prints with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortsResult {
    /// The keeper that forwards them; absent when none runs, and then nothing is forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<KeeperReport>,
    /// The environments that are kept, by name; only the one that was named, if one was.
    pub environments: Vec<EnvironmentPorts>,
}

/// The background process that forwards ports, one per user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeeperReport {
    /// Its process id.
    pub pid: u32,
    /// The version of Wharf that it is.
    pub version: String,
    /// When it started, in milliseconds since 1970-01-01T00:00:00Z.
    pub started_at: u64,
}

/// An environment that is kept, and its ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentPorts {
    /// The value of `${devcontainerId}`, as in a list of environments.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// How to name it in a request.
    pub reference: EnvironmentReference,
    /// Whether its inside can be reached just now.
    pub connection: KeptConnection,
    /// Why it cannot be reached, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Its ports: declared ones in the order of the configuration, then the others by number.
    pub ports: Vec<Port>,
}

/// Whether the inside of an environment that is kept can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeptConnection {
    /// It is being reached for the first time, or again.
    Connecting,
    /// It is reached: forwards carry data.
    Connected,
    /// The container does not run; forwards come back with it.
    Stopped,
    /// The engine does not answer; forwards come back with it.
    Unreachable,
}

/// A port inside an environment, and where it is on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    /// The service of the Compose project that has it; absent for the environment's own container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its number inside.
    pub port: u16,
    /// What the configuration calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The scheme of its address, where the configuration says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<PortScheme>,
    /// Why it is here.
    pub source: PortSource,
    /// Whether something listens inside; absent where that cannot be seen, as in another service's container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<bool>,
    /// What listens inside, as far as it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<PortProcess>,
    /// What is done about it.
    pub state: PortState,
    /// Why, in one line, where the state needs words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it is on this computer, while it is forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalAddress>,
    /// Who has the local port that was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<PortConflict>,
    /// What a person is told when something starts to listen.
    pub notice: PortNotice,
}

impl Port {
    /// How it is named inside: `3000`, `db:5432`.
    #[must_use]
    pub fn inside(&self) -> String {
        match &self.host {
            Some(host) => format!("{host}:{}", self.port),
            None => self.port.to_string(),
        }
    }
}

/// Why a port is in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortSource {
    /// `forwardPorts` names it.
    Declared,
    /// Something listens on it.
    Detected,
    /// A person asked for it.
    Asked,
}

/// What is done about a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortState {
    /// It is forwarded.
    Forwarded,
    /// It will be, once the environment can be reached.
    Waiting,
    /// A person has stopped it.
    Stopped,
    /// The configuration says to leave it alone (`onAutoForward: ignore`).
    Ignored,
    /// An editor's own server listens there or forwards it already; it is left to the editor.
    Editor,
    /// The engine itself publishes it there.
    Published,
    /// It cannot be forwarded; `reason` and `conflict` say why.
    Blocked,
}

/// The scheme of a port's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortScheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// What happens when something starts to listen on a port (`onAutoForward`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortNotice {
    /// A person is told.
    Notify,
    /// Its address is opened in a browser, each time.
    OpenBrowser,
    /// The same, the first time only.
    OpenBrowserOnce,
    /// The same, each time: the preview beside the code that this asks for is an editor's.
    OpenPreview,
    /// Nothing is said.
    Silent,
    /// It is not forwarded.
    Ignore,
}

/// A process inside a container that listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortProcess {
    /// Its name.
    pub name: String,
    /// Its id, as the container counts.
    pub pid: u32,
    /// Its command line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command_line: String,
}

/// Where a port is on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalAddress {
    /// The address that it is bound to, such as `127.0.0.1`.
    pub address: String,
    /// The port.
    pub port: u16,
    /// Its address for a browser, such as `http://localhost:3000`.
    pub url: String,
}

/// A local port that somebody else has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortConflict {
    /// The local port that was wanted.
    pub port: u16,
    /// Who has it.
    pub holder: PortHolder,
}

/// Who has a local port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PortHolder {
    /// A process of this computer.
    Process {
        /// Its name.
        name: String,
        /// Its id.
        pid: u32,
    },
    /// Another environment that is kept.
    Environment {
        /// Its `${devcontainerId}`.
        id: String,
        /// Its name.
        name: String,
        /// The port inside it that is forwarded there.
        port: u16,
    },
    /// This user may not listen on it: it is one of the ports that the system reserves.
    System,
    /// Somebody whom this user cannot see.
    Unknown,
}

/// What a person wants done with a port of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortRequest {
    /// Whose port it is.
    pub reference: EnvironmentReference,
    /// The service that has it; absent for the environment's own container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its number inside.
    pub port: u16,
    /// What is to be done.
    #[serde(flatten)]
    pub change: PortChange,
}

/// What is to be done with a port. It is remembered for the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PortChange {
    /// Forward it, or move it to another local port or address if it is forwarded already.
    Open {
        /// The local port; absent where the choice is Wharf's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        local_port: Option<u16>,
        /// The local address to bind to; absent for loopback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Do not forward it any more, whatever the configuration says.
    Stop,
    /// Forget what was chosen, so that the configuration decides.
    Reset,
}

/// Something that a keeper tells whoever watches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum KeeperEvent {
    /// An environment's ports are these now. The first events of a watcher tell of every environment that is kept.
    Ports {
        /// The environment, in full.
        environment: EnvironmentPorts,
    },
    /// An environment is not kept any more.
    Released {
        /// Its `${devcontainerId}`.
        id: String,
    },
    /// Something has begun to listen and is forwarded; a person is to be told as `port.notice` says.
    PortOpened {
        /// The environment's `${devcontainerId}`.
        id: String,
        /// Its name.
        name: String,
        /// The port.
        port: Port,
    },
    /// A program inside has asked for a link to be opened on this computer.
    Link {
        /// The environment's `${devcontainerId}`.
        id: String,
        /// Its name.
        name: String,
        /// The address, as it would be opened here.
        url: String,
        /// What came of it.
        outcome: LinkOutcome,
    },
}

/// What came of a link that a program inside wanted opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LinkOutcome {
    /// It was opened in the browser of this computer.
    Opened,
    /// Too many came at once; it was not opened.
    HeldBack,
    /// It is no `http` or `https` address; it was not opened.
    Refused,
    /// This computer could not open it.
    Failed,
}
