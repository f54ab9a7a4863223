//! `wharf engine`: what engines there are, what each can do, and which one to use from now on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wharf_api as api;
use wharf_engine::discover::{choosing_variable, named};
use wharf_engine::{Engine, Found, discover};
use wharf_plan::EngineFacts;

use crate::connect::{self, Here};
use crate::convert;
use crate::error::{Error, Result};
use crate::request::{EngineListRequest, EngineUseRequest, Target};
use crate::settings;
use crate::store::Store;

/// How long an engine may take to answer a person who only asks what there is.
const PATIENCE: Duration = Duration::from_secs(5);
/// The setting that names the engine for every folder without one of its own.
const EVERYWHERE: &str = "engine";

/// Which engine a person has chosen, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// A name or an address.
    pub(crate) engine: String,
    by: By,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Flag,
    Folder(PathBuf),
    Everywhere,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    engine: String,
    /// The folder that it is for, or absent when it is for all.
    folder: Option<PathBuf>,
}

impl Choice {
    pub(crate) fn by_flag(engine: &str) -> Choice {
        Choice { engine: engine.to_owned(), by: By::Flag }
    }

    /// Whether it was chosen some other day, so that a person may not think of it.
    pub(crate) fn is_remembered(&self) -> bool {
        self.by != By::Flag
    }

    /// How it was chosen, for a message.
    pub(crate) fn words(&self) -> String {
        match &self.by {
            By::Flag => "with --engine".to_owned(),
            By::Folder(folder) => format!("for {} with `wharf engine use`", folder.display()),
            By::Everywhere => "in your settings".to_owned(),
        }
    }

    /// The command that takes the choice back.
    pub(crate) fn forget(&self) -> String {
        match &self.by {
            By::Folder(folder) => format!("wharf engine use --forget --folder {}", folder.display()),
            By::Flag | By::Everywhere => "wharf engine use --forget".to_owned(),
        }
    }
}

/// What was remembered for the folder or the nearest one above it, else what the person's settings say.
pub(crate) fn remembered(store: &Store, folder: Option<&Path>) -> Result<Option<Choice>> {
    remembered_or(store, folder, settings::engine)
}

fn remembered_or(
    store: &Store,
    folder: Option<&Path>,
    everywhere: impl FnOnce() -> Result<Option<String>>,
) -> Result<Option<Choice>> {
    for folder in folder.into_iter().flat_map(Path::ancestors) {
        if let Some(record) = store.load::<Record>(&file(folder))?.found()
            && record.folder.as_deref() == Some(folder)
        {
            return Ok(Some(Choice { engine: record.engine, by: By::Folder(folder.to_owned()) }));
        }
    }
    Ok(everywhere()?.map(|engine| Choice { engine, by: By::Everywhere }))
}

/// The state file of a folder's choice.
fn file(folder: &Path) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(folder.as_os_str().as_encoded_bytes());
    format!("engines/{}", hex::encode(&hash[..12]))
}

