//! What is known of an operation, and the lines that show it.
//!
//! Steps directly below the operation are rows; what runs inside them shows in their row. A row that has ended is committed: it
//! is written once and never changes. The block below holds what runs and what is still to come.

use std::collections::HashMap;
use std::path::Path;

use wharf_api::{
    Engine, EngineKind, Environment, Event, EventKind, GrantedBy, Outcome, StepId, StepName, Touch,
    WaitingFor,
};

use super::Sheet;
use super::row::{BODY, HOOKS, Row};
use crate::render;
use crate::text::{ACCENT, FAINT, Line, STRONG, duration, visible};

/// Longest piece of a line of output that is kept while its end has not come.
const LONGEST_PARTIAL: usize = 64 * 1024;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// Warnings, and what an operation waits for.
    Notices,
    /// The rows as well.
    Rows,
    /// And every line that something inside a step writes.
    Output,
}

/// What is known of an operation.
#[derive(Debug)]
pub(crate) struct Model {
    detail: Detail,
    environment: Option<Environment>,
    engine: Option<Engine>,
    /// Whether the header has been written. Until the engine is known, or something has to be said at once, final lines wait
    /// for it in `held`.
    header_written: bool,
    held: Vec<Line>,
    steps: HashMap<StepId, Step>,
    /// The rows that are planned, run, or have ended but may be continued by a step with the same label.
    rows: Vec<Row>,
    is_ready: bool,
    rows_after_ready: bool,
    /// The whole operation's outcome and milliseconds.
    finished: Option<(StepName, Outcome, u64)>,
}

#[derive(Debug)]
struct Step {
    name: StepName,
    subject: Option<String>,
    parent: Option<StepId>,
    /// The beginning of a line of output whose end has not come.
    partial: String,
}

impl Model {
    pub(crate) fn new(detail: Detail) -> Self {
        Self {
            detail,
            environment: None,
            engine: None,
            header_written: detail < Detail::Rows,
            held: Vec::new(),
            steps: HashMap::new(),
            rows: Vec::new(),
            is_ready: false,
            rows_after_ready: false,
            finished: None,
        }
    }

    /// Takes an event; lines that are final now go to the sheet.
    pub(crate) fn apply(&mut self, event: &Event, sheet: &mut Sheet<'_>) {
        let before = sheet.lines.len();
        self.take(event, sheet);
        if !self.header_written {
            self.held.extend(sheet.lines.drain(before..));
            if !self.is_beginning(event) {
                self.release(sheet);
            }
        }
    }

    fn take(&mut self, event: &Event, sheet: &mut Sheet<'_>) {
        match &event.kind {
            EventKind::EnvironmentFound { subject } => self.environment = Some(subject.clone()),
            EventKind::EngineFound { engine } => self.engine = Some(engine.clone()),
            EventKind::StepPlanned { name, subject } => self.plan(event, *name, subject.as_ref()),
            EventKind::StepStarted { name, subject, .. } => self.start(event, *name, subject.as_ref(), sheet),
            EventKind::StepProgress { current, total, text } => {
                let is_bytes = self
                    .steps
                    .get(&event.step)
                    .is_some_and(|step| matches!(step.name, StepName::Pull | StepName::Fill));
                if let Some(row) = self.row(event.step) {
                    row.progress(*current, *total, text.as_ref(), is_bytes);
                }
            }
            EventKind::StepOutput { text, .. } => self.output(event.step, text, sheet),
            EventKind::StepFinished { outcome, milliseconds, detail } => {
                self.end(event.step, *outcome, *milliseconds, detail.as_ref(), sheet);
            }
            EventKind::Diagnostic { severity, message, location, hint } => {
                let folder =
                    self.environment.as_ref().map_or(&event.workspace, |environment| &environment.folder);
                sheet.lines.extend(render::diagnostic(
                    *severity,
                    message,
                    location.as_ref(),
                    hint.as_deref(),
                    Some(Path::new(folder)),
                    sheet.theme,
                ));
            }
            // Whoever is asked sees the request itself, and the printer shows why an operation failed.
            EventKind::ConsentNeeded { .. } | EventKind::SecretNeeded { .. } | EventKind::Failed { .. } => {}
            EventKind::ConsentGranted { by, touches } => sheet.lines.extend(granted(*by, touches)),
            EventKind::Waiting { on } => sheet.push(Line::new().text("  ").text(waiting(on))),
            EventKind::ChangesWait { subjects, change } => {
                self.commit(None, sheet);
                if self.detail >= Detail::Rows {
                    sheet.push(render::changes_wait(subjects, *change));
                }
            }
            EventKind::Forwarding { ports } => {
                self.commit(None, sheet);
                if self.detail >= Detail::Rows {
                    let lines = render::ports_in_brief(ports, sheet.theme, sheet.width);
                    sheet.lines.extend(lines);
                }
            }
            EventKind::Ready { milliseconds, remote_user, remote_workspace_folder, .. } => {
                self.commit(None, sheet);
                self.is_ready = true;
                self.rows_after_ready = self.rows.iter().any(Row::is_running);
                if self.detail >= Detail::Rows {
                    sheet.push(
                        milestone("ready", *milliseconds, sheet)
                            .pad_to(BODY)
                            .text(format!("{remote_user}@{remote_workspace_folder}")),
                    );
                }
            }
        }
    }

