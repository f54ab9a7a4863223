//! What an operation has told so far, as much of it as is worth keeping.
//!
//! A window may be slow, or be loaded anew in the middle. So events wait here, within a bound that no amount of output exceeds: of
//! output the newest is kept, of each running step the latest progress, and of everything else far more than any operation tells.

use std::collections::{BTreeMap, VecDeque};

use wharf_api::{Event, EventKind, StepId};

/// Bytes of output that are kept.
const OUTPUT_KEPT: usize = 4 * 1024 * 1024;
/// Events that are neither output nor progress.
const STEPS_KEPT: usize = 20_000;
/// Output that follows on output is put into the same event up to this many bytes.
const LONGEST_OUTPUT: usize = 32 * 1024;
/// What an event costs beside its output, roughly.
const EVENT_SIZE: usize = 256;

/// A bounded record of events, each under a number that rises by one.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The number of the newest event; 0 when there was none.
    newest: u64,
    /// The newest event that a reader has seen. What comes after it may still change.
    seen: u64,
    /// The newest event that was dropped.
    dropped: u64,
    steps: VecDeque<(u64, Event)>,
    output: VecDeque<(u64, Event)>,
    output_bytes: usize,
    progress: BTreeMap<StepId, (u64, Event)>,
}

/// What a reader takes at once.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Part {
    /// In order.
    pub(super) events: Vec<Event>,
    /// The number to go on from.
    pub(super) last: u64,
    /// Whether events before these were dropped that the reader has not seen.
    pub(super) truncated: bool,
}

impl Log {
    pub(super) fn push(&mut self, event: Event) {
        match &event.kind {
            EventKind::StepOutput { .. } => return self.push_output(event),
            EventKind::StepProgress { .. } => {
                self.newest += 1;
                self.progress.insert(event.step, (self.newest, event));
                return;
            }
            EventKind::StepFinished { .. } => {
                self.progress.remove(&event.step);
            }
            _ => {}
        }
        self.newest += 1;
        self.steps.push_back((self.newest, event));
        if self.steps.len() > STEPS_KEPT
            && let Some((number, _)) = self.steps.pop_front()
        {
            self.dropped = self.dropped.max(number);
        }
    }

    fn push_output(&mut self, event: Event) {
        let EventKind::StepOutput { stream, text } = &event.kind else { return };
        let size = text.len();
        if let Some((number, last)) = self.output.back_mut()
            && *number == self.newest
            && *number > self.seen
            && last.step == event.step
            && let EventKind::StepOutput { stream: last_stream, text: last_text } = &mut last.kind
            && *last_stream == *stream
            && last_text.len() + size <= LONGEST_OUTPUT
        {
            last_text.push_str(text);
            self.output_bytes += size;
        } else {
            self.newest += 1;
            self.output.push_back((self.newest, event));
            self.output_bytes += size + EVENT_SIZE;
        }
        while self.output_bytes > OUTPUT_KEPT && self.output.len() > 1 {
            if let Some((number, event)) = self.output.pop_front() {
                self.output_bytes -= EVENT_SIZE + output_size(&event);
                self.dropped = self.dropped.max(number);
            }
        }
    }

    /// Whether there is something after `number`.
    pub(super) fn has_more(&self, number: u64) -> bool {
        self.newest > number
    }

    /// What came after `number`, in order, up to about `bytes`; the rest comes with the next call.
    pub(super) fn after(&mut self, number: u64, bytes: usize) -> Part {
        let from = |queue: &VecDeque<(u64, Event)>| queue.partition_point(|(one, _)| *one <= number);
        let mut progress: Vec<_> = self.progress.values().filter(|(one, _)| *one > number).collect();
        progress.sort_by_key(|(one, _)| *one);
        let mut sources = [
            self.steps.range(from(&self.steps)..).peekable(),
            self.output.range(from(&self.output)..).peekable(),
        ];
        let mut progress = progress.into_iter().peekable();
        let mut part = Part { last: self.newest, truncated: self.dropped > number, ..Part::default() };
        let mut size = 0;
        loop {
            let next = sources.iter_mut().filter_map(|source| source.peek().map(|(one, _)| *one)).min();
            let next_progress = progress.peek().map(|(one, _)| *one);
            let Some(next) = next.into_iter().chain(next_progress).min() else { break };
            if size >= bytes {
                part.last = next - 1;
                break;
            }
            let event = if next_progress == Some(next) {
                progress.next()
            } else {
                sources.iter_mut().find_map(|source| source.next_if(|(one, _)| *one == next))
            };
            if let Some((_, event)) = event {
                size += EVENT_SIZE + output_size(event);
                part.events.push(event.clone());
            }
        }
        self.seen = self.seen.max(part.last);
        part
    }
}

