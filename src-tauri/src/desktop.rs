//! What the pages may ask of the desktop around the window: dialogs, the browser, the file managers. They have no other way to it: no
//! plugin of Tauri's takes calls from a page.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tauri::{AppHandle, State};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};
use tauri_plugin_opener::OpenerExt as _;
use wharf_api::{EditorList, EngineList, EnvironmentReference, ErrorResult, IntegrationReport, Location};
use wharf_runner::{EditorStart, EngineListRequest, IntegrationRequest, Operations};

use crate::commands::{Answer, told};
use crate::text;

/// Whether a person wants Wharf in their file managers.
const FILE_MANAGER: &str = "integration.fileManager";
/// The variable that names the file of an AppImage to the program inside.
const IMAGE: &str = "APPIMAGE";

/// The person's home folder.
#[tauri::command]
pub(crate) fn home() -> Option<PathBuf> {
    std::env::home_dir()
}

/// Lets the person choose a folder in the system's dialog.
#[tauri::command]
pub(crate) async fn choose_folder(app: AppHandle, title: String) -> Option<String> {
    let (chosen, choice) = tokio::sync::oneshot::channel();
    app.dialog().file().set_title(title).pick_folder(move |folder| {
        // Nobody waits any more where the window has gone.
        let _ = chosen.send(folder);
    });
    let folder = choice.await.ok()??;
    folder.into_path().ok().map(|path| path.to_string_lossy().into_owned())
}

/// Shows a folder or a file in the system's file manager. Nothing is opened with the program that belongs to it.
#[tauri::command]
pub(crate) async fn show_folder(app: AppHandle, path: PathBuf) -> Answer<()> {
    if !path.is_absolute() || !path.exists() {
        return Err(refused(format!("there is no {} to show", path.display())));
    }
    app.opener().reveal_item_in_dir(&path).map_err(|error| refused(error.to_string()))
}

/// Opens an address in the person's browser: one of this computer at once, any other after the person has seen it and agreed.
#[tauri::command]
pub(crate) async fn open_link(app: AppHandle, address: String) -> Answer<()> {
    let found = wharf_runner::web_address(&address).map_err(told)?;
    if !found.here && !may_leave(&app, &found.address).await {
        return Ok(());
    }
    app.opener().open_url(&found.address, None::<&str>).map_err(|error| refused(error.to_string()))
}

/// Whether an address of another computer may be opened.
async fn may_leave(app: &AppHandle, address: &str) -> bool {
    let words = text::words();
    let asked = format!("{}\n\n{address}", words.open_address_text);
    ask(app, words.open_address_title, &asked, words.open).await
}

/// Asks in a dialog of the system's, which no page can draw over or answer.
pub(crate) async fn ask(app: &AppHandle, title: &str, question: &str, yes: &str) -> bool {
    let (answered, answer) = tokio::sync::oneshot::channel();
    let no = text::words().cancel;
    app.dialog()
        .message(question)
        .title(title)
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom(yes.to_owned(), no.to_owned()))
        .show(move |yes| {
            // Nobody waits any more where the window has gone.
            let _ = answered.send(yes);
        });
    answer.await.unwrap_or(false)
}

/// Every engine there is, whether it answers or not.
#[tauri::command]
pub(crate) async fn engines() -> Answer<EngineList> {
    let request = EngineListRequest { all: true, ..EngineListRequest::default() };
    wharf_runner::engine_list(&request).await.map_err(told)
}

/// Every editor that environments can be opened in, the person's first.
#[tauri::command]
pub(crate) async fn editors() -> Answer<EditorList> {
    wharf_runner::editors().map_err(told)
}

/// Opens an environment in the person's editor. A page says which environment, and nothing of the program.
#[tauri::command]
pub(crate) async fn open_editor(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
) -> Answer<()> {
    start(operations.edit(&reference).await.map_err(told)?)
}

/// Opens a file of an environment's configuration in the person's editor, at its line. No other file is opened.
#[tauri::command]
pub(crate) async fn edit_file(
    operations: State<'_, Operations>,
    reference: EnvironmentReference,
    location: Location,
) -> Answer<()> {
    start(operations.edit_file(&reference, &location).await.map_err(told)?)
}

/// Starts an editor.
fn start(start: EditorStart) -> Answer<()> {
    let mut command = std::process::Command::new(&start.program);
    command.args(&start.arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It outlives the window.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    // `CREATE_NO_WINDOW`: many editors are started by a script there, for which a console would open.
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0000);
    let started = command.spawn();
    let mut child = started.map_err(|error| refused(format!("{} does not start: {error}", start.name)))?;
    // Nothing is made of how it ends, but somebody has to ask.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Whether a page may have this editor written into the settings: one that was found. Any other program is for the person to write there
/// themselves, since what a page could name, it could have started.
pub(crate) fn check_editor(value: Option<&Value>) -> Result<(), String> {
    let Some(value) = value else { return Ok(()) };
    let found = wharf_runner::editors().map_err(|error| error.message())?;
    if found.editors.iter().any(|editor| Some(editor.program.as_str()) == value.as_str()) {
        return Ok(());
    }
    Err(format!(
        "{value} is none of the editors that were found; another one can be named in the settings file"
    ))
}

/// What of Wharf is in the file managers.
#[tauri::command]
pub(crate) async fn integration() -> Answer<IntegrationReport> {
    wharf_runner::integration(&here()?).map_err(told)
}

/// Puts Wharf into the file managers, or takes it out of them.
#[tauri::command]
pub(crate) async fn integrate(install: bool) -> Answer<IntegrationReport> {
    let request = here()?;
    let report =
        if install { wharf_runner::integrate(&request) } else { wharf_runner::unintegrate(&request) };
    let report = report.map_err(told)?;
    // Remembered, so that another version or another place of this program can write it anew.
    let wanted = install.then(|| true.into());
    wharf_runner::change_setting(FILE_MANAGER, wanted.as_ref()).map_err(told)?;
    Ok(report)
}

/// Writes what is in the file managers anew where this program has moved since, if it is wanted there; and where no package has, lets
/// links to Wharf lead here. Neither is waited for.
pub(crate) fn keep_up(app: &AppHandle, links: bool) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let wanted = wharf_runner::setting(FILE_MANAGER).is_ok_and(|value| value == Some(true.into()));
        if wanted && let Ok(request) = here() {
            // The page of settings tells what is there.
            let _ = wharf_runner::integrate(&request);
        }
        if links && std::env::var_os(IMAGE).is_some() {
            let _ = app.deep_link().register("wharf");
        }
    });
}

/// This program, as a file manager has to start it. An AppImage is started by its own file, since what is in it is there only while it runs.
fn here() -> Answer<IntegrationRequest> {
    let image = std::env::var_os(IMAGE).map(PathBuf::from).filter(|path| is_file(path));
    let program = match image {
        Some(image) => image,
        None => std::env::current_exe().map_err(|error| refused(error.to_string()))?,
    };
    Ok(IntegrationRequest { program, ..IntegrationRequest::default() })
}

fn is_file(path: &Path) -> bool {
    path.is_absolute() && path.is_file()
}

/// What a page is told that was asked for something that is not done.
pub(crate) fn refused(message: String) -> Box<ErrorResult> {
    Box::new(ErrorResult { message, ..ErrorResult::default() })
}
