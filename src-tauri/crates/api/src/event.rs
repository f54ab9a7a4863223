//! Events: what happens while an operation runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ChangeClass, ConsentRequest, Engine, Environment, ErrorResult, GrantedBy, Location, Outcome, Port,
    SecretRequest, StepId, StepName,
};

/// One thing that happened. The same stream draws a log, a progress display and a time line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: u64,
    /// Absolute path of the workspace folder that the operation is about.
    pub workspace: String,
    /// The value of `${devcontainerId}`, as soon as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The step that this belongs to.
    pub step: StepId,
    /// The step that the step is a part of; absent for an operation's outermost step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// The environment is known.
    EnvironmentFound {
        /// Its name, folder and configuration.
        subject: Environment,
    },
    /// The engine is known.
    EngineFound {
        /// Its make, version and address.
        engine: Engine,
    },
    /// A step is known to come, but has not started. Its `stepStarted` carries the same id.
    StepPlanned {
        /// What it will do.
        name: StepName,
        /// What it will do it to.
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
    },
    /// A step has started.
    StepStarted {
        /// What it does.
        name: StepName,
        /// What it does it to: an image, a container, a hook, a command.
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        /// What a hook runs: the text for the shell, or the words with blanks between them. Not kept in records of operations.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// A step has come further.
    StepProgress {
        /// How far it is, in the unit of `total`.
        #[serde(skip_serializing_if = "Option::is_none")]
        current: Option<u64>,
        /// How far it has to go; bytes for pulls and transfers, a count elsewhere.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
        /// What it does just now.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Something that runs in a step has written. A line may come in pieces; bytes that are not UTF-8 are replaced.
    StepOutput {
        /// Where it was written.
        stream: OutputStream,
        /// What was written.
        text: String,
    },
    /// A step has ended.
    StepFinished {
        /// How it ended.
        outcome: Outcome,
        /// How long it took.
        milliseconds: u64,
        /// A few words about the result, such as `present` or `2 warnings`.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// Something about the configuration that a person should know.
    Diagnostic {
        /// How bad it is.
        severity: Severity,
        /// What it is, in one line.
        message: String,
        /// Where it stands.
        #[serde(skip_serializing_if = "Option::is_none")]
        location: Option<Location>,
        /// What to do about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
    /// The operation stands still until somebody gives the value of a secret, or says that there is none. Sent only where whoever is asked
    /// hears of it here; the answer is in no event.
    SecretNeeded {
        /// What is asked.
        request: SecretRequest,
    },
    /// The operation stands still until somebody consents.
    ConsentNeeded {
        /// What is asked.
        request: ConsentRequest,
    },
    /// What touches the host was let through.
    ConsentGranted {
        /// Why.
        by: GrantedBy,
        /// What was let through; empty when a person has just seen it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        touches: Vec<crate::Touch>,
    },
    /// The operation waits for something outside.
    Waiting {
        /// For what.
        on: WaitingFor,
    },
    /// The wait point (`waitFor`) is reached: the environment can be used while later hooks still run.
    Ready {
        /// Time since the operation began.
        milliseconds: u64,
        /// The container.
        container_id: String,
        /// The user whom commands run as.
        remote_user: String,
        /// The workspace folder inside the container.
        remote_workspace_folder: String,
    },
    /// What the environment is made from has changed since it was applied, and waits for `up --apply`. Nothing is wrong.
    ChangesWait {
        /// What has changed: properties such as `containerEnv.EDITOR`, or files such as `Dockerfile`.
        subjects: Vec<String>,
        /// What it takes to apply all of it.
        change: ChangeClass,
    },
    /// The environment is kept: its ports are forwarded for as long as it runs.
    Forwarding {
        /// Its ports, as they are now.
        ports: Vec<Port>,
    },
    /// The operation has failed. Always the last event; the result on standard output says the same in fewer words.
    Failed {
        /// What failed, where and what to do.
        error: ErrorResult,
    },
}

/// What an operation can wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WaitingFor {
    /// Another Wharf works on the same environment.
    Lock {
        /// Its process id.
        #[serde(skip_serializing_if = "Option::is_none")]
        pid: Option<u32>,
        /// What it does, such as `wharf up`.
        #[serde(skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// The engine starts.
    Engine {
        /// Its address.
        address: String,
    },
    /// The engine removes a container of this environment.
    Removal {
        /// The container.
        container_id: String,
    },
}

/// Where output was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutputStream {
    /// Standard output, or the terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The operation goes on.
    Warning,
    /// The operation cannot go on.
    Error,
}
