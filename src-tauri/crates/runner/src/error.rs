//! What can go wrong in a use case: what, where and why as fields, and what to do about it kept apart.

use std::io;
use std::path::PathBuf;

use wharf_api::{ErrorResult, Location};
use wharf_spec::{Diagnostic, Source};

use crate::compose::ComposeFailure;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A person or a signal ended the operation. Exit code 130.
    #[error("cancelled")]
    Cancelled,

    /// The system names no folder for application state.
    #[error("there is no folder to keep state in: neither HOME nor WHARF_STATE_DIR is set")]
    NoStateFolder,

    /// The system names no folder for a user's settings.
    #[error("there is no folder for settings: neither HOME nor WHARF_CONFIG_DIR is set")]
    NoSettingsFolder,

    /// A state file could not be handled.
    #[error("cannot {action} {}: {source}", path.display())]
    State {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a verb.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },

    /// A file that the configuration or a flag names could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// A file that a person asked for could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// The workspace folder is not there, or is no folder.
    #[error("the workspace folder {} {problem}", path.display())]
    WorkspaceFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it, such as `does not exist`.
        problem: &'static str,
    },

    /// No configuration where one was looked for. The reference's words, which scripts look for.
    #[error("Dev container config ({}) not found.", path.display())]
    ConfigurationNotFound {
        /// Where it should be.
        path: PathBuf,
        /// Sub-folders of `.devcontainer` that have one each: a choice to make with `--config`.
        choices: Vec<PathBuf>,
    },

    /// `--config` names a file that cannot be a configuration.
    #[error("Filename must be devcontainer.json or .devcontainer.json ({}).", path.display())]
    ConfigurationName {
        /// The file.
        path: PathBuf,
    },

    /// The configuration has errors. The first one is the message; all have been sent as events.
    #[error("{}", first_message(diagnostics))]
    Configuration {
        /// Everything that was found; at least one is an error.
        diagnostics: Vec<Diagnostic>,
        /// The text they were found in.
        text: String,
    },

    /// The configuration does not say what the container is made from. The reference's words.
    #[error(transparent)]
    Scenario(#[from] wharf_spec::ScenarioError),

    /// The keychain cannot be used.
    #[error("{0}")]
    Keychain(crate::keychain::KeychainError),

    /// `--secrets-file` is not what it should be.
    #[error("the secrets file {} {problem}", path.display())]
    Secrets {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },

    /// The engine that was chosen some other day cannot be used.
    #[error("{error} ({engine} was chosen {chosen})")]
    ChosenEngine {
        /// Its name or address.
        engine: String,
        /// How it was chosen, such as `in your settings`.
        chosen: String,
        /// The command that takes the choice back.
        forget: String,
        /// Why it cannot be used.
        error: Box<wharf_engine::Error>,
    },

    /// Flags that exclude each other. The reference's words.
    #[error("{message}")]
    Flags {
        /// What cannot be asked together.
        message: &'static str,
    },

    /// The keeper could not be started or asked.
    #[error("the keeper cannot be used: {problem}")]
    Keeper {
        /// Why not.
        problem: String,
    },

    /// The environment's ports are not forwarded by anybody.
    #[error("this environment is not kept")]
    NotKept,

    /// What was named is no port.
    #[error("{text} is no port")]
    NoPort {
        /// What was named.
        text: String,
    },

    /// No engine answered.
    #[error("no container engine answers")]
    NoEngine {
        /// Where Wharf looked, and what came of it, one line each.
        tried: Vec<String>,
    },

    /// The engine refused or failed.
    #[error("{error}")]
    Engine {
        /// What it said.
        error: Box<wharf_engine::Error>,
        /// What Wharf was doing, as the reference's sentence.
        description: &'static str,
        /// Where the cause lies in the configuration, if it is known.
        location: Option<Box<Location>>,
    },

    /// A repository could not be cloned.
    #[error("{url} cannot be cloned: {problem}")]
    Clone {
        /// Its address, without what proves who asks.
        url: String,
        /// Why not.
        problem: String,
        /// What git said.
        lines: Vec<String>,
        /// What to do.
        hint: Option<String>,
    },

    /// There is no git on this computer, or it does not start.
    #[error("git cannot be started: {source}")]
    Git {
        /// Why not.
        source: io::Error,
    },

    /// What lies in a volume could not be taken out.
    #[error("what lies in the volume cannot be written to {}: {source}", path.display())]
    Unpack {
        /// The folder of this computer.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// An image could not be built.
    #[error("{}", failed_build(.error, .feature.as_deref()))]
    Build {
        /// What the engine said.
        error: Box<wharf_engine::Error>,
        /// The Feature whose step failed, as its user named it.
        feature: Option<String>,
        /// Whether it was the image of a Dockerfile or service; the reference has other words for one that only adds to an image.
        of_dockerfile: bool,
        /// What the step that failed wrote last.
        lines: Vec<String>,
        /// The property that asked for the build.
        location: Option<Box<Location>>,
    },

    /// The Features are not ready to be installed.
    #[error("{error}")]
    Features {
        /// Which one, and why not.
        error: Box<crate::features::FeaturesError>,
        /// Where the cause lies in the configuration, if it does.
        location: Option<Box<Location>>,
    },

    /// Compose refused or failed.
    #[error("{}", .0.headline())]
    Compose(Box<ComposeFailure>),

    /// The Compose project has no such service. The reference's words.
    #[error("Service '{service}' configured in devcontainer.json not found in Docker Compose configuration.")]
    NoService {
        /// As the configuration names it.
        service: String,
        /// The services that there are.
        known: Vec<String>,
        /// Where it is named.
        location: Option<Box<Location>>,
    },

    /// The configuration needs Compose, and there is none.
    #[error("the configuration names dockerComposeFile, and Compose is not on this computer")]
    NoCompose {
        /// Where it names it.
        location: Option<Box<Location>>,
    },

    /// What the configuration would do to the host is not allowed.
    #[error("{environment} would do {} on this computer that {} not been allowed", things(touches), if touches.len() == 1 { "has" } else { "have" })]
    Refused {
        /// The environment's name.
        environment: String,
        /// What it would do, one line each.
        touches: Vec<String>,
        /// Whether somebody could be asked.
        asked: bool,
    },

    /// `initializeCommand` failed.
    #[error("{}", .0.headline())]
    Initialize(Box<CommandFailure>),

    /// A hook in the container failed.
    #[error("{}", .0.headline())]
    Hook(Box<CommandFailure>),

    /// The agent could not be put into the container or did not behave.
    #[error("{message}")]
    Agent {
        /// What happened.
        message: String,
        /// What to do.
        hint: Option<String>,
        /// The container, which is kept.
        container: Option<String>,
    },

    /// The request or the configuration cannot be carried out.
    #[error("{message}")]
    Impossible {
        /// Why.
        message: String,
        /// Where in the configuration.
        location: Option<Box<Location>>,
        /// What to do.
        hint: Option<String>,
    },

    /// `--expect-existing-container`, and there is none.
    #[error("The expected container does not exist.")]
    ExpectedContainer,

    /// `start`, and there is no container.
    #[error("there is no container to start")]
    NothingToStart,

    /// A word that is neither a folder nor tells an environment.
    #[error("there is no folder {} and no environment named {word}", folder.display())]
    UnknownEnvironment {
        /// As it was typed.
        word: String,
        /// The folder that it would be.
        folder: PathBuf,
    },

    /// A word that tells several environments.
    #[error("{word} tells {} environments", candidates.len())]
    AmbiguousEnvironment {
        /// As it was typed.
        word: String,
        /// One line for each: the beginning of its id, its name, its place.
        candidates: Vec<String>,
    },

    /// There is no container to work in.
    #[error("Dev container not found.")]
    ContainerNotFound,

    /// The container is there, but does not run.
    #[error("The container {container} is {state}, not running.")]
    ContainerNotRunning {
        /// Its id.
        container: String,
        /// What it is.
        state: String,
    },

    /// The container ended by itself right after its start.
    #[error("the container ended right after its start{}", code.map(|code| format!(" (exit {code})")).unwrap_or_default())]
    ContainerEnded {
        /// Its id.
        container: String,
        /// The exit code of its main process.
        code: Option<i64>,
    },

    /// The container went away or stopped while it was used.
    #[error("the container {container} {what}")]
    ContainerLost {
        /// Its id.
        container: String,
        /// What happened to it, such as `was removed`.
        what: String,
    },

    /// Reconciling did not come to an end: a fault in Wharf, not in the configuration.
    #[error("wharf could not bring the environment to rest: after {turns} turns it would still {next}")]
    Restless {
        /// How often the loop ran.
        turns: usize,
        /// The step it would take next.
        next: String,
    },
}

/// A command of a hook that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFailure {
    /// Property name of the hook.
    pub hook: String,
    /// The command's name in a parallel group.
    pub name: Option<String>,
    /// The command as a person would write it.
    pub command: String,
    /// Exit code; None if it could not be had, 128 + signal if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote last.
    pub lines: Vec<String>,
    /// The container that is kept.
    pub container: Option<String>,
    /// Who contributed the command.
    pub source: Option<Source>,
    /// Where it stands.
    pub location: Option<Location>,
}

