//! `wharf list`: every environment there is, from the labels on all engines and from what Wharf remembers.
//!
//! Each engine is asked once, all at the same time. One that hangs or refuses becomes a line of the answer and keeps nobody
//! waiting longer than [`PATIENCE`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api as api;
use wharf_engine::{Address, Engine};
use wharf_plan::ContainerState;
use wharf_spec::DevContainerId;

use crate::environment::{LOCAL_FOLDER_LABEL, STYLE};
use crate::error::{Error, Result};
use crate::foreign::Told;
use crate::records::{ENVIRONMENT, EnvironmentRecord, INSIDE, InsideRecord, WantedRecord};
use crate::request::ListRequest;
use crate::store::{EnvironmentStore, Store};
use crate::{CancellationToken, connect, convert, lock};

/// How long an engine may take to say what it has. A list is for somebody who waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Marks containers that exist only while Wharf looks into their image.
const TRANSIENT_LABEL: &str = "dev.wharf.transient";

/// Lists environments and engines.
///
/// # Errors
/// When the state folder cannot be read. An engine that cannot be asked is part of the answer.
pub async fn list(request: &ListRequest, cancel: CancellationToken) -> Result<api::ListResult> {
    let store = Store::open(request.user_data_folder.as_deref())?;
    tokio::select! {
        () = cancel.cancelled() => Err(Error::Cancelled),
        result = gather(request, &store) => result,
    }
}

/// The same for somebody who has opened the state folder already.
pub(crate) async fn gather(request: &ListRequest, store: &Store) -> Result<api::ListResult> {
    let remembered = remembered(store)?;
    let places = places(request, store, &remembered);
    let asked = join_all(places.into_iter().map(ask)).await;
    let environments = summaries(&remembered, &asked, request.all);
    let engines =
        asked.into_iter().filter(|asked| asked.is_worth_a_line).map(|asked| asked.summary).collect();
    Ok(api::ListResult { environments, engines })
}

/// A place to ask, or why it cannot be.
struct Place {
    origin: String,
    address: Result<Address, wharf_engine::Error>,
    /// Whether a person named it, or an environment was there: it is told then even if nothing is there.
    expected: bool,
}

/// What an engine has answered.
struct Asked {
    summary: api::EngineSummary,
    engine: Option<api::Engine>,
    containers: Vec<wharf_engine::ContainerSummary>,
    is_worth_a_line: bool,
}

/// An environment that Wharf has worked on.
pub(crate) struct Remembered {
    pub(crate) record: EnvironmentRecord,
    /// Who works on it just now.
    pub(crate) working: Option<String>,
    pub(crate) last_used: Option<u64>,
    /// When its container was started last, and which container that was.
    pub(crate) started: Option<(String, String)>,
}

fn remembered(store: &Store) -> Result<Vec<Remembered>> {
    Ok(store.environments()?.iter().filter_map(remember).collect())
}

fn remember(state: &EnvironmentStore) -> Option<Remembered> {
    // A damaged record is told about by the next operation on the environment; here it is only left out.
    let record = state.peek::<EnvironmentRecord>(ENVIRONMENT)?;
    let started = state.peek::<InsideRecord>(INSIDE).map(|inside| (inside.container, inside.started_at));
    Some(Remembered { record, working: lock::held_by(state.folder()), last_used: state.last_used(), started })
}

/// Where to ask: every place that is known here, and where an environment was last seen.
fn places(request: &ListRequest, store: &Store, remembered: &[Remembered]) -> Vec<Place> {
    let mut places: Vec<Place> = connect::known_places(request.engine.as_deref(), store)
        .into_iter()
        .map(|(known, expected)| Place { origin: known.origin, address: known.address, expected })
        .collect();
    if request.engine.is_some() {
        return places;
    }
    for environment in remembered.iter().filter(|found| found.record.wanted != WantedRecord::Gone) {
        let Some(engine) = &environment.record.engine else { continue };
        let Ok(address) = engine.address.parse::<Address>() else { continue };
        let same = places
            .iter_mut()
            .find(|place| place.address.as_ref().is_ok_and(|other| other.is_same_as(&address)));
        match same {
            Some(place) => place.expected = true,
            None => places.push(Place {
                origin: "an environment was there".to_owned(),
                address: Ok(address),
                expected: true,
            }),
        }
    }
    places
}

