//! `wharf logs`: what builds, hooks, the container and the keeper have written, in the order of time.
//!
//! Nothing is held but the lines that are asked for by `--tail`: both logs are read as streams and woven into one.

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use wharf_api::{LogSource, Outcome, StepName};
use wharf_engine::{EVENTS_BEGIN, LogQuery, Output};
use wharf_plan::{ContainerFacts, ContainerState};

use crate::CancellationToken;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::journal::{Entry, Heard, Reader};
use crate::request::{EventSink, LogLine, LogSink, LogsRequest};
use crate::session::{Access, Session, Subject};

mod lines;

use lines::{ContainerLine, Held, Last, Lines, split};

/// How long until a container is searched again that was not there.
const SEARCH_AGAIN: Duration = Duration::from_secs(1);

type Pieces = wharf_engine::Incoming<Output>;

/// Shows the log of an environment. Ends with what is there; when it is followed, with the container or when cancelled.
///
/// # Errors
/// When the environment cannot be found, or its engine not be asked.
pub async fn logs(
    request: &LogsRequest,
    out: &mut dyn LogSink,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<()> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Configuration, None);
    let wanted = |source| request.sources.is_empty() || request.sources.contains(&source);
    let journal = [LogSource::Build, LogSource::Hooks, LogSource::Keeper].into_iter().any(wanted);
    let subject = Subject::find(&request.target, Access::Quiet, &operation, &root).await?;
    // Listening begins before reading, so that nothing is missed between them.
    let heard = (journal && request.follow).then(|| Heard::listen(subject.state.folder()));
    let mut log = Log {
        request,
        journal: journal.then(|| Reader::open(subject.state.folder())),
        heard,
        next: None,
        out,
        ended: false,
    };
    let work = async {
        if !wanted(LogSource::Container) {
            return log.of_journal().await;
        }
        let session = subject.connect_quietly(&operation, &root).await?;
        let container = session.container().await?;
        if journal {
            log.of_both(&session, container).await
        } else {
            log.of_container(&session, container).await
        }
    };
    tokio::select! {
        () = operation.cancel.cancelled() => return Err(Error::Cancelled),
        result = work => result?,
    }
    root.finish(Outcome::Done, None);
    Ok(())
}

/// A log while it is shown.
struct Log<'a> {
    request: &'a LogsRequest,
    journal: Option<Reader>,
    /// Tells of more in the journal, where that is wanted.
    heard: Option<Heard>,
    /// The journal's next line, which was looked at and not shown yet.
    next: Option<Entry>,
    out: &'a mut dyn LogSink,
    /// Nobody takes any more.
    ended: bool,
}

