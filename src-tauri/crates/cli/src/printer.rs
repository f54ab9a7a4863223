//! The one printer: standard output is the answer, standard error the conversation.

use std::io::{IsTerminal as _, Write as _};

use wharf_api::{ErrorResult, Event, EventKind, StepId};

use crate::Program;
use crate::flags::{ColorChoice, LogFormat, LogLevel, OutputFlags};
use crate::progress::reference::{Said, level};
use crate::progress::{self, Detail, Mode};
use crate::render::{self, Theme};
use crate::terminal;
use crate::text::{Line, Symbols};

/// Writes to both streams, with or without styles.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    pub(crate) theme: Theme,
    program: Program,
    flags: OutputFlags,
    /// Whether standard error is a terminal that understands escape sequences.
    live: bool,
    color: [bool; 2],
}

impl Printer {
    pub(crate) fn new(program: Program, flags: OutputFlags) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let capable = |is_terminal: bool| is_terminal && !dumb && terminal::understands_escapes();
        let live = capable(std::io::stderr().is_terminal());
        let wanted = |is_terminal: bool| match flags.color {
            _ if flags.no_color => false,
            ColorChoice::Never => false,
            ColorChoice::Always => true,
            ColorChoice::Auto => variable("NO_COLOR").is_none() && capable(is_terminal),
        };
        let symbols = if terminal::shows_unicode(variable) { Symbols::UNICODE } else { Symbols::ASCII };
        Self {
            theme: Theme { symbols },
            program,
            flags,
            live,
            color: [wanted(std::io::stdout().is_terminal()), wanted(live)],
        }
    }

    /// How an operation shows its progress: with or without the rows of its steps.
    pub(crate) fn mode(&self, rows: bool) -> Mode {
        match (self.flags.log_format, self.flags.quiet) {
            (LogFormat::Json, _) if self.program == Program::Devcontainer => Mode::Reference,
            (LogFormat::Json, _) => Mode::Json,
            (_, true) => Mode::Silent,
            // The log writes to standard error on its own, and a block that redraws would not survive that.
            _ if self.flags.log_level >= LogLevel::Debug => Mode::Lines(Detail::Output),
            _ if !rows => Mode::Lines(Detail::Notices),
            _ if self.live => Mode::Live(Detail::Rows),
            _ => Mode::Lines(Detail::Rows),
        }
    }

    /// Whether somebody could answer a question.
    pub(crate) fn can_ask(&self) -> bool {
        self.live && std::io::stdin().is_terminal()
    }

    /// Writes one document to standard output.
    pub(crate) fn answer(&self, text: &str) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()
    }

    /// Writes a document of lines for people to standard output.
    pub(crate) fn answer_lines(&self, lines: &[Line]) -> std::io::Result<()> {
        let [color, _] = self.color;
        let text: String =
            lines.iter().map(|line| if color { line.styled() } else { line.plain() } + "\n").collect();
        self.answer(&text)
    }

    /// Writes a line to standard error, unless nothing but the answer is wanted.
    pub(crate) fn say(&self, line: &Line) {
        if !self.flags.quiet && self.flags.log_format == LogFormat::Text {
            self.write(&(self.paint(line) + "\n"));
        }
    }

    /// Says what went wrong. Even a quiet command does.
    pub(crate) fn error(&self, error: &ErrorResult) {
        let folder = std::env::current_dir().ok();
        let lines = render::error(error, folder.as_deref(), &self.theme);
        if self.flags.log_format == LogFormat::Json {
            if self.program == Program::Devcontainer {
                let text = lines.iter().map(Line::plain).collect::<Vec<_>>().join("\n");
                self.write(&Said::text(level::ERROR, progress::now(), text).line());
                return;
            }
            let event = Event {
                timestamp: progress::now(),
                workspace: folder.map(|folder| folder.display().to_string()).unwrap_or_default(),
                environment: None,
                step: StepId::default(),
                parent: None,
                kind: EventKind::Failed { error: error.clone() },
            };
            if let Ok(text) = serde_json::to_string(&event) {
                self.write(&(text + "\n"));
            }
            return;
        }
        let text: String = lines.iter().map(|line| self.paint(line) + "\n").collect();
        self.write(&text);
    }

    /// The line as standard error takes it.
    pub(crate) fn paint(&self, line: &Line) -> String {
        let [_, color] = self.color;
        if color { line.styled() } else { line.plain() }
    }

    /// Writes text to standard error as it is. Nobody can be told when that fails.
    pub(crate) fn write(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }
}
