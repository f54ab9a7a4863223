//! What lies on the engines' disks for environments, and what could go. A plan is made before anything goes, and only what is still in it
//! when it is carried out is removed.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use wharf_api as api;
use wharf_engine::{Address, Engine, Space};

use crate::error::{Error, Result};
use crate::records::{BUILT, BuiltRecord, ENVIRONMENT, EnvironmentRecord, WantedRecord};
use crate::request::ListRequest;
use crate::store::Store;
use crate::{connect, convert, list};

use plan::Known;

/// How long an engine may take to answer the first question.
const PATIENCE: Duration = Duration::from_secs(10);
/// Things that can be named in one request to clean up.
const MOST_ITEMS: usize = 10_000;

/// What lies on the disks of all engines that answer.
///
/// # Errors
/// When the state folder cannot be read. An engine that does not say is part of the answer.
pub async fn space(user_data_folder: Option<&Path>) -> Result<api::SpaceReport> {
    let (list, found) = look(user_data_folder).await?;
    let engines = found
        .into_iter()
        .map(|(engine, found)| {
            let described = convert::engine(&engine, engine.facts());
            match found {
                Ok(space) => of_engine(described, &space, &list.environments),
                Err(error) => api::EngineSpace {
                    engine: described,
                    problem: Some(error.to_string()),
                    environments: Vec::new(),
                    images: 0,
                    containers: 0,
                    volumes: 0,
                    build_cache: 0,
                },
            }
        })
        .collect();
    Ok(api::SpaceReport { engines })
}

/// What could be removed, on every engine that answers.
///
/// # Errors
/// When the state folder cannot be read.
pub async fn clean_up_plan(user_data_folder: Option<&Path>) -> Result<api::CleanUpPlan> {
    let (_, found) = look(user_data_folder).await?;
    let known = known(user_data_folder)?;
    let mut plan = api::CleanUpPlan::default();
    for (engine, found) in found {
        match found {
            Ok(space) => plan.items.extend(plan::items(&engine.address().to_string(), &space, &known)),
            Err(error) => plan.problems.push(error.to_string()),
        }
    }
    Ok(plan)
}

/// Removes what is named, as far as a plan made now still has it.
///
/// # Errors
/// When the state folder cannot be read, or far too much is named. What stayed is part of the answer.
pub async fn clean_up(items: &[String], user_data_folder: Option<&Path>) -> Result<api::CleanUpResult> {
    if items.len() > MOST_ITEMS {
        return Err(Error::Impossible {
            message: format!("at most {MOST_ITEMS} things can be removed at once"),
            location: None,
            hint: None,
        });
    }
    let wanted: BTreeSet<&str> = items.iter().map(String::as_str).collect();
    let (_, found) = look(user_data_folder).await?;
    let known = known(user_data_folder)?;
    let mut result = api::CleanUpResult::default();
    let mut left: BTreeSet<&str> = wanted.clone();
    for (engine, found) in found {
        let Ok(space) = found else { continue };
        for item in plan::items(&engine.address().to_string(), &space, &known) {
            if !wanted.contains(item.id.as_str()) {
                continue;
            }
            left.remove(item.id.as_str());
            match remove(&engine, &item).await {
                Ok(bytes) => {
                    result.bytes += bytes;
                    result.removed.push(item.id);
                }
                Err(error) => {
                    let error = Error::Engine {
                        error: Box::new(error),
                        description: "An error occurred making room.",
                        location: None,
                    };
                    result.failed.push(api::CleanUpFailure { id: item.id, error: error.to_result() });
                }
            }
        }
    }
    for id in left {
        let error = Error::Impossible {
            message: "it is in use again, or gone already".to_owned(),
            location: None,
            hint: None,
        };
        result.failed.push(api::CleanUpFailure { id: id.to_owned(), error: error.to_result() });
    }
    Ok(result)
}

async fn remove(engine: &Engine, item: &api::CleanUpItem) -> Result<u64, wharf_engine::Error> {
    match item.kind {
        // Of an image with several names each goes, the image with the last.
        api::CleanUpKind::Image => {
            for name in plan::subjects(&item.id) {
                engine.remove_image(name, false).await?;
            }
        }
        api::CleanUpKind::Volume => engine.remove_volume(plan::subject(&item.id)).await?,
        api::CleanUpKind::BuildCache => return engine.prune_build_cache().await,
    }
    Ok(item.bytes.unwrap_or_default())
}

