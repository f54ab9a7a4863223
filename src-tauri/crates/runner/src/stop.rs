//! `wharf stop`: wanting an environment not to run. Its container is kept.

use wharf_api as api;
use wharf_api::StepName;
use wharf_plan::{ContainerState, Desired, FactQuery, Wanted};

use crate::CancellationToken;
use crate::error::Result;
use crate::events::{Operation, StepRecord};
use crate::records::WantedRecord;
use crate::request::{EventSink, StopRequest};
use crate::session::{Access, Session};

/// Stops the environment's container, which is kept.
///
/// # Errors
/// When the environment cannot be found or the engine refuses.
pub async fn stop(
    request: &StopRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::StopResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::StopEnvironment, None);
    let result = stop_in(request, &operation, &root).await;
    operation.end(root, &result);
    result
}

async fn stop_in(
    request: &StopRequest,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<api::StopResult> {
    let session = Session::open(&request.target, Access::Change("stop"), operation, root).await?;
    let environment = &session.subject.environment;
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    let before = reconciler.observed.container.known().cloned().flatten();
    let before = crate::compose::with_project(&session, before).await?;
    let wanted = Wanted::Stopped { seconds: request.seconds };
    let result = reconciler.run(&Desired { source: environment.source(), wanted }).await;
    // One without a container does not become one that is wanted stopped.
    if !before.is_empty() {
        session.remember(&reconciler, WantedRecord::Stopped, result.as_ref().err())?;
    }
    result?;
    crate::ports::release(&session.subject.store, &session.subject.state).await;
    let ran = |state| {
        matches!(state, ContainerState::Running | ContainerState::Restarting | ContainerState::Paused)
    };
    Ok(api::StopResult {
        environment: environment.document(),
        stopped_containers: before
            .into_iter()
            .filter(|container| ran(container.state))
            .map(|container| container.id)
            .collect(),
    })
}
