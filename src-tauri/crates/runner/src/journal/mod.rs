//! What operations have done and what ran in them has written, kept in the environment's state folder for `wharf logs`.
//!
//! One writer: whoever holds the environment's lock. Two files of bounded size, of which the older one goes when the newer one
//! is full. Secrets that the operation was given are replaced, an operation that found nothing to do leaves no line, and a disk
//! that takes no more ends the journal, never the operation.

mod expected;
mod heard;
mod keeper;
mod lines;
mod read;
mod times;

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use wharf_api::{ErrorResult, Event, EventKind, OutputStream, StartRecord, StepId, StepName};

use crate::store::EnvironmentStore;

pub(crate) use expected::expected;
pub(crate) use heard::Heard;
pub(crate) use keeper::KeeperLog;
pub(crate) use read::{Entry, Part, Reader};
pub(crate) use times::history;

/// The file that is written.
const CURRENT: &str = "log.jsonl";
/// The file that was written before it.
const BEFORE: &str = "log.1.jsonl";

/// Bytes after which a new file is begun. Two of these hold thousands of ordinary starts, or the end of a very long build.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Longest piece of a line that is kept while its end has not come.
const LONGEST_LINE: usize = 64 * 1024;
/// What happens before an operation is known to be worth keeping is little; more than this is not held.
const MOST_HELD: usize = 256;
/// Values shorter than this cannot be told from ordinary text.
const SHORTEST_SECRET: usize = 3;
/// What stands in a secret's place.
const MASK: &str = "***";

/// The journal of one operation.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// The environment's state folder, once it is known and ours.
    folder: Option<PathBuf>,
    /// What has happened before it was known whether this is worth keeping.
    held: Vec<Event>,
    /// Whether it is.
    kept: bool,
    file: Option<File>,
    length: u64,
    /// Steps that run, so that a new file can begin with them.
    running: BTreeMap<StepId, Event>,
    /// The beginnings of lines whose ends have not come.
    partial: HashMap<(StepId, OutputStream), String>,
    /// What must not be written, as JSON would write it.
    secrets: Vec<String>,
    times: times::Times,
}

