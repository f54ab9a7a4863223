//! The board, watched once for everything that shows it: each page that asks, and the tray.

use std::sync::{Mutex, PoisonError};

use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::watch;
use wharf_api::ListResult;
use wharf_runner::{Board, CancellationToken, ListRequest};

use crate::commands::{Answer, told};

/// The board as it is now, for whoever asks.
#[derive(Debug)]
pub(crate) struct Boards {
    now: watch::Sender<Option<ListResult>>,
    begun: Mutex<bool>,
    /// The page that watches; another one, or the same one loaded anew, takes its place.
    page: Mutex<CancellationToken>,
}

impl Default for Boards {
    fn default() -> Self {
        Self { now: watch::Sender::new(None), begun: Mutex::default(), page: Mutex::default() }
    }
}

impl Boards {
    /// Begins to watch the board, if nobody has yet. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the state folder cannot be watched; the next who asks tries again.
    pub(crate) fn follow(&self) -> wharf_runner::Result<watch::Receiver<Option<ListResult>>> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if !*begun {
            let mut board = Board::watch(ListRequest::default(), CancellationToken::new())?;
            let now = self.now.clone();
            tokio::spawn(async move {
                while let Some(list) = board.next().await {
                    now.send_replace(Some(list));
                }
            });
            *begun = true;
        }
        Ok(self.now.subscribe())
    }

    /// The board, if it is known by now.
    pub(crate) fn now(&self) -> Option<ListResult> {
        self.now.borrow().clone()
    }

    fn take_over(&self) -> CancellationToken {
        let next = CancellationToken::new();
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *page, next.clone()).cancel();
        next
    }
}

/// Sends the board as soon as it is known and after every change, until another page asks for it.
#[tauri::command]
pub(crate) async fn watch_board(boards: State<'_, Boards>, channel: Channel<ListResult>) -> Answer<()> {
    let replaced = boards.take_over();
    let mut board = boards.follow().map_err(told)?;
    tokio::spawn(async move {
        board.mark_changed();
        loop {
            let changed = tokio::select! {
                changed = board.changed() => changed,
                () = replaced.cancelled() => break,
            };
            let list = board.borrow_and_update().clone();
            if changed.is_err() || list.is_some_and(|list| channel.send(list).is_err()) {
                break;
            }
        }
    });
    Ok(())
}
