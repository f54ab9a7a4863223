//! What the pages of an environment, and the page of new ones, may ask. As in [`commands`](super), each command hands its arguments to the
//! runner and its answer back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::ipc::Channel;
use tauri::plugin::{self, TauriPlugin};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;
use wharf_api::{
    CleanUpPlan, CleanUpResult, ConfigurationReport, EnvironmentPorts, EnvironmentReference, FeatureList,
    LogExported, LogFilter, LogMatches, LogPage, LogRequest, LogState, LogText, PortRequest, ResourceSample,
    SpaceReport, StartRecord, TemplateList, TemplatePreview, TemplateRequest, TemplatesApplyResult,
    TerminalBatch, TerminalEnd, TerminalRequest, TerminalSize, TerminalSummary,
};
use wharf_runner::{CancellationToken, LogViews, Operations, Resources, Terminals};

use super::{Answer, told};

/// Things that a page may watch at once: far more than it shows.
const MOST_WATCHED: usize = 256;

/// What the page watches, by the names that it chose.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    watched: Mutex<HashMap<String, CancellationToken>>,
}

impl Looks {
    fn begin(&self, id: String) -> CancellationToken {
        let cancel = CancellationToken::new();
        let mut watched = self.lock();
        if watched.len() < MOST_WATCHED {
            if let Some(before) = watched.insert(id, cancel.clone()) {
                before.cancel();
            }
        } else {
            cancel.cancel();
        }
        cancel
    }

    fn end(&self, id: &str) {
        if let Some(watched) = self.lock().remove(id) {
            watched.cancel();
        }
    }

