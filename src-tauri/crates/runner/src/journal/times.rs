//! When the steps of an operation began and how long they took, and the record of it that is kept for a time line.

use std::collections::BTreeMap;

use wharf_api::{ErrorResult, Event, EventKind, Outcome, StartRecord, StepId, StepName, TimedStep};

use crate::error::Result;
use crate::store::EnvironmentStore;

/// Name of the file of the last operations, the newest first.
const HISTORY: &str = "history";
/// Operations that are kept: the last one, some to compare with, and no more than a page shows.
const KEPT: usize = 12;
/// Steps that are kept of one operation; a long Dockerfile has a hundred.
const MOST_STEPS: usize = 2_000;
/// Characters that are kept of what a step is about.
const LONGEST_SUBJECT: usize = 2_000;

/// The steps of an operation while it runs.
#[derive(Debug, Default)]
pub(super) struct Times {
    steps: BTreeMap<StepId, Timed>,
    truncated: bool,
}

#[derive(Debug)]
struct Timed {
    parent: Option<StepId>,
    name: StepName,
    subject: Option<String>,
    began: u64,
    end: Option<(Outcome, u64, Option<String>)>,
    lines: u64,
    /// Whether a line was begun and has not ended.
    open: bool,
}

impl Times {
    pub(super) fn take(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StepStarted { name, subject, .. } => {
                if self.steps.len() >= MOST_STEPS {
                    self.truncated = true;
                    return;
                }
                let timed = Timed {
                    parent: event.parent,
                    name: *name,
                    subject: subject.as_deref().map(shortened),
                    began: event.timestamp,
                    end: None,
                    lines: 0,
                    open: false,
                };
                self.steps.insert(event.step, timed);
            }
            EventKind::StepOutput { text, .. } => {
                if let Some(step) = self.steps.get_mut(&event.step).filter(|_| !text.is_empty()) {
                    step.lines += text.matches('\n').count() as u64;
                    step.open = !text.ends_with('\n');
                }
            }
            EventKind::StepFinished { outcome, milliseconds, detail } => {
                if let Some(step) = self.steps.get_mut(&event.step) {
                    step.end = Some((*outcome, *milliseconds, detail.as_deref().map(shortened)));
                }
            }
            _ => {}
        }
    }

    /// What is kept of an operation that has ended. None when it never began.
    pub(super) fn record(self, error: Option<ErrorResult>) -> Option<StartRecord> {
        let (root, outermost) = self.steps.iter().find(|(_, step)| step.parent.is_none())?;
        let (root, began) = (*root, outermost.began);
        let ended = |step: &Timed| step.end.clone().unwrap_or((Outcome::Cancelled, 0, None));
        let mut steps: Vec<TimedStep> = self
            .steps
            .iter()
            .map(|(id, step)| {
                let (outcome, milliseconds, detail) = ended(step);
                TimedStep {
                    id: *id,
                    parent: step.parent,
                    name: step.name,
                    subject: step.subject.clone(),
                    begin: step.began.saturating_sub(began),
                    milliseconds,
                    outcome,
                    detail,
                    lines: step.lines + u64::from(step.open),
                }
            })
            .collect();
        // A step may have been announced, and so numbered, long before it began.
        steps.sort_by_key(|step| (step.id != root, step.begin, step.id));
        let (outcome, milliseconds, _) = ended(outermost);
        Some(StartRecord {
            id: began.to_string(),
            operation: outermost.name,
            started_at: began,
            milliseconds,
            outcome,
            error,
            steps,
            truncated: self.truncated,
        })
    }
}

/// Puts a record before those that are kept, of which the oldest goes.
pub(super) fn keep(state: &EnvironmentStore, record: StartRecord) -> Result<()> {
    let mut records = state.load::<Vec<StartRecord>>(HISTORY)?.found().unwrap_or_default();
    records.insert(0, record);
    records.truncate(KEPT);
    state.save(HISTORY, &records)
}

/// The last operations on an environment, the newest first.
pub(crate) fn history(state: &EnvironmentStore) -> Vec<StartRecord> {
    state.peek(HISTORY).unwrap_or_default()
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_SUBJECT).collect()
}

#[cfg(test)]
mod tests {
    use wharf_api::OutputStream;

    use super::*;

    fn event(timestamp: u64, step: u64, parent: Option<u64>, kind: EventKind) -> Event {
        Event {
            timestamp,
            workspace: String::new(),
            environment: None,
            step: StepId(step),
            parent: parent.map(StepId),
            kind,
        }
    }

    fn started(timestamp: u64, step: u64, parent: Option<u64>, name: StepName) -> Event {
        event(timestamp, step, parent, EventKind::StepStarted { name, subject: None, command: None })
    }

    fn wrote(step: u64, text: &str) -> Event {
        event(0, step, None, EventKind::StepOutput { stream: OutputStream::Stdout, text: text.into() })
    }

    fn finished(step: u64, outcome: Outcome, milliseconds: u64) -> Event {
        event(0, step, None, EventKind::StepFinished { outcome, milliseconds, detail: None })
    }

    fn record(events: &[Event]) -> Option<StartRecord> {
        let mut times = Times::default();
        events.iter().for_each(|event| times.take(event));
        times.record(None)
    }

    #[test]
    fn steps_have_their_place_in_time() {
        let found = record(&[
            started(1_000, 1, None, StepName::Up),
            started(1_005, 4, Some(1), StepName::Build),
            // Numbered before the build, begun after it.
            started(1_050, 2, Some(1), StepName::Create),
            finished(2, Outcome::Done, 7),
            wrote(4, "one\ntwo"),
            wrote(4, "\nthree"),
            finished(4, Outcome::Cached, 60),
            started(1_070, 5, Some(1), StepName::Hooks),
            finished(1, Outcome::Failed, 90),
        ])
        .unwrap();
        assert_eq!((found.id.as_str(), found.started_at, found.milliseconds), ("1000", 1_000, 90));
        let told: Vec<_> = found
            .steps
            .iter()
            .map(|step| (step.id.0, step.begin, step.milliseconds, step.outcome, step.lines))
            .collect();
        assert_eq!(
            told,
            [
                (1, 0, 90, Outcome::Failed, 0),
                (4, 5, 60, Outcome::Cached, 3),
                (2, 50, 7, Outcome::Done, 0),
                // What never ended was ended with the operation.
                (5, 70, 0, Outcome::Cancelled, 0),
            ]
        );
        assert_eq!(record(&[]), None);
    }

    #[test]
    fn no_number_of_steps_is_too_large() {
        let mut events = vec![started(0, 1, None, StepName::Up)];
        events.extend((2..10_000).map(|step| started(step, step, Some(1), StepName::Vertex)));
        let found = record(&events).unwrap();
        assert_eq!((found.steps.len(), found.truncated), (MOST_STEPS, true));
        assert_eq!(found.steps[0].id, StepId(1));
    }

    #[test]
    fn only_the_last_operations_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let state = EnvironmentStore::at(folder.path());
        for timestamp in 0..30 {
            keep(&state, record(&[started(timestamp, 1, None, StepName::Up)]).unwrap()).unwrap();
        }
        let ids: Vec<_> = history(&state).into_iter().map(|record| record.started_at).collect();
        assert_eq!(ids, (18..30).rev().collect::<Vec<_>>());
    }
}
