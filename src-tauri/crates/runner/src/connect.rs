//! Choosing the engine: the one that was named, the one that was remembered, or the first that answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wharf_api as api;
use wharf_api::{EventKind, Outcome, StepName};
use wharf_engine::discover::{Known, choosing_variable, known, named};
use wharf_engine::{Address, Builders, Engine, Surroundings, System, find_engine};

use crate::convert;
use crate::engines::{self, Choice};
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::locate;
use crate::platform;
use crate::request::Target;
use crate::store::Store;

/// How long an engine may take to answer the first question. One that is just starting needs a few seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Finds the engine and connects to it, as a step of its own.
pub(crate) async fn connect(
    target: &Target,
    store: &Store,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<Engine> {
    let step = operation.begin(Some(root), StepName::Engine, None);
    let engine = tokio::select! {
        () = operation.cancel.cancelled() => return Err(Error::Cancelled),
        engine = quietly(target, store) => engine?,
    };
    step.send(EventKind::EngineFound { engine: convert::engine(&engine, engine.facts()) });
    step.finish(Outcome::Done, None);
    Ok(engine)
}

/// The same without a word.
pub(crate) async fn quietly(target: &Target, store: &Store) -> Result<Engine> {
    let here = Here::new(target.docker_path.as_deref(), store);
    let surroundings = here.surroundings();
    let choice = choice(target, store, &surroundings)?;
    let wanted = choice.as_ref().map(|choice| choice.engine.as_str());
    let found = match find_engine(&surroundings, wanted, PATIENCE).await {
        // A question more, but only to those few versions.
        Ok(engine) if engine.facts().depends_on_its_user() => engine.info().await.map(|_| engine.clone()),
        found => found,
    };
    found.map_err(|error| match (error, choice) {
        (error, Some(choice)) if choice.is_remembered() => Error::ChosenEngine {
            engine: choice.engine.clone(),
            chosen: choice.words(),
            forget: choice.forget(),
            error: Box::new(error),
        },
        (wharf_engine::Error::NoEngine { candidates }, _) => Error::NoEngine {
            tried: candidates
                .iter()
                .map(|candidate| format!("{} ({}): {}", candidate.address, candidate.origin, candidate.state))
                .collect(),
        },
        (error, _) => Error::Engine {
            error: Box::new(error),
            description: "An error occurred setting up the container.",
            location: None,
        },
    })
}

/// What a person has chosen for this environment. A flag comes before a variable of the shell, which comes before what was
/// remembered for the folder, which comes before what was remembered for all.
pub(crate) fn choice(
    target: &Target,
    store: &Store,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Choice>> {
    if let Some(engine) = &target.engine {
        return Ok(Some(Choice::by_flag(engine)));
    }
    if choosing_variable(surroundings).is_some() {
        return Ok(None);
    }
    engines::remembered(store, folder(target).as_deref())
}

/// How the engine of a target is chosen, for people; None where it is the first that answers.
pub(crate) fn chosen_by(target: &Target, store: &Store) -> Result<Option<String>> {
    let here = Here::new(target.docker_path.as_deref(), store);
    let surroundings = here.surroundings();
    if let Some(choice) = choice(target, store, &surroundings)? {
        return Ok(Some(choice.words()));
    }
    Ok(choosing_variable(&surroundings).map(|variable| format!("with {variable}")))
}

/// The folder that a target is about, as far as that can be told without reading a configuration.
pub(crate) fn folder(target: &Target) -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    match locate::locate(target, &current) {
        Ok(located) => Some(located.folder),
        Err(_) => {
            Some(target.workspace_folder.as_ref().map_or(current.clone(), |folder| current.join(folder)))
        }
    }
}

/// Every place where an engine may be, or the one that was asked for; each with whether a person chose it, so that its absence is
/// worth telling.
pub(crate) fn known_places(engine: Option<&str>, store: &Store) -> Vec<(Known, bool)> {
    let here = Here::new(None, store);
    let surroundings = here.surroundings();
    if let Some(engine) = engine {
        let known = match named(engine, &surroundings) {
            Ok(place) => place.into(),
            Err(error) => Known { name: engine.to_owned(), origin: engine.to_owned(), address: Err(error) },
        };
        return vec![(known, true)];
    }
    let variable = choosing_variable(&surroundings);
    let remembered = engines::remembered(store, None).ok().flatten();
    let mut places: Vec<_> = known(&surroundings)
        .into_iter()
        .enumerate()
        .map(|(index, known)| {
            let chosen = remembered.as_ref().is_some_and(|choice| choice.engine == known.name);
            (known, chosen || index == 0 && variable.is_some())
        })
        .collect();
    // One that was remembered by its address is written down nowhere else.
    if let Some(choice) = remembered
        && let Ok(place) = named(&choice.engine, &surroundings)
        && !places
            .iter()
            .any(|(known, _)| known.address.as_ref().is_ok_and(|address| address.is_same_as(&place.address)))
    {
        places.push((place.into(), true));
    }
    places
}

/// The engine of this address, with what is known of it beside the address to whoever has these variables: certificates, keys, and the agent that
/// has the keys.
pub(crate) fn address_of(address: &str, store: &Store, variables: &Variables) -> Option<Address> {
    let here = Here::of(variables.clone(), store);
    let surroundings = here.surroundings();
    let places = known(&surroundings).into_iter().filter_map(|known| known.address.ok());
    let mut same = places.filter(|place| place.to_string() == address);
    let found = same.next().or_else(|| named(address, &surroundings).ok().map(|place| place.address));
    // One that has gone, as with the session that had it, is no better than this process's own.
    let agent = variables.get(AGENT).map(PathBuf::from).filter(|agent| cfg!(windows) || agent.exists());
    found.map(|found| found.with_agent(agent))
}

/// The variables that tell how engines are reached, of whoever wants one reached.
pub(crate) type Variables = BTreeMap<String, String>;

/// Where an SSH agent listens that has a person's keys.
const AGENT: &str = "SSH_AUTH_SOCK";
/// Their names.
const REACHING: [&str; 10] = [
    AGENT,
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "CONTAINER_HOST",
    "CONTAINER_CONNECTION",
    "CONTAINER_SSHKEY",
];

/// Those of this process.
pub(crate) fn variables() -> Variables {
    let set = REACHING.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    set.filter(|(_, value)| !value.is_empty()).collect()
}

/// Where a person's tools keep the builders beside the engine.
pub(crate) fn builders(store: &Store) -> Builders {
    Builders::find(&Here::new(None, store).surroundings())
}

/// An engine that has answered, as one line of a list.
pub(crate) fn summary(engine: &Engine, origin: &str) -> api::EngineSummary {
    let api::Engine { kind, version, address, local, .. } = convert::engine(engine, engine.facts());
    let origin = origin.to_owned();
    api::EngineSummary {
        address,
        origin,
        kind: Some(kind),
        version,
        local,
        usable: true,
        problem: None,
        hint: None,
    }
}

type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// This computer, as far as it tells where engines are.
pub(crate) struct Here {
    environment: Environment,
    service_folder: PathBuf,
}

impl Here {
    /// `docker_path` is `--docker-path`: no program is started, but its name tells which engine is meant.
    pub(crate) fn new(docker_path: Option<&str>, store: &Store) -> Here {
        let podman_is_meant = docker_path
            .and_then(|path| Path::new(path).file_stem())
            .is_some_and(|name| name.to_string_lossy().contains("podman"));
        // A Podman that is called by name listens to its own variables only.
        let environment = move |name: &str| {
            if podman_is_meant && name.starts_with("DOCKER_") {
                return None;
            }
            std::env::var(name).ok()
        };
        Here { environment: Box::new(environment), service_folder: store.root().join("podman") }
    }

    /// As whoever has these variables sees it; what else tells where engines are is this process's own.
    fn of(variables: Variables, store: &Store) -> Here {
        let environment = move |name: &str| {
            if REACHING.contains(&name) { variables.get(name).cloned() } else { std::env::var(name).ok() }
        };
        Here { environment: Box::new(environment), service_folder: store.root().join("podman") }
    }

    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            environment: &*self.environment,
            home: directories::BaseDirs::new().map(|folders| folders.home_dir().to_path_buf()),
            user_id: platform::user_ids().map(|(user, _)| user),
            system: System::current(),
            read: &read,
            list: &list,
            service_folder: Some(self.service_folder.clone()),
        }
    }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn list(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
