//! The bookkeeping of events: who is whose parent, how long a step took, and that every step that began also ends.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio_util::sync::CancellationToken;
use wharf_api::{Event, EventKind, Outcome, OutputStream, Severity, StepId, StepName};

use crate::error::Error;
use crate::journal::Journal;
use crate::request::EventSink;
use crate::secrets::Mask;

/// One run of a use case, from its first event to its last.
pub(crate) struct Operation<'a> {
    sink: &'a dyn EventSink,
    workspace: Mutex<String>,
    environment: Mutex<Option<String>>,
    steps: AtomicU64,
    started: Instant,
    /// Milliseconds in which the operation stood still because a person thought about an answer.
    thinking: AtomicU64,
    journal: Mutex<Journal>,
    mask: Mutex<Mask>,
    /// Fires when a person or a signal ends the operation.
    pub(crate) cancel: CancellationToken,
}

impl<'a> Operation<'a> {
    pub(crate) fn new(sink: &'a dyn EventSink, cancel: CancellationToken) -> Self {
        Self {
            sink,
            workspace: Mutex::default(),
            environment: Mutex::default(),
            steps: AtomicU64::new(1),
            started: Instant::now(),
            thinking: AtomicU64::new(0),
            journal: Mutex::default(),
            mask: Mutex::default(),
            cancel,
        }
    }

    /// Keeps what happens in this journal from now on, and what has happened before too.
    pub(crate) fn keep(&self, journal: Journal) {
        lock(&self.journal).open(journal);
    }

    /// Values that nobody is shown, and that do not get into the journal.
    pub(crate) fn hide(&self, secrets: &[(String, String)]) {
        lock(&self.journal).hide(secrets.iter().map(|(_, value)| value.as_str()));
        lock(&self.mask).hide(secrets.iter().map(|(_, value)| value.as_str()));
    }

    /// Text without those values.
    pub(crate) fn masked(&self, text: &str) -> String {
        lock(&self.mask).text(text)
    }

    /// Ends the outermost step as the operation has ended. Why it failed is noted in the journal; the door tells the person.
    pub(crate) fn end<T>(&self, root: StepRecord<'_>, result: &Result<T, Error>) {
        let id = root.id;
        match result {
            Ok(_) => root.finish(Outcome::Done, None),
            Err(_) => drop(root),
        }
        if let Err(error) = result
            && !matches!(error, Error::Cancelled)
        {
            let kind = EventKind::Failed { error: error.to_result() };
            lock(&self.journal).take(&self.event(id, None, kind));
        }
        let failure = result.as_ref().err().filter(|error| !matches!(error, Error::Cancelled));
        lock(&self.journal).end(failure.map(Error::to_result));
    }

    /// Notes that a person was asked and took this long to answer: time that the operation did not need.
    pub(crate) fn thought(&self, asked: Instant) {
        self.thinking.fetch_add(asked.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// Tells every later event what it is about.
    pub(crate) fn is_about(&self, workspace: &str, environment: Option<&str>) {
        *lock(&self.workspace) = workspace.to_owned();
        *lock(&self.environment) = environment.map(str::to_owned);
    }

    /// Begins a step. It ends when the returned value is finished, or fails when it is dropped before that.
    pub(crate) fn begin(
        &self,
        parent: Option<&StepRecord<'_>>,
        name: StepName,
        subject: Option<String>,
    ) -> StepRecord<'_> {
        self.begin_command(parent, name, subject, None)
    }

    /// The same of a step that runs a command which its author wrote.
    pub(crate) fn begin_command(
        &self,
        parent: Option<&StepRecord<'_>>,
        name: StepName,
        subject: Option<String>,
        command: Option<String>,
    ) -> StepRecord<'_> {
        let record = StepRecord {
            operation: self,
            id: StepId(self.steps.fetch_add(1, Ordering::Relaxed)),
            parent: parent.map(|parent| parent.id),
            started: Instant::now(),
            rest: Mutex::default(),
            finished: false,
        };
        record.send(EventKind::StepStarted { name, subject, command });
        record
    }

    fn send(&self, step: StepId, parent: Option<StepId>, kind: EventKind) {
        let event = self.event(step, parent, kind);
        lock(&self.journal).take(&event);
        for event in lock(&self.mask).events(event) {
            self.sink.send(event);
        }
    }

    fn event(&self, step: StepId, parent: Option<StepId>, kind: EventKind) -> Event {
        Event {
            timestamp: milliseconds_since_1970(SystemTime::now()),
            workspace: lock(&self.workspace).clone(),
            environment: lock(&self.environment).clone(),
            step,
            parent,
            kind,
        }
    }

    /// Milliseconds that the operation has worked, which leaves out those in which it waited for a person.
    pub(crate) fn milliseconds(&self) -> u64 {
        let thinking = self.thinking.load(Ordering::Relaxed);
        (self.started.elapsed().as_millis() as u64).saturating_sub(thinking)
    }
}

/// A step that has begun.
pub(crate) struct StepRecord<'a> {
    operation: &'a Operation<'a>,
    id: StepId,
    parent: Option<StepId>,
    started: Instant,
    /// Bytes of a character of which the end has not come yet, for each stream.
    rest: Mutex<[Vec<u8>; 2]>,
    finished: bool,
}