impl Journal {
    /// A journal in this folder, which is made when there is something to keep.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..Self::default() }
    }

    /// Begins to write where `other` would, with everything that was held so far.
    pub(crate) fn open(&mut self, other: Self) {
        self.folder = other.folder;
        self.write_held();
    }

    /// Values that are replaced wherever they are written, whole or line by line.
    pub(crate) fn hide<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
        for value in values {
            let parts = std::iter::once(value).chain(value.lines()).map(str::trim);
            let parts = parts.filter(|part| part.len() >= SHORTEST_SECRET).map(as_json_writes_it);
            self.secrets.extend(parts);
        }
        // The longest first, or a part of a secret would be replaced inside the whole.
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.secrets.dedup();
    }

    /// Takes an event.
    pub(crate) fn take(&mut self, event: &Event) {
        self.times.take(event);
        match &event.kind {
            EventKind::StepStarted { name, subject, .. } => {
                // A command stands in the configuration, and may hold what the environment of this computer put into it.
                let kind = EventKind::StepStarted { name: *name, subject: subject.clone(), command: None };
                let event = Event { kind, ..event.clone() };
                self.running.insert(event.step, event.clone());
                self.kept |= is_worth_keeping(*name);
                return self.keep(event);
            }
            EventKind::StepFinished { .. } => {
                for stream in [OutputStream::Stdout, OutputStream::Stderr] {
                    if let Some(text) = self.partial.remove(&(event.step, stream)) {
                        self.keep(Event { kind: EventKind::StepOutput { stream, text }, ..event.clone() });
                    }
                }
                self.running.remove(&event.step);
            }
            EventKind::StepOutput { stream, text } => {
                if let Some(text) = self.whole_lines(event.step, *stream, text) {
                    let kind = EventKind::StepOutput { stream: *stream, text };
                    self.keep(Event { kind, ..event.clone() });
                }
                return;
            }
            EventKind::Failed { .. } => self.kept = true,
            EventKind::StepProgress { .. } | EventKind::StepPlanned { .. } => return,
            _ => {}
        }
        self.keep(event.clone());
    }

    /// The operation has ended, with this error if it failed: when it did something, its steps are kept for a time line.
    pub(crate) fn end(&mut self, error: Option<ErrorResult>) {
        let times = std::mem::take(&mut self.times);
        let Some(folder) = self.folder.as_deref().filter(|_| self.kept) else { return };
        let Some(record) = times.record(error).and_then(|record| self.without_secrets(record)) else {
            return;
        };
        if let Err(error) = times::keep(&EnvironmentStore::at(folder), record) {
            tracing::warn!("the operation's steps cannot be kept: {error}");
        }
    }

    fn without_secrets(&self, record: StartRecord) -> Option<StartRecord> {
        if self.secrets.is_empty() {
            return Some(record);
        }
        serde_json::from_str(&self.masked(serde_json::to_string(&record).ok()?)).ok()
    }

    /// A secret could be cut in two by the reading, so only whole lines are written.
    fn whole_lines(&mut self, step: StepId, stream: OutputStream, text: &str) -> Option<String> {
        let partial = self.partial.entry((step, stream)).or_default();
        partial.push_str(text);
        let end = match partial.rfind('\n') {
            Some(end) => end + 1,
            None if partial.len() > LONGEST_LINE => partial.len(),
            None => return None,
        };
        let rest = partial.split_off(end);
        Some(std::mem::replace(partial, rest))
    }

    fn keep(&mut self, event: Event) {
        if self.folder.is_some() && self.kept {
            self.write_held();
            self.write(&event);
        } else if self.held.len() < MOST_HELD {
            self.held.push(event);
        }
    }

    fn write_held(&mut self) {
        if self.folder.is_some() && self.kept {
            for event in std::mem::take(&mut self.held) {
                self.write(&event);
            }
        }
    }

    fn write(&mut self, event: &Event) {
        let line = self.line(event);
        if let Err(error) = self.append(&line) {
            tracing::warn!("the journal cannot be written any more: {error}");
            self.folder = None;
            self.file = None;
        }
    }

    fn line(&self, event: &Event) -> String {
        // Events always can be written as JSON.
        let mut line = self.masked(serde_json::to_string(event).unwrap_or_default());
        line.push('\n');
        line
    }

    fn masked(&self, mut json: String) -> String {
        for secret in &self.secrets {
            if json.contains(secret) {
                json = json.replace(secret, MASK);
            }
        }
        json
    }

    fn append(&mut self, line: &str) -> std::io::Result<()> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let mut file = match self.file.take() {
            Some(file) => file,
            None => {
                crate::store::create_private_folder(&folder)?;
                let file = OpenOptions::new().append(true).create(true).open(folder.join(CURRENT))?;
                self.length = file.metadata()?.len();
                file
            }
        };
        if self.length + line.len() as u64 > LARGEST && self.length > 0 {
            drop(file);
            std::fs::rename(folder.join(CURRENT), folder.join(BEFORE))?;
            file = OpenOptions::new().append(true).create(true).open(folder.join(CURRENT))?;
            self.length = 0;
            let running: Vec<String> = self.running.values().map(|event| self.line(event)).collect();
            for line in running {
                file.write_all(line.as_bytes())?;
                self.length += line.len() as u64;
            }
        }
        file.write_all(line.as_bytes())?;
        self.length += line.len() as u64;
        self.file = Some(file);
        Ok(())
    }
}

/// Whether a step does something that a person may want to look up later. Reading, connecting and asking leave nothing behind.
fn is_worth_keeping(step: StepName) -> bool {
    !matches!(
        step,
        StepName::Up
            | StepName::Down
            | StepName::StopEnvironment
            | StepName::BuildImage
            | StepName::SetUpContainer
            | StepName::RunUserCommands
            | StepName::ContainerLog
            | StepName::Configuration
            | StepName::Engine
            | StepName::Lock
            | StepName::Consent
            | StepName::Image
    )
}

