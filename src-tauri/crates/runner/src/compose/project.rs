//! A whole project: the containers that come and go with the environment's own, and the volumes that are theirs.

use wharf_plan::ContainerFacts;
use wharf_plan::compose::PROJECT_LABEL;

use crate::error::{Error, Result};
use crate::session::Session;

/// The environment's container, and the others of its Compose project if it belongs to one.
pub(crate) async fn with_project(
    session: &Session<'_>,
    container: Option<ContainerFacts>,
) -> Result<Vec<ContainerFacts>> {
    let Some(container) = container else { return Ok(Vec::new()) };
    let Some(project) = container.labels.get(PROJECT_LABEL).cloned() else { return Ok(vec![container]) };
    let mut reconciler = session.reconciler()?;
    reconciler.observe_project(&project).await?;
    let found = reconciler.observed.projects.remove(&project).unwrap_or_default().containers;
    let others = found.into_iter().filter(|other| other.id != container.id).collect::<Vec<_>>();
    Ok(std::iter::once(container).chain(others).collect())
}

/// Whether a volume may go with these containers: of a Compose project what the project made and the workspace's own, as any other external
/// volume is somebody else's.
pub(crate) async fn may_remove_volume(
    session: &Session<'_>,
    volume: &str,
    containers: &[ContainerFacts],
) -> Result<bool> {
    let Some(project) = containers.iter().find_map(|container| container.labels.get(PROJECT_LABEL)) else {
        return Ok(true);
    };
    if session.environment().place_in_volume().is_some_and(|place| place.volume == volume) {
        return Ok(true);
    }
    let found = session.engine.inspect_volume(volume).await.map_err(|error| Error::Engine {
        error: Box::new(error),
        description: "An error occurred looking for what would be lost.",
        location: None,
    })?;
    Ok(found.is_some_and(|volume| volume.labels.get(PROJECT_LABEL) == Some(project)))
}
