//! What a document and a terminal say of an error: its sentence as the reference has it, where it lies, and what to do next.

use wharf_api::{ErrorResult, Location};

use super::{Error, first};

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
            Self::NothingAllowed { .. } => "`wharf trust list` shows what is allowed",
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