impl StepRecord<'_> {
    /// Sends something that belongs to this step.
    pub(crate) fn send(&self, kind: EventKind) {
        self.operation.send(self.id, self.parent, kind);
    }

    /// Passes on output. A character cut in two by the reading is put together again.
    pub(crate) fn output(&self, stream: OutputStream, bytes: &[u8]) {
        let text = {
            let mut rests = lock(&self.rest);
            let rest = &mut rests[usize::from(stream == OutputStream::Stderr)];
            rest.extend_from_slice(bytes);
            take_text(rest)
        };
        if !text.is_empty() {
            self.send(EventKind::StepOutput { stream, text });
        }
    }

    pub(crate) fn warn(&self, message: impl Into<String>, hint: Option<String>) {
        self.send(EventKind::Diagnostic {
            severity: Severity::Warning,
            message: message.into(),
            location: None,
            hint,
        });
    }

    pub(crate) fn finish(mut self, outcome: Outcome, detail: Option<String>) {
        self.end(outcome, detail);
    }

    /// Ends the step with a duration measured elsewhere, such as by the builder.
    pub(crate) fn finish_after(mut self, outcome: Outcome, milliseconds: u64, detail: Option<String>) {
        self.finished = true;
        self.send(EventKind::StepFinished { outcome, milliseconds, detail });
    }

    fn end(&mut self, outcome: Outcome, detail: Option<String>) {
        if !std::mem::replace(&mut self.finished, true) {
            let milliseconds = match self.parent {
                None => self.operation.milliseconds(),
                Some(_) => self.started.elapsed().as_millis() as u64,
            };
            self.send(EventKind::StepFinished { outcome, milliseconds, detail });
        }
    }
}

impl Drop for StepRecord<'_> {
    fn drop(&mut self) {
        let outcome = if self.operation.cancel.is_cancelled() { Outcome::Cancelled } else { Outcome::Failed };
        self.end(outcome, None);
    }
}

/// As timestamps on the wire are written.
pub(crate) fn milliseconds_since_1970(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as u64)
}

/// Takes all whole characters out of `bytes`; what cannot be the beginning of a character becomes U+FFFD.
fn take_text(bytes: &mut Vec<u8>) -> String {
    let keep = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.len() - error.valid_up_to(),
        _ => incomplete_tail(bytes),
    };
    let tail = bytes.split_off(bytes.len() - keep);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = tail;
    text
}

/// Length of an unfinished character at the end of bytes that are not valid before it either.
fn incomplete_tail(bytes: &[u8]) -> usize {
    (1..=bytes.len().min(3))
        .find(|length| {
            let tail = &bytes[bytes.len() - length..];
            tail[0] >= 0xC2 && matches!(std::str::from_utf8(tail), Err(error) if error.error_len().is_none())
        })
        .unwrap_or(0)
}

/// A panic elsewhere must not take the events down with it.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Events(Mutex<Vec<Event>>);

    impl EventSink for Events {
        fn send(&self, event: Event) {
            lock(&self.0).push(event);
        }
    }

    #[test]
    fn characters_cut_in_two_are_put_together() {
        let cases: [(&[&[u8]], &str); 4] = [
            (&["é".as_bytes()], "é"),
            (&[&[0xC3], &[0xA9]], "é"),
            (&[b"a\xF0\x9F", b"\x98", b"\x80b"], "a😀b"),
            (&[b"a\xFFb\xE2\x82", b"\xAC"], "a\u{FFFD}b€"),
        ];
        for (pieces, expected) in cases {
            let mut rest = Vec::new();
            let text: String = pieces
                .iter()
                .map(|piece| {
                    rest.extend_from_slice(piece);
                    take_text(&mut rest)
                })
                .collect();
            assert_eq!(text, expected);
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn a_person_s_time_is_not_the_operation_s() {
        let begun = Instant::now();
        let events = Events::default();
        let operation = Operation::new(&events, CancellationToken::new());
        let root = operation.begin(None, StepName::Up, None);
        let asked = Instant::now();
        std::thread::sleep(std::time::Duration::from_millis(60));
        operation.thought(asked);
        let without_it = operation.milliseconds();
        let whole = begun.elapsed().as_millis() as u64;
        assert!(without_it + 60 <= whole, "{without_it} of {whole}");
        root.finish(Outcome::Done, None);
        let whole = begun.elapsed().as_millis() as u64;
        let events = events.0.into_inner().unwrap();
        let Some(Event { kind: EventKind::StepFinished { milliseconds, .. }, .. }) = events.last() else {
            panic!("{events:?}")
        };
        assert!(*milliseconds + 60 <= whole, "{milliseconds} of {whole}");
    }

    #[test]
    fn a_step_that_is_dropped_has_failed_or_was_cancelled() {
        for cancelled in [false, true] {
            let events = Events::default();
            let cancel = CancellationToken::new();
            let operation = Operation::new(&events, cancel.clone());
            let parent = operation.begin(None, StepName::Up, None);
            let child = operation.begin(Some(&parent), StepName::Pull, Some("x".into()));
            if cancelled {
                cancel.cancel();
            }
            drop(child);
            parent.finish(Outcome::Done, None);
            let events = events.0.into_inner().unwrap();
            let ends: Vec<_> = events
                .iter()
                .filter_map(|event| match event.kind {
                    EventKind::StepFinished { outcome, .. } => Some((event.step.0, event.parent, outcome)),
                    _ => None,
                })
                .collect();
            let expected = if cancelled { Outcome::Cancelled } else { Outcome::Failed };
            assert_eq!(ends, [(2, Some(StepId(1)), expected), (1, None, Outcome::Done)]);
        }
    }
}
