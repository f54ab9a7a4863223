//! Logs that windows look at: read once into files, asked for by pages, filtered and searched where they lie.
//!
//! A window is told how much there is and asks for what it shows, so that the length of a log and the speed of whoever writes it cost
//! it nothing. Word of more goes out when the window has answered for the last one, and not more often than a person sees.

mod matcher;
mod spool;
mod view;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use wharf_api::{LogExported, LogFilter, LogMatches, LogPage, LogRequest, LogState, LogText};

use crate::error::{Error, Result};
use crate::known;

use matcher::Matcher;
use view::View;

/// Logs that may be open at once. A window shows one or two; the oldest goes when there are more.
const MOST_OPEN: usize = 8;
/// Lines of one page.
const LONGEST_PAGE: u64 = 2_000;
/// Pauses between words of more.
const BETWEEN_STATES: Duration = Duration::from_millis(100);

/// Every log that is looked at, by the names that windows chose.
#[derive(Debug, Default)]
pub struct LogViews {
    user_data_folder: Option<PathBuf>,
    open: Mutex<VecDeque<(String, Arc<View>)>>,
}

impl LogViews {
    /// None yet. `user_data_folder` is where state is kept instead of the user's state folder.
    #[must_use]
    pub fn new(user_data_folder: Option<PathBuf>) -> Self {
        Self { user_data_folder, open: Mutex::default() }
    }

    /// Opens a log, which is read from now on. Needs a tokio runtime. What was open under that name is closed.
    ///
    /// # Errors
    /// When the filter cannot be understood, or there is no room for the log.
    pub fn open(&self, id: &str, request: LogRequest) -> Result<LogStates> {
        known::check(&request.reference)?;
        let view = Arc::new(View::new(Matcher::of_filter(&request.filter)?)?);
        {
            let mut open = lock(&self.open);
            open.retain(|(one, view)| one != id || view.close());
            if open.len() >= MOST_OPEN
                && let Some((_, oldest)) = open.pop_front()
            {
                oldest.close();
            }
            open.push_back((id.to_owned(), Arc::clone(&view)));
        }
        tokio::spawn(view::read(Arc::clone(&view), request, self.user_data_folder.clone()));
        tokio::spawn(view::scan(Arc::clone(&view)));
        Ok(LogStates { view, last: None, earliest: Instant::now() })
    }

    /// A window has taken the state of this number.
    pub fn received(&self, id: &str, number: u64) {
        if let Ok(view) = self.find(id) {
            view.received(number);
        }
    }

    /// Lines from a position on.
    ///
    /// # Errors
    /// When the log is not open, or its files cannot be read.
    pub fn page(&self, id: &str, from: u64, count: u64) -> Result<LogPage> {
        self.find(id)?.page(from, count.min(LONGEST_PAGE) as usize)
    }

    /// Shows other lines of a log.
    ///
    /// # Errors
    /// When the log is not open, or the filter cannot be understood.
    pub fn filter(&self, id: &str, filter: &LogFilter) -> Result<()> {
        self.find(id)?.filter(Matcher::of_filter(filter)?);
        Ok(())
    }

    /// Finds a text among the lines that are shown.
    ///
    /// # Errors
    /// When the log is not open, the text cannot be understood, or the files cannot be read.
    pub async fn search(&self, id: &str, text: &LogText) -> Result<LogMatches> {
        let (view, matcher) = (self.find(id)?, Matcher::of_text(text)?);
        apart(move || view.search(&matcher)).await
    }

    /// Writes the lines that are shown to a file, one a line, without what colours them.
    ///
    /// # Errors
    /// When the log is not open, or the file cannot be written.
    pub async fn export(&self, id: &str, path: &Path) -> Result<LogExported> {
        let (view, path) = (self.find(id)?, path.to_owned());
        apart(move || view.export(&path)).await
    }

    /// Closes a log. One that is not open stays so.
    pub fn close(&self, id: &str) {
        lock(&self.open).retain(|(one, view)| one != id || view.close());
    }

    /// Closes every log: the page that looked at them is gone.
    pub fn close_all(&self) {
        lock(&self.open).retain(|(_, view)| view.close());
    }

    fn find(&self, id: &str) -> Result<Arc<View>> {
        let open = lock(&self.open);
        open.iter().find(|(one, _)| one == id).map(|(_, view)| Arc::clone(view)).ok_or_else(|| {
            Error::Impossible {
                message: "this log is not open any more".to_owned(),
                location: None,
                hint: None,
            }
        })
    }
}

/// Tells how much there is of one log.
#[derive(Debug)]
pub struct LogStates {
    view: Arc<View>,
    last: Option<LogState>,
    /// When the next word may go.
    earliest: Instant,
}

impl LogStates {
    /// The state at once, the first time; then as soon as it differs from what was told last and the window has answered for that. None
    /// when the log was closed.
    pub async fn next(&mut self) -> Option<LogState> {
        let view = Arc::clone(&self.view);
        loop {
            let mut changed = std::pin::pin!(view.changed.notified());
            // From here on nothing that changes is missed.
            changed.as_mut().enable();
            if view.is_closed() {
                return None;
            }
            let number = self.last.as_ref().map_or(0, |last| last.number);
            let state = LogState { number, ..view.state() };
            if view.answered() >= number && self.last.as_ref() != Some(&state) {
                tokio::time::sleep_until(self.earliest).await;
                self.earliest = Instant::now() + BETWEEN_STATES;
                let state = LogState { number: number + 1, ..view.state() };
                self.last = Some(state.clone());
                return Some(state);
            }
            changed.await;
        }
    }
}

/// Work on files that may take longer than a turn of the runtime should.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The runtime ends, or the work has panicked.
        Err(_) => Err(Error::Cancelled),
    }
}

/// A panic elsewhere must not take the logs down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
