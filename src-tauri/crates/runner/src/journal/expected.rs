//! How long applying a change will take, as far as the past tells: as long as the last operation that did the same work.

use wharf_api::{Outcome, StartRecord, StepName, TimedStep};
use wharf_plan::difference::Change;

/// How long a change takes, in milliseconds, from the last operations, the newest first; None where none of them tells, and for what takes
/// no time.
pub(crate) fn expected(history: &[StartRecord], change: Change) -> Option<u64> {
    let record = history.iter().find(|record| did(record, change))?;
    Some(covered(parts(record).filter(|step| counts(step.name, change))))
}

/// Whether an operation did the work that a change takes, and came to its end.
fn did(record: &StartRecord, change: Change) -> bool {
    let has = |names: &[StepName]| {
        parts(record).any(|step| names.contains(&step.name) && step.outcome == Outcome::Done)
    };
    let made = has(&[StepName::Create, StepName::Compose]);
    record.outcome == Outcome::Done
        && !record.truncated
        && match change {
            Change::Hot => false,
            Change::Restart => has(&[StepName::Start]) && !made,
            Change::Recreate => made,
            Change::Rebuild => made && has(&[StepName::Build]),
        }
}

/// What an operation consists of; what these consist of is inside of their time.
fn parts(record: &StartRecord) -> impl Iterator<Item = &TimedStep> {
    let root = record.steps.first().map(|step| step.id);
    record.steps.iter().filter(move |step| step.parent == root)
}

/// Whether a step is done again. How long somebody else works or a person thinks is nothing to expect.
fn counts(step: StepName, change: Change) -> bool {
    match step {
        StepName::Lock | StepName::Consent => false,
        StepName::Features | StepName::Pull | StepName::Build | StepName::UpdateUid => {
            change == Change::Rebuild
        }
        _ => true,
    }
}

/// The time in which at least one of the steps went on.
fn covered<'a>(steps: impl Iterator<Item = &'a TimedStep>) -> u64 {
    let mut spans: Vec<(u64, u64)> =
        steps.map(|step| (step.begin, step.begin.saturating_add(step.milliseconds))).collect();
    spans.sort_unstable();
    let (mut time, mut until) = (0, 0);
    for (begin, end) in spans {
        time += end.saturating_sub(begin.max(until));
        until = until.max(end);
    }
    time
}

#[cfg(test)]
mod tests {
    use wharf_api::StepId;

    use super::*;

    const CHANGES: [Change; 3] = [Change::Restart, Change::Recreate, Change::Rebuild];

    /// An operation of these steps: name, begin, length.
    fn record(steps: &[(StepName, u64, u64)]) -> StartRecord {
        let step =
            |id: u64, parent: Option<u64>, (name, begin, milliseconds): (StepName, u64, u64)| TimedStep {
                id: StepId(id),
                parent: parent.map(StepId),
                name,
                subject: None,
                begin,
                milliseconds,
                outcome: Outcome::Done,
                detail: None,
                lines: 0,
            };
        let mut all = vec![step(1, None, (StepName::Up, 0, 99_999))];
        all.extend((2..).zip(steps).map(|(id, drawn)| step(id, Some(1), *drawn)));
        all.push(step(100, Some(2), (StepName::Vertex, 0, 50_000)));
        StartRecord {
            id: "1".to_owned(),
            operation: StepName::Up,
            started_at: 0,
            milliseconds: 99_999,
            outcome: Outcome::Done,
            error: None,
            steps: all,
            truncated: false,
        }
    }

    #[test]
    fn the_last_operation_that_did_the_work_tells() {
        let built = record(&[
            (StepName::Configuration, 0, 10),
            (StepName::Consent, 10, 60_000),
            (StepName::Build, 60_010, 40_000),
            // At the same time.
            (StepName::Features, 60_010, 1_000),
            (StepName::Create, 100_010, 300),
            (StepName::Start, 100_310, 200),
            (StepName::Hooks, 100_510, 5_000),
        ]);
        let made =
            record(&[(StepName::Create, 0, 400), (StepName::Start, 400, 100), (StepName::Hooks, 500, 2_000)]);
        let started = record(&[(StepName::Start, 0, 150), (StepName::Hooks, 150, 50)]);
        let with = |outcome: Outcome, name: StepName| {
            let mut record = built.clone();
            for step in record.steps.iter_mut().filter(|step| step.name == name) {
                step.outcome = outcome;
            }
            record
        };
        let failed = StartRecord { outcome: Outcome::Failed, ..made.clone() };
        let (cached, uncreated) =
            (with(Outcome::Cached, StepName::Build), with(Outcome::Skipped, StepName::Create));
        let cases: [(&[&StartRecord], [Option<u64>; 3]); 7] = [
            (&[&built], [None, Some(5_510), Some(45_510)]),
            (&[&made, &built], [None, Some(2_500), Some(45_510)]),
            (&[&started, &made], [Some(200), Some(2_500), None]),
            (&[&failed, &built], [None, Some(5_510), Some(45_510)]),
            (&[&cached], [None, Some(5_510), None]),
            // What only a rebuild does is left out, whatever the operation was.
            (&[&uncreated], [Some(5_510), None, None]),
            (&[], [None, None, None]),
        ];
        for (at, (records, expected)) in cases.into_iter().enumerate() {
            let records: Vec<StartRecord> = records.iter().map(|record| (*record).clone()).collect();
            let found = CHANGES.map(|change| super::expected(&records, change));
            assert_eq!(found, expected, "{at}");
            assert_eq!(super::expected(&records, Change::Hot), None);
        }
    }
}
