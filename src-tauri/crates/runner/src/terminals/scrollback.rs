//! The last output of a terminal, by its place since the beginning.

use std::collections::VecDeque;

/// Bytes that are kept.
const KEPT: usize = 1024 * 1024;
/// How far the end of a line is looked for, so that what is kept does not begin within a line or a control sequence.
const LONGEST_LINE: usize = 8 * 1024;

/// Bytes that were written, the newest of them.
#[derive(Debug, Default)]
pub(super) struct Scrollback {
    bytes: VecDeque<u8>,
    /// How many have gone.
    gone: u64,
}

impl Scrollback {
    /// The place of the oldest byte that is kept.
    pub(super) fn start(&self) -> u64 {
        self.gone
    }

    /// The place that the next byte gets.
    pub(super) fn end(&self) -> u64 {
        self.gone + self.bytes.len() as u64
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let Some(surplus) = self.bytes.len().checked_sub(KEPT).filter(|surplus| *surplus > 0) else { return };
        let line_end = self.bytes.range(surplus..).take(LONGEST_LINE).position(|byte| *byte == b'\n');
        let surplus = surplus + line_end.map_or(0, |place| place + 1);
        self.bytes.drain(..surplus);
        self.gone += surplus as u64;
    }

    /// At most `most` bytes from a place on.
    pub(super) fn read(&self, from: u64, most: usize) -> Vec<u8> {
        let skipped = usize::try_from(from.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        self.bytes.iter().skip(skipped).take(most).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_kept_from_the_beginning_of_a_line() {
        let mut scrollback = Scrollback::default();
        scrollback.push(b"first\n");
        assert_eq!((scrollback.start(), scrollback.end()), (0, 6));
        let line = b"0123456789abcde\n";
        for _ in 0..2 * KEPT / line.len() {
            scrollback.push(line);
        }
        assert_eq!(scrollback.end(), 6 + 2 * KEPT as u64);
        assert!(scrollback.end() - scrollback.start() <= KEPT as u64);
        assert_eq!(scrollback.read(scrollback.start(), line.len()), line);
        assert_eq!(scrollback.read(scrollback.end() - 4, 100), b"cde\n");
        assert!(scrollback.read(scrollback.end(), 100).is_empty());
        assert_eq!(scrollback.read(0, line.len()), line, "what has gone is passed over");
    }

    #[test]
    fn a_line_without_an_end_is_cut_somewhere() {
        let mut scrollback = Scrollback::default();
        scrollback.push(&vec![b'x'; 3 * KEPT]);
        assert_eq!(scrollback.end() - scrollback.start(), KEPT as u64);
    }
}
