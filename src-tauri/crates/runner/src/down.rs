//! `wharf down`: wanting an environment to be gone. Images stay, and named volumes too unless they are to go.

use wharf_api as api;
use wharf_api::{Outcome, StepName};
use wharf_plan::{Desired, Fact, FactQuery, Wanted};

use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::records::WantedRecord;
use crate::request::{DownRequest, EventSink};
use crate::session::{Access, Session};
use crate::volume::remove_left_holders;
use crate::{CancellationToken, losses};

/// Removes the environment's container, and its named volumes where they are to go and nobody else uses them.
///
/// # Errors
/// When the environment cannot be read or the engine refuses.
pub async fn down(
    request: &DownRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::DownResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Down, None);
    let result = down_in(request, &operation, &root).await;
    operation.end(root, &result);
    result
}

async fn down_in(
    request: &DownRequest,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<api::DownResult> {
    let session = Session::open(&request.target, Access::Change("down"), operation, root).await?;
    let environment = &session.subject.environment;
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    let before = reconciler.observed.container.known().cloned().flatten();
    let before = crate::compose::with_project(&session, before).await?;
    let desired = Desired { source: environment.source(), wanted: Wanted::Gone };
    let result = reconciler.run(&desired).await;
    if matches!(reconciler.observed.container, Fact::Known(None)) {
        reconciler.container_id = None;
    }
    session.remember(&reconciler, WantedRecord::Gone, result.as_ref().err())?;
    result?;
    session.subject.state.forget(crate::records::INSIDE)?;
    crate::ports::release(&session.subject.store, &session.subject.state).await;
    let volumes = losses::volumes(&session, &before).await?;
    let (mut removed_volumes, mut kept_volumes) = (Vec::new(), Vec::new());
    for volume in volumes {
        remove_left_holders(&session.engine, &volume).await?;
        if request.remove_volumes
            && losses::is_used_by_none_but(&session.engine, &volume, &[]).await?
            && crate::compose::may_remove_volume(&session, &volume, &before).await?
        {
            remove_volume(&session, &volume).await?;
            removed_volumes.push(volume);
        } else {
            kept_volumes.push(volume);
        }
    }
    session.remember_volumes(&kept_volumes)?;
    Ok(api::DownResult {
        environment: environment.document(),
        removed_volumes,
        kept_volumes,
        removed_containers: before.into_iter().map(|container| container.id).collect(),
    })
}

async fn remove_volume(session: &Session<'_>, volume: &str) -> Result<()> {
    if session.operation.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let step = session.operation.begin(Some(session.root), StepName::RemoveVolume, Some(volume.to_owned()));
    session.engine.remove_volume(volume).await.map_err(|error| Error::Engine {
        error: Box::new(error),
        description: "An error occurred removing a volume.",
        location: None,
    })?;
    step.finish(Outcome::Done, None);
    Ok(())
}
