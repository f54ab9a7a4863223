//! What can go wrong in a use case: what, where and why as fields, and what to do about it kept apart.

mod said;

use std::io;
use std::path::PathBuf;

use wharf_api::Location;
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

    /// A word by which nothing is known that was allowed.
    #[error("nothing is allowed to {word}: neither to the folder {} nor to an environment of that name", folder.display())]
    NothingAllowed {
        /// As it was typed.
        word: String,
        /// The folder that it would be.
        folder: PathBuf,
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