fn output_size(event: &Event) -> usize {
    match &event.kind {
        EventKind::StepOutput { text, .. } => text.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use wharf_api::{Outcome, OutputStream, StepName};

    use super::*;

    fn event(step: u64, kind: EventKind) -> Event {
        Event {
            timestamp: 0,
            workspace: String::new(),
            environment: None,
            step: StepId(step),
            parent: None,
            kind,
        }
    }

    fn started(step: u64) -> Event {
        event(step, EventKind::StepStarted { name: StepName::Hook, subject: None, command: None })
    }

    fn finished(step: u64) -> Event {
        event(step, EventKind::StepFinished { outcome: Outcome::Done, milliseconds: 1, detail: None })
    }

    fn progress(step: u64, current: u64) -> Event {
        event(step, EventKind::StepProgress { current: Some(current), total: None, text: None })
    }

    fn output(step: u64, text: &str) -> Event {
        event(step, EventKind::StepOutput { stream: OutputStream::Stdout, text: text.to_owned() })
    }

    /// Events as a short text each.
    fn told(part: &Part) -> String {
        let words: Vec<String> = part
            .events
            .iter()
            .map(|event| match &event.kind {
                EventKind::StepStarted { .. } => format!("+{}", event.step.0),
                EventKind::StepFinished { .. } => format!("-{}", event.step.0),
                EventKind::StepProgress { current, .. } => {
                    format!("{}%{}", event.step.0, current.unwrap_or_default())
                }
                EventKind::StepOutput { text, .. } => format!("{}:{text}", event.step.0),
                other => format!("{other:?}"),
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn a_reader_gets_what_is_left_of_the_stream_in_order() {
        let cases: [(&[Event], &str); 4] = [
            (&[started(1), output(1, "a"), finished(1)], "+1 1:a -1"),
            // Output of one step that follows on output is one event; of two steps it is not.
            (&[output(1, "a"), output(1, "b"), output(2, "c"), output(1, "d")], "1:ab 2:c 1:d"),
            // Of progress only the latest matters, and none once the step has ended.
            (&[started(1), progress(1, 1), started(2), progress(1, 2), progress(2, 9)], "+1 +2 1%2 2%9"),
            (&[started(1), progress(1, 1), finished(1)], "+1 -1"),
        ];
        for (events, expected) in cases {
            let mut log = Log::default();
            events.iter().cloned().for_each(|event| log.push(event));
            let part = log.after(0, usize::MAX);
            assert_eq!(told(&part), expected);
            assert_eq!(log.after(part.last, usize::MAX).events, []);
            assert!(!log.has_more(part.last));
        }
    }

    #[test]
    fn what_a_reader_has_seen_does_not_change_any_more() {
        let mut log = Log::default();
        log.push(output(1, "a"));
        let first = log.after(0, usize::MAX);
        log.push(output(1, "b"));
        assert_eq!(told(&log.after(first.last, usize::MAX)), "1:b");
    }

    #[test]
    fn a_reader_takes_a_part_at_a_time_and_misses_nothing() {
        let mut log = Log::default();
        for step in 1..=100 {
            log.push(started(step));
            log.push(output(step, "text"));
            log.push(progress(step, step));
        }
        let mut position = 0;
        let mut events = Vec::new();
        while log.has_more(position) {
            let part = log.after(position, 1000);
            assert!(!part.events.is_empty() && part.events.len() < 6, "{}", part.events.len());
            position = part.last;
            events.extend(part.events);
        }
        assert_eq!(events.len(), 300);
    }

    #[test]
    fn more_output_than_is_kept_drops_the_oldest_and_says_so() {
        let mut log = Log::default();
        log.push(started(1));
        let text = "x".repeat(LONGEST_OUTPUT);
        for _ in 0..1000 {
            log.push(output(1, &text));
        }
        log.push(finished(1));
        assert!(log.output_bytes <= OUTPUT_KEPT);
        let part = log.after(0, usize::MAX);
        assert!(part.truncated);
        assert!(matches!(part.events.first().unwrap().kind, EventKind::StepStarted { .. }));
        assert!(matches!(part.events.last().unwrap().kind, EventKind::StepFinished { .. }));
        assert_eq!(log.after(part.last, usize::MAX), Part { last: part.last, ..Part::default() });
    }

    #[test]
    fn no_number_of_steps_grows_without_bound() {
        let mut log = Log::default();
        for step in 0..3 * STEPS_KEPT as u64 {
            log.push(started(step));
            log.push(progress(step, 1));
            log.push(finished(step));
        }
        assert_eq!(log.steps.len(), STEPS_KEPT);
        assert!(log.progress.is_empty());
        assert!(log.after(0, 1).truncated);
    }
}