/// Every engine that answers, with what lies on its disk.
async fn look(
    user_data_folder: Option<&Path>,
) -> Result<(api::ListResult, Vec<(Engine, Result<Space, wharf_engine::Error>)>)> {
    let request =
        ListRequest { user_data_folder: user_data_folder.map(PathBuf::from), ..ListRequest::default() };
    let store = Store::open(user_data_folder)?;
    let list = list::gather(&request, &store).await?;
    // What is known of an engine beside its address, such as its certificates, is where its address was found.
    let places: Vec<Address> =
        connect::known_places(None, &store).into_iter().filter_map(|(known, _)| known.address.ok()).collect();
    let usable = list.engines.iter().filter(|engine| engine.usable).map(|engine| engine.address.clone());
    // A list does not ask where only environments were that are gone; what they have left is there all the same.
    let left = known(user_data_folder)?.into_iter().filter_map(|known| known.engine);
    let mut addresses: Vec<Address> = Vec::new();
    for name in usable.chain(left) {
        let known = places.iter().find(|place| place.to_string() == name).cloned();
        let Some(address) = known.or_else(|| name.parse().ok()) else { continue };
        if !addresses.iter().any(|other| other.is_same_as(&address)) {
            addresses.push(address);
        }
    }
    let looks = addresses.into_iter().map(|address| async move {
        let engine = Engine::connect(&address, PATIENCE).await.ok()?;
        let space = engine.space().await;
        Some((engine, space))
    });
    let found = join_all(looks).await.into_iter().flatten().collect();
    Ok((list, found))
}

/// What is remembered of environments, as far as it tells whose something on an engine is.
fn known(user_data_folder: Option<&Path>) -> Result<Vec<Known>> {
    let store = Store::open(user_data_folder)?;
    let known = store.environments()?.into_iter().filter_map(|state| {
        let record = state.peek::<EnvironmentRecord>(ENVIRONMENT)?;
        let built = state.peek::<BuiltRecord>(BUILT).unwrap_or_default();
        let mut volumes = record.volumes;
        if let wharf_plan::WorkspaceSource::Volume { name, .. } = &record.source {
            volumes.push(name.clone());
        }
        Some(Known {
            name: record.name,
            is_gone: record.wanted == WantedRecord::Gone,
            engine: record.engine.map(|engine| engine.address),
            images: built.keys().cloned().chain(built.values().map(|built| built.image.clone())).collect(),
            volumes,
        })
    });
    Ok(known.collect())
}

fn of_engine(
    engine: api::Engine,
    space: &Space,
    environments: &[api::EnvironmentSummary],
) -> api::EngineSpace {
    let images: BTreeMap<&str, _> = space.images.iter().map(|image| (image.id.as_str(), image)).collect();
    let volumes: BTreeMap<&str, _> =
        space.volumes.iter().map(|volume| (volume.name.as_str(), volume)).collect();
    let here = environments.iter().filter_map(|environment| {
        let container = environment.container.as_ref()?;
        let found = space.containers.iter().find(|found| found.id == container.id)?;
        let image = images.get(found.image.as_str());
        let shared_layers = image.map_or(0, |image| image.shared);
        let own_layers = image.map_or(0, |image| image.bytes - image.shared);
        let volumes: Vec<_> = found
            .volumes
            .iter()
            .map(|name| api::VolumeSpace {
                name: name.clone(),
                bytes: volumes.get(name.as_str()).and_then(|volume| volume.bytes),
            })
            .collect();
        let in_volumes: u64 = volumes.iter().filter_map(|volume| volume.bytes).sum();
        Some(api::EnvironmentSpace {
            id: environment.id.clone(),
            name: environment.name.clone(),
            reference: environment.reference.clone(),
            written: found.written,
            own_layers,
            shared_layers,
            own: found.written + own_layers + in_volumes,
            volumes,
        })
    });
    api::EngineSpace {
        engine,
        problem: None,
        environments: here.collect(),
        images: space.layers,
        containers: space.containers.iter().map(|container| container.written).sum(),
        volumes: space.volumes.iter().filter_map(|volume| volume.bytes).sum(),
        build_cache: space.build_cache.iter().map(|cache| cache.bytes).sum(),
    }
}