    fn end_all(&self) {
        for (_, watched) in self.lock().drain() {
            watched.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What these commands work with. A page that begins to be loaded ends what the one before it looked at; terminals stay.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    plugin::Builder::new("pages")
        .setup(|app, _| {
            app.manage(Looks::default());
            app.manage(LogViews::new(None));
            app.manage(Terminals::new(None));
            app.manage(Resources::new(None));
            Ok(())
        })
        .on_page_load(|webview, load| {
            if matches!(load.event(), PageLoadEvent::Started) {
                webview.state::<Looks>().end_all();
                webview.state::<LogViews>().close_all();
            }
        })
        .build()
}

/// Nothing that is watched under this name is told any more.
#[tauri::command]
pub(crate) fn stop_watching(looks: State<'_, Looks>, id: &str) {
    looks.end(id);
}

/// The last operations on an environment.
#[tauri::command]
pub(crate) async fn history(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<Vec<StartRecord>> {
    operations.history(&reference).map_err(told)
}

/// Opens a log, and tells how much there is until it is closed.
#[tauri::command]
pub(crate) async fn open_log(
    logs: State<'_, LogViews>,
    id: String,
    request: LogRequest,
    channel: Channel<LogState>,
) -> Answer<()> {
    let mut states = logs.open(&id, request).map_err(told)?;
    tokio::spawn(async move {
        while let Some(state) = states.next().await {
            if channel.send(state).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// A page has taken word of a log.
#[tauri::command]
pub(crate) fn log_received(logs: State<'_, LogViews>, id: &str, number: u64) {
    logs.received(id, number);
}

/// Some lines of a log.
#[tauri::command]
pub(crate) async fn log_page(
    logs: State<'_, LogViews>,
    id: String,
    from: u64,
    count: u64,
) -> Answer<LogPage> {
    logs.page(&id, from, count).map_err(told)
}

/// Other lines of a log are wanted.
#[tauri::command]
pub(crate) async fn filter_log(logs: State<'_, LogViews>, id: String, filter: LogFilter) -> Answer<()> {
    logs.filter(&id, &filter).map_err(told)
}

/// Where a text is in a log.
#[tauri::command]
pub(crate) async fn search_log(logs: State<'_, LogViews>, id: String, text: LogText) -> Answer<LogMatches> {
    logs.search(&id, &text).await.map_err(told)
}

/// Writes a log to a file that the person chooses: the page names none.
#[tauri::command]
pub(crate) async fn export_log(
    app: AppHandle,
    logs: State<'_, LogViews>,
    id: String,
    title: String,
) -> Answer<Option<LogExported>> {
    let (sender, chosen) = tokio::sync::oneshot::channel();
    let title: String = title.chars().take(200).collect();
    app.dialog().file().set_title(title).set_file_name("log.txt").save_file(move |path| {
        // The command may have been given up.
        let _ = sender.send(path);
    });
    let path = chosen.await.ok().flatten().and_then(|path| path.into_path().ok());
    match path {
        Some(path) => logs.export(&id, &path).await.map(Some).map_err(told),
        None => Ok(None),
    }
}

/// Nobody looks at a log any more.
#[tauri::command]
pub(crate) fn close_log(logs: State<'_, LogViews>, id: &str) {
    logs.close(id);
}

/// Every terminal.
#[tauri::command]
pub(crate) fn terminals(terminals: State<'_, Terminals>) -> Vec<TerminalSummary> {
    terminals.list()
}

/// Opens a terminal in an environment.
#[tauri::command]
pub(crate) async fn open_terminal(
    terminals: State<'_, Terminals>,
    request: TerminalRequest,
) -> Answer<TerminalSummary> {
    terminals.open(request).map_err(told)
}

/// Sends what a terminal writes, and answers how its program has ended.
#[tauri::command]
pub(crate) async fn read_terminal(
    terminals: State<'_, Terminals>,
    id: String,
    output: Channel<TerminalBatch>,
) -> Answer<TerminalEnd> {
    let mut reader = terminals.read(&id).map_err(told)?;
    while let Some(batch) = reader.next().await {
        if output.send(batch).is_err() {
            break;
        }
    }
    Ok(reader.end().await)
}

/// A page is done with what a terminal wrote.
#[tauri::command]
pub(crate) fn terminal_received(terminals: State<'_, Terminals>, id: &str, number: u64) {
    terminals.received(id, number);
}

/// Types into a terminal.
#[tauri::command]
pub(crate) fn write_terminal(terminals: State<'_, Terminals>, id: &str, text: &str) -> Answer<()> {
    terminals.write(id, text).map_err(told)
}

/// Gives a terminal another size.
#[tauri::command]
pub(crate) fn resize_terminal(terminals: State<'_, Terminals>, id: &str, size: TerminalSize) -> Answer<()> {
    terminals.resize(id, size).map_err(told)
}

/// Ends a terminal.
#[tauri::command]
pub(crate) fn close_terminal(terminals: State<'_, Terminals>, id: &str) -> Answer<()> {
    terminals.close(id).map_err(told)
}

/// Everything that is known of a configuration.
#[tauri::command]
pub(crate) async fn configuration(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<ConfigurationReport> {
    operations.configuration(&reference).await.map_err(told)
}

/// Says each time that a file of a configuration has changed.
#[tauri::command]
pub(crate) async fn watch_configuration(
    operations: State<'_, Operations>,
    looks: State<'_, Looks>,
    id: String,
    reference: EnvironmentReference,
    channel: Channel<()>,
) -> Answer<()> {
    let mut watch = operations.watch_configuration(&reference).map_err(told)?;
    let cancel = looks.begin(id);
    tokio::spawn(async move {
        while cancel.run_until_cancelled(watch.next()).await.is_some() {
            if channel.send(()).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Tells what an environment's container uses.
#[tauri::command]
pub(crate) async fn watch_resources(
    resources: State<'_, Resources>,
    looks: State<'_, Looks>,
    id: String,
    reference: EnvironmentReference,
    channel: Channel<ResourceSample>,
) -> Answer<()> {
    let mut watch = resources.watch(&reference).await.map_err(told)?;
    let cancel = looks.begin(id);
    tokio::spawn(async move {
        while let Some(Some(sample)) = cancel.run_until_cancelled(watch.next()).await {
            if channel.send(sample).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Tells the ports of an environment, and of none while no keeper has them.
#[tauri::command]
pub(crate) async fn watch_ports(
    operations: State<'_, Operations>,
    looks: State<'_, Looks>,
    id: String,
    reference: EnvironmentReference,
    channel: Channel<Option<EnvironmentPorts>>,
) -> Answer<()> {
    let mut look = operations.look_at_ports(&reference).map_err(told)?;
    let cancel = looks.begin(id);
    tokio::spawn(async move {
        while let Some(ports) = cancel.run_until_cancelled(look.next()).await {
            if channel.send(ports).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Forwards a port, moves it, stops it, or leaves it to the configuration again.
#[tauri::command]
pub(crate) async fn change_port(operations: State<'_, Operations>, request: PortRequest) -> Answer<()> {
    operations.change_port(&request).await.map(drop).map_err(told)
}

/// What lies on the engines' disks.
#[tauri::command]
pub(crate) async fn space() -> Answer<SpaceReport> {
    wharf_runner::space(None).await.map_err(told)
}

/// What could be removed.
#[tauri::command]
pub(crate) async fn clean_up_plan() -> Answer<CleanUpPlan> {
    wharf_runner::clean_up_plan(None).await.map_err(told)
}

/// Removes what a person has chosen of that.
#[tauri::command]
pub(crate) async fn clean_up(items: Vec<String>) -> Answer<CleanUpResult> {
    wharf_runner::clean_up(&items, None).await.map_err(told)
}

/// The Templates that come with the program.
#[tauri::command]
pub(crate) fn templates() -> TemplateList {
    wharf_runner::builtin_templates()
}

/// The Templates of a collection in a registry.
#[tauri::command]
pub(crate) async fn template_collection(collection: String) -> Answer<TemplateList> {
    wharf_runner::template_collection(&collection).await.map_err(told)
}

/// The Features of a collection in a registry.
#[tauri::command]
pub(crate) async fn feature_collection(collection: String) -> Answer<FeatureList> {
    wharf_runner::feature_collection(&collection).await.map_err(told)
}

/// What a Template would write.
#[tauri::command]
pub(crate) async fn preview_template(request: TemplateRequest) -> Answer<TemplatePreview> {
    wharf_runner::preview_template(&request).await.map_err(told)
}

/// Writes what was shown.
#[tauri::command]
pub(crate) async fn apply_template(request: TemplateRequest, digest: String) -> Answer<TemplatesApplyResult> {
    wharf_runner::apply_template(&request, &digest).await.map_err(told)
}
