//! The events of `--log-format json` as the reference writes them: what is written under the name `devcontainer`, for tools that read them.

use std::collections::HashMap;

use serde::Serialize;
use wharf_api::{Event, EventKind, Outcome, StepId, StepName};

use super::model::label;
use crate::program::REFERENCE_VERSION;

/// How much an event matters, in the reference's numbers.
pub(crate) mod level {
    pub(crate) const DEBUG: u8 = 2;
    pub(crate) const INFO: u8 = 3;
    pub(crate) const ERROR: u8 = 5;
}

/// Where the reference says that hooks speak.
const HOOKS: &str = "postCreate";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub(crate) enum Said {
    /// A line for people.
    Text {
        level: u8,
        timestamp: u64,
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'static str>,
    },
    /// What something wrote, as it wrote it.
    Raw {
        level: u8,
        timestamp: u64,
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'static str>,
    },
    /// Something begins.
    Start {
        level: u8,
        timestamp: u64,
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'static str>,
    },
    /// It has ended.
    Stop {
        level: u8,
        timestamp: u64,
        text: String,
        start_timestamp: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'static str>,
    },
    /// How far a hook is.
    Progress {
        name: String,
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        step_detail: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'static str>,
    },
}

impl Said {
    /// The line of JSON.
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// What the reference says of itself first.
    pub(crate) fn greeting(timestamp: u64) -> Self {
        let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
        let own = env!("CARGO_PKG_VERSION");
        let text = format!("@devcontainers/cli {REFERENCE_VERSION}. Wharf {own}. {system} {machine}.");
        Self::text(level::INFO, timestamp, text)
    }

    /// A line for people that belongs to no hook.
    pub(crate) fn text(level: u8, timestamp: u64, text: String) -> Self {
        Self::Text { level, timestamp, text, channel: None }
    }
}

/// What the steps that run are called, and what is not said yet.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    running: HashMap<StepId, Running>,
    /// Hooks that have begun, but might turn out to have nothing to do: nobody is told of those.
    held: Vec<(StepId, u64)>,
}

#[derive(Debug)]
struct Running {
    text: String,
    since: u64,
    work: Work,
}

#[derive(Debug)]
enum Work {
    /// A hook of one author, `Feature 'x'` or the configuration, and what it runs where that is one command.
    Hook { hook: String, author: String, command: Option<String> },
    /// A command of a hook that has several, and what it has written: that is told when it has ended.
    Command { of: StepId, name: String, written: String },
    /// Anything else.
    Step,
}

impl Translation {
    /// What an event is to the reference.
    pub(crate) fn apply(&mut self, event: &Event) -> Vec<Said> {
        let mut said = Vec::new();
        let skipped = matches!(event.kind, EventKind::StepFinished { outcome: Outcome::Skipped, .. })
            .then_some(event.step);
        self.held.retain(|(step, _)| Some(*step) != skipped);
        if skipped.is_none() {
            said.extend(self.flush(u64::MAX));
        }
        match &event.kind {
            EventKind::StepStarted { name, subject, command } => {
                self.start(event, *name, subject.as_deref(), command.as_ref(), &mut said);
            }
            EventKind::StepOutput { text, .. } => self.output(event, text, &mut said),
            EventKind::StepFinished { outcome, detail, .. } => {
                self.finish(event, *outcome, detail.as_deref(), &mut said);
            }
            _ => {}
        }
        said
    }