    /// What remains to be said when no further event comes.
    pub(crate) fn close(&mut self, sheet: &mut Sheet<'_>) {
        if !self.header_written {
            self.release(sheet);
        }
        self.commit(None, sheet);
        if let (true, true, Some((StepName::Up, Outcome::Done, milliseconds))) =
            (self.detail >= Detail::Rows, self.rows_after_ready, self.finished)
        {
            sheet.push(milestone("done", milliseconds, sheet));
        }
    }

    /// What runs now and what is still to come, drawn for the time `now`.
    pub(crate) fn draw(&self, now: u64, sheet: &mut Sheet<'_>) {
        if self.detail < Detail::Rows {
            return;
        }
        if !self.header_written && !self.rows.is_empty() {
            let waiting = self.header(sheet).into_iter().chain(self.held.iter().cloned());
            let lines: Vec<_> = waiting.map(|line| line.cut(sheet.width, &sheet.theme.symbols)).collect();
            sheet.lines.extend(lines);
        }
        for row in self.rows.iter().filter(|row| is_row(row) || row.takes_long(now)) {
            row.draw(now, sheet);
        }
    }

    fn plan(&mut self, event: &Event, name: StepName, subject: Option<&String>) {
        self.remember(event, name, subject);
        let Some(label) = label(name) else { return };
        if event.parent.is_some_and(|parent| self.row(parent).is_some()) {
            return;
        }
        let mut row = Row::new(label);
        row.plan(event.step, subject);
        self.rows.push(row);
    }

    fn start(&mut self, event: &Event, name: StepName, subject: Option<&String>, sheet: &mut Sheet<'_>) {
        self.remember(event, name, subject);
        let Some(label) = label(name) else { return };
        if let Some(row) = event.parent.and_then(|parent| self.row(parent)) {
            row.part_started(event.step, name, subject);
            return;
        }
        let planned = self.rows.iter().position(|row| row.steps.contains(&event.step));
        let continued = || {
            let last = self.rows.iter().rposition(|row| row.started.is_some())?;
            (self.rows[last].label == label).then_some(last)
        };
        let index = planned.or_else(continued).unwrap_or_else(|| {
            let index = self.rows.iter().position(|row| row.started.is_none()).unwrap_or(self.rows.len());
            self.rows.insert(index, Row::new(label));
            index
        });
        self.rows[index].start(event.step, subject, event.timestamp);
        self.rows_after_ready |= self.is_ready;
        self.commit(Some(event.step), sheet);
    }