async fn ask(place: Place) -> Asked {
    let address = match place.address {
        Ok(address) => address,
        Err(error) => return Asked::failed(place.origin.clone(), place.origin, &error, true, true),
    };
    let answer = tokio::time::timeout(PATIENCE, async {
        let engine = Engine::connect(&address, PATIENCE).await?;
        let containers = engine.find_containers(&[]).await?;
        Ok::<_, wharf_engine::Error>((engine, containers))
    });
    let answer = match answer.await {
        Ok(answer) => answer,
        Err(_) => Err(wharf_engine::Error::Timeout {
            engine: address.to_string(),
            call: "list its containers".to_owned(),
            after: PATIENCE,
        }),
    };
    match answer {
        Ok((engine, containers)) => Asked {
            summary: connect::summary(&engine, &place.origin),
            engine: Some(convert::engine(&engine, engine.facts())),
            containers,
            is_worth_a_line: true,
        },
        Err(error) => {
            let absent = matches!(error, wharf_engine::Error::Absent { .. });
            Asked::failed(
                address.to_string(),
                place.origin,
                &error,
                address.is_local(),
                place.expected || !absent,
            )
        }
    }
}

impl Asked {
    fn failed(
        address: String,
        origin: String,
        error: &wharf_engine::Error,
        local: bool,
        is_worth_a_line: bool,
    ) -> Self {
        let summary = api::EngineSummary {
            address,
            origin,
            kind: None,
            version: None,
            local,
            usable: false,
            problem: Some(first_line(&error.to_string())),
            hint: error.hint(),
        };
        Self { summary, engine: None, containers: Vec::new(), is_worth_a_line }
    }
}

/// Puts together what is remembered and what the engines have. Pure, so that a table can test it.
fn summaries(remembered: &[Remembered], asked: &[Asked], all: bool) -> Vec<api::EnvironmentSummary> {
    let mut environments = Vec::new();
    let mut seen = BTreeSet::new();
    let mut matched = BTreeSet::new();
    // Two addresses may lead to one engine.
    let mut ids = BTreeSet::new();
    let mut containers: Vec<_> = asked
        .iter()
        .filter_map(|asked| asked.engine.as_ref().map(|engine| (engine, &asked.containers)))
        .flat_map(|(engine, containers)| containers.iter().map(move |container| (engine, container)))
        .filter(|(_, container)| container.state != ContainerState::Removing)
        .filter(|(_, container)| !container.labels.contains_key(TRANSIENT_LABEL))
        .filter(|(_, container)| seen.insert(container.id.as_str()))
        .collect();
    // Of several containers with the same labels the one that Wharf knows is the environment, else the one that runs.
    let known = |id: &str| remembered.iter().any(|found| found.record.container.as_deref() == Some(id));
    containers.sort_by_key(|(_, container)| {
        (!known(&container.id), state(container.state), std::cmp::Reverse(container.created))
    });
    for (engine, container) in containers {
        let told = Told::by(&container.labels);
        let memory = remembered.iter().position(|found| is_of(found, container));
        let certain = memory.is_some() || told.as_ref().is_some_and(Told::is_certain);
        let Some(told) = told.or_else(|| memory.map(|_| Told::nothing())).filter(|_| certain || all) else {
            continue;
        };
        let memory = memory.filter(|index| matched.insert(*index)).map(|index| &remembered[index]);
        let mut summary = of_container(engine, container, &told, memory);
        if !ids.insert(summary.id.clone()) {
            summary.id = format!("container:{}", container.id);
        }
        environments.push(summary);
    }
    let reachable = |engine: &api::Engine| {
        asked.iter().any(|asked| asked.summary.usable && asked.summary.address == engine.address)
    };
    for (index, found) in remembered.iter().enumerate() {
        let wanted = found.record.wanted != WantedRecord::Gone || found.record.failure.is_some();
        if matched.contains(&index) || !(wanted || found.working.is_some() || all) {
            continue;
        }
        let engine = found.record.engine.as_ref();
        let state = match engine {
            Some(engine) if found.record.container.is_some() && !reachable(engine) => {
                api::EnvironmentState::Unreachable
            }
            _ => api::EnvironmentState::Gone,
        };
        environments.push(of_memory(found, state));
    }
    environments.sort_by(|one, other| {
        let key = |summary: &api::EnvironmentSummary| (summary.state, summary.name.to_lowercase());
        key(one).cmp(&key(other)).then_with(|| one.id.cmp(&other.id))
    });
    environments
}

