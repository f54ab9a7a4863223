//! The icon in the tray, with what runs: to open it, to stop it, to come back to the window.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::DialogExt as _;
use wharf_api::{EnvironmentReference, EnvironmentState, ListResult, Opened};

use crate::boards::Boards;
use crate::handover;
use crate::operate;
use crate::text::{Words, words};
use crate::window;

const OPEN_FOLDER: &str = "open-folder";
const SHOW: &str = "show";
const QUIT: &str = "quit";
/// What comes before an environment's id in the name of an item.
const OPEN: &str = "open:";
const STOP: &str = "stop:";
/// A menu of more than this is no menu.
const MOST: usize = 12;

/// The icon, where the desktop has a place for one.
#[derive(Default)]
pub(crate) struct Tray {
    icon: Mutex<Option<TrayIcon>>,
    /// What the menu shows.
    shown: Mutex<Vec<Row>>,
}

/// An environment of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    id: String,
    name: String,
}

impl Tray {
    /// Whether there is an icon that leads back to the window.
    pub(crate) fn is_there(&self) -> bool {
        self.icon.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Shows the icon, or takes it away. A desktop without a tray goes without.
pub(crate) fn show(app: &AppHandle, wanted: bool) {
    let tray = app.state::<Tray>();
    let mut icon = tray.icon.lock().unwrap_or_else(PoisonError::into_inner);
    if !wanted {
        *icon = None;
        let _ = app.remove_tray_by_id(window::MAIN);
    } else if icon.is_none() {
        let rows = tray.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // On Linux the library of the icon is looked for only now, and its absence is a panic.
        *icon = catch_unwind(AssertUnwindSafe(|| build(app, &rows))).ok().and_then(Result::ok);
    }
}

fn build(app: &AppHandle, rows: &[Row]) -> tauri::Result<TrayIcon> {
    let mut builder = TrayIconBuilder::with_id(window::MAIN)
        .tooltip("Wharf")
        .menu(&menu(app, rows, words())?)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()));
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    builder.build(app)
}

/// Keeps the menu as the board is.
pub(crate) async fn follow(app: AppHandle) {
    let Ok(mut board) = app.state::<Boards>().follow() else { return };
    while board.changed().await.is_ok() {
        let rows = board.borrow_and_update().as_ref().map(rows).unwrap_or_default();
        let is_new = {
            let tray = app.state::<Tray>();
            let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = *shown != rows;
            *shown = rows;
            is_new
        };
        if is_new {
            draw(&app);
        }
    }
}

/// Draws the menu anew. Menus belong to the thread of the windows.
pub(crate) fn draw(app: &AppHandle) {
    let again = app.clone();
    // A program that is ending draws nothing any more.
    let _ = app.run_on_main_thread(move || {
        let tray = again.state::<Tray>();
        let rows = tray.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let icon = tray.icon.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(icon), Ok(menu)) = (icon.as_ref(), menu(&again, &rows, words())) {
            let _ = icon.set_menu(Some(menu));
        }
    });
}

/// What runs, by name.
fn rows(board: &ListResult) -> Vec<Row> {
    let mut rows: Vec<_> = board
        .environments
        .iter()
        .filter(|environment| environment.ours && environment.state == EnvironmentState::Running)
        .map(|environment| Row { id: environment.id.clone(), name: environment.name.clone() })
        .collect();
    rows.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    rows.truncate(MOST);
    rows
}

fn menu(app: &AppHandle, rows: &[Row], words: &Words) -> tauri::Result<Menu<Wry>> {
    let mut menu = MenuBuilder::new(app);
    if rows.is_empty() {
        menu = menu.item(&MenuItemBuilder::new(words.nothing_runs).enabled(false).build(app)?);
    }
    for Row { id, name } in rows {
        // An ampersand would name a key.
        let environment = SubmenuBuilder::new(app, name.replace('&', "&&"))
            .text(format!("{OPEN}{id}"), words.open)
            .text(format!("{STOP}{id}"), words.stop);
        menu = menu.item(&environment.build()?);
    }
    menu.separator()
        .text(OPEN_FOLDER, words.open_folder)
        .text(SHOW, words.show_window)
        .separator()
        .text(QUIT, words.quit)
        .build()
}

fn chosen(app: &AppHandle, item: &str) {
    match item {
        SHOW => window::to_front(app),
        QUIT => window::quit(app),
        OPEN_FOLDER => choose_folder(app),
        _ => {
            if let Some(id) = item.strip_prefix(OPEN) {
                handover::open(app, Opened::Environment { id: id.to_owned() });
                window::to_front(app);
            } else if let Some(reference) = item.strip_prefix(STOP).and_then(|id| reference(app, id)) {
                operate::stop(app, reference);
            }
        }
    }
}

fn reference(app: &AppHandle, id: &str) -> Option<EnvironmentReference> {
    let board = app.state::<Boards>().now()?;
    board.environments.into_iter().find(|environment| environment.id == id).map(|found| found.reference)
}

fn choose_folder(app: &AppHandle) {
    let again = app.clone();
    app.dialog().file().set_title(words().open_folder).pick_folder(move |folder| {
        if let Some(folder) = folder.and_then(|folder| folder.into_path().ok()) {
            let folder = folder.to_string_lossy().into_owned();
            handover::open(&again, Opened::Folder { folder, by_link: false });
            window::to_front(&again);
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn environment(name: &str, change: Value) -> Value {
        let mut environment = json!({
            "id": format!("id-of-{name}"), "name": name, "reference": {}, "state": "running", "maker": "wharf",
            "ours": true,
        });
        environment.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
        environment
    }

    fn shown(environments: Vec<Value>) -> Vec<String> {
        let board = json!({ "environments": environments, "engines": [] });
        rows(&serde_json::from_value(board).unwrap()).into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn the_menu_has_what_runs_and_is_ours_by_name_and_no_more_than_one_looks_through() {
        let few = vec![
            environment("web", json!({})),
            environment("api", json!({})),
            environment("docs", json!({ "state": "stopped" })),
            environment("lab", json!({ "ours": false })),
        ];
        assert_eq!(shown(few), ["api", "web"]);
        let many = (0..40).map(|number| environment(&format!("{number:02}"), json!({}))).collect();
        assert_eq!(shown(many).len(), MOST);
        assert!(shown(Vec::new()).is_empty());
    }

    #[test]
    fn two_of_one_name_are_two() {
        let twins = ["one", "two"].map(|id| environment("api", json!({ "id": id })));
        let board = json!({ "environments": twins, "engines": [] });
        let ids: Vec<_> =
            rows(&serde_json::from_value(board).unwrap()).into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["one", "two"]);
    }
}
