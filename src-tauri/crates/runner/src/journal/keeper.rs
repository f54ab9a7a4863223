//! What the keeper did for an environment, kept in its state folder beside the journal, for `wharf logs`.
//!
//! One writer, the keeper; two files of bounded size. What it says contains what came from inside, so control characters are dropped.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wharf_api::{LogSource, OutputStream};

use super::Entry;
use super::lines::Lines;
use crate::events::milliseconds_since_1970;

/// The file that is written.
pub(super) const CURRENT: &str = "keeper.jsonl";
/// The file that was written before it.
pub(super) const BEFORE: &str = "keeper.1.jsonl";
/// Bytes after which a new file is begun: some thousand lines, which are weeks of ordinary work.
const LARGEST: u64 = 256 * 1024;
/// Longest text of a line, in bytes.
const LONGEST: usize = 1024;

/// A line as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// In milliseconds since 1970.
    timestamp: u64,
    /// What it is about: `ports`, `links`, `connection`.
    about: String,
    text: String,
}

/// Where the keeper writes.
#[derive(Debug)]
pub(crate) struct KeeperLog {
    folder: PathBuf,
    file: Mutex<Option<(File, u64)>>,
}

impl KeeperLog {
    /// The log in this folder. Nothing is made before there is something to say.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), file: Mutex::default() }
    }

    /// Writes one line. A disk that takes no more ends nothing: forwards matter more than what is said of them.
    pub(crate) fn write(&self, about: &str, text: &str) {
        let mut text: String = text.chars().filter(|letter| !letter.is_control()).collect();
        text.truncate(text.floor_char_boundary(LONGEST));
        let timestamp = milliseconds_since_1970(SystemTime::now());
        let line = Line { timestamp, about: about.to_owned(), text };
        let mut line = serde_json::to_string(&line).unwrap_or_default();
        line.push('\n');
        if let Err(error) = self.append(line.as_bytes()) {
            tracing::debug!("the keeper's log cannot be written: {error}");
        }
    }

    fn append(&self, line: &[u8]) -> std::io::Result<()> {
        let mut kept = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || OpenOptions::new().append(true).create(true).open(self.folder.join(CURRENT));
        let (mut file, length) = match kept.take() {
            Some(open) => open,
            None => {
                let file = open()?;
                let length = file.metadata()?.len();
                (file, length)
            }
        };
        let mut length = length;
        if length > 0 && length + line.len() as u64 > LARGEST {
            drop(file);
            std::fs::rename(self.folder.join(CURRENT), self.folder.join(BEFORE))?;
            file = open()?;
            length = 0;
        }
        file.write_all(line)?;
        *kept = Some((file, length + line.len() as u64));
        Ok(())
    }
}

/// Reads it from the oldest line on. At the end it can be asked again later for what has come since.
#[derive(Debug)]
pub(crate) struct KeeperReader(Lines);

impl KeeperReader {
    /// Reads what the keeper wrote in an environment's state folder; nothing where there is none.
    pub(crate) fn open(folder: &Path) -> Self {
        Self(Lines::open(folder, BEFORE, CURRENT))
    }

    /// The next line; None when there is none yet.
    pub(crate) fn next(&mut self) -> Option<Entry> {
        loop {
            let line = self.0.next()?;
            // A line that a crash has cut is passed over.
            if let Ok(Line { timestamp, about, text }) = serde_json::from_str(&line) {
                let text = format!("{text}\n");
                return Some(Entry {
                    timestamp,
                    source: LogSource::Keeper,
                    step: about,
                    stream: OutputStream::Stdout,
                    text,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_also_later_and_over_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut early = KeeperReader::open(folder.path());
        assert!(early.next().is_none());
        let log = KeeperLog::new(folder.path());
        log.write("ports", "one\u{1b}[2J\ntwo");
        let entry = early.next().unwrap();
        assert_eq!((entry.step.as_str(), entry.text.as_str()), ("ports", "one[2Jtwo\n"));
        assert_eq!(entry.source, LogSource::Keeper);
        assert!(early.next().is_none());
        // As many as fill one file and a part of the next; the first has been renamed once then.
        let count = LARGEST as usize / LONGEST + 20;
        for number in 0..count {
            log.write("links", &format!("{number} {}", "ä".repeat(LONGEST)));
        }
        let mut seen = 0;
        while let Some(entry) = early.next() {
            assert!(entry.text.starts_with(&format!("{seen} ")), "{}", entry.text);
            assert!(entry.text.len() <= LONGEST + 1);
            seen += 1;
        }
        assert_eq!(seen, count);
        assert!(folder.path().join(BEFORE).exists());
        // Another one goes on where the last one has ended.
        KeeperLog::new(folder.path()).write("ports", "again");
        assert_eq!(early.next().unwrap().text, "again\n");
    }
}
