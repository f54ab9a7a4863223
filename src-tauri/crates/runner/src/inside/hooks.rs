//! Set-up, probe and hooks, seen from the host.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;
use wharf_agent::message::{AgentMessage, End, HostMessage, InsideRequest, Place, Probed, Resolved};

use super::connection::{MOST_OUTPUTS, Opened};
use super::line::Arrival;
use super::{AgentConnection, Error};

/// Lines of a failed command that are told with the failure.
const LAST_LINES: usize = 20;
/// Bytes that are looked at for them.
const LAST_BYTES: usize = 8 * 1024;

/// What happens inside, as it happens. Indices point into the specification that was handed over.
#[derive(Debug, Clone, Copy)]
pub enum InsideEvent<'a> {
    /// Something a person should know; nothing stops because of it.
    Warning(&'a str),
    /// Who commands run as.
    Resolved(&'a Resolved),
    /// The user's environment is known.
    Probed(&'a Probed),
    /// A hook begins.
    HookStarted(usize),
    /// A hook has run before.
    HookSkipped(usize),
    /// A command of a hook begins.
    CommandStarted(Place),
    /// A command has written something; both of its outputs in one, in the order written.
    Output(Place, &'a [u8]),
    /// A command has ended.
    CommandFinished {
        /// Which one.
        place: Place,
        /// How.
        end: &'a End,
        /// After how long.
        milliseconds: u64,
    },
    /// A hook has run and nothing in it failed.
    HookFinished {
        /// Which one.
        hook: usize,
        /// After how long.
        milliseconds: u64,
    },
}

/// What came of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookOutcome {
    /// It was not reached.
    NotRun,
    /// It had run before.
    Skipped,
    /// It ran.
    Done,
    /// It failed.
    Failed,
}

/// What came of it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsideOutcome {
    /// Who commands run as.
    pub resolved: Option<Resolved>,
    /// The user's environment, if it was asked for.
    pub probed: Option<Probed>,
    /// One for each hook of the specification.
    pub hooks: Vec<HookOutcome>,
    /// What came of the dotfiles. They are the hook behind the last one in events.
    pub dotfiles: HookOutcome,
    /// Why they could not be installed; everything after them has run all the same.
    pub dotfiles_failed: Option<HookFailure>,
    /// What failed; nothing after it has run.
    pub failed: Option<HookFailure>,
}

/// A command that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFailure {
    /// Which one.
    pub place: Place,
    /// How it ended.
    pub end: End,
    /// What it wrote last, without terminal control and empty lines at the end.
    pub lines: Vec<String>,
}