/// Asks every engine there is, wherever its own tools would look, and says which one the folder would use.
///
/// # Errors
/// When what was remembered cannot be read.
pub async fn engine_list(request: &EngineListRequest) -> Result<api::EngineList> {
    let store = Store::open(request.user_data_folder.as_deref())?;
    let here = Here::new(None, &store);
    let surroundings = here.surroundings();
    let target = Target { workspace_folder: request.folder.clone(), ..Target::default() };
    let choice = connect::choice(&target, &store, &surroundings)?;
    let mut found = discover(&surroundings, PATIENCE).await;
    let chosen = choice.as_ref().map(|choice| named(&choice.engine, &surroundings));
    let address = chosen.as_ref().and_then(|place| place.as_ref().ok()).map(|place| &place.address);
    let is_chosen = |found: &Found| match (address, &found.address) {
        (Some(chosen), Some(address)) => chosen.is_same_as(address),
        _ => false,
    };
    if let Some(Ok(place)) = &chosen
        && !found.iter().any(is_chosen)
    {
        let engine = Engine::connect(&place.address, PATIENCE).await;
        let (name, origin) = (place.name.clone(), place.origin.clone());
        found.push(Found { name, origin, address: Some(place.address.clone()), engine });
    }
    // What a person would get is what `up` would get: the chosen one, or the first that answers.
    let used = match (&choice, choosing_variable(&surroundings)) {
        (Some(_), _) => found.iter().position(is_chosen),
        (None, Some(_)) => Some(0),
        (None, None) => connect::quietly(&target, &store).await.ok().and_then(|engine| {
            found.iter().position(|found| {
                found.address.as_ref().is_some_and(|address| address.is_same_as(engine.address()))
            })
        }),
    };
    let chosen_by = connect::chosen_by(&target, &store)?;
    let mut engines = Vec::new();
    for (index, found) in found.into_iter().enumerate() {
        let is_used = used == Some(index);
        let is_absent = matches!(found.engine, Err(wharf_engine::Error::Absent { .. }));
        if is_used || !is_absent || request.all {
            engines.push(report(found, is_used).await);
        }
    }
    // A chosen name that nobody has any more is told, or its owner would look for it in vain.
    let problem = match chosen {
        Some(Err(error)) => Some(error.to_string()),
        _ => None,
    };
    Ok(api::EngineList { engines, chosen: choice.map(|choice| choice.engine), chosen_by, problem })
}

async fn report(found: Found, used: bool) -> api::EngineReport {
    let Found { name, origin, address, engine } = found;
    let local = address.as_ref().is_some_and(wharf_engine::Address::is_local);
    let mut report = api::EngineReport {
        name,
        origin,
        address: address.map(|address| address.to_string()),
        used,
        usable: false,
        kind: None,
        version: None,
        api_version: None,
        local,
        abilities: Vec::new(),
        problem: None,
        hint: None,
    };
    match &engine {
        Ok(engine) => {
            let facts = match engine.info().await {
                Ok(facts) => facts,
                Err(error) => {
                    report.problem = Some(error.to_string());
                    report.hint = error.hint();
                    engine.facts()
                }
            };
            let api::Engine { kind, version, .. } = convert::engine(engine, facts);
            report.usable = report.problem.is_none();
            report.kind = Some(kind);
            report.version = version;
            report.api_version = Some(facts.api_version.clone());
            report.abilities = abilities(facts);
            if let Some(floor) = below_floor(facts) {
                report.problem = Some(floor);
                report.hint = Some("Update it: what Wharf asks for may be missing.".to_owned());
            }
        }
        Err(error) => {
            report.problem = Some(error.to_string());
            report.hint = error.hint();
        }
    }
    report
}

/// What an engine can do that another one cannot, from its own answers.
pub(crate) fn abilities(facts: &EngineFacts) -> Vec<api::EngineAbility> {
    use api::EngineAbility as Ability;
    [
        (facts.local, Ability::LocalFolders),
        (facts.buildkit, Ability::BuildKit),
        (facts.rootless, Ability::Rootless),
        (facts.selinux, Ability::Selinux),
        (facts.nvidia, Ability::Gpu),
        (facts.maps_ids(), Ability::KeepId),
        (facts.creates_in_several_networks(), Ability::SeveralNetworks),
    ]
    .into_iter()
    .filter_map(|(has, ability)| has.then_some(ability))
    .collect()
}

/// Why an engine is older than what Wharf is tested with; None when it is not.
pub(crate) fn below_floor(facts: &EngineFacts) -> Option<String> {
    let (floor, name) = match facts.kind {
        wharf_plan::EngineKind::Docker if facts.api_at_least(1, 41) => return None,
        wharf_plan::EngineKind::Docker => ("20.10", "Docker"),
        wharf_plan::EngineKind::Podman if facts.version_at_least(4, 3) => return None,
        wharf_plan::EngineKind::Podman => ("4.3", "Podman"),
    };
    Some(format!("{name} {} is older than {floor}, the oldest that Wharf is tested with", facts.version))
}

