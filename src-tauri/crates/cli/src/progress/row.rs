//! One line of the display: a step directly below the operation, and what runs inside it.

use wharf_api::{Outcome, StepId, StepName};

use super::Sheet;
use crate::text::{ACCENT, ERROR, FAINT, Line, PLAIN, bytes, duration, shorten};

/// Column where the text of a row begins.
pub(super) const BODY: usize = 27;

/// Label of the row of hooks.
pub(super) const HOOKS: &str = "hooks";

/// One line of the display. Consecutive steps with the same label share it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) steps: Vec<StepId>,
    /// When its first step started, in milliseconds; none as long as it is only planned.
    pub(super) started: Option<u64>,
    pub(super) outcome: Outcome,
    /// Steps that have not ended.
    open: usize,
    /// Time that the ended steps took.
    milliseconds: u64,
    subject: Option<String>,
    detail: Option<String>,
    /// What it says it does just now, and how far that is.
    doing: Option<String>,
    amount: Option<String>,
    /// Steps that run inside it, in the order in which they started.
    running: Vec<(StepId, StepName, String)>,
    /// The last line of output.
    output: Option<String>,
    /// Hooks that have run in it.
    parts: Vec<String>,
}

impl Row {
    pub(super) fn new(label: &'static str) -> Self {
        Self {
            label,
            steps: Vec::new(),
            started: None,
            outcome: Outcome::Done,
            open: 0,
            milliseconds: 0,
            subject: None,
            detail: None,
            doing: None,
            amount: None,
            running: Vec::new(),
            output: None,
            parts: Vec::new(),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.open > 0
    }

    pub(super) fn has_ended(&self) -> bool {
        self.started.is_some() && self.open == 0
    }

    /// Whether it has been running for so long that a person wonders what is going on.
    pub(super) fn takes_long(&self, now: u64) -> bool {
        self.is_running() && self.started.is_some_and(|started| now.saturating_sub(started) >= 1_000)
    }

    pub(super) fn plan(&mut self, step: StepId, subject: Option<&String>) {
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
        if subject.is_some() {
            self.subject = subject.cloned();
        }
    }

    pub(super) fn start(&mut self, step: StepId, subject: Option<&String>, timestamp: u64) {
        self.plan(step, subject);
        self.open += 1;
        self.started.get_or_insert(timestamp);
    }

    pub(super) fn end(&mut self, outcome: Outcome, milliseconds: u64, detail: Option<&String>) {
        self.open = self.open.saturating_sub(1);
        self.milliseconds += milliseconds;
        // A row that did some work has done it, whatever came of its other steps; a failure is never hidden.
        self.outcome = match (self.outcome, outcome) {
            (Outcome::Failed, _) => Outcome::Failed,
            (Outcome::Done, Outcome::Cached | Outcome::Skipped) if self.steps.len() > 1 => Outcome::Done,
            (_, outcome) => outcome,
        };
        if detail.is_some() {
            self.detail = detail.cloned();
        }
        self.doing = None;
        self.running.clear();
        self.amount = None;
        self.output = None;
    }

    pub(super) fn progress(
        &mut self,
        current: Option<u64>,
        total: Option<u64>,
        text: Option<&String>,
        is_bytes: bool,
    ) {
        self.amount = amount(current, total, is_bytes);
        if text.is_some() {
            self.doing = text.cloned();
        }
    }

    /// A step inside this row has started.
    pub(super) fn part_started(&mut self, step: StepId, name: StepName, subject: Option<&String>) {
        let subject = subject.map_or_else(String::new, |subject| part_name(name, subject).to_owned());
        self.running.push((step, name, subject));
        if name != StepName::Command {
            self.output = None;
        }
    }

    /// A step inside this row has ended.
    pub(super) fn part_ended(
        &mut self,
        step: StepId,
        name: StepName,
        subject: Option<&String>,
        outcome: Outcome,
    ) {
        self.running.retain(|(running, ..)| *running != step);
        if let (StepName::Hook, Some(subject), false) = (name, subject, outcome == Outcome::Skipped) {
            let part = part_name(name, subject).to_owned();
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
    }

    pub(super) fn wrote(&mut self, line: String) {
        self.output = Some(line);
    }

    /// Draws the row for the time `now`, and below it the last line that something in it wrote.
    pub(super) fn draw(&self, now: u64, sheet: &mut Sheet<'_>) {
        sheet.push(self.line(now, sheet));
        if let (true, Some(output)) = (self.is_running(), &self.output) {
            let line = Line::new().text("      ").add(FAINT, output);
            sheet.push(line.cut(sheet.width, &sheet.theme.symbols));
        }
    }

    fn line(&self, now: u64, sheet: &Sheet<'_>) -> Line {
        let symbols = &sheet.theme.symbols;
        let (style, symbol) = match (self.started, self.is_running(), self.outcome) {
            (None, ..) => (PLAIN, " "),
            (_, true, _) => (ACCENT, symbols.spinner[(now / 100) as usize % symbols.spinner.len()]),
            (_, _, Outcome::Done | Outcome::Cached) => (ACCENT, symbols.done),
            (_, _, Outcome::Skipped | Outcome::Cancelled) => (FAINT, symbols.skipped),
            (_, _, Outcome::Failed) => (ERROR, symbols.failed),
        };
        let text = if self.started.is_none() { FAINT } else { PLAIN };
        let line = Line::new()
            .text("  ")
            .add(style, symbol)
            .text(" ")
            .add(text, self.label)
            .pad_to(BODY)
            .add(text, self.body(symbols.dot));
        let time = match self.started {
            None => return line.cut(sheet.width, symbols),
            Some(started) if self.is_running() => duration(now.saturating_sub(started)),
            Some(_) => duration(self.milliseconds),
        };
        let column = sheet.width.saturating_sub(time.len());
        line.cut(column.saturating_sub(2), symbols).pad_to(column).add(FAINT, time)
    }

    fn body(&self, dot: &str) -> String {
        let dot = format!(" {dot} ");
        let reported = [self.amount.clone(), self.doing.clone()].into_iter().flatten();
        let doing: Vec<String> = reported.chain(self.inside()).collect();
        if self.is_running() && !doing.is_empty() {
            return shorten(&doing.join(&dot));
        }
        let parts = (!self.parts.is_empty()).then(|| self.parts.join(&dot));
        let no_hook = (self.label == HOOKS && parts.is_none()).then(|| "none to run".to_owned());
        let detail = self.detail.clone().or(no_hook).filter(|_| !self.is_running());
        let texts: Vec<_> = [parts.or_else(|| self.subject.clone()), detail].into_iter().flatten().collect();
        shorten(&texts.join("  "))
    }

    /// What runs inside: the latest step, or a hook and its commands.
    fn inside(&self) -> Vec<String> {
        let commands = self.running.iter().filter(|(_, name, _)| *name == StepName::Command);
        let commands: Vec<&str> = commands.map(|(.., subject)| subject.as_str()).collect();
        let step = self.running.iter().rev().find(|(_, name, _)| *name != StepName::Command);
        let step = step.map(|(.., subject)| subject.clone()).filter(|subject| !subject.is_empty());
        step.into_iter().chain((!commands.is_empty()).then(|| commands.join(", "))).collect()
    }
}

/// What a step inside a row is called there: hooks without the word that all of them share.
fn part_name(name: StepName, subject: &str) -> &str {
    match name {
        StepName::Hook => subject.strip_suffix("Command").unwrap_or(subject),
        _ => subject,
    }
}

fn amount(current: Option<u64>, total: Option<u64>, is_bytes: bool) -> Option<String> {
    match (current, total, is_bytes) {
        (Some(current), Some(total), true) => Some(format!("{} of {}", bytes(current), bytes(total))),
        (Some(current), None, true) => Some(bytes(current)),
        (Some(current), Some(total), false) => Some(format!("{current}/{total}")),
        _ => None,
    }
}