impl CommandFailure {
    /// `postCreateCommand failed (exit 127)`.
    fn headline(&self) -> String {
        let name = self.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        match self.code {
            Some(code) => format!("{}{name} failed (exit {code})", self.hook),
            None => format!("{}{name} failed", self.hook),
        }
    }

    /// The reference's sentence for the same failure.
    fn description(&self) -> String {
        let origin = match self.source.as_ref().map_or("devcontainer.json", Source::origin) {
            "devcontainer.json" => "devcontainer.json".to_owned(),
            feature => format!("Feature '{feature}'"),
        };
        match &self.name {
            _ if self.hook == "initializeCommand" => format!("The initializeCommand in the {origin} failed."),
            Some(name) => format!("{name} of {} from {origin} failed.", self.hook),
            None => format!("{} from {origin} failed.", self.hook),
        }
    }
}

/// The reference's sentence for whatever fails on the way up and has none of its own.
const SETTING_UP: &str = "An error occurred setting up the container.";

impl Error {
    /// What failed, in one line: `message` of the reference's document.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// The reference's sentence for this kind of failure: `description` of its document.
    pub fn description(&self) -> String {
        match self {
            Self::Engine { description, .. } => (*description).to_owned(),
            Self::Build { of_dockerfile: true, .. } => "An error occurred building the image.".to_owned(),
            Self::Features { error, .. } => error.description().unwrap_or_else(|| SETTING_UP.to_owned()),
            Self::Compose(failure) => failure.description.to_owned(),
            Self::Initialize(failure) | Self::Hook(failure) => failure.description(),
            Self::Secrets { .. } => "Failed to read/parse secrets".to_owned(),
            Self::ConfigurationNotFound { .. }
            | Self::Scenario(_)
            | Self::Configuration { .. }
            | Self::ExpectedContainer
            | Self::Flags { .. }
            | Self::NoService { .. }
            | Self::ContainerNotFound => self.to_string(),
            _ => SETTING_UP.to_owned(),
        }
    }

