//! Reading a journal, also while another Wharf writes it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

use wharf_api::{Event, EventKind, LogSource, Outcome, OutputStream, StepId, StepName};

use super::keeper::KeeperReader;
use super::lines::Lines;
use super::{BEFORE, CURRENT};

/// One line that something wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When, in milliseconds since 1970.
    pub(crate) timestamp: u64,
    pub(crate) source: LogSource,
    /// Which hook, command or build step.
    pub(crate) step: String,
    pub(crate) stream: OutputStream,
    /// With its line end.
    pub(crate) text: String,
}

/// A part of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// When the operation began that is meant, in milliseconds since 1970.
    pub(crate) started_at: u64,
    /// The step of it that is meant, with those that are part of it; None for the whole.
    pub(crate) step: Option<StepId>,
}

/// Reads the lines of a journal from the oldest on. At the end it can be asked again later for what has come since.
#[derive(Debug)]
pub(crate) struct Reader {
    lines: Lines,
    /// What writes, by its step.
    steps: HashMap<StepId, Writer>,
    /// What failed last in this operation.
    failed: Option<(StepId, Writer)>,
    ready: VecDeque<Entry>,
    /// The only part that is wanted, if not all is.
    only: Option<Part>,
    /// When the operation began that is read just now.
    started_at: u64,
    /// Steps that belong to the wanted one.
    inside: HashSet<StepId>,
    /// What the keeper did, and its next line, which was looked at and not taken yet. None where one part of a journal is wanted.
    keeper: Option<(KeeperReader, Option<Entry>)>,
}

/// A step that writes.
#[derive(Debug, Clone)]
struct Writer {
    source: LogSource,
    name: String,
}

impl Reader {
    /// Reads the journal in an environment's state folder; nothing where there is none.
    pub(crate) fn open(folder: &Path) -> Self {
        Self {
            lines: Lines::open(folder, BEFORE, CURRENT),
            steps: HashMap::new(),
            failed: None,
            ready: VecDeque::new(),
            only: None,
            started_at: 0,
            inside: HashSet::new(),
            keeper: Some((KeeperReader::open(folder), None)),
        }
    }

    /// The same of one part.
    pub(crate) fn open_part(folder: &Path, part: Part) -> Self {
        Self { only: Some(part), keeper: None, ..Self::open(folder) }
    }

    /// The next line, of operations or of the keeper, whichever was written first; None when there is none yet.
    pub(crate) fn next(&mut self) -> Option<Entry> {
        self.look();
        if let Some((reader, next)) = &mut self.keeper {
            if next.is_none() {
                *next = reader.next();
            }
            let first = self.ready.front();
            if next.as_ref().is_some_and(|next| first.is_none_or(|first| next.timestamp < first.timestamp)) {
                return next.take();
            }
        }
        self.ready.pop_front()
    }

    /// Reads until there is a line of an operation, or none yet.
    fn look(&mut self) {
        while self.ready.is_empty()
            && let Some(line) = self.lines.next()
        {
            // A line that a crash has cut is passed over.
            if let Ok(event) = serde_json::from_str(&line) {
                self.take(&event);
            }
        }
    }

