//! `wharf --headless`: an environment that is up for as long as somebody stays with it.
//!
//! Two parts that are operations of their own: bringing it up, and staying. Between them nothing is locked, so that other
//! commands can work on the environment meanwhile.

use std::time::SystemTime;

use futures_util::StreamExt as _;
use wharf_api::{EventKind, OutputStream, StepName};
use wharf_engine::{LogQuery, Output};
use wharf_plan::{ContainerFacts, ContainerState, hooks};
use wharf_spec::ShutdownAction;

use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord, milliseconds_since_1970};
use crate::keeper::Here;
use crate::request::{ConsentAsker, EventSink, StopRequest, Target, UpRequest};
use crate::session::{Access, Session};
use crate::{CancellationToken, stop, up};

/// Brings an environment up and stays, passing on what its container writes, until `cancel` fires; then does what
/// `shutdownAction` says. Who is cancelled before it is up has that done too, and ends as cancelled.
///
/// # Errors
/// Everything that stands in the way of `up`, and a container that ends by itself with another code than 0.
pub async fn headless(
    request: &UpRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<()> {
    let began = milliseconds_since_1970(SystemTime::now());
    let brought_up = up::up(request, sink, asker, cancel.clone()).await;
    match &brought_up {
        // What failed is kept as it is, so that a person can look into it.
        Err(error) if !matches!(error, Error::Cancelled) => return brought_up.map(drop),
        _ => {}
    }
    let operation = Operation::new(sink, CancellationToken::new());
    let root = operation.begin(None, StepName::ContainerLog, None);
    let left = stay(request, brought_up.is_ok().then_some(began), &operation, &root, &cancel).await;
    operation.end(root, &left);
    if let Some(target) = left? {
        let request = StopRequest { target, seconds: None };
        stop::stop(&request, sink, CancellationToken::new()).await?;
    }
    brought_up.map(drop)
}

/// Stays with what was brought up at `began`, if it was, until `cancel` fires. The answer is what is to be stopped then.
async fn stay(
    request: &UpRequest,
    began: Option<u64>,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
    cancel: &CancellationToken,
) -> Result<Option<Target>> {
    let brought_up = began.is_some();
    let session = Session::open(&request.target, Access::Quiet, operation, root).await?;
    let container = session.container().await?;
    let Some(container) = container.filter(|container| container.state == ContainerState::Running) else {
        return Ok(None);
    };
    let action = shutdown_action(request, &session, &container)?;
    // Without a keeper this program forwards the ports itself.
    let here = match (&request.keeper, session.subject.state.key()) {
        (None, Some(key)) if brought_up => Here::begin(&session.subject.store, &key).await,
        _ => None,
    };
    let here = here.map(|(here, ports)| {
        if !ports.is_empty() {
            root.send(EventKind::Forwarding { ports });
        }
        here
    });
    if let Some(began) = began {
        let ended = tokio::select! {
            ended = pass_on(&session, &container, began, root) => Some(ended),
            () = cancel.cancelled() => None,
        };
        if let Some(here) = here {
            here.end().await;
        }
        if let Some(ended) = ended {
            return ended.map(|()| None);
        }
    }
    Ok(match action {
        ShutdownAction::None => None,
        ShutdownAction::StopContainer | ShutdownAction::StopCompose => Some(session.subject.target.clone()),
    })
}

/// What is to be done when the environment is left (`shutdownAction`).
fn shutdown_action(
    request: &UpRequest,
    session: &Session<'_>,
    container: &ContainerFacts,
) -> Result<ShutdownAction> {
    let wanted = up::running(request, session.environment(), &[])?;
    let entries = hooks::entries_of_container(&wanted, container);
    let merged = wharf_spec::merge(&wanted.configuration, &entries);
    Ok(merged.shutdown_action.unwrap_or(ShutdownAction::StopContainer))
}

/// Passes on what the container writes, until it ends.
async fn pass_on(
    session: &Session<'_>,
    container: &ContainerFacts,
    began: u64,
    step: &StepRecord<'_>,
) -> Result<()> {
    let failed = |error| Error::Engine {
        error: Box::new(error),
        description: "An error occurred reading the container's log.",
        location: None,
    };
    let query =
        LogQuery { follow: true, since: Some(began.saturating_mul(1_000_000)), ..LogQuery::default() };
    let mut pieces = session.engine.logs(&container.id, &query).await.map_err(failed)?;
    while let Some(piece) = pieces.next().await {
        match piece.map_err(failed)? {
            Output::Stdout(bytes) => step.output(OutputStream::Stdout, &bytes),
            Output::Stderr(bytes) => step.output(OutputStream::Stderr, &bytes),
        }
    }
    match session.engine.wait(&container.id).await {
        Ok(0) => Ok(()),
        Ok(code) => Err(Error::ContainerLost {
            container: container.id.clone(),
            what: format!("ended (exit {code})"),
        }),
        Err(wharf_engine::Error::ContainerNotFound { .. }) => {
            Err(Error::ContainerLost { container: container.id.clone(), what: "was removed".to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}