    /// The same for a verb whose sentence for everything without one of its own is `general` instead of that of `up`.
    pub fn description_or(&self, general: &str) -> String {
        match (self, self.description()) {
            (Self::ContainerNotFound | Self::NoService { .. }, _) => general.to_owned(),
            (_, text) if text == SETTING_UP => general.to_owned(),
            (_, text) => text,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Engine { error, .. } => return error.hint(),
            Self::ChosenEngine { error, forget, .. } => {
                let hint = error.hint().map(|hint| format!("{hint} ")).unwrap_or_default();
                return Some(format!("{hint}`{forget}` goes back to the first engine that answers."));
            }
            Self::Build { lines, .. }
                if lines.iter().any(|line| line.contains("No space left on device")) =>
            {
                "free some space on the engine's disk: `docker system df` shows what takes it; `wharf up` then goes on"
            }
            Self::Build { error, .. } => return error.hint(),
            Self::Features { error, .. } => return error.hint(),
            Self::Compose(failure) => return failure.hint(),
            Self::NoService { known, .. } => {
                return Some(format!("the project has these services: {}", known.join(", ")));
            }
            Self::NoCompose { .. } => return Some(crate::doctor::how_to_install_compose()),
            Self::Impossible { hint, .. } | Self::Agent { hint, .. } | Self::Clone { hint, .. } => {
                return hint.clone();
            }
            Self::Git { .. } => {
                "repositories are cloned with the git of this computer; install it, or copy a folder with `wharf up --volume`"
            }
            Self::NotKept => "`wharf up` brings it up and keeps it",
            Self::NoPort { .. } => "name it as 3000, 8080:80 or 5433:db:5432",
            Self::Unpack { .. } => "free some space on the disk of this computer",
            Self::Configuration { diagnostics, .. } => {
                return first(diagnostics).and_then(|found| found.hint.clone());
            }
            Self::ConfigurationNotFound { choices, .. } if !choices.is_empty() => {
                let choices: Vec<_> =
                    choices.iter().map(|path| format!("--config {}", path.display())).collect();
                return Some(format!("this folder has several: {}", choices.join(", ")));
            }
            Self::ConfigurationNotFound { .. } => {
                "a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { \"image\": \"debian\" }"
            }
            Self::NoEngine { .. } => "start Docker or Podman, or point DOCKER_HOST to an engine",
            Self::Refused { asked: false, .. } => {
                "`wharf up` in a terminal asks; `wharf up --trust` allows it without asking"
            }
            Self::Refused { .. } => "nothing was done; `wharf up` asks again",
            Self::Hook(_) => "`wharf shell` opens a shell where it failed; `wharf up` runs this hook again",
            Self::Initialize(_) => {
                "it runs on this computer, in the workspace folder; nothing after it has run"
            }
            Self::UnknownEnvironment { .. } => "`wharf list --all` shows the environments that there are",
            Self::AmbiguousEnvironment { .. } => {
                "name the one you mean by its folder, or by the first characters of its id"
            }
            Self::NothingToStart => "`wharf up` makes it",
            Self::ExpectedContainer => "`wharf up` without --expect-existing-container creates it",
            Self::ContainerNotFound | Self::ContainerNotRunning { .. } | Self::ContainerLost { .. } => {
                "`wharf up` brings it up"
            }
            Self::Scenario(error) => return Some(error.hint().to_string()),
            Self::Secrets { .. } => "it is one JSON object: { \"NAME\": \"value\" }",
            Self::Keychain(_) => {
                "without a keychain, secrets come from --secrets-file, from variables of the same names, or from you"
            }
            Self::ContainerEnded { container, .. } => {
                return Some(format!(
                    "the image's own command does not go on; leave out \"overrideCommand\": false, or look at `docker logs {}`",
                    &container[..container.len().min(12)]
                ));
            }
            Self::NoStateFolder => "set HOME or WHARF_STATE_DIR",
            Self::Restless { .. } => {
                "this is a fault in wharf; please report it with the output of `wharf status --json`"
            }
            Self::WorkspaceFolder { .. } => "name a folder that exists: `wharf up <folder>`",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Where in the configuration the cause lies.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::Configuration { diagnostics, text } => {
                first(diagnostics).map(|found| crate::convert::location(found, text))
            }
            Self::Engine { location, .. }
            | Self::Build { location, .. }
            | Self::Features { location, .. }
            | Self::Impossible { location, .. } => location.as_deref().cloned(),
            Self::Initialize(failure) | Self::Hook(failure) => failure.location.clone(),
            Self::Compose(failure) => failure.location.clone(),
            Self::NoCompose { location } | Self::NoService { location, .. } => location.as_deref().cloned(),
            _ => None,
        }
    }

