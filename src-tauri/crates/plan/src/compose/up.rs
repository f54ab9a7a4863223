//! Creating and starting: what Compose is asked.

use serde::Serialize;
use serde_json::Value;
use wharf_spec::{Config, MergedConfig};

use super::facts::{ComposeFacts, service_name};
use super::overriding;
use crate::facts::{ContainerFacts, ImageFacts};
use crate::state::{Blocker, Observed, Running};

/// How the names of files of our own begin. The reference gives its own the same, so that each finds the other's again.
pub const OVERRIDE_PREFIX: &str = "docker-compose.devcontainer.containerFeatures";

/// The label in which Compose keeps the files that a container was made from.
const FILES_LABEL: &str = "com.docker.compose.project.config_files";

/// One `compose up -d --no-build`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComposeUp {
    /// `--project-name`.
    pub project: String,
    /// The project's files, absolute; in a volume they are told, and [`ComposeUp::document`] is what counts.
    pub files: Vec<String>,
    /// The whole project in their place. Never serialised: environments hold secrets.
    #[serde(skip)]
    pub document: Option<Value>,
    /// `--env-file`.
    pub env_file: Option<String>,
    /// The file of our own that comes last.
    pub overriding: Override,
    /// The service that is the environment.
    pub service: String,
    /// The services to start; all of them when empty.
    pub services: Vec<String>,
    /// Containers that exist stay as they are (`--no-recreate`).
    pub keep: bool,
}

/// What the configuration adds to the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum Override {
    /// This text, in a new file.
    Text(String),
    /// The files with which the container was made, as its label names them: those count that are still there, and lie where programs
    /// of dev containers write them.
    Kept(Vec<String>),
}

impl Default for Override {
    fn default() -> Self {
        Self::Kept(Vec::new())
    }
}

/// To a container that is not there yet, from the image `name`.
pub(crate) fn up(
    wanted: &Running,
    facts: &ComposeFacts,
    merged: &MergedConfig,
    name: &str,
    image: &ImageFacts,
    observed: &Observed,
) -> Result<ComposeUp, Blocker> {
    let text = overriding::text(wanted, facts, merged, name, image, observed)?;
    Ok(ComposeUp { overriding: Override::Text(text), ..asked(wanted, facts, observed)? })
}

/// To a container that runs, from one that is there.
pub(crate) fn go_on(
    wanted: &Running,
    facts: &ComposeFacts,
    container: &ContainerFacts,
    observed: &Observed,
) -> Result<ComposeUp, Blocker> {
    let files = container.labels.get(FILES_LABEL).map_or("", String::as_str);
    let own = |file: &&str| {
        file.rsplit(['/', '\\']).next().is_some_and(|name| name.starts_with("docker-compose.devcontainer."))
    };
    let kept = files.split(',').filter(own).map(str::to_owned).collect();
    Ok(ComposeUp { overriding: Override::Kept(kept), keep: true, ..asked(wanted, facts, observed)? })
}

fn asked(wanted: &Running, facts: &ComposeFacts, observed: &Observed) -> Result<ComposeUp, Blocker> {
    let in_volume = facts.in_volume.as_ref();
    Ok(ComposeUp {
        project: facts.name.clone(),
        files: facts.files.clone(),
        document: in_volume.map(|volume| volume.to_start(wanted, facts, &observed.engine)).transpose()?,
        env_file: facts.env_file.clone(),
        overriding: Override::default(),
        service: service_name(wanted).unwrap_or_default().to_owned(),
        services: named(wanted),
        keep: false,
    })
}

/// The services that are named to Compose: none where all start.
pub(crate) fn named(wanted: &Running) -> Vec<String> {
    named_services(&wanted.configuration.config)
}

/// The services that a configuration has Compose start; none where all do.
pub(super) fn named_services(config: &Config) -> Vec<String> {
    let mut services = config.run_services.clone().unwrap_or_default();
    if let Some(service) = config.service.as_ref().filter(|name| !name.is_empty())
        && !services.is_empty()
        && !services.contains(service)
    {
        services.push(service.clone());
    }
    services
}
