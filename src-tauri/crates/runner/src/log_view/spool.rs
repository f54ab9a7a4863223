//! The lines of an open log in files of their own: whatever their number, memory holds no more of them than where each one ends.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use wharf_api::LogEntry;

/// Bytes of a file, and lines in it, after which the next one is begun. Two are kept: what is older goes.
const LARGEST: u64 = 128 * 1024 * 1024;
const MOST_LINES: usize = 1_000_000;
/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// Lines by the order in which they came, the first being 0.
#[derive(Debug)]
pub(super) struct Spool {
    parts: VecDeque<Part>,
    largest: u64,
    most_lines: usize,
}

/// One file. It has no name, so that it goes with the program, however that ends.
#[derive(Debug)]
struct Part {
    file: File,
    /// The number of its first line.
    first: u64,
    /// Where each line ends. A file is shorter than these numbers reach.
    ends: Vec<u32>,
    /// What was not written yet; it follows on what is in the file.
    pending: Vec<u8>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Self::of_size(LARGEST, MOST_LINES)
    }

    fn of_size(largest: u64, most_lines: usize) -> io::Result<Self> {
        Ok(Self { parts: VecDeque::from([Part::new(0)?]), largest, most_lines })
    }

    /// The number of the oldest line that is kept.
    pub(super) fn first(&self) -> u64 {
        self.parts.front().map_or(0, |part| part.first)
    }

    /// The number that the next line gets.
    pub(super) fn end(&self) -> u64 {
        self.parts.back().map_or(0, Part::end)
    }

    /// Takes a line.
    pub(super) fn push(&mut self, entry: &LogEntry) -> io::Result<()> {
        let line = serde_json::to_vec(entry)?;
        let is_full = self.parts.back().is_none_or(|part| {
            part.ends.len() >= self.most_lines || part.length() + line.len() as u64 > self.largest
        });
        if is_full {
            self.parts.push_back(Part::new(self.end())?);
            if self.parts.len() > 2 {
                self.parts.pop_front();
            }
        }
        match self.parts.back_mut() {
            Some(part) => part.push(&line),
            None => Ok(()),
        }
    }

    /// Lines from the number `from` on, at most `count`.
    pub(super) fn read(&mut self, from: u64, count: usize) -> io::Result<Vec<LogEntry>> {
        let mut lines = Vec::new();
        for part in &mut self.parts {
            let position = from + lines.len() as u64;
            if lines.len() < count && position >= part.first && position < part.end() {
                part.read((position - part.first) as usize, count - lines.len(), &mut lines)?;
            }
        }
        Ok(lines)
    }
}

impl Part {
    fn new(first: u64) -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, first, ends: Vec::new(), pending: Vec::new() })
    }

    fn end(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    fn length(&self) -> u64 {
        self.ends.last().map_or(0, |end| u64::from(*end))
    }

    fn push(&mut self, line: &[u8]) -> io::Result<()> {
        let end = self.length() + line.len() as u64;
        let end = u32::try_from(end).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.pending.extend_from_slice(line);
        self.ends.push(end);
        if self.pending.len() >= BUFFER { self.write_out() } else { Ok(()) }
    }

    fn write_out(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.file.seek(SeekFrom::End(0))?;
            self.file.write_all(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }

    fn read(&mut self, from: usize, count: usize, lines: &mut Vec<LogEntry>) -> io::Result<()> {
        self.write_out()?;
        let to = from.saturating_add(count).min(self.ends.len());
        let start = from.checked_sub(1).map_or(0, |before| self.ends[before]);
        let wanted = &self.ends[from..to];
        let mut bytes = vec![0; wanted.last().map_or(0, |end| (end - start) as usize)];
        self.file.seek(SeekFrom::Start(u64::from(start)))?;
        self.file.read_exact(&mut bytes)?;
        let mut begin = start;
        for end in wanted {
            lines.push(serde_json::from_slice(&bytes[(begin - start) as usize..(end - start) as usize])?);
            begin = *end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wharf_api::{LogSource, OutputStream};

    use super::*;

    fn entry(number: u64) -> LogEntry {
        LogEntry {
            timestamp: Some(number),
            source: LogSource::Container,
            step: None,
            stream: OutputStream::Stdout,
            text: format!("line {number} é"),
        }
    }

    #[test]
    fn lines_come_back_from_anywhere() {
        let mut spool = Spool::of_size(u64::MAX, 1_000).unwrap();
        assert_eq!((spool.first(), spool.end()), (0, 0));
        assert!(spool.read(0, 10).unwrap().is_empty());
        for number in 0..1_500 {
            spool.push(&entry(number)).unwrap();
        }
        assert_eq!((spool.first(), spool.end()), (0, 1_500));
        let numbers = |spool: &mut Spool, from, count| -> Vec<u64> {
            let lines = spool.read(from, count).unwrap();
            lines.iter().map(|line| line.timestamp.unwrap()).collect()
        };
        for (from, count) in [(0, 3), (700, 20), (995, 10), (1_490, 100)] {
            let expected: Vec<u64> = (from..(from + count).min(1_500)).collect();
            assert_eq!(numbers(&mut spool, from, count as usize), expected);
        }
        // What is pushed after reading follows on what was written.
        spool.push(&entry(1_500)).unwrap();
        assert_eq!(spool.read(1_500, 1).unwrap(), [entry(1_500)]);
        assert!(numbers(&mut spool, 5_000, 3).is_empty());
    }

    #[test]
    fn the_oldest_lines_go_and_the_others_keep_their_numbers() {
        let mut spool = Spool::of_size(u64::MAX, 100).unwrap();
        (0..350).for_each(|number| spool.push(&entry(number)).unwrap());
        assert_eq!((spool.first(), spool.end()), (200, 350));
        assert!(spool.read(199, 1).unwrap().is_empty(), "it is gone");
        assert_eq!(spool.read(200, 1).unwrap(), [entry(200)]);
        let mut small = Spool::of_size(1_000, 1_000).unwrap();
        (0..100).for_each(|number| small.push(&entry(number)).unwrap());
        assert!(small.first() > 70, "{}", small.first());
    }
}
