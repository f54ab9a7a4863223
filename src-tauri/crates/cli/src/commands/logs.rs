//! `wharf logs`: what builds, hooks and the container have written.

use std::io::{self, BufWriter, Stderr, Stdout, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api::{LogEntry, LogSource, OutputStream};
use wharf_runner::{LogLine, LogSink, LogsRequest};

use crate::door::Door;
use crate::flags::SubjectFlags;
use crate::text::duration_of;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 * 1024;
/// Columns of the name before each line.
const NAME: usize = 14;

/// Show what builds, hooks, the container and the keeper have written
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf logs                           everything, in the order of time
  wharf logs --follow --tail 20        the last lines, and what comes
  wharf logs --source hooks            what the hooks of the last runs wrote
  wharf logs --source container        the container's own log, as it wrote it
  wharf logs --source keeper           what was forwarded, opened and refused
  wharf logs --since 10m --timestamps")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Whose output: build, hooks, container or keeper; may be repeated [default: everybody's]
    #[arg(
        long = "source",
        value_name = "SOURCE",
        hide_possible_values = true,
        value_delimiter = ',',
        help_heading = "Log"
    )]
    sources: Vec<Source>,
    /// Go on with what is written from now on
    #[arg(long, short, help_heading = "Log")]
    follow: bool,
    /// Only so many of the last lines
    #[arg(long, short = 'n', value_name = "LINES", help_heading = "Log")]
    tail: Option<u64>,
    /// Only what was written since: 30s, 10m, 2h, 1d ago, or a time such as 2026-11-22T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = since, help_heading = "Log")]
    since: Option<u64>,
    /// Show when each line was written
    #[arg(long, short, help_heading = "Log")]
    timestamps: bool,
    /// Print one JSON document a line
    #[arg(long, help_heading = "Output")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    Build,
    Hooks,
    Container,
    Keeper,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let sources: Vec<_> = arguments
        .sources
        .iter()
        .map(|source| match source {
            Source::Build => LogSource::Build,
            Source::Hooks => LogSource::Hooks,
            Source::Container => LogSource::Container,
            Source::Keeper => LogSource::Keeper,
        })
        .collect();
    let form = if arguments.json {
        Form::Json
    } else if sources == [LogSource::Container] {
        Form::Bare
    } else {
        Form::Named
    };
    let request = LogsRequest {
        target: arguments.subject.target(),
        sources,
        follow: arguments.follow,
        tail: arguments.tail,
        since: arguments.since,
        timestamps: arguments.timestamps || arguments.json,
        container_tail: None,
        over_restarts: false,
    };
    let mut paper = Paper {
        form,
        timestamps: arguments.timestamps,
        bar: door.theme().symbols.bar,
        stdout: BufWriter::with_capacity(BUFFER, io::stdout()),
        stderr: BufWriter::with_capacity(BUFFER, io::stderr()),
        open: false,
        written: false,
    };
    let result =
        door.look(async |stage| wharf_runner::logs(&request, &mut paper, stage.sink, stage.cancel).await);
    let written = paper.written;
    // Whoever read has gone: there is nobody to tell.
    let _ = paper.pause();
    drop(paper);
    match result {
        Ok(()) => {
            if !written && form == Form::Named {
                door.say(&crate::text::Line::new().text("Nothing has been written yet."));
            }
            0
        }
        // Who follows a log ends it by an interrupt, which is no failure.
        Err(crate::door::Failure::Interrupted) if arguments.follow => 0,
        Err(failure) => door.fail(&failure),
    }
}

/// How a line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it was written.
    Bare,
    /// With who wrote it.
    Named,
    /// As a document.
    Json,
}

/// Where a log is written to.
struct Paper {
    form: Form,
    timestamps: bool,
    bar: &'static str,
    stdout: BufWriter<Stdout>,
    stderr: BufWriter<Stderr>,
    /// Whether the line that was begun last has not ended.
    open: bool,
    written: bool,
}

impl LogSink for Paper {
    fn line(&mut self, line: &LogLine<'_>) -> io::Result<()> {
        self.written = true;
        match self.form {
            Form::Bare => {
                let time = self.time(line);
                match line.stream {
                    OutputStream::Stdout => {
                        self.stdout.write_all(time.as_bytes())?;
                        self.stdout.write_all(line.text)
                    }
                    OutputStream::Stderr => {
                        // The other stream's lines came before this one.
                        self.stdout.flush()?;
                        self.stderr.write_all(time.as_bytes())?;
                        self.stderr.write_all(line.text)?;
                        self.stderr.flush()
                    }
                }
            }
            Form::Named => {
                if !self.open {
                    let time = self.time(line);
                    let name = match line.source {
                        LogSource::Build => "build",
                        LogSource::Container => "container",
                        LogSource::Keeper => "keeper",
                        LogSource::Hooks => line.step.unwrap_or("hooks"),
                    };
                    write!(self.stdout, "{time}{name:<NAME$}{} ", self.bar)?;
                }
                self.open = !line.text.ends_with(b"\n");
                self.stdout.write_all(line.text)
            }
            Form::Json => {
                let entry = LogEntry {
                    timestamp: line.timestamp,
                    source: line.source,
                    step: line.step.map(str::to_owned),
                    stream: line.stream,
                    text: String::from_utf8_lossy(line.text.strip_suffix(b"\n").unwrap_or(line.text))
                        .into_owned(),
                };
                serde_json::to_writer(&mut self.stdout, &entry)?;
                self.stdout.write_all(b"\n")
            }
        }
    }

    fn pause(&mut self) -> io::Result<()> {
        self.stdout.flush()?;
        self.stderr.flush()
    }
}

impl Paper {
    /// The line's time and a blank, if it is to be shown.
    fn time(&self, line: &LogLine<'_>) -> String {
        let Some(milliseconds) = line.timestamp.filter(|_| self.timestamps) else { return String::new() };
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
        let Ok(time) = time else { return String::new() };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z ",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}

/// A time in milliseconds since 1970: written out, in seconds since 1970, or as a duration that has passed.
fn since(text: &str) -> Result<u64, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_millis() as u64);
    at(text, now).ok_or_else(|| {
        "a time is 30s, 10m, 2h or 1d ago, seconds since 1970, or written as 2026-11-22T18:00:00Z".to_owned()
    })
}

fn at(text: &str, now: u64) -> Option<u64> {
    if let Some(passed) = duration_of(text) {
        return Some(now.saturating_sub(passed));
    }
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("30s", Some(970_000)),
            ("1m", Some(940_000)),
            ("2h", Some(0)),
            ("17", Some(17_000)),
            ("1970-01-01T00:00:02Z", Some(2_000)),
            ("1970-01-01T01:00:02.5+01:00", Some(2_500)),
            ("yesterday", None),
            ("", None),
            ("5x", None),
            ("-5m", None),
        ] {
            assert_eq!(at(text, 1_000_000), expected, "{text}");
        }
    }
}