/// Remembers which engine to use, for a folder or for all, or forgets it again.
///
/// # Errors
/// When there is no such engine, or the choice cannot be written.
pub fn engine_use(request: &EngineUseRequest) -> Result<api::EngineUsed> {
    let store = Store::open(request.user_data_folder.as_deref())?;
    let here = Here::new(None, &store);
    let surroundings = here.surroundings();
    let folder = match &request.folder {
        Some(folder) => Some(whole(folder)?),
        None => None,
    };
    let overruled_by = choosing_variable(&surroundings).map(str::to_owned);
    let folder_text = folder.as_ref().map(|folder| folder.display().to_string());
    let Some(engine) = &request.engine else {
        match &folder {
            Some(folder) => store.forget(&file(folder))?,
            None => settings::change_setting(EVERYWHERE, None).map(drop)?,
        }
        return Ok(api::EngineUsed { engine: None, address: None, folder: folder_text, overruled_by });
    };
    let place = named(engine, &surroundings).map_err(|error| Error::Engine {
        error: Box::new(error),
        description: "An error occurred setting up the container.",
        location: None,
    })?;
    match folder {
        Some(folder) => {
            store.save(&file(&folder), &Record { engine: engine.clone(), folder: Some(folder) })?;
        }
        None => settings::change_setting(EVERYWHERE, Some(&engine.as_str().into())).map(drop)?,
    }
    let address = Some(place.address.to_string());
    Ok(api::EngineUsed { engine: Some(engine.clone()), address, folder: folder_text, overruled_by })
}

/// The folder as commands in it will find it: absolute, and there.
fn whole(folder: &Path) -> Result<PathBuf> {
    let current =
        std::env::current_dir().map_err(|source| Error::Read { path: PathBuf::from("."), source })?;
    let folder = crate::locate::absolute(&current, folder);
    if folder.is_dir() {
        return Ok(folder);
    }
    let problem = if folder.exists() { "is not a folder" } else { "does not exist" };
    Err(Error::WorkspaceFolder { path: folder, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(store: &Store, engine: &str, folder: &str) {
        let folder = PathBuf::from(folder);
        store
            .save(&file(&folder), &Record { engine: engine.to_owned(), folder: Some(folder.clone()) })
            .unwrap();
    }

    #[test]
    fn the_nearest_choice_counts() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(Some(place.path())).unwrap();
        let chosen = |folder: &str, everywhere: Option<&str>| {
            let everywhere = everywhere.map(str::to_owned);
            let found = remembered_or(&store, Some(Path::new(folder)), || Ok(everywhere)).unwrap();
            found.map(|choice| choice.engine)
        };
        assert_eq!(chosen("/work/api", None), None);
        choose(&store, "far", "/work");
        choose(&store, "near", "/work/api");
        for (folder, expected) in [
            ("/", "podman"),
            ("/home", "podman"),
            ("/work", "far"),
            ("/work/other", "far"),
            ("/work/api", "near"),
            ("/work/api/inner", "near"),
        ] {
            assert_eq!(chosen(folder, Some("podman")).as_deref(), Some(expected), "{folder}");
        }
    }

    #[test]
    fn an_engine_below_the_floor_is_told() {
        use wharf_plan::EngineKind::{Docker, Podman};
        for (kind, version, api_version, is_old) in [
            (Docker, "20.10.24", "1.41", false),
            (Docker, "19.03.15", "1.40", true),
            (Podman, "4.3.1", "1.41", false),
            (Podman, "4.2.0", "1.41", true),
            (Podman, "5.8.6", "1.44", false),
        ] {
            let facts = EngineFacts {
                kind,
                version: version.to_owned(),
                api_version: api_version.to_owned(),
                ..EngineFacts::default()
            };
            assert_eq!(below_floor(&facts).is_some(), is_old, "{kind:?} {version}");
        }
    }
}
