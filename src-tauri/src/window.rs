//! The one window: its plugins, its commands, and its end.

use std::path::PathBuf;
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent};
use wharf_runner::Operations;

use crate::commands::{self, Watched};
use crate::handover::{self, Handover};

/// The window's label in `tauri.conf.json`.
pub(crate) const MAIN: &str = "main";
/// With this variable the program says on standard output when the window can be used.
pub(crate) const MARKS: &str = "WHARF_DESKTOP_MARKS";
/// How long what runs may take to end in order when the window is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the window and returns when it is closed.
#[expect(clippy::exit, reason = "Tauri's macro exits where its own files are damaged")]
pub(crate) fn run(folder: Option<PathBuf>) -> tauri::Result<()> {
    let handover = Handover::default();
    if let Some(folder) = folder {
        handover.add(&std::env::current_dir().unwrap_or_default(), &folder);
    }
    tauri::Builder::default()
        // First, so that a second start ends before anything else of it begins.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, current| {
            handover::second_start(app, arguments, &current);
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(handover)
        .manage(Watched::default())
        .manage(Operations::new(None))
        .plugin(commands::pages::plugin())
        .invoke_handler(tauri::generate_handler![
            commands::watch_board,
            commands::inspect_folder,
            commands::plan,
            commands::status,
            commands::losses,
            commands::pages::stop_watching,
            commands::pages::history,
            commands::pages::open_log,
            commands::pages::log_received,
            commands::pages::log_page,
            commands::pages::filter_log,
            commands::pages::search_log,
            commands::pages::export_log,
            commands::pages::close_log,
            commands::pages::terminals,
            commands::pages::open_terminal,
            commands::pages::read_terminal,
            commands::pages::terminal_received,
            commands::pages::write_terminal,
            commands::pages::resize_terminal,
            commands::pages::close_terminal,
            commands::pages::configuration,
            commands::pages::watch_configuration,
            commands::pages::watch_resources,
            commands::pages::space,
            commands::pages::clean_up_plan,
            commands::pages::clean_up,
            commands::pages::templates,
            commands::pages::template_collection,
            commands::pages::feature_collection,
            commands::pages::preview_template,
            commands::pages::apply_template,
            commands::operate,
            commands::follow,
            commands::received,
            commands::answer_consent,
            commands::cancel,
            commands::running_operations,
            commands::opened,
            commands::usable,
        ])
        .build(tauri::generate_context!())?
        .run(|app, event| match event {
            RunEvent::ExitRequested { api, code: None, .. } if is_busy(app) => {
                api.prevent_exit();
                end_in_order(app.clone());
            }
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => handover::open_urls(app, &urls),
            _ => {}
        });
    Ok(())
}

fn is_busy(app: &AppHandle) -> bool {
    !app.state::<Operations>().running().is_empty()
}

/// Lets what runs leave nothing half-made behind, then ends the program.
fn end_in_order(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let operations = app.state::<Operations>();
        // What does not end in time ends with the process: the engine is left as after a crash, from which `up` goes on.
        let _ = tokio::time::timeout(PATIENCE, operations.cancel_all()).await;
        app.exit(0);
    });
}