    fn end(
        &mut self,
        id: StepId,
        outcome: Outcome,
        milliseconds: u64,
        detail: Option<&String>,
        sheet: &mut Sheet<'_>,
    ) {
        let Some(step) = self.steps.get_mut(&id) else { return };
        let (name, subject) = (step.name, step.subject.clone());
        let rest = std::mem::take(&mut step.partial);
        self.write_output(&[visible(&rest)], sheet);
        if label(name).is_none() {
            self.finished = Some((name, outcome, milliseconds));
            return;
        }
        match self.rows.iter_mut().find(|row| row.steps.contains(&id)) {
            Some(row) => {
                row.end(outcome, milliseconds, detail);
                if outcome == Outcome::Failed {
                    self.commit(None, sheet);
                }
            }
            None => {
                if let Some(row) = self.row(id) {
                    row.part_ended(id, name, subject.as_ref(), outcome);
                }
            }
        }
    }

    fn output(&mut self, id: StepId, text: &str, sheet: &mut Sheet<'_>) {
        let Some(step) = self.steps.get_mut(&id) else { return };
        let mut lines = Vec::new();
        for piece in text.split_inclusive('\n') {
            step.partial.push_str(piece);
            if piece.ends_with('\n') || step.partial.len() > LONGEST_PARTIAL {
                lines.push(visible(&std::mem::take(&mut step.partial)));
            }
        }
        self.write_output(&lines, sheet);
        if let (Some(last), Some(row)) = (lines.pop().filter(|line| !line.is_empty()), self.row(id)) {
            row.wrote(last);
        }
    }

    fn write_output(&mut self, lines: &[String], sheet: &mut Sheet<'_>) {
        if self.detail < Detail::Output {
            return;
        }
        for line in lines.iter().filter(|line| !line.is_empty()) {
            sheet.push(Line::new().text("  ").add(FAINT, sheet.theme.symbols.bar).text(" ").text(line));
        }
    }

    fn remember(&mut self, event: &Event, name: StepName, subject: Option<&String>) {
        let step = Step { name, subject: subject.cloned(), parent: event.parent, partial: String::new() };
        self.steps.insert(event.step, step);
    }

    /// The row that a step is shown in.
    fn row(&mut self, mut step: StepId) -> Option<&mut Row> {
        loop {
            if let Some(index) = self.rows.iter().position(|row| row.steps.contains(&step)) {
                return self.rows.get_mut(index);
            }
            step = self.steps.get(&step)?.parent?;
        }
    }

    /// Writes the rows that have ended, except the one that `current` has just continued.
    fn commit(&mut self, current: Option<StepId>, sheet: &mut Sheet<'_>) {
        let (ended, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.rows)
            .into_iter()
            .partition(|row| row.has_ended() && current.is_none_or(|step| !row.steps.contains(&step)));
        self.rows = kept;
        // Why the configuration cannot be read is said by the error, and there is nothing else to say yet.
        let is_said = |row: &&Row| row.label == "configuration" && row.outcome == Outcome::Failed;
        for row in ended.iter().filter(|row| is_row(row) && !is_said(row)) {
            if self.detail >= Detail::Rows {
                row.draw(0, sheet);
            }
        }
    }

    /// Whether the header may still become more complete: the configuration is read, or the engine looked for.
    fn is_beginning(&self, event: &Event) -> bool {
        let step = self.steps.get(&event.step).map(|step| step.name);
        let is_preparation =
            |name| matches!(name, StepName::Configuration | StepName::Engine) || label(name).is_none();
        match &event.kind {
            EventKind::EngineFound { .. }
            | EventKind::Waiting { .. }
            | EventKind::ConsentGranted { .. }
            | EventKind::Ready { .. } => false,
            EventKind::StepFinished { outcome, .. } => *outcome != Outcome::Failed,
            EventKind::StepStarted { .. } => {
                step.is_none_or(|name| is_preparation(name) || name == StepName::Lock)
            }
            _ => true,
        }
    }

    /// Writes the header and what waited for it.
    fn release(&mut self, sheet: &mut Sheet<'_>) {
        self.header_written = true;
        if !self.held.is_empty() || !self.rows.is_empty() {
            sheet.lines.extend(self.header(sheet));
        }
        sheet.lines.append(&mut self.held);
    }