/// Whether a container is the one of a remembered environment: by its labels, else by the id that it had last.
fn is_of(found: &Remembered, container: &wharf_engine::ContainerSummary) -> bool {
    let labels = &found.record.id_labels;
    let carries = wharf_spec::labels::carries(STYLE, labels, &container.labels);
    (carries && !labels.is_empty()) || found.record.container.as_deref() == Some(container.id.as_str())
}

fn of_container(
    engine: &api::Engine,
    container: &wharf_engine::ContainerSummary,
    told: &Told,
    memory: Option<&Remembered>,
) -> api::EnvironmentSummary {
    let record = memory.map(|found| &found.record);
    let name = container.names.first().cloned().unwrap_or_else(|| container.id.chars().take(12).collect());
    let by_folder = told.folder.as_deref().map(|folder| STYLE.basename(folder).to_owned());
    let id_labels: BTreeMap<String, String> = match record {
        Some(record) => record.id_labels.iter().cloned().collect(),
        None => told.id_labels.iter().cloned().collect(),
    };
    let mut reference = told.reference(&container.id, &engine.address);
    if let Some(record) = record
        && !record.id_labels.iter().any(|(name, _)| name == LOCAL_FOLDER_LABEL)
    {
        reference.folder = record.workspace_folder();
        reference.configuration = Some(record.configuration.clone()).filter(|path| !path.is_empty());
        reference.id_labels.clone_from(&id_labels);
    }
    let started = memory.and_then(|found| found.started.clone());
    api::EnvironmentSummary {
        id: match record {
            Some(record) => record.id.clone(),
            None if id_labels.is_empty() => format!("container:{}", container.id),
            None => DevContainerId::of(&id_labels).to_string(),
        },
        name: record.map(|record| record.name.clone()).or(by_folder).unwrap_or_else(|| name.clone()),
        source: record.map(|record| convert::source(&record.source)).or_else(|| told.source()),
        configuration: reference.configuration.clone(),
        reference,
        state: state(container.state),
        working: memory.and_then(|found| found.working.clone()),
        problem: record.and_then(|record| record.failure.as_deref()).map(first_line),
        maker: match (told.maker, record) {
            (api::Maker::Devcontainer | api::Maker::Unknown, Some(record)) if record.created => {
                api::Maker::Wharf
            }
            (maker, _) => maker,
        },
        ours: record.is_some(),
        engine: Some(engine.clone()),
        changed: false,
        last_used: memory.and_then(|found| found.last_used),
        container: Some(api::ContainerSummary {
            name,
            image: container.image.clone(),
            created: OffsetDateTime::from_unix_timestamp(container.created)
                .ok()
                .and_then(|time| time.format(&Rfc3339).ok()),
            started_at: started.filter(|(id, _)| *id == container.id).map(|(_, started)| started),
            id: container.id.clone(),
        }),
    }
}

/// One whose container is not there, or cannot be seen.
fn of_memory(found: &Remembered, state: api::EnvironmentState) -> api::EnvironmentSummary {
    let record = &found.record;
    let configuration = Some(record.configuration.clone()).filter(|path| !path.is_empty());
    let usual = record.id_labels.iter().any(|(name, _)| name == LOCAL_FOLDER_LABEL);
    let source = convert::source(&record.source);
    let volume = match &source {
        api::WorkspaceSource::Volume { name, .. } => Some(name.clone()),
        api::WorkspaceSource::Folder { .. } => None,
    };
    api::EnvironmentSummary {
        id: record.id.clone(),
        name: record.name.clone(),
        reference: api::EnvironmentReference {
            folder: record.workspace_folder(),
            configuration: configuration.clone(),
            volume,
            container: None,
            id_labels: if usual { BTreeMap::new() } else { record.id_labels.iter().cloned().collect() },
            engine: None,
        },
        source: Some(source),
        configuration,
        state,
        working: found.working.clone(),
        problem: record.failure.as_deref().map(first_line),
        maker: api::Maker::Wharf,
        ours: true,
        engine: record.engine.clone(),
        container: None,
        changed: false,
        last_used: found.last_used,
    }
}

fn state(state: ContainerState) -> api::EnvironmentState {
    match state {
        ContainerState::Running => api::EnvironmentState::Running,
        ContainerState::Restarting | ContainerState::Dead => api::EnvironmentState::Failing,
        ContainerState::Paused => api::EnvironmentState::Paused,
        ContainerState::Created => api::EnvironmentState::Created,
        ContainerState::Exited | ContainerState::Removing => api::EnvironmentState::Stopped,
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
