//! One open log: who fills it, who looks through it, and what is known of it at any time.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use wharf_api::{LogCount, LogEntry, LogExported, LogMatches, LogPage, LogRequest, LogSource, LogState};

use super::matcher::{Matcher, without_colours};
use super::spool::Spool;
use super::{apart, lock};
use crate::error::{Error, Result};
use crate::journal::{Heard, Part, Reader};
use crate::known;
use crate::logs::{logs, show_journal};
use crate::operations::Silence;
use crate::request::{LogLine, LogSink, LogsRequest, Target};

/// Bytes of a line that are kept: more than a window can show of one.
const LONGEST_LINE: usize = 16 * 1024;
/// Lines of a container's log that are read at first: far more than anybody reads, and no more than is kept.
const CONTAINER_LINES: u64 = 1_000_000;
/// Lines that are looked at in one go.
const CHUNK: usize = 10_000;
/// Lines after which word goes out even if more is there at once.
const TOGETHER: u64 = 2_000;
/// Places that a search answers.
const MOST_POSITIONS: usize = 20_000;

/// Every source, in the order in which they are counted.
const SOURCES: [LogSource; 4] = [LogSource::Build, LogSource::Hooks, LogSource::Container, LogSource::Keeper];

/// One open log.
#[derive(Debug)]
pub(super) struct View {
    content: Mutex<Content>,
    /// The last state that the window has answered for.
    answered: AtomicU64,
    /// Something came, was found, or the log was closed.
    pub(super) changed: Notify,
    cancel: CancellationToken,
}

#[derive(Debug)]
struct Content {
    spool: Spool,
    counts: [u64; 4],
    /// Which lines are shown; None: all.
    matcher: Option<Matcher>,
    /// Counts the filters.
    filter: u64,
    /// The lines that the filter lets through, as far as they were looked at.
    matched: VecDeque<u64>,
    /// How many of them have gone with the oldest lines.
    gone: u64,
    /// The next line to look at.
    scanned: u64,
    complete: bool,
    following: bool,
    problem: Option<String>,
}

impl View {
    pub(super) fn new(matcher: Option<Matcher>) -> Result<Self> {
        let content = Content {
            spool: Spool::new().map_err(no_room)?,
            counts: [0; 4],
            matcher,
            filter: 1,
            matched: VecDeque::new(),
            gone: 0,
            scanned: 0,
            complete: false,
            following: false,
            problem: None,
        };
        Ok(Self {
            content: Mutex::new(content),
            answered: AtomicU64::new(0),
            changed: Notify::new(),
            cancel: CancellationToken::new(),
        })
    }

    /// Nobody looks any more. Always false, so that whoever keeps it can let it go with the same word.
    pub(super) fn close(&self) -> bool {
        self.cancel.cancel();
        self.changed.notify_waiters();
        false
    }

    pub(super) fn is_closed(&self) -> bool {
        self.cancel.is_cancelled()
    }