    /// The words of whoever refused.
    pub fn quotes(&self) -> Vec<String> {
        match self {
            Self::NoEngine { tried } => tried.clone(),
            Self::AmbiguousEnvironment { candidates, .. } => candidates.clone(),
            Self::Refused { touches, .. } => touches.clone(),
            Self::Initialize(failure) | Self::Hook(failure) => failure.lines.clone(),
            Self::Compose(failure) => failure.lines.clone(),
            Self::Features { error, .. } => error.quotes(),
            Self::Build { lines, .. } | Self::Clone { lines, .. } => lines.clone(),
            _ => Vec::new(),
        }
    }

    /// The container that is kept, for the reference's document.
    pub fn container_id(&self) -> Option<String> {
        match self {
            Self::Hook(failure) => failure.container.clone(),
            Self::ContainerLost { container, .. } | Self::ContainerEnded { container, .. } => {
                Some(container.clone())
            }
            Self::Agent { container, .. } => container.clone(),
            _ => None,
        }
    }

    /// The same as a document.
    pub fn to_result(&self) -> ErrorResult {
        ErrorResult {
            message: self.message(),
            description: self.description(),
            quotes: self.quotes(),
            location: self.location(),
            hint: self.hint(),
            container_id: self.container_id(),
            disallowed_feature: match self {
                Self::Features { error, .. } => error.disallowed(),
                _ => None,
            },
        }
    }
}

fn first(diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    diagnostics
        .iter()
        .find(|found| found.severity == wharf_spec::Severity::Error)
        .or_else(|| diagnostics.first())
}

fn first_message(diagnostics: &[Diagnostic]) -> String {
    first(diagnostics)
        .map_or_else(|| "the configuration has errors".to_owned(), |found| found.message.clone())
}

fn things(touches: &[String]) -> String {
    match touches.len() {
        1 => "something".to_owned(),
        count => format!("{count} things"),
    }
}

/// A step that installs a Feature is many words long, and all that it says is which one.
fn failed_build(error: &wharf_engine::Error, feature: Option<&str>) -> String {
    match (error, feature) {
        (wharf_engine::Error::Build { words, .. }, Some(feature)) => {
            let code =
                words.rsplit(|character: char| !character.is_ascii_digit()).find(|digits| !digits.is_empty());
            let code = code.filter(|_| words.contains("exit") || words.contains("non-zero"));
            // Without an exit code it was not the script that failed, and the engine's own words are all there is.
            let why = code.map_or_else(|| format!(": {words}"), |code| format!(" (exit {code})"));
            format!("the Feature {feature} could not be installed{why}")
        }
        _ => error.to_string(),
    }
}
