//! Set-up, probe and hooks: everything an environment needs once its container runs, in one request.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use wharf_agent::frame::Frame;
use wharf_agent::message::{
    AgentMessage, Command, CommandFailure, End, Hook, InsideRequest, Place, Refusal, SingleCommand,
};

use super::connection::Connection;
use super::context::{Prepared, prepare};
use super::launch::{Wiring, launch, unattended};
use super::marker;

/// Runs the request on the calling thread, which becomes the user's.
pub(crate) fn run(connection: &Connection, exchange: u32, request: &InsideRequest) {
    let last = match run_all(connection, exchange, request) {
        Ok(failed) => AgentMessage::InsideFinished { failed },
        Err(refusal) => AgentMessage::Refused(refusal),
    };
    connection.say(exchange, &[last]);
}

fn run_all(
    connection: &Connection,
    exchange: u32,
    request: &InsideRequest,
) -> Result<Option<CommandFailure>, Refusal> {
    let prepared = prepare(connection, exchange, &request.context, request.set_up.as_ref())?;
    let single = request.terminal.map_or(Wiring::OutputOnly, Wiring::Terminal);
    let runner = HookRunner { connection, exchange, prepared: &prepared, single };
    let folder =
        Path::new(&prepared.home).join(request.user_data_folder.as_deref().unwrap_or(".devcontainer"));
    let number = request.hooks.len();
    for index in 0..=number {
        if let Some(dotfiles) = request.dotfiles.as_ref().filter(|found| found.before.min(number) == index) {
            runner.hook(number, &dotfiles.hook, &folder);
        }
        if connection.registry.is_closing(exchange) {
            break;
        }
        if let Some(failed) = request.hooks.get(index).and_then(|hook| runner.hook(index, hook, &folder)) {
            return Ok(Some(failed));
        }
    }
    Ok(None)
}

struct HookRunner<'a> {
    connection: &'a Connection,
    exchange: u32,
    prepared: &'a Prepared,
    /// How commands that run alone are wired; those that run side by side have no terminal to share.
    single: Wiring,
}

impl HookRunner<'_> {
    fn say(&self, message: AgentMessage) {
        self.connection.say(self.exchange, &[message]);
    }

    /// Runs a hook unless its marker says that it has run; the marker is written once all of it has succeeded.
    fn hook(&self, index: usize, hook: &Hook, folder: &Path) -> Option<CommandFailure> {
        let marker: Option<(PathBuf, &str)> =
            hook.marker.as_ref().map(|marker| (folder.join(&marker.file_name), marker.content.as_str()));
        if let (Some((path, content)), Some(false)) =
            (&marker, hook.marker.as_ref().map(|marker| marker.rerun))
            && marker::is_done(path, content)
        {
            self.say(AgentMessage::HookSkipped { hook: index });
            return None;
        }
        self.say(AgentMessage::HookStarted { hook: index });
        let began = Instant::now();
        for (position, command) in hook.commands.iter().enumerate() {
            if let Some(failed) = self.command(Place { hook: index, command: position, entry: None }, command)
            {
                return Some(failed);
            }
            if self.connection.registry.is_closing(self.exchange) {
                return None;
            }
        }
        if let Some((path, content)) = marker
            && let Err(error) = marker::write(&path, content)
        {
            let path = path.display();
            self.say(AgentMessage::Warning(format!(
                "{path} could not be written, so the hook will run again: {error}"
            )));
        }
        self.say(AgentMessage::HookFinished { hook: index, milliseconds: milliseconds(began) });
        None
    }

    fn command(&self, place: Place, command: &Command) -> Option<CommandFailure> {
        match command {
            Command::Shell(text) => {
                let command = SingleCommand::Shell(text.clone());
                self.started(place, &command)?.run(self.single)
            }
            Command::Exec(arguments) => {
                let command = SingleCommand::Exec(arguments.clone());
                self.started(place, &command)?.run(self.single)
            }
            Command::Parallel(entries) => thread::scope(|scope| {
                let threads: Vec<_> = entries
                    .iter()
                    .enumerate()
                    .filter_map(|(index, (_, command))| {
                        let place = Place { entry: Some(index), ..place };
                        // Told before its thread runs, so that entries are told in their order.
                        let started = self.started(place, command)?;
                        let work = started.clone();
                        let thread =
                            thread::Builder::new().spawn_scoped(scope, move || work.run(Wiring::OutputOnly));
                        Some(
                            thread
                                .map_err(|error| started.finish(started.unattended(&error), Instant::now())),
                        )
                    })
                    .collect();
                // All of them end before any failure counts, and the first in order is the one that is told.
                let failures: Vec<_> = threads
                    .into_iter()
                    .map(|thread| {
                        thread.map_or_else(|failure| failure, |thread| thread.join().ok().flatten())
                    })
                    .collect();
                failures.into_iter().flatten().next()
            }),
        }
    }

    /// Tells that a command starts; None where there is nothing to run.
    fn started(&self, place: Place, command: &SingleCommand) -> Option<Started<'_>> {
        let arguments = command.arguments()?;
        let output = self.connection.new_stream();
        self.say(AgentMessage::CommandStarted { place, output });
        Some(Started { runner: self, place, arguments, output })
    }
}

/// A command of which the host has been told.
#[derive(Clone)]
struct Started<'a> {
    runner: &'a HookRunner<'a>,
    place: Place,
    arguments: Vec<String>,
    output: u32,
}

impl Started<'_> {
    fn run(&self, wiring: Wiring) -> Option<CommandFailure> {
        let HookRunner { connection, exchange, prepared, .. } = self.runner;
        let began = Instant::now();
        let end = match launch(&self.arguments, &prepared.environment, &prepared.working_dir, wiring) {
            Ok(launched) => connection
                .attend(*exchange, launched, self.output, None)
                .unwrap_or_else(|error| self.unattended(&error)),
            Err(end) => end,
        };
        self.finish(end, began)
    }

    /// How it ends where there is no thread for it.
    fn unattended(&self, error: &io::Error) -> End {
        unattended(self.arguments.first().map(String::as_str), error)
    }

    /// Tells how it has ended.
    fn finish(&self, end: End, began: Instant) -> Option<CommandFailure> {
        let Started { runner, place, output, .. } = *self;
        let finished =
            AgentMessage::CommandFinished { place, end: end.clone(), milliseconds: milliseconds(began) };
        runner.connection.send_and_say(&[Frame::end(output)], runner.exchange, &[finished]);
        if end.is_success() { None } else { Some(CommandFailure { place, end }) }
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
