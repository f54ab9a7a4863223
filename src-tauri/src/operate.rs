//! What operations that ended, or wait for an answer, mean for a person whose window is elsewhere.

use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt as _;
use tokio::sync::broadcast::error::RecvError;
use wharf_api::{EnvironmentReference, OperationName, OperationOutcome, OperationRequest};
use wharf_runner::{Operations, Told};

use crate::preferences;
use crate::text::words;
use crate::window;

/// Stops an environment from outside the page.
pub(crate) fn stop(app: &AppHandle, reference: EnvironmentReference) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let request = OperationRequest {
            operation: OperationName::Stop,
            reference,
            remove_volumes: false,
            clone: None,
            answers_secrets: false,
        };
        let id = format!("tray-{}", uuid());
        // One that cannot begin is told by the next look at the board: it still runs.
        let _ = app.state::<Operations>().begin(&id, request);
    });
}

/// A name that no other operation has.
fn uuid() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos())
}

/// Tells of what ends and of what asks, as long as the program runs.
pub(crate) async fn follow(app: AppHandle) {
    let mut told = app.state::<Operations>().told();
    loop {
        match told.recv().await {
            Ok(told) => {
                if !window::is_looked_at(&app) {
                    notify(&app, &told);
                }
                if matches!(told, Told::Ended { .. }) {
                    window::leave_if_done(&app);
                }
            }
            // What was missed is on the board.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn notify(app: &AppHandle, told: &Told) {
    let Some((title, body)) = message(told) else { return };
    // A desktop that shows none goes without.
    let _ = app.notification().builder().title(title).body(body).show();
}

/// The two lines of a notification, if the person wants it.
fn message(told: &Told) -> Option<(String, String)> {
    let (preferences, words) = (preferences::load(), words());
    match told {
        Told::Asks { name } if preferences.tell_questions => {
            Some(((words.asks)(name), words.asks_text.to_owned()))
        }
        Told::Ended { operation, name, outcome, problem } => {
            let wanted = match outcome {
                OperationOutcome::Done => preferences.tell_finished,
                OperationOutcome::Failed => preferences.tell_failed,
                // The person has just done it.
                OperationOutcome::Cancelled => false,
            };
            wanted.then(|| ((words.ended)(*operation, *outcome, name), problem.clone().unwrap_or_default()))
        }
        Told::Asks { .. } => None,
    }
}