impl Log<'_> {
    async fn of_journal(&mut self) -> Result<()> {
        match self.request.tail {
            None => self.journal_until(u64::MAX),
            Some(lines) => {
                let mut last = Last::new(lines);
                while let Some(entry) = self.next_entry() {
                    last.push(Held::Journal(entry));
                }
                self.show_all(last);
            }
        }
        while self.request.follow && !self.ended {
            self.pause();
            more(&mut self.heard).await;
            self.journal_until(u64::MAX);
        }
        Ok(())
    }

    /// As the engine has it, which then also does the counting.
    async fn of_container(&mut self, session: &Session<'_>, container: Option<ContainerFacts>) -> Result<()> {
        let container = container.ok_or(Error::ContainerNotFound)?;
        let query = LogQuery {
            follow: self.request.follow,
            tail: self.request.tail,
            since: self.request.since.map(nanoseconds),
            timestamps: self.request.timestamps,
        };
        let mut pieces = open(session, &container, &query).await?;
        let mut lines = Lines::new(self.request.timestamps);
        while let Some(piece) = self.next_piece(&mut pieces).await? {
            if self.request.timestamps {
                lines.take(&piece, &mut |line| self.show_container(line));
            } else {
                let (stream, bytes) = split(&piece);
                self.show(&LogLine {
                    timestamp: None,
                    source: LogSource::Container,
                    step: None,
                    stream,
                    text: bytes,
                });
            }
        }
        lines.end(&mut |line| self.show_container(line));
        Ok(())
    }

    async fn of_both(&mut self, session: &Session<'_>, container: Option<ContainerFacts>) -> Result<()> {
        let mut seen = 0;
        if let Some(container) = &container {
            let query = LogQuery {
                follow: false,
                tail: self.request.tail.or(self.request.container_tail),
                since: self.request.since.map(nanoseconds),
                timestamps: true,
            };
            let mut pieces = open(session, container, &query).await?;
            let mut lines = Lines::new(true);
            let mut last = self.request.tail.map(Last::new);
            while let Some(piece) = self.next_piece(&mut pieces).await? {
                lines.take(&piece, &mut |line| {
                    seen = line.nanoseconds.unwrap_or(seen);
                    self.weave(line, last.as_mut());
                });
            }
            lines.end(&mut |line| self.weave(line, last.as_mut()));
            if let Some(mut last) = last {
                while let Some(entry) = self.next_entry() {
                    last.push(Held::Journal(entry));
                }
                self.show_all(last);
            }
        } else if self.request.tail.is_some() {
            return self.of_journal().await;
        }
        self.journal_until(u64::MAX);
        self.out.caught_up();
        if self.request.follow { self.follow(session, container, seen).await } else { Ok(()) }
    }

    /// Goes on after `seen` for as long as the container runs, and over its restarts if that is wanted; without one, until there is one.
    async fn follow(
        &mut self,
        session: &Session<'_>,
        mut container: Option<ContainerFacts>,
        mut seen: u64,
    ) -> Result<()> {
        loop {
            let found = match container.take() {
                Some(found) => found,
                None if self.request.over_restarts => match self.started(session).await? {
                    Some(found) => found,
                    None => return Ok(()),
                },
                None => match self.found(session).await? {
                    Some(found) => found,
                    None => return Ok(()),
                },
            };
            self.follow_container(session, &found, &mut seen).await?;
            if self.ended || !self.request.over_restarts {
                return Ok(());
            }
        }
    }

    /// Waits until there is a container. None when nobody takes any more.
    async fn found(&mut self, session: &Session<'_>) -> Result<Option<ContainerFacts>> {
        let mut search = tokio::time::interval(SEARCH_AGAIN);
        // The first comes at once, and the container has just been looked for.
        search.tick().await;
        loop {
            self.pause();
            if self.ended {
                return Ok(None);
            }
            tokio::select! {
                () = more(&mut self.heard) => self.journal_until(u64::MAX),
                _ = search.tick() => {
                    if let Some(found) = session.container().await? {
                        return Ok(Some(found));
                    }
                }
            }
        }
    }

    /// Waits until a container of the environment runs, told by the engine's events. None when nobody takes any more.
    async fn started(&mut self, session: &Session<'_>) -> Result<Option<ContainerFacts>> {
        let filters = [("type", "container"), ("event", "start")];
        let mut events = session.engine.events(&filters).await.map_err(engine_error)?;
        let mut look = true;
        let mut beginning = std::pin::pin!(tokio::time::sleep(EVENTS_BEGIN));
        let mut begun = false;
        loop {
            if look
                && let Some(found) = session.container().await?
                && found.state == ContainerState::Running
            {
                return Ok(Some(found));
            }
            self.pause();
            if self.ended {
                return Ok(None);
            }
            look = tokio::select! {
                event = events.next() => match event {
                    Some(event) => {
                        let event = event.map_err(engine_error)?;
                        event.action == "start" && session.environment().carries_labels(&event.attributes)
                    }
                    None => return Ok(None),
                },
                () = &mut beginning, if !begun => {
                    begun = true;
                    true
                }
                () = more(&mut self.heard) => {
                    self.journal_until(u64::MAX);
                    false
                }
            };
        }
    }

    /// Goes on after `seen` until the container ends.
    async fn follow_container(
        &mut self,
        session: &Session<'_>,
        container: &ContainerFacts,
        seen: &mut u64,
    ) -> Result<()> {
        let after = *seen;
        let query = LogQuery { follow: true, tail: None, since: Some(after), timestamps: true };
        let mut pieces = open(session, container, &query).await?;
        let mut lines = Lines::new(true);
        loop {
            self.pause();
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                () = more(&mut self.heard) => {
                    self.journal_until(u64::MAX);
                    if self.ended { return Ok(()) }
                    continue;
                }
            };
            let Some(piece) = piece else { break };
            let piece = piece.map_err(engine_error)?;
            lines.take(&piece, &mut |line| {
                if line.nanoseconds.is_none_or(|written| written > after) {
                    *seen = line.nanoseconds.unwrap_or(*seen).max(*seen);
                    self.show_container(line);
                }
            });
        }
        lines.end(&mut |line| self.show_container(line));
        self.journal_until(u64::MAX);
        Ok(())
    }

    /// Shows a line of the container, and before it what the journal has from before it.
    fn weave(&mut self, line: &ContainerLine<'_>, last: Option<&mut Last>) {
        let written = line.nanoseconds.map_or(0, |nanoseconds| nanoseconds / 1_000_000);
        match last {
            None => {
                self.journal_until(written);
                self.show_container(line);
            }
            Some(last) => {
                while let Some(entry) = self.entry_until(written) {
                    last.push(Held::Journal(entry));
                }
                last.push(Held::Container {
                    nanoseconds: line.nanoseconds,
                    stream: line.stream,
                    text: line.text.to_vec(),
                });
            }
        }
    }

    fn journal_until(&mut self, time: u64) {
        while !self.ended
            && let Some(entry) = self.entry_until(time)
        {
            self.show_entry(&entry);
        }
    }

    fn entry_until(&mut self, time: u64) -> Option<Entry> {
        let entry = self.next_entry()?;
        if entry.timestamp <= time {
            return Some(entry);
        }
        self.next = Some(entry);
        None
    }

    /// The journal's next line that is wanted.
    fn next_entry(&mut self) -> Option<Entry> {
        if let Some(entry) = self.next.take() {
            return Some(entry);
        }
        let request = self.request;
        let reader = self.journal.as_mut()?;
        std::iter::from_fn(|| reader.next()).find(|entry| {
            (request.sources.is_empty() || request.sources.contains(&entry.source))
                && request.since.is_none_or(|since| entry.timestamp >= since)
        })
    }

    async fn next_piece(&mut self, pieces: &mut Pieces) -> Result<Option<Output>> {
        if self.ended {
            return Ok(None);
        }
        let piece = match pieces.next().now_or_never() {
            Some(piece) => piece,
            None => {
                self.pause();
                pieces.next().await
            }
        };
        piece.transpose().map_err(engine_error)
    }

    fn show_all(&mut self, last: Last) {
        for held in last.lines {
            match &held {
                Held::Journal(entry) => self.show_entry(entry),
                Held::Container { nanoseconds, stream, text } => {
                    self.show_container(&ContainerLine { nanoseconds: *nanoseconds, stream: *stream, text })
                }
            }
        }
    }

    fn show_entry(&mut self, entry: &Entry) {
        self.show(&line_of(entry));
    }

    fn show_container(&mut self, line: &ContainerLine<'_>) {
        self.show(&LogLine {
            timestamp: line.nanoseconds.map(|nanoseconds| nanoseconds / 1_000_000),
            source: LogSource::Container,
            step: None,
            stream: line.stream,
            text: line.text,
        });
    }

    fn show(&mut self, line: &LogLine<'_>) {
        self.ended = self.ended || self.out.line(line).is_err();
    }

    fn pause(&mut self) {
        self.ended = self.ended || self.out.pause().is_err();
    }
}

/// Waits until there may be more in a journal; for ever where none is followed.
async fn more(heard: &mut Option<Heard>) {
    match heard {
        Some(heard) => heard.more().await,
        None => std::future::pending().await,
    }
}

/// Shows what is there of a journal.
pub(crate) fn show_journal(journal: &mut Reader, out: &mut dyn LogSink) {
    while let Some(entry) = journal.next() {
        if out.line(&line_of(&entry)).is_err() {
            return;
        }
    }
}

fn line_of(entry: &Entry) -> LogLine<'_> {
    LogLine {
        timestamp: Some(entry.timestamp),
        source: entry.source,
        step: Some(&entry.step),
        stream: entry.stream,
        text: entry.text.as_bytes(),
    }
}

async fn open(session: &Session<'_>, container: &ContainerFacts, query: &LogQuery) -> Result<Pieces> {
    session.engine.logs(&container.id, query).await.map_err(engine_error)
}

fn engine_error(error: wharf_engine::Error) -> Error {
    Error::Engine {
        error: Box::new(error),
        description: "An error occurred reading the container's log.",
        location: None,
    }
}

fn nanoseconds(milliseconds: u64) -> u64 {
    milliseconds.saturating_mul(1_000_000)
}