    pub(super) fn received(&self, number: u64) {
        self.answered.fetch_max(number, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self) -> LogState {
        let content = lock(&self.content);
        let (first, end) = content.bounds();
        LogState {
            number: 0,
            filter: content.filter,
            first,
            end,
            counts: SOURCES
                .into_iter()
                .zip(content.counts)
                .map(|(source, lines)| LogCount { source, lines })
                .collect(),
            complete: content.complete && content.is_scanned(),
            following: content.following,
            problem: content.problem.clone(),
        }
    }

    pub(super) fn page(&self, from: u64, count: usize) -> Result<LogPage> {
        let mut content = lock(&self.content);
        let from = from.max(content.bounds().0);
        let lines = content.read(from, count).map_err(no_room)?;
        Ok(LogPage { filter: content.filter, from, lines })
    }

    pub(super) fn filter(&self, matcher: Option<Matcher>) {
        {
            let mut content = lock(&self.content);
            content.matcher = matcher;
            content.filter += 1;
            content.matched.clear();
            content.gone = 0;
            content.scanned = content.spool.first();
        }
        self.changed.notify_waiters();
    }

    pub(super) fn search(&self, matcher: &Matcher) -> Result<LogMatches> {
        let filter = lock(&self.content).filter;
        let mut found = LogMatches { filter, ..LogMatches::default() };
        self.each(filter, |position, entry| {
            if matcher.matches(entry) {
                found.total += 1;
                if found.positions.len() < MOST_POSITIONS {
                    found.positions.push(position);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(super) fn export(&self, path: &Path) -> Result<LogExported> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let mut file = BufWriter::new(std::fs::File::create(path).map_err(failed)?);
        let filter = lock(&self.content).filter;
        let mut lines = 0;
        self.each(filter, |_, entry| {
            lines += 1;
            write_line(&mut file, entry).map_err(failed)
        })?;
        file.flush().map_err(failed)?;
        Ok(LogExported { path: path.display().to_string(), lines })
    }

    /// Goes through the lines that are shown, as many as there are now. The log grows meanwhile; under another filter it ends.
    fn each(&self, filter: u64, mut each: impl FnMut(u64, &LogEntry) -> Result<()>) -> Result<()> {
        let (mut position, end) = lock(&self.content).bounds();
        while position < end && !self.is_closed() {
            let lines = {
                let mut content = lock(&self.content);
                if content.filter != filter {
                    return Ok(());
                }
                position = position.max(content.bounds().0);
                content.read(position, CHUNK.min((end.saturating_sub(position)) as usize)).map_err(no_room)?
            };
            if lines.is_empty() {
                return Ok(());
            }
            for line in &lines {
                each(position, line)?;
                position += 1;
            }
        }
        Ok(())
    }
}

impl Content {
    /// The first position that can be asked for, and the one after the last.
    fn bounds(&self) -> (u64, u64) {
        match self.matcher {
            None => (self.spool.first(), self.spool.end()),
            Some(_) => (self.gone, self.gone + self.matched.len() as u64),
        }
    }

    fn is_scanned(&self) -> bool {
        self.matcher.is_none() || self.scanned >= self.spool.end()
    }

    fn push(&mut self, entry: &LogEntry) -> io::Result<()> {
        self.spool.push(entry)?;
        if let Some(place) = SOURCES.iter().position(|source| *source == entry.source) {
            self.counts[place] += 1;
        }
        while self.matched.front().is_some_and(|line| *line < self.spool.first()) {
            self.matched.pop_front();
            self.gone += 1;
        }
        Ok(())
    }

    fn read(&mut self, from: u64, count: usize) -> io::Result<Vec<LogEntry>> {
        if self.matcher.is_none() {
            return self.spool.read(from, count);
        }
        let start = usize::try_from(from.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        let numbers: Vec<u64> = self.matched.iter().skip(start).take(count).copied().collect();
        let mut lines = Vec::with_capacity(numbers.len());
        // Lines that follow on each other are read at once.
        for run in numbers.chunk_by(|one, next| one + 1 == *next) {
            lines.extend(self.spool.read(run[0], run.len())?);
        }
        Ok(lines)
    }

    /// Looks at some of the lines that were not looked at. Whether there is more to look at.
    fn scan(&mut self) -> io::Result<bool> {
        let Some(matcher) = self.matcher.clone() else { return Ok(false) };
        self.scanned = self.scanned.max(self.spool.first());
        let lines = self.spool.read(self.scanned, CHUNK)?;
        for (number, line) in (self.scanned..).zip(&lines) {
            if matcher.matches(line) {
                self.matched.push_back(number);
            }
        }
        self.scanned += lines.len() as u64;
        Ok(!lines.is_empty() && !self.is_scanned())
    }
}

/// Looks through what comes, under the filter that counts, until the log is closed.
pub(super) async fn scan(view: Arc<View>) {
    loop {
        let mut changed = std::pin::pin!(view.changed.notified());
        changed.as_mut().enable();
        if view.is_closed() {
            return;
        }
        let has_more = !lock(&view.content).is_scanned();
        if !has_more {
            changed.await;
            continue;
        }
        let scanning = Arc::clone(&view);
        let scanned = apart(move || {
            while lock(&scanning.content).scan().map_err(no_room)? && !scanning.is_closed() {
                // Whoever waits for the lock gets it between two chunks.
                std::thread::yield_now();
            }
            Ok(())
        });
        if let Err(error) = scanned.await {
            let mut content = lock(&view.content);
            content.problem = Some(error.message());
            content.matcher = None;
        }
        view.changed.notify_waiters();
    }
}

/// Reads a log into a view until it ends or the view is closed.
pub(super) async fn read(view: Arc<View>, request: LogRequest, user_data_folder: Option<PathBuf>) {
    let mut writer = Writer { view: Arc::clone(&view), waiting: 0, any: false };
    let work = read_into(&mut writer, &request, user_data_folder);
    let result = tokio::select! {
        result = work => result,
        () = view.cancel.cancelled() => return,
    };
    {
        let mut content = lock(&view.content);
        content.complete = true;
        content.following = false;
        if let Err(error) = result {
            content.problem = content.problem.take().or_else(|| Some(error.message()));
        }
    }
    view.changed.notify_waiters();
}

async fn read_into(
    writer: &mut Writer,
    request: &LogRequest,
    user_data_folder: Option<PathBuf>,
) -> Result<()> {
    let state = known::state(&request.reference, user_data_folder.as_deref())?;
    if let Some(start) = &request.start {
        let Ok(started_at) = start.parse() else { return Ok(()) };
        let Some(state) = state else { return Ok(()) };
        let part = Part { started_at, step: request.step };
        show_journal(&mut Reader::open_part(state.folder(), part), writer);
        return Ok(());
    }
    lock(&writer.view.content).following = true;
    let logs_request = LogsRequest {
        target: Target { user_data_folder, ..Target::from(&request.reference) },
        follow: true,
        timestamps: true,
        container_tail: Some(CONTAINER_LINES),
        over_restarts: true,
        ..LogsRequest::default()
    };
    let failed = match logs(&logs_request, writer, &Silence, CancellationToken::new()).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    // What builds and hooks have written is there without an engine, and under a configuration that is broken just now.
    let Some(state) = state.filter(|_| !writer.any) else { return Err(failed) };
    lock(&writer.view.content).problem = Some(failed.message());
    let mut heard = Heard::listen(state.folder());
    let mut journal = Reader::open(state.folder());
    loop {
        show_journal(&mut journal, writer);
        writer.caught_up();
        heard.more().await;
    }
}

/// Puts lines into a view.
struct Writer {
    view: Arc<View>,
    /// Lines that nobody was told of yet.
    waiting: u64,
    any: bool,
}

impl LogSink for Writer {
    fn line(&mut self, line: &LogLine<'_>) -> io::Result<()> {
        let entry = LogEntry {
            timestamp: line.timestamp,
            source: line.source,
            step: line.step.map(str::to_owned),
            stream: line.stream,
            text: text_of(line.text),
        };
        lock(&self.view.content).push(&entry)?;
        self.any = true;
        self.waiting += 1;
        if self.waiting >= TOGETHER { self.pause() } else { Ok(()) }
    }

    fn pause(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.waiting) > 0 {
            self.view.changed.notify_waiters();
        }
        Ok(())
    }

    fn caught_up(&mut self) {
        let before = std::mem::replace(&mut lock(&self.view.content).complete, true);
        if !before || self.waiting > 0 {
            self.waiting = 0;
            self.view.changed.notify_waiters();
        }
    }
}

/// A line without its end, cut where it is longer than anybody can see.
fn text_of(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.len() <= LONGEST_LINE {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut text = String::from_utf8_lossy(&bytes[..LONGEST_LINE]).into_owned();
    text.push('…');
    text
}

fn write_line(file: &mut impl io::Write, entry: &LogEntry) -> io::Result<()> {
    let time = entry.timestamp.and_then(|time| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(time) * 1_000_000).ok()?.format(&Rfc3339).ok()
    });
    let source = match entry.source {
        LogSource::Build => "build",
        LogSource::Hooks => "hooks",
        LogSource::Container => "container",
        LogSource::Keeper => "keeper",
    };
    let step = entry.step.as_deref().filter(|_| entry.source != LogSource::Container);
    let who = step.map_or_else(|| source.to_owned(), |step| format!("{source} {step}"));
    writeln!(file, "{} {who} | {}", time.as_deref().unwrap_or("-"), without_colours(&entry.text))
}

fn no_room(source: io::Error) -> Error {
    Error::State { path: std::env::temp_dir(), action: "keep a log in", source }
}
