//! What operations that ended or wait for an answer, and news of ports, mean for a person whose window is elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};

use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt as _;
use tokio::sync::broadcast::error::RecvError;
use wharf_api::{EnvironmentReference, OperationName, OperationRequest};
use wharf_runner::{Operations, PortNewsWatch, Told};

use crate::notices::{self, Notice};
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
            only_hot: false,
            clone: None,
            answers_secrets: false,
        };
        let id = format!("tray-{}", next_number());
        // One that cannot begin is told by the next look at the board: it still runs.
        let _ = app.state::<Operations>().begin(&id, request);
    });
}

/// A number that no other operation of the tray has.
fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// Tells of what ends and of what asks, as long as the program runs.
pub(crate) async fn follow(app: AppHandle) {
    let mut told = app.state::<Operations>().told();
    loop {
        match told.recv().await {
            Ok(told) => {
                if !window::is_looked_at(&app) {
                    notify(&app, notices::of_operation(&told, &preferences::load(), words()));
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

/// Tells of ports and links, as long as the program runs.
pub(crate) async fn follow_ports(app: AppHandle) {
    // Without a state folder to watch there is nothing to tell of.
    let Ok(mut news) = PortNewsWatch::new(None) else { return };
    loop {
        let news = news.next().await;
        if !window::is_looked_at(&app) {
            notify(&app, notices::of_ports(&news, &preferences::load(), words()));
        }
    }
}

fn notify(app: &AppHandle, notice: Option<Notice>) {
    let Some((title, body)) = notice else { return };
    // A desktop that shows none goes without.
    let _ = app.notification().builder().title(title).body(body).show();
}
