//! Set-up, probe and hooks of a running container: the step `Inside`, its events, and what is remembered of it.

use std::collections::HashMap;
use std::time::Duration;

use wharf_agent::message::{KnownEnvironment, Place};
use wharf_api::{EventKind, Outcome, OutputStream, StepName};
use wharf_plan::{ContainerFacts, ContainerState, HookCommand, InsideSpec, Rerun};

use crate::error::{CommandFailure, Error, Result};
use crate::events::{Operation, StepRecord};
use crate::exec::known_as;
use crate::inside::{HookOutcome, Inside, InsideEvent, InsideOutcome};
use crate::reconciler::Reconciler;
use crate::records::{INSIDE, InsideRecord, ResolvedUser};

impl Reconciler<'_> {
    /// Puts the agent into a container that does not run yet, while that costs no waiting. One that takes no files is found out
    /// when the agent is needed, and said then.
    pub(crate) async fn place_agent(&mut self, container: &str, read_only_root: bool) -> Result<()> {
        let placed = async {
            // Which processor the image is for is not known yet. The engine's own can run its agent in any case.
            let agent = crate::inside::engines_agent(self.engine).await?;
            crate::inside::place(self.engine, agent, container, read_only_root, &[]).await
        };
        match placed.await {
            Ok(()) | Err(crate::inside::Error::NoPlace { .. } | crate::inside::Error::NotBuilt { .. }) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Everything inside, in one exec.
    pub(crate) async fn inside(&mut self, spec: &InsideSpec, record: &StepRecord<'_>) -> Result<()> {
        let container = self.observed.container.known().cloned().flatten().ok_or(Error::ContainerNotFound)?;
        self.gather_secrets(spec, record).await?;
        let mut view =
            View::new(self.operation, record, spec, &container, self.environment.workspace.folder.as_deref());
        let inside = Inside { engine: self.engine, container: &container };
        if self.observed.composed && self.observed.replaced && !self.observed.inside.set_up {
            // Compose has made it just now: a command that finds no agent takes longer than putting it there. What hinders that is said when
            // the agent is needed.
            if let Err(error) = inside.place().await {
                tracing::debug!(%error, "the agent is not there yet");
            }
        }
        let outcome = {
            let mut show = |event: InsideEvent<'_>| view.show(&event);
            inside.run(spec, &self.secrets, &mut show, &self.operation.cancel).await
        };
        self.ready |= view.ready;
        drop(view);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(crate::inside::Error::Ended { said }) => return Err(self.lost(&container, said).await),
            Err(crate::inside::Error::Engine(wharf_engine::Error::ContainerNotRunning { .. })) => {
                return Err(self.lost(&container, String::new()).await);
            }
            Err(error) => {
                return Err(match error.into() {
                    Error::Agent { message, hint, .. } => {
                        Error::Agent { message, hint, container: Some(container.id) }
                    }
                    other => other,
                });
            }
        };
        self.keep(spec, &container, &outcome)?;
        if let Some(failed) = &outcome.dotfiles_failed {
            let (message, hint) = dotfiles_warning(failed);
            record.warn(message, Some(hint));
        }
        match &outcome.failed {
            None => Ok(()),
            Some(failed) => {
                let mut failure = failure(spec, failed, &container);
                for line in &mut failure.lines {
                    *line = self.operation.masked(line);
                }
                Err(self.located(Error::Hook(Box::new(failure))))
            }
        }
    }

    /// Notes what is done, here and on disk, so that the next operation need not ask.
    fn keep(&mut self, spec: &InsideSpec, container: &ContainerFacts, outcome: &InsideOutcome) -> Result<()> {
        let done = &mut self.observed.inside;
        *done = done.marked_in(spec.markers());
        done.set_up |= spec.set_up;
        // What failed is not tried again before the next operation.
        let dotfiles_before = done.dotfiles;
        done.dotfiles |= spec.dotfiles.is_some();
        let has_dotfiles =
            dotfiles_before || matches!(outcome.dotfiles, HookOutcome::Done | HookOutcome::Skipped);
        for (step, outcome) in spec.hooks.iter().zip(&outcome.hooks) {
            if matches!(outcome, HookOutcome::Done | HookOutcome::Skipped) {
                match step.rerun {
                    Rerun::Always => done.attached.insert(step.hook),
                    Rerun::OncePerContainer | Rerun::OncePerStart => done.done.insert(step.hook),
                };
            }
        }
        let Some(resolved) = &outcome.resolved else { return Ok(()) };
        let before =
            self.state.load::<InsideRecord>(INSIDE)?.found().filter(|record| record.belongs_to(container));
        let mut probed = before.map(|record| record.probed).unwrap_or_default();
        if let (Some(found), Some(probe)) = (&outcome.probed, spec.probe) {
            let known = KnownEnvironment { env: found.env.clone(), files: found.files.clone() };
            probed.insert(known_as(&spec.user, probe), known);
        }
        let mut inside = done.clone();
        inside.attached.clear();
        inside.dotfiles = has_dotfiles;
        let failed = spec.hooks.iter().zip(&outcome.hooks);
        let mut failed =
            failed.filter(|(_, outcome)| **outcome == HookOutcome::Failed).map(|(step, _)| step.hook);
        self.state.save(
            INSIDE,
            &InsideRecord {
                container: container.id.clone(),
                started_at: container.started_at.clone(),
                inside,
                failed: failed.next_back(),
                user: ResolvedUser {
                    name: resolved.user.clone(),
                    home: resolved.home.clone(),
                    shell: resolved.shell.clone(),
                },
                probed,
            },
        )
    }

    /// The agent went away: because its container did, or by itself. The engine ends what runs inside before it says what became
    /// of the container, and whoever removes a container ends it first: so it is asked for a moment longer, and once more after the end.
    async fn lost(&self, container: &ContainerFacts, said: String) -> Error {
        const PAUSE: Duration = Duration::from_millis(50);
        const LOOKS: u32 = 100;
        const LOOKS_AFTER_THE_END: u32 = 10;
        // What the engine says of a main process that was killed: it did not end by itself.
        const KILLED: i64 = 137;
        let mut ended: Option<ContainerFacts> = None;
        let mut looks = LOOKS;
        while looks > 0 {
            looks -= 1;
            let what = match self.engine.inspect_container(&container.id).await {
                Ok(None) => "was removed by somebody else meanwhile",
                Ok(Some(now)) if now.state == ContainerState::Removing => "is being removed by somebody else",
                found => {
                    let other = found.ok().flatten().filter(|now| now.state != container.state);
                    if let (None, Some(now)) = (&ended, other) {
                        looks = looks.min(LOOKS_AFTER_THE_END);
                        ended = Some(now);
                    }
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            return Error::ContainerLost { container: container.id.clone(), what: what.to_owned() };
        }
        let Some(now) = ended else { return crate::inside::Error::Ended { said }.into() };
        let by_itself = now.state == ContainerState::Exited && now.exit_code != Some(KILLED);
        if by_itself && self.observed.started.contains(&now.id) {
            return Error::ContainerEnded { container: now.id, code: now.exit_code };
        }
        let state = format!("{:?}", now.state).to_lowercase();
        let what = format!("is {state} now, and ran when the hooks began");
        Error::ContainerLost { container: container.id.clone(), what }
    }
}

/// What is said of dotfiles that could not be installed, and what to do.
fn dotfiles_warning(failed: &crate::inside::HookFailure) -> (String, String) {
    let says_why = |line: &&String| ["fatal:", "error:"].iter().any(|start| line.starts_with(start));
    let last = failed.lines.iter().rev().find(|line| !line.trim().is_empty());
    let why = failed.lines.iter().find(says_why).or(last);
    let why = why.map(|line| format!(": {}", line.trim())).unwrap_or_default();
    (
        format!("the dotfiles could not be installed (exit {}){why}", failed.end.code()),
        "the environment goes on without them, and the next `up` tries again; `--log-level debug` shows all they wrote"
            .to_owned(),
    )
}

fn failure(
    spec: &InsideSpec,
    failed: &crate::inside::HookFailure,
    container: &ContainerFacts,
) -> CommandFailure {
    let Place { hook, command, entry } = failed.place;
    let step = spec.hooks.get(hook);
    let author = step.and_then(|step| step.commands.get(command));
    let commands = author.map(|author| author.command.commands()).unwrap_or_default();
    let single = commands.get(entry.unwrap_or(0));
    let lines = match &failed.end {
        wharf_agent::message::End::NotStarted { message, .. } => vec![message.clone()],
        _ => failed.lines.clone(),
    };
    CommandFailure {
        hook: step.map_or("", |step| step.hook.property_name()).to_owned(),
        name: single.and_then(|(name, _)| name.map(str::to_owned)),
        command: single.map(|(_, command)| crate::host::describe(command)).unwrap_or_default(),
        code: Some(failed.end.code()),
        lines,
        container: Some(container.id.clone()),
        source: author.map(|author| author.source.clone()),
        location: None,
    }
}

/// What happens inside, as steps: one for each hook and author, and one for each command of a parallel group below it.
struct View<'a> {
    operation: &'a Operation<'a>,
    record: &'a StepRecord<'a>,
    spec: &'a InsideSpec,
    container: &'a ContainerFacts,
    folder: &'a str,
    user: String,
    probe: Option<StepRecord<'a>>,
    groups: HashMap<(usize, usize), StepRecord<'a>>,
    commands: HashMap<Place, StepRecord<'a>>,
    finished: usize,
    ready: bool,
}

impl<'a> View<'a> {
    fn new(
        operation: &'a Operation<'a>,
        record: &'a StepRecord<'a>,
        spec: &'a InsideSpec,
        container: &'a ContainerFacts,
        folder: Option<&'a str>,
    ) -> Self {
        Self {
            operation,
            record,
            spec,
            container,
            folder: folder.unwrap_or("/"),
            user: spec.user.clone(),
            probe: None,
            groups: HashMap::new(),
            commands: HashMap::new(),
            finished: 0,
            ready: false,
        }
    }

    fn show(&mut self, event: &InsideEvent<'_>) {
        match event {
            InsideEvent::Warning(text) => self.record.warn(*text, None),
            InsideEvent::Resolved(resolved) => {
                self.user.clone_from(&resolved.user);
                if self.spec.probe.is_some() {
                    self.probe = Some(self.operation.begin(Some(self.record), StepName::Probe, None));
                }
                self.tell_if_ready();
            }
            InsideEvent::Probed(probed) => {
                let outcome = if probed.cached { Outcome::Cached } else { Outcome::Done };
                if let Some(probe) = self.probe.take() {
                    probe.finish_after(outcome, probed.milliseconds, None);
                }
            }
            InsideEvent::HookStarted(_) => {}
            InsideEvent::HookSkipped(hook) => {
                let Some(step) = self.spec.hooks.get(*hook) else { return };
                if !step.commands.is_empty() {
                    let subject = Some(step.hook.property_name().to_owned());
                    self.operation
                        .begin(Some(self.record), StepName::Hook, subject)
                        .finish(Outcome::Skipped, None);
                }
                self.one_more();
            }
            InsideEvent::HookFinished { hook, .. } => {
                let over: Vec<_> = self.groups.keys().filter(|(group, _)| group == hook).copied().collect();
                for key in over {
                    if let Some(group) = self.groups.remove(&key) {
                        group.finish(Outcome::Done, None);
                    }
                }
                if *hook < self.spec.hooks.len() {
                    self.one_more();
                }
            }
            InsideEvent::CommandStarted(place) => self.begin(*place),
            InsideEvent::Output(place, bytes) => {
                if let Some(command) = self.commands.get(place) {
                    command.output(OutputStream::Stdout, bytes);
                }
            }
            InsideEvent::CommandFinished { place, end, milliseconds } => {
                let outcome = if end.is_success() { Outcome::Done } else { Outcome::Failed };
                let detail = (!end.is_success()).then(|| format!("exit {}", end.code()));
                if let Some(command) = self.commands.remove(place) {
                    command.finish_after(outcome, *milliseconds, detail);
                }
            }
        }
    }

    fn begin(&mut self, place: Place) {
        let Some(author) = self.author(place) else {
            let subject = Some("dotfiles".to_owned());
            let command = self.operation.begin(Some(self.record), StepName::Hook, subject);
            self.commands.insert(place, command);
            return;
        };
        let name = place.entry.and_then(|entry| {
            author.command.commands().get(entry).and_then(|(name, _)| name.map(str::to_owned))
        });
        let property = self.spec.hooks.get(place.hook).map_or("", |step| step.hook.property_name());
        let origin = match author.source.origin() {
            "devcontainer.json" => property.to_owned(),
            feature => format!("{property} from {feature}"),
        };
        let (operation, record) = (self.operation, self.record);
        let commands = author.command.commands();
        let text = commands.get(place.entry.unwrap_or(0)).map(|(_, command)| crate::host::describe(command));
        let begin = |text| operation.begin_command(Some(record), StepName::Hook, Some(origin), text);
        let command = match name {
            None => begin(text),
            Some(name) => {
                let group = self.groups.entry((place.hook, place.command)).or_insert_with(|| begin(None));
                operation.begin_command(Some(group), StepName::Command, Some(name), text)
            }
        };
        self.commands.insert(place, command);
    }

    fn author(&self, place: Place) -> Option<&'a HookCommand> {
        self.spec.hooks.get(place.hook)?.commands.get(place.command)
    }

    fn one_more(&mut self) {
        self.finished += 1;
        self.tell_if_ready();
    }

    /// The wait point of the specification (`waitFor`): what comes after it goes on, but nobody has to wait for it.
    fn tell_if_ready(&mut self) {
        if self.ready || self.finished < self.spec.ready_after {
            return;
        }
        self.ready = true;
        self.record.send(EventKind::Ready {
            milliseconds: self.operation.milliseconds(),
            container_id: self.container.id.clone(),
            remote_user: self.user.clone(),
            remote_workspace_folder: self.folder.to_owned(),
        });
    }
}
