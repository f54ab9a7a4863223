//! Lines made of the pieces that engines send, and the last of them held.

use std::collections::VecDeque;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api::OutputStream;
use wharf_engine::Output;

use crate::journal::Entry;

/// Longest piece of a line that is held until its end comes.
const LONGEST_LINE: usize = 64 * 1024;

/// Where a piece was written, and what.
pub(super) fn split(piece: &Output) -> (OutputStream, &[u8]) {
    match piece {
        Output::Stdout(bytes) => (OutputStream::Stdout, bytes),
        Output::Stderr(bytes) => (OutputStream::Stderr, bytes),
    }
}

/// The last lines of a log, no more than are asked for.
pub(super) struct Last {
    pub(super) lines: VecDeque<Held>,
    most: usize,
}

pub(super) enum Held {
    Journal(Entry),
    Container { nanoseconds: Option<u64>, stream: OutputStream, text: Vec<u8> },
}

impl Last {
    pub(super) fn new(most: u64) -> Self {
        Self { lines: VecDeque::new(), most: usize::try_from(most).unwrap_or(usize::MAX) }
    }

    pub(super) fn push(&mut self, line: Held) {
        if self.most == 0 {
            return;
        }
        if self.lines.len() == self.most {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// A line that the container's main process wrote.
pub(super) struct ContainerLine<'a> {
    /// When, since 1970.
    pub(super) nanoseconds: Option<u64>,
    pub(super) stream: OutputStream,
    pub(super) text: &'a [u8],
}

/// Puts pieces together to lines, and takes the time off that engines write before each.
pub(super) struct Lines {
    timestamps: bool,
    partial: [Vec<u8>; 2],
}

impl Lines {
    pub(super) fn new(timestamps: bool) -> Self {
        Self { timestamps, partial: [Vec::new(), Vec::new()] }
    }

    pub(super) fn take(&mut self, piece: &Output, show: &mut dyn FnMut(&ContainerLine<'_>)) {
        let (stream, bytes) = split(piece);
        let partial = &mut self.partial[usize::from(stream == OutputStream::Stderr)];
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let is_whole = line.ends_with(b"\n");
            if partial.is_empty() && is_whole {
                show(&told(self.timestamps, stream, line));
                continue;
            }
            partial.extend_from_slice(line);
            if is_whole || partial.len() > LONGEST_LINE {
                show(&told(self.timestamps, stream, partial));
                partial.clear();
            }
        }
    }

    /// What has no line end shows when nothing more comes.
    pub(super) fn end(&mut self, show: &mut dyn FnMut(&ContainerLine<'_>)) {
        for (partial, stream) in self.partial.iter_mut().zip([OutputStream::Stdout, OutputStream::Stderr]) {
            if !partial.is_empty() {
                show(&told(self.timestamps, stream, partial));
                partial.clear();
            }
        }
    }
}

/// A line with its time apart. A piece of a long line has none.
fn told(timestamps: bool, stream: OutputStream, line: &[u8]) -> ContainerLine<'_> {
    let bare = ContainerLine { nanoseconds: None, stream, text: line };
    if !timestamps {
        return bare;
    }
    let Some(blank) = line.iter().take(40).position(|byte| *byte == b' ') else { return bare };
    let time =
        std::str::from_utf8(&line[..blank]).ok().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    match time {
        Some(time) => ContainerLine {
            nanoseconds: u64::try_from(time.unix_timestamp_nanos()).ok(),
            stream,
            text: &line[blank + 1..],
        },
        None => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_lines_with_their_time_apart() {
        let stdout = |text: &str| Output::Stdout(text.as_bytes().to_vec().into());
        let stderr = |text: &str| Output::Stderr(text.as_bytes().to_vec().into());
        type Timed = (Option<u64>, &'static str);
        let cases: [(bool, Vec<Output>, &[Timed]); 5] = [
            (false, vec![stdout("a\nb")], &[(None, "a\n"), (None, "b")]),
            (
                true,
                vec![stdout("1970-01-01T00:00:01.5Z a b\n"), stdout("1970-01-01T01:00:02+01:00 c\n")],
                &[(Some(1_500_000_000), "a b\n"), (Some(2_000_000_000), "c\n")],
            ),
            (true, vec![stdout("1970-01-01T00:00:01Z"), stdout(" cut\n")], &[(Some(1_000_000_000), "cut\n")]),
            (true, vec![stdout("no time here\n")], &[(None, "no time here\n")]),
            (false, vec![stdout("o"), stderr("e\n"), stdout("\n")], &[(None, "e\n"), (None, "o\n")]),
        ];
        for (timestamps, pieces, expected) in cases {
            let mut seen = Vec::new();
            let mut lines = Lines::new(timestamps);
            let mut show = |line: &ContainerLine<'_>| {
                seen.push((line.nanoseconds, String::from_utf8(line.text.to_vec()).unwrap()));
            };
            pieces.iter().for_each(|piece| lines.take(piece, &mut show));
            lines.end(&mut show);
            let seen: Vec<_> = seen.iter().map(|(time, text)| (*time, text.as_str())).collect();
            assert_eq!(seen, expected, "{pieces:?}");
        }
    }

    #[test]
    fn only_the_last_lines_are_held() {
        let held = |number: u64| Held::Container {
            nanoseconds: Some(number),
            stream: OutputStream::Stdout,
            text: Vec::new(),
        };
        for (most, expected) in [(0, vec![]), (2, vec![3, 4]), (9, vec![0, 1, 2, 3, 4])] {
            let mut last = Last::new(most);
            (0..5).for_each(|number| last.push(held(number)));
            let numbers: Vec<_> = last
                .lines
                .iter()
                .filter_map(|line| match line {
                    Held::Container { nanoseconds, .. } => *nanoseconds,
                    Held::Journal(_) => None,
                })
                .collect();
            assert_eq!(numbers, expected, "{most}");
        }
    }
}