fn as_json_writes_it(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(step: u64, kind: EventKind) -> Event {
        Event {
            timestamp: 1,
            workspace: "/w".into(),
            environment: None,
            step: StepId(step),
            parent: None,
            kind,
        }
    }

    fn started(step: u64, name: StepName) -> Event {
        event(step, EventKind::StepStarted { name, subject: None, command: None })
    }

    fn wrote(step: u64, text: &str) -> Event {
        event(step, EventKind::StepOutput { stream: OutputStream::Stdout, text: text.into() })
    }

    fn finished(step: u64) -> Event {
        let outcome = wharf_api::Outcome::Done;
        event(step, EventKind::StepFinished { outcome, milliseconds: 1, detail: None })
    }

    /// Plays events into a journal and returns what its files hold, the older one first.
    fn play(secrets: &[&str], events: &[Event]) -> [Vec<Event>; 2] {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::default();
        journal.hide(secrets.iter().copied());
        let (before, after) = events.split_at(events.len().min(1));
        before.iter().for_each(|event| journal.take(event));
        journal.open(Journal::new(folder.path()));
        after.iter().for_each(|event| journal.take(event));
        [BEFORE, CURRENT].map(|name| {
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        })
    }

    fn texts(events: &[Event]) -> Vec<&str> {
        events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::StepOutput { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn an_operation_that_did_nothing_leaves_nothing() {
        let nothing =
            [started(1, StepName::Up), started(2, StepName::Configuration), finished(2), finished(1)];
        assert_eq!(play(&[], &nothing), [Vec::new(), Vec::new()]);
        let something = [started(1, StepName::Up), started(2, StepName::Create), finished(2), finished(1)];
        assert_eq!(play(&[], &something), [Vec::new(), something.to_vec()]);
    }

    #[test]
    fn output_is_kept_in_whole_lines() {
        let events = [
            started(1, StepName::Hook),
            wrote(1, "one\ntw"),
            wrote(1, "o"),
            wrote(1, "\nthree\nfo"),
            wrote(1, "ur"),
            finished(1),
        ];
        let [_, kept] = play(&[], &events);
        assert_eq!(texts(&kept), ["one\n", "two\nthree\n", "four"]);
    }

    #[test]
    fn secrets_are_replaced_wherever_and_however_they_come() {
        let cases: [(&[&str], &[&str], &[&str]); 5] = [
            (&["hunter2"], &["pass hunter2!\n"], &["pass ***!\n"]),
            (&["hunter2"], &["pass hun", "ter2\n"], &["pass ***\n"]),
            (&["a\"b\\c"], &["is a\"b\\c here\n"], &["is *** here\n"]),
            (&["first line\nsecond"], &["first line\n", "second\n"], &["***\n", "***\n"]),
            (&["x"], &["x is too short to be told apart\n"], &["x is too short to be told apart\n"]),
        ];
        for (secrets, pieces, expected) in cases {
            let mut events = vec![started(1, StepName::Hook)];
            events.extend(pieces.iter().map(|piece| wrote(1, piece)));
            let [_, kept] = play(secrets, &events);
            assert_eq!(texts(&kept), expected, "{secrets:?}");
        }
    }

    #[test]
    fn the_record_of_an_operation_that_did_something_has_no_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let state = EnvironmentStore::at(folder.path());
        for name in [StepName::Configuration, StepName::Hook] {
            let mut journal = Journal::new(folder.path());
            journal.hide(["hunter2"].into_iter());
            let subject = Some("login hunter2".to_owned());
            let command = Some("login --token of-the-environment".to_owned());
            journal.take(&started(1, StepName::Up));
            journal.take(&event(2, EventKind::StepStarted { name, subject, command }));
            journal
                .end(Some(ErrorResult { message: "hunter2 was refused".into(), ..ErrorResult::default() }));
        }
        let [record] = history(&state).try_into().unwrap();
        assert_eq!(record.steps[1].subject.as_deref(), Some("login ***"));
        assert_eq!(record.error.unwrap().message, "*** was refused");
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            assert!(!text.contains("of-the-environment"), "{text}");
        }
    }

    #[test]
    fn two_files_of_bounded_size_and_a_new_one_begins_with_what_runs() {
        let line = "x".repeat(50_000) + "\n";
        let mut events = vec![started(1, StepName::Up), started(2, StepName::Build)];
        events.extend((0..500).map(|_| wrote(2, &line)));
        let [before, current] = play(&[], &events);
        assert_eq!(&current[..2], &events[..2]);
        let size = |events: &[Event]| texts(events).iter().map(|text| text.len() as u64).sum::<u64>();
        assert!(size(&before) <= LARGEST && size(&current) <= LARGEST);
        assert!(size(&before) > LARGEST / 2, "what came last before it is still there");
    }
}
