//! What would be lost if an environment's container, and perhaps its volumes, went. Looking changes nothing.

use wharf_api as api;
use wharf_engine::Engine;
use wharf_plan::ContainerFacts;

use crate::CancellationToken;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::request::{EventSink, LossesRequest};
use crate::session::{Access, Session};
use crate::volume;

/// Says what would be lost.
///
/// # Errors
/// When the environment cannot be found or its engine not be asked.
pub async fn losses(
    request: &LossesRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::Losses> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, api::StepName::Configuration, None);
    let session = Session::open(&request.target, Access::Quiet, &operation, &root).await?;
    let losses = async {
        let containers = crate::compose::with_project(&session, session.container().await?).await?;
        of(&session, &containers, request.remove_volumes).await
    };
    let losses = tokio::select! {
        () = operation.cancel.cancelled() => return Err(Error::Cancelled),
        losses = losses => losses?,
    };
    root.finish(api::Outcome::Done, None);
    Ok(losses)
}

/// The same for an environment whose containers have been looked for already.
pub(crate) async fn of(
    session: &Session<'_>,
    containers: &[ContainerFacts],
    remove_volumes: bool,
) -> Result<api::Losses> {
    let engine = &session.engine;
    let mut losses = api::Losses::default();
    for container in containers {
        losses.containers.push(api::LostContainer {
            id: container.id.clone(),
            name: container.name.clone(),
            // An engine that cannot count is no reason to say nothing of the rest.
            changed_bytes: engine.changed_bytes(&container.id).await.ok().flatten(),
        });
    }
    for name in volumes(session, containers).await? {
        volume::remove_left_holders(engine, &name).await?;
        if remove_volumes
            && is_used_by_none_but(engine, &name, containers).await?
            && crate::compose::may_remove_volume(session, &name, containers).await?
        {
            losses.lost_volumes.push(name);
        } else {
            losses.kept_volumes.push(name);
        }
    }
    if let Some(place) = session.subject.environment.place_in_volume()
        && losses.lost_volumes.contains(&place.volume)
    {
        let (store, cancel) = (&session.subject.store, &session.operation.cancel);
        losses.repositories = volume::look_for_losses(engine, place, store, cancel).await?;
    }
    Ok(losses)
}

/// What is kept and what is lost, as a plan tells it.
pub(crate) fn words(losses: &api::Losses) -> (Vec<String>, Vec<String>) {
    let kept = losses.kept_volumes.iter().map(|name| format!("volume {name}"));
    let volumes = losses.lost_volumes.iter().map(|name| format!("volume {name}"));
    let containers = losses.containers.iter().filter(|container| container.changed_bytes != Some(0));
    let changes = containers.map(|container| match container.changed_bytes {
        Some(bytes) => format!("{bytes} bytes written in the container outside volumes"),
        None => "what was written in the container outside volumes".to_owned(),
    });
    (kept.collect(), volumes.chain(changes).collect())
}

/// The environment's volumes that are there: those of its container, those that `down` has left, and the one that holds the
/// workspace.
pub(crate) async fn volumes(session: &Session<'_>, containers: &[ContainerFacts]) -> Result<Vec<String>> {
    let record = session.subject.record.as_ref();
    let mut names: Vec<String> = containers.iter().flat_map(named_volumes).collect();
    let mut others: Vec<String> = record.map(|record| record.volumes.clone()).unwrap_or_default();
    if let wharf_plan::WorkspaceSource::Volume { name, .. } = session.subject.environment.source() {
        others.push(name);
    }
    for name in others {
        if !names.contains(&name)
            && session.engine.inspect_volume(&name).await.map_err(engine_error)?.is_some()
        {
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Volumes of a container that have a name of their own. Those without one go with their container, whatever is asked.
pub(crate) fn named_volumes(container: &ContainerFacts) -> Vec<String> {
    let mut names: Vec<String> = container
        .mounts
        .iter()
        .filter(|mount| mount.kind == "volume")
        .filter_map(|mount| mount.name.clone())
        .filter(|name| !is_anonymous(name))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Engines name volumes without a name by 64 hexadecimal digits.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether no container but these has the volume mounted.
pub(crate) async fn is_used_by_none_but(
    engine: &Engine,
    volume: &str,
    containers: &[ContainerFacts],
) -> Result<bool> {
    let users = engine.containers_with_volume(volume).await.map_err(engine_error)?;
    Ok(users.iter().all(|user| containers.iter().any(|container| container.id == *user)))
}

fn engine_error(error: wharf_engine::Error) -> Error {
    Error::Engine {
        error: Box::new(error),
        description: "An error occurred looking for what would be lost.",
        location: None,
    }
}

#[cfg(test)]
mod tests {
    use wharf_plan::{ContainerState, facts::MountFacts};

    use super::*;

    #[test]
    fn only_volumes_with_a_name_of_their_own_are_told() {
        let mount = |kind: &str, name: Option<&str>| MountFacts {
            kind: kind.into(),
            name: name.map(str::to_owned),
            ..MountFacts::default()
        };
        let anonymous = "0123456789abcdef".repeat(4);
        let container = ContainerFacts {
            mounts: vec![
                mount("volume", Some("node_modules")),
                mount("volume", Some(&anonymous)),
                mount("volume", Some("db")),
                mount("volume", Some("db")),
                mount("bind", None),
                mount("volume", None),
            ],
            ..ContainerFacts::new(ContainerState::Running)
        };
        assert_eq!(named_volumes(&container), ["db", "node_modules"]);
    }
}