    fn header(&self, sheet: &Sheet<'_>) -> Vec<Line> {
        let Some(environment) = &self.environment else { return Vec::new() };
        let mut line = Line::new().text("  ").add(STRONG, &environment.name);
        if let Some(configuration) = &environment.configuration {
            line =
                line.text("  ").text(render::relative(configuration, Some(Path::new(&environment.folder))));
        }
        if let Some(engine) = &self.engine {
            line = line.text(" ").add(FAINT, sheet.theme.symbols.arrow).text(" ").text(engine_text(engine));
        }
        vec![line, Line::new()]
    }
}

/// The label of the row that a step belongs to; none for a whole operation.
pub(super) fn label(name: StepName) -> Option<&'static str> {
    Some(match name {
        StepName::Up
        | StepName::Down
        | StepName::StopEnvironment
        | StepName::BuildImage
        | StepName::SetUpContainer
        | StepName::RunUserCommands
        | StepName::ContainerLog => return None,
        StepName::Configuration => "configuration",
        StepName::Engine => "engine",
        StepName::Lock => "lock",
        StepName::Clone => "clone",
        StepName::Fill => "volume",
        StepName::Consent => "consent",
        StepName::Initialize => "initialize",
        StepName::Features | StepName::Feature => "features",
        StepName::Image | StepName::Pull | StepName::RemoveImage => "image",
        StepName::Build | StepName::Vertex => "build",
        StepName::UpdateUid => "user id",
        StepName::Create | StepName::Start | StepName::Unpause | StepName::Stop | StepName::Remove => {
            "container"
        }
        StepName::Compose => "services",
        StepName::RemoveVolume => "volumes",
        StepName::RemoveNetwork => "networks",
        StepName::Agent | StepName::SetUp | StepName::Probe => "set-up",
        StepName::Hooks | StepName::Hook | StepName::Command => HOOKS,
    })
}

/// The engine stands in the header; waiting, consent and their failures speak for themselves.
fn is_row(row: &Row) -> bool {
    !matches!(row.label, "engine" | "lock" | "consent")
}

fn milestone(word: &str, milliseconds: u64, sheet: &Sheet<'_>) -> Line {
    Line::new()
        .text("  ")
        .add(ACCENT, sheet.theme.symbols.done)
        .text(" ")
        .add(STRONG, format!("{word} in {}", duration(milliseconds)))
}

fn granted(by: GrantedBy, touches: &[Touch]) -> Option<Line> {
    let reason = match by {
        GrantedBy::Person | GrantedBy::Stored => return None,
        GrantedBy::TrustFlag => "by --trust",
        GrantedBy::ContinuousIntegration => "because this is CI",
        GrantedBy::Compatibility => "as devcontainer would",
    };
    let subjects: Vec<_> = touches.iter().map(|touch| touch.subject.as_str()).collect();
    (!subjects.is_empty())
        .then(|| Line::new().text("  ").text(format!("allowed {reason}: {}", subjects.join(", "))))
}

fn waiting(on: &WaitingFor) -> String {
    match on {
        WaitingFor::Lock { pid, command } => {
            let who = command.as_deref().unwrap_or("another wharf");
            let pid = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
            format!("waiting for {who}{pid}, which works on the same environment")
        }
        WaitingFor::Engine { address } => format!("waiting for the engine at {address}"),
        WaitingFor::Removal { container_id } => {
            let short: String = container_id.chars().take(12).collect();
            format!("waiting until container {short} is removed")
        }
    }
}

/// An engine in a few words: `docker 28.5 (local)`.
pub(crate) fn engine_text(engine: &Engine) -> String {
    let kind = match engine.kind {
        EngineKind::Docker => "docker",
        EngineKind::Podman => "podman",
    };
    let version = engine.version.as_deref().map(|version| {
        let numbers: Vec<&str> = version.splitn(3, '.').take(2).collect();
        format!(" {}", numbers.join("."))
    });
    let place = match (engine.local, engine.rootless) {
        (true, true) => "local, rootless",
        (true, false) => "local",
        (false, _) => &engine.address,
    };
    format!("{kind}{} ({place})", version.unwrap_or_default())
}

#[cfg(test)]
mod tests;