    /// Says of the hooks that have begun until then, in milliseconds since 1970, that they have begun. One that is skipped ends as soon
    /// as it has begun, and is not told of: whoever asks in between asks about those that began a while ago.
    pub(crate) fn flush(&mut self, until: u64) -> Vec<Said> {
        let mut said = Vec::new();
        let ready = self.held.iter().take_while(|(_, timestamp)| *timestamp <= until).count();
        let ready: Vec<_> = self.held.drain(..ready).collect();
        for (step, timestamp) in ready {
            let Some(Running { text, work: Work::Hook { hook, author, command }, .. }) =
                self.running.get(&step)
            else {
                continue;
            };
            if hook != DOTFILES {
                let text = format!("\u{1b}[1mRunning the {hook} from {author}...\u{1b}[0m\r\n\r\n");
                said.push(Said::Raw { level: level::INFO, timestamp, text, channel: Some(HOOKS) });
            }
            if command.is_some() || hook == DOTFILES {
                said.push(progress(hook, "running", command.clone()));
            }
            said.push(Said::Start {
                level: level::DEBUG,
                timestamp,
                text: text.clone(),
                channel: channel_of(hook),
            });
        }
        said
    }

    fn start(
        &mut self,
        event: &Event,
        name: StepName,
        subject: Option<&str>,
        command: Option<&String>,
        said: &mut Vec<Said>,
    ) {
        let subject = subject.unwrap_or_default();
        let work = match (name, event.parent) {
            (StepName::Hook, _) => {
                let (hook, author) = match subject.split_once(" from ") {
                    Some((hook, feature)) => (hook, format!("Feature '{feature}'")),
                    None => (subject, "devcontainer.json".to_owned()),
                };
                Work::Hook { hook: hook.to_owned(), author, command: command.cloned() }
            }
            (StepName::Command, Some(of)) => {
                said.extend(self.one_more_command(of, command));
                Work::Command { of, name: subject.to_owned(), written: String::new() }
            }
            _ => Work::Step,
        };
        let what = match (name, label(name)) {
            (StepName::Hook | StepName::Command, _) => "Run in container:",
            (_, Some(label)) => label,
            (_, None) => "Resolving",
        };
        let text = format!("{what} {subject}").trim().to_owned();
        match work {
            Work::Hook { .. } => self.held.push((event.step, event.timestamp)),
            _ => said.push(Said::Start {
                level: level::DEBUG,
                timestamp: event.timestamp,
                text: text.clone(),
                channel: work.channel(),
            }),
        }
        self.running.insert(event.step, Running { text, since: event.timestamp, work });
    }

    /// The progress of a hook is told once for each of its commands.
    fn one_more_command(&self, of: StepId, command: Option<&String>) -> Option<Said> {
        let hook = self.running.get(&of)?.work.hook()?;
        Some(progress(hook, "running", command.cloned()))
    }

    fn output(&mut self, event: &Event, text: &str, said: &mut Vec<Said>) {
        let running = self.running.get_mut(&event.step);
        let (hook, channel) = match running.map(|running| &mut running.work) {
            Some(Work::Command { written, .. }) => {
                written.push_str(text);
                return;
            }
            Some(work) => (work.hook().cloned(), work.channel()),
            None => (None, None),
        };
        said.push(Said::Raw {
            level: level::INFO,
            timestamp: event.timestamp,
            text: text.to_owned(),
            channel,
        });
        for line in text.lines() {
            let detail = match (&hook, line.split_once("::step::")) {
                (Some(_), Some((_, detail))) => detail.to_owned(),
                (Some(_), None) if line.contains("::endstep::") => String::new(),
                _ => continue,
            };
            said.extend(hook.as_deref().map(|hook| progress(hook, "running", Some(detail))));
        }
    }

