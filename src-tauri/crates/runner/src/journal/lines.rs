//! Whole lines of a log that is kept in two files: the one that is being written, and the one that was before it.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// Reads from the oldest line on. At the end it can be asked again later for what has come since.
#[derive(Debug)]
pub(super) struct Lines {
    current: PathBuf,
    /// The file that is read, and how far it has been read.
    file: Option<(BufReader<File>, u64)>,
    /// The beginning of a line whose end has not been written.
    partial: String,
}

impl Lines {
    /// The files of these names in a folder; nothing where there are none.
    pub(super) fn open(folder: &Path, before: &str, current: &str) -> Self {
        let current = folder.join(current);
        let file = open(&folder.join(before)).or_else(|| open(&current));
        Self { current, file, partial: String::new() }
    }

    /// The next whole line of the file, or of the one that was begun after it; None when there is none yet.
    pub(super) fn next(&mut self) -> Option<String> {
        loop {
            let Some((reader, position)) = &mut self.file else {
                self.file = Some(open(&self.current)?);
                continue;
            };
            let length = reader.read_line(&mut self.partial).ok()?;
            *position += length as u64;
            if self.partial.ends_with('\n') {
                return Some(std::mem::take(&mut self.partial));
            }
            if length == 0 && !self.go_on_to_the_next_file()? {
                return None;
            }
        }
    }

    /// Whether a newer file than the one that has been read to its end was begun.
    fn go_on_to_the_next_file(&mut self) -> Option<bool> {
        let (reader, position) = self.file.as_ref()?;
        let current = std::fs::metadata(&self.current).ok()?;
        // A file that is begun anew is shorter than the full one that was read.
        if is_same(reader.get_ref(), &current) && current.len() >= *position {
            return Some(false);
        }
        self.partial.clear();
        self.file = Some(open(&self.current)?);
        Some(true)
    }
}

fn open(path: &Path) -> Option<(BufReader<File>, u64)> {
    File::open(path).ok().map(|file| (BufReader::new(file), 0))
}

#[cfg(unix)]
fn is_same(file: &File, current: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|open| (open.dev(), open.ino()) == (current.dev(), current.ino()))
}

/// Windows tells no number of a file here, so the length alone decides.
#[cfg(not(unix))]
fn is_same(_: &File, _: &std::fs::Metadata) -> bool {
    true
}
