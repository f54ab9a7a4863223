//! What stands in place of secrets where a person, or a program that follows, would read them.

use std::collections::HashMap;

use wharf_api::{Event, EventKind, OutputStream, StepId};

/// What is shown instead, as by the reference.
const MASK: &str = "********";
/// Values shorter than this cannot be told from ordinary text.
const SHORTEST: usize = 3;

/// Values to hide, and the ends of output that may be the beginning of one.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    /// As they are, the longest first: a part of a secret must not be replaced inside the whole.
    values: Vec<String>,
    /// As JSON writes them.
    in_json: Vec<String>,
    held: HashMap<(StepId, OutputStream), String>,
}

impl Mask {
    /// Adds values, whole and line by line.
    pub(crate) fn hide<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
        for value in values {
            let parts = std::iter::once(value).chain(value.lines()).map(str::trim);
            self.values.extend(parts.filter(|part| part.len() >= SHORTEST).map(str::to_owned));
        }
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        self.values.dedup();
        self.in_json = self.values.iter().map(|value| as_json_writes_it(value)).collect();
    }

    /// Text without secrets.
    pub(crate) fn text(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, value| text.replace(value, MASK))
    }

    /// The same events without secrets. The end of output is held back while it may be the beginning of one; what a step still
    /// holds comes before its end.
    pub(crate) fn events(&mut self, event: Event) -> Vec<Event> {
        if self.values.is_empty() {
            return vec![event];
        }
        match &event.kind {
            EventKind::StepOutput { stream, text } => {
                let (stream, place) = (*stream, (event.step, *stream));
                let whole = self.held.remove(&place).unwrap_or_default() + text;
                let mut shown = self.text(&whole);
                let open = shown.split_off(shown.len() - self.open_end(&shown));
                if !open.is_empty() {
                    self.held.insert(place, open);
                }
                if shown.is_empty() {
                    return Vec::new();
                }
                vec![Event { kind: EventKind::StepOutput { stream, text: shown }, ..event }]
            }
            EventKind::StepFinished { .. } => {
                let rest: Vec<Event> = [OutputStream::Stdout, OutputStream::Stderr]
                    .into_iter()
                    .filter_map(|stream| {
                        let text = self.held.remove(&(event.step, stream))?;
                        Some(Event { kind: EventKind::StepOutput { stream, text }, ..event.clone() })
                    })
                    .collect();
                rest.into_iter().chain([self.whole(event)]).collect()
            }
            _ => vec![self.whole(event)],
        }
    }

    /// An event that comes in one piece.
    fn whole(&self, event: Event) -> Event {
        let Ok(text) = serde_json::to_string(&event) else { return event };
        let masked = self.in_json.iter().fold(text.clone(), |text, value| text.replace(value, MASK));
        if masked == text {
            return event;
        }
        // A secret that is a word of the format itself cannot be hidden in it.
        serde_json::from_str(&masked).unwrap_or(event)
    }

    /// The length of the longest end of a text that a secret begins with.
    fn open_end(&self, text: &str) -> usize {
        let longest = self.values.first().map_or(0, String::len).saturating_sub(1).min(text.len());
        let ends = (1..=longest).rev().filter(|length| text.is_char_boundary(text.len() - length));
        ends.into_iter()
            .find(|length| {
                let end = &text[text.len() - length..];
                self.values.iter().any(|value| value.len() > *length && value.starts_with(end))
            })
            .unwrap_or(0)
    }
}

fn as_json_writes_it(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use wharf_api::{Outcome, Severity};

    use super::*;

    fn event(kind: EventKind) -> Event {
        Event { timestamp: 1, workspace: "/w".into(), environment: None, step: StepId(1), parent: None, kind }
    }

    /// What a reader sees of output that comes in these pieces.
    fn shown(secrets: &[&str], pieces: &[&str]) -> String {
        let mut mask = Mask::default();
        mask.hide(secrets.iter().copied());
        let pieces = pieces
            .iter()
            .map(|text| EventKind::StepOutput { stream: OutputStream::Stdout, text: (*text).to_owned() });
        let end = EventKind::StepFinished { outcome: Outcome::Done, milliseconds: 1, detail: None };
        let all = pieces.chain([end]).flat_map(|kind| mask.events(event(kind)));
        all.filter_map(|event| match event.kind {
            EventKind::StepOutput { text, .. } => Some(text),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn output_never_shows_a_secret() {
        let cases: [(&[&str], &[&str], &str); 8] = [
            (&["hunter2"], &["pass hunter2!\n"], "pass ********!\n"),
            (&["hunter2"], &["pass hun", "ter2\n"], "pass ********\n"),
            (&["hunter2"], &["h", "u", "n", "t", "e", "r", "2"], "********"),
            (&["hunter2"], &["hunt"], "hunt"),
            (&["first line\nsecond"], &["first line\n", "second\n"], "********\n********\n"),
            (&["abcd", "abcdef"], &["x abcdef y"], "x ******** y"),
            (&["é1é2"], &["a é1", "é2 b"], "a ******** b"),
            (&["x"], &["x is too short to be told apart\n"], "x is too short to be told apart\n"),
        ];
        for (secrets, pieces, expected) in cases {
            assert_eq!(shown(secrets, pieces), expected, "{secrets:?} {pieces:?}");
        }
    }

    #[test]
    fn nor_does_anything_else() {
        let mut mask = Mask::default();
        mask.hide(["tr0ub\"4dor"].into_iter());
        let told = mask.events(event(EventKind::Diagnostic {
            severity: Severity::Warning,
            message: "it said tr0ub\"4dor".to_owned(),
            location: None,
            hint: Some("not tr0ub\"4dor".to_owned()),
        }));
        let text = serde_json::to_string(&told).unwrap();
        assert!(text.contains("it said ********") && !text.contains("4dor"), "{text}");
    }
}
