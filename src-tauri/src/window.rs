//! The one window: its plugins, its commands, its coming and going, and the program's end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use wharf_runner::{Operations, Terminals};

use crate::arguments::Opening;
use crate::boards::{self, Boards};
use crate::commands;
use crate::handover::{self, Handover};
use crate::tray::{self, Tray};
use crate::{desktop, operate, preferences, updates};

/// The window's label in `tauri.conf.json`.
pub(crate) const MAIN: &str = "main";
/// With this variable the program says on standard output when the window can be used.
pub(crate) const MARKS: &str = "WHARF_DESKTOP_MARKS";
/// How long what runs may take to end in order when the program is quit.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the person has closed the window: the program stays for what still runs then, and no longer. One that has begun in the background
/// stays.
#[derive(Debug, Default)]
struct Closed(AtomicBool);

/// Opens the window, unless it is to stay in the background, and returns when the program is quit.
#[expect(clippy::exit, reason = "Tauri's macro exits where its own files are damaged")]
pub(crate) fn run(opening: Option<Opening>, background: bool) -> tauri::Result<()> {
    let handover = Handover::default();
    if let Some(opening) = opening {
        handover.keep(handover::read(&std::env::current_dir().unwrap_or_default(), opening));
    }
    tauri::Builder::default()
        // First, so that a second start ends before anything else of it begins.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, current| {
            handover::second_start(app, arguments, &current);
        }))
        .plugin(
            tauri_plugin_autostart::Builder::new()
                .arg(crate::arguments::BACKGROUND)
                .app_name("Wharf")
                .build(),
        )
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        // No page opens anything by itself: addresses go through a command that looks at them.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .manage(handover)
        .manage(Boards::default())
        .manage(Tray::default())
        .manage(Closed::default())
        .manage(
            Operations::new(None)
                .kept_by(wharf_runner::keeper_program())
                .with_keychain(wharf_runner::Keychain::of_system()),
        )
        .plugin(commands::pages::plugin())
        .invoke_handler(tauri::generate_handler![
            boards::watch_board,
            commands::inspect_folder,
            commands::plan,
            commands::status,
            commands::checkout,
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
            commands::pages::watch_ports,
            commands::pages::change_port,
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
            commands::answer_secret,
            commands::cancel,
            commands::running_operations,
            commands::opened,
            commands::usable,
            desktop::home,
            desktop::choose_folder,
            desktop::show_folder,
            desktop::open_link,
            desktop::engines,
            desktop::editors,
            desktop::open_editor,
            desktop::edit_file,
            desktop::integration,
            desktop::integrate,
            preferences::settings,
            preferences::change_setting,
        ])
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && keeps_running(window.app_handle())
            {
                api.prevent_close();
                window.state::<Closed>().0.store(true, Ordering::Relaxed);
                // One that cannot be hidden stays where it is.
                let _ = window.hide();
            }
        })
        .setup(move |app| {
            begin(app.handle(), background);
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| match event {
            RunEvent::ExitRequested { api, code: None, .. } if is_busy(app) || has_terminals(app) => {
                api.prevent_exit();
                quit(app);
            }
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => handover::open_urls(app, &urls),
            #[cfg(target_os = "macos")]
            RunEvent::Reopen { .. } => to_front(app),
            _ => {}
        });
    Ok(())
}

fn begin(app: &AppHandle, background: bool) {
    let preferences = preferences::load();
    preferences::apply(app, &preferences);
    if !background {
        to_front(app);
    }
    tauri::async_runtime::spawn(tray::follow(app.clone()));
    tauri::async_runtime::spawn(operate::follow(app.clone()));
    tauri::async_runtime::spawn(operate::follow_ports(app.clone()));
    tauri::async_runtime::spawn(updates::look(app.clone()));
    desktop::keep_up(app, preferences.links);
}

/// Shows the window before all others.
pub(crate) fn to_front(app: &AppHandle) {
    app.state::<Closed>().0.store(false, Ordering::Relaxed);
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window manager may refuse; what was to be opened is open all the same.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Whether a person has the window before them.
pub(crate) fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN)
        .is_some_and(|window| window.is_visible().unwrap_or(false) && window.is_focused().unwrap_or(false))
}

/// Whether closing the window leaves the program running: because something does, or because the person wants it.
fn keeps_running(app: &AppHandle) -> bool {
    // What ends by itself needs no way back to the window; what does not needs the icon.
    let leads_back = app.state::<Tray>().is_there();
    is_busy(app) || leads_back && (has_terminals(app) || preferences::load().keep_in_tray)
}

/// Whether an operation runs.
pub(crate) fn is_busy(app: &AppHandle) -> bool {
    !app.state::<Operations>().running().is_empty()
}

/// Whether a program runs in a terminal.
fn has_terminals(app: &AppHandle) -> bool {
    app.state::<Terminals>().list().iter().any(|terminal| terminal.end.is_none())
}

/// Ends a program whose window was closed and that only stayed for what has ended now.
pub(crate) fn leave_if_done(app: &AppHandle) {
    if app.state::<Closed>().0.load(Ordering::Relaxed) && !keeps_running(app) {
        app.exit(0);
    }
}

/// Lets what runs leave nothing half-made behind, then ends the program.
pub(crate) fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (operations, terminals) = (app.state::<Operations>(), app.state::<Terminals>());
        let ended = async { tokio::join!(operations.cancel_all(), terminals.close_all()) };
        // What does not end in time ends with the process: the engine is left as after a crash, from which `up` goes on.
        let _ = tokio::time::timeout(PATIENCE, ended).await;
        app.exit(0);
    });
}
