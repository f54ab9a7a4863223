//! What every command needs: the printer, the runtime, interrupts, and one place where failures become exit codes.

use std::time::{Duration, Instant};

use std::path::{Path, PathBuf};

use serde::Serialize;
use wharf_api::{CompatDocument, CompatError, ErrorResult};
use wharf_runner::{CancellationToken, Error, Target, Trust};

use crate::ask::Asker;
use crate::flags::OutputFlags;
use crate::log;
use crate::printer::Printer;
use crate::program::Program;
use crate::progress::{Detail, Display, Mode};
use crate::terminal;
use crate::text::{FAINT, Line, STRONG};

/// The exit code of an interrupted program: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;

/// Signals that come sooner after the first than any person could send another.
const SAME_WISH: Duration = Duration::from_millis(150);

/// The command line's side of an operation.
pub(crate) struct Door {
    pub(crate) program: Program,
    printer: Printer,
}

/// What an operation is given: where its events go, who is asked for consent, and what ends it early.
pub(crate) struct Stage<'a> {
    pub(crate) sink: &'a Display,
    pub(crate) asker: &'a Asker,
    pub(crate) cancel: CancellationToken,
}

/// Why an operation has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The runner says why.
    Error(Box<Error>),
    /// This side knows why.
    Said(Box<ErrorResult>),
    /// This side could not begin.
    System(std::io::Error),
    /// A second interrupt ended the operation where it stood.
    Interrupted,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl Failure {
    /// What failed, where and what to do; nothing when somebody ended the operation.
    pub(crate) fn document(&self) -> Option<ErrorResult> {
        match self {
            Self::Error(error) if matches!(**error, Error::Cancelled) => None,
            Self::Error(error) => Some(error.to_result()),
            Self::Said(error) => Some((**error).clone()),
            Self::System(error) => Some(ErrorResult { message: error.to_string(), ..ErrorResult::default() }),
            Self::Interrupted => None,
        }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Error(error) => match **error {
                Error::Cancelled => INTERRUPTED,
                _ => 1,
            },
            Self::Said(_) | Self::System(_) => 1,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

impl Door {
    pub(crate) fn new(program: Program, flags: OutputFlags) -> Self {
        log::start(flags.log_level);
        Self { program, printer: Printer::new(program, flags) }
    }

    /// Runs an operation that only looks. An interrupt ends it where it stands: there is nothing to put in order.
    pub(crate) fn look<T>(
        &self,
        operation: impl AsyncFnOnce(Stage<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.interruptible(self.printer.mode(false), true, operation)
    }

    /// Runs an operation to its end. A first interrupt asks it to end in order, a second one does not wait for that.
    pub(crate) fn operate<T>(
        &self,
        operation: impl AsyncFnOnce(Stage<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.interruptible(self.rows(), false, operation)
    }

    /// The same with every line that something writes.
    pub(crate) fn operate_with_output<T>(
        &self,
        operation: impl AsyncFnOnce(Stage<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let mode = match self.rows() {
            Mode::Lines(_) | Mode::Live(_) => Mode::Lines(Detail::Output),
            other => other,
        };
        self.interruptible(mode, false, operation)
    }

    fn interruptible<T>(
        &self,
        mode: Mode,
        at_once: bool,
        operation: impl AsyncFnOnce(Stage<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.run(mode, async |display| {
            let asker = Asker::new(&self.printer, display);
            let cancel = CancellationToken::new();
            let mut interrupts = terminal::interrupts().map_err(Failure::System)?;
            let stage = Stage { sink: display, asker: &asker, cancel: cancel.clone() };
            let mut work = std::pin::pin!(operation(stage));
            let mut interrupted: Option<Instant> = None;
            loop {
                tokio::select! {
                    result = &mut work => return result.map_err(Failure::from),
                    () = interrupts.next() => {
                        match interrupted {
                            // One wish: `timeout` and some shells signal the program, and then its group.
                            Some(first) if first.elapsed() < SAME_WISH => continue,
                            Some(_) => return Err(Failure::Interrupted),
                            None if at_once => return Err(Failure::Interrupted),
                            None => interrupted = Some(Instant::now()),
                        }
                        cancel.cancel();
                        display.notice(Line::new().text("  ").add(FAINT, "ending in order; once more ends at once"));
                    }
                }
            }
        })
    }

    /// Runs something that brings its own way to end, with a runtime and a display.
    pub(crate) fn run<T>(
        &self,
        mode: Mode,
        work: impl AsyncFnOnce(&Display) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // Every operation waits for an engine or a disk most of the time; one thread is enough and starts at once.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::System)?;
        let display = Display::start(&self.printer, mode);
        let result = runtime.block_on(work(&display));
        display.close();
        // A thread that waits for a key must not keep the program alive.
        runtime.shutdown_background();
        result
    }

    /// How an operation shows its progress.
    pub(crate) fn rows(&self) -> Mode {
        self.printer.mode(true)
    }

    /// The same for commands of which only the answer is wanted: warnings, but no steps.
    pub(crate) fn notices(&self) -> Mode {
        self.printer.mode(false)
    }

    /// Whether what touches the host is let through. `flag` is `--trust`.
    pub(crate) fn trust(&self, flag: bool) -> Trust {
        match (flag, self.program) {
            (true, _) => Trust::Always,
            (false, Program::Devcontainer) => Trust::Compatible,
            (false, Program::Wharf) if wharf_runner::runs_in_ci() => Trust::Compatible,
            (false, Program::Wharf) => Trust::Ask,
        }
    }

    /// The same target as this program finds it: by the reference's name no folder above the current one is looked at.
    pub(crate) fn aim(&self, target: Target) -> Target {
        Target { only_current_folder: self.program == Program::Devcontainer, ..target }
    }

    /// The program that keeps an environment once it is up: this one. Nobody does where a person, a pipeline or the reference's name
    /// says so.
    pub(crate) fn keeper(&self, without: bool) -> Option<PathBuf> {
        if without || self.program == Program::Devcontainer { None } else { wharf_runner::keeper_program() }
    }

    /// Prints text as the answer.
    pub(crate) fn answer(&self, text: &str) -> u8 {
        // Nobody reads any more: the answer is lost, and saying so would help nobody.
        u8::from(self.printer.answer(text).is_err())
    }

    /// Prints one JSON document, on one line as the reference does, as the answer.
    pub(crate) fn answer_json<T: Serialize>(&self, document: &T) -> u8 {
        match serde_json::to_string(document) {
            Ok(text) => self.answer(&text),
            Err(error) => self.fail(&Failure::System(error.into())),
        }
    }

    /// Prints one JSON document, indented as the reference does where a person reads it, as the answer.
    pub(crate) fn answer_indented<T: Serialize>(&self, document: &T) -> u8 {
        self.answer_indented_by(2, document)
    }

    /// The same with another number of spaces.
    pub(crate) fn answer_indented_by<T: Serialize>(&self, spaces: usize, document: &T) -> u8 {
        let indent = b" ".repeat(spaces);
        let mut text = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(&indent);
        let written = document.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter));
        match written {
            Ok(()) => self.answer(&String::from_utf8_lossy(&text)),
            Err(error) => self.fail(&Failure::System(error.into())),
        }
    }

    /// Whether a person reads standard output.
    pub(crate) fn answers_a_person(&self) -> bool {
        use std::io::IsTerminal as _;
        std::io::stdout().is_terminal()
    }

    /// Prints lines for people as the answer.
    pub(crate) fn answer_lines(&self, draw: impl FnOnce(&crate::render::Theme) -> Vec<Line>) -> u8 {
        let lines = draw(&self.printer.theme);
        u8::from(self.printer.answer_lines(&lines).is_err())
    }

    /// Prints a result of one of Wharf's own commands: as a document, or drawn for people.
    pub(crate) fn finish<T: Serialize>(
        &self,
        json: bool,
        result: Result<T, Failure>,
        draw: impl FnOnce(&T, &crate::render::Theme) -> Vec<Line>,
    ) -> u8 {
        match result {
            Ok(result) if json => self.answer_json(&result),
            Ok(result) => self.answer_lines(|theme| draw(&result, theme)),
            Err(failure) => {
                let code = self.fail(&failure);
                if let (true, Some(error)) = (json, failure.document()) {
                    self.answer_json(&wharf_api::ResultDocument::<()>::Error { error: Box::new(error) });
                }
                code
            }
        }
    }

    /// Prints the document that the reference prints for one of its own verbs. `general` is its sentence for a failure that
    /// has none of its own.
    pub(crate) fn finish_as_the_reference<T: Serialize>(
        &self,
        result: Result<T, Failure>,
        general: &str,
    ) -> u8 {
        match result {
            Ok(result) => self.answer_json(&CompatDocument::Success(result)),
            Err(failure) => {
                let code = self.fail(&failure);
                // What was interrupted has no answer.
                if let (1, Some(error)) = (code, failure.document()) {
                    let description = match &failure {
                        Failure::Error(error) => error.description_or(general),
                        _ => general.to_owned(),
                    };
                    let error = CompatError { description, ..CompatError::from(error) };
                    self.answer_json(&CompatDocument::<T>::Error(error));
                }
                code
            }
        }
    }

    /// Prints the result of a command whose answer is what it did: a document, or a few words on standard error.
    pub(crate) fn finish_quietly<T: Serialize>(
        &self,
        json: bool,
        result: Result<T, Failure>,
        draw: impl FnOnce(&T, &crate::render::Theme) -> Vec<Line>,
    ) -> u8 {
        match result {
            Ok(result) if !json => {
                draw(&result, self.theme()).iter().for_each(|line| self.say(line));
                0
            }
            result => self.finish(json, result, |_, _| Vec::new()),
        }
    }

    /// Whether somebody could answer a question.
    pub(crate) fn can_ask(&self) -> bool {
        self.printer.can_ask()
    }

    /// Asks for a yes before something goes. Without somebody to ask nothing is done, and `instead` is what would do it.
    ///
    /// # Errors
    /// The exit code, when the answer is no.
    pub(crate) fn confirm(&self, question: &[Line], instead: &str) -> Result<(), u8> {
        let refused = |message: &str| {
            let hint = Some(format!("nothing was done; `{instead}` does it without asking"));
            self.printer.error(&ErrorResult { message: message.to_owned(), hint, ..ErrorResult::default() });
            Err(1)
        };
        let (last, before) =
            question.split_last().map_or((Line::new(), question), |(last, before)| (last.clone(), before));
        before.iter().for_each(|line| self.printer.write(&(self.printer.paint(line) + "\n")));
        if !self.can_ask() {
            return refused("nobody can be asked whether this may go");
        }
        self.printer.write(&format!("{} [y/N] ", self.printer.paint(&last)));
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        match (read, answer.trim()) {
            (Ok(_), "y" | "Y" | "yes") => Ok(()),
            _ => refused("not confirmed"),
        }
    }

    /// Lets a person choose where a folder has several configurations and none comes first. Without somebody to ask, the error
    /// that follows names them.
    pub(crate) fn choose(&self, target: &mut Target) {
        let choices = if self.can_ask() { wharf_runner::configuration_choices(target) } else { Vec::new() };
        if choices.is_empty() {
            return;
        }
        let name = |path: &PathBuf| {
            let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
            folder.to_string_lossy().into_owned()
        };
        let mut lines = vec![Line::new().text("This folder has several configurations:")];
        for (index, path) in choices.iter().enumerate() {
            let number = Line::new().add(STRONG, format!("  [{}]", index + 1));
            lines.push(number.text(format!(" {}  ", name(path))).add(FAINT, path.display().to_string()));
        }
        lines.iter().for_each(|line| self.printer.write(&(self.printer.paint(line) + "\n")));
        loop {
            self.printer.write(&format!("Which one? [1-{}] ", choices.len()));
            let mut answer = String::new();
            match std::io::stdin().read_line(&mut answer) {
                Ok(0) | Err(_) => return self.printer.write("\n"),
                Ok(_) => {}
            }
            let answer = answer.trim();
            let chosen = match answer.parse::<usize>() {
                Ok(number) => number.checked_sub(1).and_then(|index| choices.get(index)),
                Err(_) => choices.iter().find(|path| name(path) == answer),
            };
            if chosen.is_some() {
                target.config = chosen.cloned();
                return;
            }
        }
    }

    /// Columns that the answer may take: those of the terminal, or many where there is none.
    pub(crate) fn columns(&self) -> usize {
        use std::io::IsTerminal as _;
        const WITHOUT_A_TERMINAL: usize = 200;
        let is_terminal = std::io::stdout().is_terminal();
        let size = terminal::size().filter(|_| is_terminal);
        size.map_or(WITHOUT_A_TERMINAL, |(columns, _)| usize::from(columns))
    }

    /// Says something beside the answer.
    pub(crate) fn say(&self, line: &Line) {
        self.printer.say(line);
    }

    /// Whether a person watches standard error.
    pub(crate) fn talks_to_a_person(&self) -> bool {
        matches!(self.rows(), Mode::Live(_))
    }

    /// The characters to draw with.
    pub(crate) fn theme(&self) -> &crate::render::Theme {
        &self.printer.theme
    }

    /// Says why there is no result, and returns the exit code.
    pub(crate) fn fail(&self, failure: &Failure) -> u8 {
        match failure.document() {
            Some(error) => self.printer.error(&error),
            None => self.printer.say(&Line::new().text("interrupted")),
        }
        failure.code()
    }

    /// Says what is wrong with an argument that the parser let through, and returns the exit code.
    pub(crate) fn wrong_usage(&self, error: &ErrorResult) -> u8 {
        self.printer.error(error);
        self.program.usage_code()
    }
}