impl AgentConnection {
    /// Has everything done, and reports it as it happens.
    ///
    /// # Errors
    /// When the agent is none, refuses, or goes away; when cancelled, after all that ran has been ended.
    pub async fn run_inside(
        &self,
        request: &InsideRequest,
        on_event: &mut (dyn FnMut(InsideEvent<'_>) + Send),
        cancel: &CancellationToken,
    ) -> Result<InsideOutcome, Error> {
        let mut report = Report {
            outcome: InsideOutcome {
                resolved: None,
                probed: None,
                hooks: vec![HookOutcome::NotRun; request.hooks.len()],
                dotfiles: HookOutcome::NotRun,
                dotfiles_failed: None,
                failed: None,
            },
            commands: HashMap::new(),
            ended: HashMap::new(),
        };
        let _turn = tokio::select! {
            turn = self.turn() => turn,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let mut exchange = self.open_for_hooks();
        exchange.ask(&HostMessage::Inside(request.clone()))?;
        let done = tokio::select! {
            done = report.listen(&exchange, on_event) => done,
            () = cancel.cancelled() => Err(Error::Cancelled),
        };
        match &done {
            Ok(()) => exchange.over = true,
            Err(Error::Cancelled) => {
                let is_last = |message: &AgentMessage| {
                    matches!(message, AgentMessage::InsideFinished { .. } | AgentMessage::Refused(_))
                };
                exchange.cancel(is_last).await;
            }
            Err(_) => {}
        }
        done.map(|()| report.outcome)
    }
}

/// The output of a command that runs.
struct Running {
    place: Place,
    tail: Vec<u8>,
}

struct Report {
    outcome: InsideOutcome,
    /// By the stream of their output.
    commands: HashMap<u32, Running>,
    /// What failed commands wrote last.
    ended: HashMap<Place, Vec<u8>>,
}

impl Report {
    async fn listen(
        &mut self,
        exchange: &Opened,
        on_event: &mut (dyn FnMut(InsideEvent<'_>) + Send),
    ) -> Result<(), Error> {
        loop {
            match exchange.next().await? {
                Arrival::Data(stream, bytes) => {
                    if let Some(command) = self.commands.get_mut(&stream) {
                        command.remember(&bytes);
                        on_event(InsideEvent::Output(command.place, &bytes));
                    }
                    exchange.core().consumed(stream, bytes.len());
                }
                Arrival::Message(message) => {
                    if self.take(message, on_event)? {
                        return Ok(());
                    }
                }
                Arrival::End => {}
            }
        }
    }

    /// True when that was the last message.
    fn take(
        &mut self,
        message: AgentMessage,
        on_event: &mut (dyn FnMut(InsideEvent<'_>) + Send),
    ) -> Result<bool, Error> {
        match message {
            AgentMessage::Warning(warning) => on_event(InsideEvent::Warning(&warning)),
            AgentMessage::Refused(refusal) => return Err(refusal.into()),
            AgentMessage::Resolved(resolved) => {
                on_event(InsideEvent::Resolved(&resolved));
                self.outcome.resolved = Some(resolved);
            }
            AgentMessage::Probed(probed) => {
                on_event(InsideEvent::Probed(&probed));
                self.outcome.probed = Some(probed);
            }
            AgentMessage::HookStarted { hook } => {
                // Until it is known to be done.
                self.set(hook, HookOutcome::Failed);
                on_event(InsideEvent::HookStarted(hook));
            }
            AgentMessage::HookSkipped { hook } => {
                self.set(hook, HookOutcome::Skipped);
                on_event(InsideEvent::HookSkipped(hook));
            }
            AgentMessage::HookFinished { hook, milliseconds } => {
                self.set(hook, HookOutcome::Done);
                on_event(InsideEvent::HookFinished { hook, milliseconds });
            }
            AgentMessage::CommandStarted { place, output } => {
                let running = Running { place, tail: Vec::new() };
                self.commands.insert(output, running);
                bounded(self.commands.len())?;
                on_event(InsideEvent::CommandStarted(place));
            }
            AgentMessage::CommandFinished { place, end, milliseconds } => {
                let stream = self
                    .commands
                    .iter()
                    .find(|(_, running)| running.place == place)
                    .map(|(stream, _)| *stream);
                let running = stream.and_then(|stream| self.commands.remove(&stream));
                if let Some(running) = running.filter(|_| !end.is_success()) {
                    if place.hook == self.outcome.hooks.len() {
                        let lines = last_lines(&running.tail);
                        self.outcome.dotfiles_failed = Some(HookFailure { place, end: end.clone(), lines });
                    } else {
                        self.ended.insert(place, running.tail);
                        bounded(self.ended.len())?;
                    }
                }
                on_event(InsideEvent::CommandFinished { place, end: &end, milliseconds });
            }
            AgentMessage::InsideFinished { failed } => {
                self.outcome.failed = failed.map(|failure| HookFailure {
                    lines: last_lines(&self.ended.remove(&failure.place).unwrap_or_default()),
                    place: failure.place,
                    end: failure.end,
                });
                return Ok(true);
            }
            _ => {
                return Err(Error::Protocol { what: "a message that belongs elsewhere".to_owned() });
            }
        }
        Ok(false)
    }

    fn set(&mut self, hook: usize, outcome: HookOutcome) {
        match self.outcome.hooks.get_mut(hook) {
            Some(place) => *place = outcome,
            None => self.outcome.dotfiles = outcome,
        }
    }
}

/// What is kept of commands that an agent claims to run: no more than there can be streams of them.
fn bounded(commands: usize) -> Result<(), Error> {
    if commands <= MOST_OUTPUTS {
        return Ok(());
    }
    Err(Error::Protocol { what: "the agent tells of more commands than it may run".to_owned() })
}

impl Running {
    fn remember(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(LAST_BYTES)..]);
        let surplus = self.tail.len().saturating_sub(LAST_BYTES);
        self.tail.drain(..surplus);
    }
}

/// The last lines as a person reads them: without colours and cursor movement, and what a carriage return overwrote.
fn last_lines(tail: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(tail);
    let lines: Vec<String> = text
        .lines()
        .map(|line| without_control(line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default()))
        .collect();
    let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    lines[end.saturating_sub(LAST_LINES)..end].to_vec()
}

fn without_control(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' if characters.peek() == Some(&'[') => {
                characters.next();
                // A control sequence goes on to its first letter or one of `@[\]^_`{|}~`.
                while characters.next().is_some_and(|next| !('@'..='~').contains(&next)) {}
            }
            '\t' => plain.push('\t'),
            character if character.is_control() => {}
            character => plain.push(character),
        }
    }
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of them starts, and fails or goes on.
    #[test]
    fn what_an_agent_claims_to_run_is_remembered_within_bounds() {
        for ending in [false, true] {
            let mut report = Report {
                outcome: InsideOutcome {
                    resolved: None,
                    probed: None,
                    hooks: vec![HookOutcome::NotRun],
                    dotfiles: HookOutcome::NotRun,
                    dotfiles_failed: None,
                    failed: None,
                },
                commands: HashMap::new(),
                ended: HashMap::new(),
            };
            let mut tell = |message| report.take(message, &mut |_| ()).map(|_| ());
            let refused = (0_usize..10_000).zip((2_u32..).step_by(2)).find_map(|(command, output)| {
                let place = Place { hook: 0, command, entry: None };
                let started = tell(AgentMessage::CommandStarted { place, output });
                let ended = AgentMessage::CommandFinished { place, end: End::Code(1), milliseconds: 1 };
                let ended = if ending { tell(ended) } else { Ok(()) };
                started.and(ended).err().map(|error| (command, error))
            });
            let (command, error) = refused.unwrap();
            assert_eq!(command, MOST_OUTPUTS, "{ending}");
            assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
        }
    }

    #[test]
    fn last_lines_are_readable() {
        let many: String = (0..30).map(|number| format!("line {number}\n")).collect();
        let expected: Vec<String> = (10..30).map(|number| format!("line {number}")).collect();
        assert_eq!(last_lines(many.as_bytes()), expected);
        let cases: [(&[u8], &[&str]); 5] = [
            (b"", &[]),
            (b"one\r\ntwo\r\n\r\n", &["one", "two"]),
            (b"10%\r50%\r100%\n", &["100%"]),
            (b"\x1b[31;1merror\x1b[0m: no\x07\n", &["error: no"]),
            (b"cut \xff in two", &["cut \u{fffd} in two"]),
        ];
        for (tail, expected) in cases {
            assert_eq!(last_lines(tail), expected, "{tail:?}");
        }
    }
}
