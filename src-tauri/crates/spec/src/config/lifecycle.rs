//! Lifecycle commands: what runs, in which of three forms, at which of six moments.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A command in one of its three forms.
// devcontainer.json reference, "Formatting string vs. array properties".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LifecycleCommand {
    /// A line for a shell.
    Shell(String),
    /// A program and its arguments, run without a shell.
    Exec(Vec<String>),
    /// Named commands that run at the same time; the hook is done when all of them are.
    Parallel(IndexMap<String, SingleCommand>),
}

/// One command of a parallel group: a line for a shell, or a program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SingleCommand {
    /// A line for a shell.
    Shell(String),
    /// A program and its arguments, run without a shell.
    Exec(Vec<String>),
}

impl LifecycleCommand {
    /// Whether there is nothing to run. A blank line counts as nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Shell(line) => line.trim().is_empty(),
            Self::Exec(words) => words.is_empty(),
            Self::Parallel(commands) => commands.is_empty(),
        }
    }

    /// The single commands with their names: one without a name, or those of a parallel group in order.
    pub fn commands(&self) -> Vec<(Option<&str>, SingleCommand)> {
        match self {
            Self::Shell(line) => vec![(None, SingleCommand::Shell(line.clone()))],
            Self::Exec(words) => vec![(None, SingleCommand::Exec(words.clone()))],
            Self::Parallel(commands) => {
                commands.iter().map(|(name, command)| (Some(name.as_str()), command.clone())).collect()
            }
        }
    }
}

impl SingleCommand {
    /// Whether there is nothing to run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Shell(line) => line.trim().is_empty(),
            Self::Exec(words) => words.is_empty(),
        }
    }
}

/// The six moments at which a lifecycle command can run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Hook {
    /// On the host, before anything else, at every `up`.
    #[serde(rename = "initializeCommand")]
    Initialize,
    /// Once after the container was created.
    #[serde(rename = "onCreateCommand")]
    OnCreate,
    /// Once after the container was created, and again when the workspace's content is refreshed.
    #[serde(rename = "updateContentCommand")]
    UpdateContent,
    /// Once after the container was created and assigned to a person.
    #[serde(rename = "postCreateCommand")]
    PostCreate,
    /// After each start of the container.
    #[serde(rename = "postStartCommand")]
    PostStart,
    /// Each time a tool attaches.
    #[serde(rename = "postAttachCommand")]
    PostAttach,
}

impl Hook {
    /// All six, in the order in which they run.
    pub const ALL: [Self; 6] = [
        Self::Initialize,
        Self::OnCreate,
        Self::UpdateContent,
        Self::PostCreate,
        Self::PostStart,
        Self::PostAttach,
    ];

    /// Those that run in the container, in order.
    pub const IN_CONTAINER: [Self; 5] =
        [Self::OnCreate, Self::UpdateContent, Self::PostCreate, Self::PostStart, Self::PostAttach];

    /// The property of `devcontainer.json`.
    #[must_use]
    pub const fn property_name(self) -> &'static str {
        match self {
            Self::Initialize => "initializeCommand",
            Self::OnCreate => "onCreateCommand",
            Self::UpdateContent => "updateContentCommand",
            Self::PostCreate => "postCreateCommand",
            Self::PostStart => "postStartCommand",
            Self::PostAttach => "postAttachCommand",
        }
    }

    /// The property of the merged configuration that collects this hook's commands; none for the host's hook.
    #[must_use]
    pub fn merged_property_name(self) -> Option<&'static str> {
        match self {
            Self::Initialize => None,
            Self::OnCreate => Some("onCreateCommands"),
            Self::UpdateContent => Some("updateContentCommands"),
            Self::PostCreate => Some("postCreateCommands"),
            Self::PostStart => Some("postStartCommands"),
            Self::PostAttach => Some("postAttachCommands"),
        }
    }

    /// The file in the container's data folder that says for which creation or start this hook has run.
    /// The host's hook and the attach hook run every time and have none.
    #[must_use]
    pub fn marker_name(self) -> Option<&'static str> {
        match self {
            Self::Initialize | Self::PostAttach => None,
            Self::OnCreate => Some(".onCreateCommandMarker"),
            Self::UpdateContent => Some(".updateContentCommandMarker"),
            Self::PostCreate => Some(".postCreateCommandMarker"),
            Self::PostStart => Some(".postStartCommandMarker"),
        }
    }
}

/// The hook after which the environment counts as ready; later ones go on in the background.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum WaitFor {
    /// Ready before anything ran in the container.
    #[serde(rename = "initializeCommand")]
    Initialize,
    /// Ready after `onCreateCommand`.
    #[serde(rename = "onCreateCommand")]
    OnCreate,
    /// Ready after `updateContentCommand`; this is the default.
    #[default]
    #[serde(rename = "updateContentCommand")]
    UpdateContent,
    /// Ready after `postCreateCommand`.
    #[serde(rename = "postCreateCommand")]
    PostCreate,
    /// Ready after `postStartCommand`.
    #[serde(rename = "postStartCommand")]
    PostStart,
}

impl WaitFor {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 5] = [
        ("initializeCommand", Self::Initialize),
        ("onCreateCommand", Self::OnCreate),
        ("updateContentCommand", Self::UpdateContent),
        ("postCreateCommand", Self::PostCreate),
        ("postStartCommand", Self::PostStart),
    ];

    /// The hook that is waited for.
    #[must_use]
    pub fn hook(self) -> Hook {
        match self {
            Self::Initialize => Hook::Initialize,
            Self::OnCreate => Hook::OnCreate,
            Self::UpdateContent => Hook::UpdateContent,
            Self::PostCreate => Hook::PostCreate,
            Self::PostStart => Hook::PostStart,
        }
    }
}

/// Which kind of shell is asked for the environment that hooks and commands get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UserEnvProbe {
    /// No shell is asked; the container's own environment is all there is.
    None,
    /// A login shell: `/etc/profile`, `~/.profile` and the like.
    LoginShell,
    /// A login shell that is interactive too, so that `~/.bashrc` is read as well; this is the default.
    #[default]
    LoginInteractiveShell,
    /// An interactive shell: `~/.bashrc` and the like.
    InteractiveShell,
}

impl UserEnvProbe {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("loginShell", Self::LoginShell),
        ("loginInteractiveShell", Self::LoginInteractiveShell),
        ("interactiveShell", Self::InteractiveShell),
    ];
}

/// What to do with the environment when the tool that shows it goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ShutdownAction {
    /// Leave it running.
    None,
    /// Stop the container; the default for images and Dockerfiles.
    StopContainer,
    /// Stop all services; the default for Compose.
    StopCompose,
}

impl ShutdownAction {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 3] =
        [("none", Self::None), ("stopContainer", Self::StopContainer), ("stopCompose", Self::StopCompose)];
}