    fn finish(&mut self, event: &Event, outcome: Outcome, detail: Option<&str>, said: &mut Vec<Said>) {
        let Some(Running { text, since, work }) = self.running.remove(&event.step) else { return };
        if matches!((&work, outcome), (Work::Hook { .. }, Outcome::Skipped)) {
            return;
        }
        let what = self.described(&work);
        let timestamp = event.timestamp;
        said.push(Said::Stop {
            level: level::DEBUG,
            timestamp,
            text,
            start_timestamp: since,
            channel: work.channel(),
        });
        let succeeded = !matches!(outcome, Outcome::Failed | Outcome::Cancelled);
        if let Work::Command { written, .. } = &work {
            let text = format!("\u{1b}[1mRunning {what}...\u{1b}[0m\r\n{written}\r\n");
            said.push(Said::Raw { level: level::INFO, timestamp, text, channel: work.channel() });
        }
        if let (Some(code), Some(_)) =
            (detail.and_then(|detail| detail.strip_prefix("exit ")), work.channel())
        {
            let text = format!(
                "{what} failed with exit code {code}. Skipping any further user-provided commands.\r\n"
            );
            said.push(Said::Text { level: level::INFO, timestamp, text, channel: work.channel() });
        }
        if let Work::Hook { hook, .. } = &work {
            said.push(progress(hook, if succeeded { "succeeded" } else { "failed" }, None));
        }
    }

    /// A hook and its author; a command, its hook and its author.
    fn described(&self, work: &Work) -> String {
        match work {
            Work::Hook { hook, author, .. } => format!("{hook} from {author}"),
            Work::Command { of, name, .. } => {
                let of = self.running.get(of).map(|hook| self.described(&hook.work));
                format!("{name} of {}", of.unwrap_or_default())
            }
            Work::Step => String::new(),
        }
    }
}

/// What stands in the place of a hook's name while dotfiles are installed.
const DOTFILES: &str = "dotfiles";

fn progress(hook: &str, status: &'static str, step_detail: Option<String>) -> Said {
    let channel = channel_of(hook);
    let name =
        if channel.is_none() { "Installing Dotfiles".to_owned() } else { format!("Running {hook}...") };
    Said::Progress { name, status, step_detail, channel }
}

fn channel_of(hook: &str) -> Option<&'static str> {
    (hook != DOTFILES).then_some(HOOKS)
}

impl Work {
    fn hook(&self) -> Option<&String> {
        match self {
            Self::Hook { hook, .. } => Some(hook),
            Self::Command { .. } | Self::Step => None,
        }
    }

    fn channel(&self) -> Option<&'static str> {
        match self {
            Self::Hook { hook, .. } => channel_of(hook),
            Self::Command { .. } => Some(HOOKS),
            Self::Step => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(step: u64, kind: EventKind) -> Event {
        Event {
            timestamp: 1,
            workspace: String::new(),
            environment: None,
            step: StepId(step),
            parent: None,
            kind,
        }
    }

    fn finished(outcome: Outcome) -> EventKind {
        EventKind::StepFinished { outcome, milliseconds: 0, detail: None }
    }

    #[test]
    fn a_hook_with_nothing_to_do_is_not_told() {
        let mut translation = Translation::default();
        let hook = |subject: &str| EventKind::StepStarted {
            name: StepName::Hook,
            subject: Some(subject.to_owned()),
            command: Some("make all".to_owned()),
        };
        assert_eq!(translation.apply(&event(1, hook("onCreateCommand"))), []);
        assert_eq!(translation.apply(&event(1, finished(Outcome::Skipped))), []);

        assert_eq!(translation.apply(&event(2, hook("postCreateCommand from ./hello"))), []);
        assert_eq!(translation.flush(0), [], "it may be skipped yet");
        let said = translation.flush(u64::MAX);
        let Some(Said::Raw { text, channel: Some(HOOKS), .. }) = said.first() else { panic!("{said:?}") };
        assert!(text.contains("Running the postCreateCommand from Feature './hello'..."), "{text}");
        let detail = said.iter().find_map(|said| match said {
            Said::Progress { step_detail, .. } => step_detail.clone(),
            _ => None,
        });
        assert_eq!(detail.as_deref(), Some("make all"));
        let said = translation.apply(&event(2, finished(Outcome::Done)));
        let is = |said: &Said, wanted| matches!(said, Said::Progress { status, .. } if *status == wanted);
        assert!(said.iter().any(|said| is(said, "succeeded")), "{said:?}");
        assert_eq!(translation.flush(u64::MAX), []);
    }
}
