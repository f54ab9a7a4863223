//! What the pages may ask: each command hands its arguments to the runner and its answer back.

use std::path::Path;

use tauri::State;
use tauri::ipc::Channel;
use wharf_api::{
    Checkout, EnvironmentReference, ErrorResult, EventBatch, FolderReport, Losses, Opened, OperationRequest,
    OperationResult, PlanResult, RunningOperation, StatusResult,
};
use wharf_runner::Operations;

use crate::handover::Handover;

/// What a command that fails says.
pub(crate) type Answer<T> = Result<T, Box<ErrorResult>>;

/// What a page is told of a failure.
pub(crate) fn told(error: wharf_runner::Error) -> Box<ErrorResult> {
    Box::new(error.to_result())
}

/// What is to be known of a folder before its environment is started.
#[tauri::command]
pub(crate) async fn inspect_folder(
    operations: State<'_, Operations>,
    folder: String,
) -> Answer<FolderReport> {
    operations.inspect_folder(Path::new(&folder)).await.map_err(told)
}

/// What `up` would do.
#[tauri::command]
pub(crate) async fn plan(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<PlanResult> {
    operations.plan(&reference).await.map_err(told)
}

/// What is wanted and what is there.
#[tauri::command]
pub(crate) async fn status(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<StatusResult> {
    operations.status(&reference).await.map_err(told)
}

/// What git has checked out in the folder of an environment.
#[tauri::command]
pub(crate) async fn checkout(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<Option<Checkout>> {
    operations.checkout(&reference).await.map_err(told)
}

/// What would be lost with the environment's container, and with its volumes if those are to go too.
#[tauri::command]
pub(crate) async fn losses(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
    remove_volumes: Option<bool>,
) -> Answer<Losses> {
    operations.losses(&reference, remove_volumes.unwrap_or(false)).await.map_err(told)
}

/// Begins an operation, sends its events and answers what came of it.
#[tauri::command]
pub(crate) async fn operate(
    operations: State<'_, Operations>,
    id: String,
    request: OperationRequest,
    events: Channel<EventBatch>,
) -> Answer<OperationResult> {
    operations.begin(&id, request).map_err(told)?;
    read(&operations, &id, events).await
}

/// Sends the events of an operation that runs already, from the first that is kept.
#[tauri::command]
pub(crate) async fn follow(
    operations: State<'_, Operations>,
    id: String,
    events: Channel<EventBatch>,
) -> Answer<OperationResult> {
    read(&operations, &id, events).await
}

async fn read(operations: &Operations, id: &str, events: Channel<EventBatch>) -> Answer<OperationResult> {
    let mut follower = operations.follow(id).map_err(told)?;
    while let Some(batch) = follower.next().await {
        if events.send(batch).is_err() {
            break;
        }
    }
    Ok(follower.result().await)
}

/// A page has taken a batch of events.
#[tauri::command]
pub(crate) fn received(operations: State<'_, Operations>, id: &str, number: u64) {
    operations.received(id, number);
}

/// A person has answered what an operation asks.
#[tauri::command]
pub(crate) fn answer_consent(operations: State<'_, Operations>, id: &str, allow: bool) -> Answer<()> {
    operations.answer(id, allow).map_err(told)
}

/// A person has given the secret that an operation asks for, to be kept in the keychain or not, or has none.
#[tauri::command]
pub(crate) fn answer_secret(
    operations: State<'_, Operations>,
    id: &str,
    value: Option<String>,
    keep: bool,
) -> Answer<()> {
    operations.answer_secret(id, value, keep).map_err(told)
}

/// A person ends an operation.
#[tauri::command]
pub(crate) fn cancel(operations: State<'_, Operations>, id: &str) -> Answer<()> {
    operations.cancel(id).map_err(told)
}

/// What runs now, for a page that was just loaded.
#[tauri::command]
pub(crate) fn running_operations(operations: State<'_, Operations>) -> Vec<RunningOperation> {
    operations.running()
}

/// What was handed over and not taken yet.
#[tauri::command]
pub(crate) fn opened(handover: State<'_, Handover>) -> Vec<Opened> {
    handover.take()
}

/// The page shows its first board. Said aloud for whoever measures.
#[tauri::command]
#[expect(clippy::print_stdout, reason = "the measurement reads it there")]
pub(crate) fn usable() {
    if std::env::var_os(crate::window::MARKS).is_some() {
        println!("usable");
    }
}

pub(crate) mod pages;