    fn take(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StepStarted { name, subject, .. } => {
                if event.parent.is_none() {
                    self.steps.clear();
                    self.inside.clear();
                    self.failed = None;
                    self.started_at = event.timestamp;
                }
                let wanted = self.only.and_then(|part| part.step);
                if wanted == Some(event.step)
                    || event.parent.is_some_and(|parent| self.inside.contains(&parent))
                {
                    self.inside.insert(event.step);
                }
                let parent = event.parent.and_then(|parent| self.steps.get(&parent));
                let Some(writer) = writer(*name, subject.as_deref(), parent) else { return };
                if *name == StepName::Vertex {
                    let text = format!("{}\n", writer.name);
                    self.push(event.step, entry(event, &writer, OutputStream::Stdout, text));
                }
                self.steps.insert(event.step, writer);
            }
            EventKind::StepOutput { stream, text } => {
                let Some(writer) = self.steps.get(&event.step).cloned() else { return };
                for line in text.split_inclusive('\n') {
                    let end = if line.ends_with('\n') { "" } else { "\n" };
                    self.push(event.step, entry(event, &writer, *stream, format!("{line}{end}")));
                }
            }
            EventKind::StepFinished { outcome: Outcome::Failed, .. } => {
                // The innermost step fails first, and is the one to name.
                let writer = self.steps.get(&event.step).map(|writer| (event.step, writer.clone()));
                self.failed = self.failed.take().or(writer);
            }
            EventKind::Failed { error } => {
                if let Some((step, writer)) = &self.failed {
                    let text = format!("{}\n", error.message.lines().next().unwrap_or_default());
                    self.push(*step, entry(event, writer, OutputStream::Stderr, text));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, step: StepId, entry: Entry) {
        let is_wanted = self.only.is_none_or(|part| {
            part.started_at == self.started_at && (part.step.is_none() || self.inside.contains(&step))
        });
        if is_wanted {
            self.ready.push_back(entry);
        }
    }
}

fn entry(event: &Event, writer: &Writer, stream: OutputStream, text: String) -> Entry {
    Entry { timestamp: event.timestamp, source: writer.source, step: writer.name.clone(), stream, text }
}

/// Who a step is in a log; None for one that never writes.
fn writer(name: StepName, subject: Option<&str>, parent: Option<&Writer>) -> Option<Writer> {
    let subject = subject.unwrap_or_default();
    let (source, name) = match name {
        StepName::Build => (LogSource::Build, "build".to_owned()),
        StepName::UpdateUid => (LogSource::Build, "user id".to_owned()),
        StepName::Image | StepName::Pull => (LogSource::Build, "pull".to_owned()),
        StepName::Vertex => (LogSource::Build, subject.to_owned()),
        StepName::Initialize => (LogSource::Hooks, "initialize".to_owned()),
        StepName::Hooks | StepName::SetUp | StepName::Probe => (LogSource::Hooks, "set-up".to_owned()),
        StepName::Hook => (LogSource::Hooks, subject.replacen("Command", "", 1)),
        StepName::Command => {
            let hook = parent.map(|parent| parent.name.as_str()).unwrap_or_default();
            (LogSource::Hooks, format!("{hook} {subject}").trim().to_owned())
        }
        _ => return None,
    };
    Some(Writer { source, name })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use super::*;

    fn line(step: u64, parent: Option<u64>, kind: EventKind) -> String {
        let event = Event {
            timestamp: step,
            workspace: String::new(),
            environment: None,
            step: StepId(step),
            parent: parent.map(StepId),
            kind,
        };
        serde_json::to_string(&event).unwrap() + "\n"
    }

    fn started(step: u64, parent: Option<u64>, name: StepName, subject: &str) -> String {
        let subject = Some(subject.to_owned()).filter(|subject| !subject.is_empty());
        line(step, parent, EventKind::StepStarted { name, subject, command: None })
    }

    fn wrote(step: u64, text: &str) -> String {
        line(step, None, EventKind::StepOutput { stream: OutputStream::Stdout, text: text.to_owned() })
    }

    fn rest(reader: &mut Reader) -> Vec<String> {
        std::iter::from_fn(|| reader.next())
            .map(|entry| format!("{:?} {}: {}", entry.source, entry.step, entry.text.trim_end()))
            .collect()
    }

    #[test]
    fn lines_are_told_with_who_wrote_them() {
        let folder = tempfile::tempdir().unwrap();
        let failed = line(
            6,
            None,
            EventKind::StepFinished { outcome: Outcome::Failed, milliseconds: 1, detail: None },
        );
        let error = wharf_api::ErrorResult { message: "it failed\nbadly".into(), ..Default::default() };
        let text = [
            started(1, None, StepName::Up, ""),
            started(2, Some(1), StepName::Build, ""),
            started(3, Some(2), StepName::Vertex, "[1/2] FROM debian"),
            wrote(3, "pulled\nunpacked\n"),
            "half a line of a crash".to_owned() + "\n",
            started(4, Some(1), StepName::Hooks, ""),
            started(5, Some(4), StepName::Hook, "postCreateCommand"),
            started(6, Some(5), StepName::Command, "deps"),
            wrote(6, "no end"),
            failed,
            line(1, None, EventKind::Failed { error }),
        ];
        std::fs::write(folder.path().join(CURRENT), text.concat()).unwrap();
        assert_eq!(
            rest(&mut Reader::open(folder.path())),
            [
                "Build [1/2] FROM debian: [1/2] FROM debian",
                "Build [1/2] FROM debian: pulled",
                "Build [1/2] FROM debian: unpacked",
                "Hooks postCreate deps: no end",
                "Hooks postCreate deps: it failed",
            ]
        );
    }

    #[test]
    fn a_part_is_one_operation_or_one_step_with_what_belongs_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |timestamp: u64, line: String| {
            line.replacen("\"timestamp\":1,", &format!("\"timestamp\":{timestamp},"), 1)
        };
        let operation = |timestamp: u64, word: &str| {
            [
                at(timestamp, started(1, None, StepName::Up, "")),
                started(2, Some(1), StepName::Build, ""),
                wrote(2, &format!("built {word}")),
                started(3, Some(1), StepName::Hook, "postCreateCommand"),
                started(4, Some(3), StepName::Command, "deps"),
                wrote(4, &format!("installed {word}")),
            ]
            .concat()
        };
        std::fs::write(folder.path().join(CURRENT), operation(100, "one") + &operation(200, "two")).unwrap();
        let part = |started_at: u64, step: Option<u64>| {
            let part = Part { started_at, step: step.map(StepId) };
            rest(&mut Reader::open_part(folder.path(), part))
        };
        assert_eq!(part(200, None), ["Build build: built two", "Hooks postCreate deps: installed two"]);
        assert_eq!(part(100, Some(3)), ["Hooks postCreate deps: installed one"]);
        assert_eq!(part(100, Some(2)), ["Build build: built one"]);
        assert_eq!(part(300, None), Vec::<String>::new());
    }

    #[test]
    fn what_is_written_later_is_read_later_also_in_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let current = folder.path().join(CURRENT);
        let append = |text: &str| {
            let mut file = File::options().append(true).create(true).open(&current).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        let mut reader = Reader::open(folder.path());
        assert_eq!(rest(&mut reader), Vec::<String>::new(), "there is no journal yet");
        append(&started(1, None, StepName::Initialize, ""));
        let whole = wrote(1, "one\n");
        let (begin, end) = whole.split_at(20);
        append(begin);
        assert_eq!(rest(&mut reader), Vec::<String>::new(), "half a line is none");
        append(end);
        assert_eq!(rest(&mut reader), ["Hooks initialize: one"]);
        append(&wrote(1, "two\n"));
        std::fs::rename(&current, folder.path().join(BEFORE)).unwrap();
        append(&started(1, None, StepName::Initialize, ""));
        append(&wrote(1, "three\n"));
        assert_eq!(rest(&mut reader), ["Hooks initialize: two", "Hooks initialize: three"]);
        assert_eq!(
            rest(&mut Reader::open(folder.path())),
            ["Hooks initialize: one", "Hooks initialize: two", "Hooks initialize: three"]
        );
    }
}
