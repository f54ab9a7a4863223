//! Secrets that a configuration merely names and this computer holds: handing one over asks.
//!
//! Whoever gives a value by hand, in a file or at a prompt, has decided by that. A name in a configuration has decided nothing: a
//! stranger's can name any variable of the person's own environment, and its commands could send the value anywhere.

use wharf_spec::{MergedConfig, ResolvedConfig, Source};

use super::{Touch, TouchKind};
use crate::hooks::{self, HookOptions};
use crate::state::{Inside, Observed, Running};

/// Where this computer holds the value of a declared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretPlace {
    /// A variable of the same name in the caller's environment.
    Environment,
    /// The system's keychain, for this environment or all of them.
    Keychain,
}

impl SecretPlace {
    fn what(self, name: &str) -> String {
        match self {
            Self::Environment => format!("{name} from your environment"),
            Self::Keychain => format!("{name} from your keychain"),
        }
    }
}

/// The declared secrets that this computer holds, in the configuration's order. Those that were `given` by hand are not among them.
#[must_use]
pub fn held_secrets(
    configuration: &ResolvedConfig,
    given: &[String],
    observed: &Observed,
) -> Vec<(String, SecretPlace)> {
    let declared = configuration.config.secrets.keys().filter(|name| !given.contains(name));
    declared.filter_map(|name| Some((name.clone(), place(name, observed)?))).collect()
}

fn place(name: &str, observed: &Observed) -> Option<SecretPlace> {
    let here = observed.host.environment.get(name).is_some_and(|value| !value.is_empty());
    let kept = || observed.kept_secrets.known().is_some_and(|names| names.contains(name));
    match () {
        () if here => Some(SecretPlace::Environment),
        () if kept() => Some(SecretPlace::Keychain),
        () => None,
    }
}

/// Whether it must be known what the keychain holds: hooks run that want a secret which nobody has given otherwise.
#[must_use]
pub fn wants_keychain(wanted: &Running, merged: &MergedConfig, observed: &Observed, inside: &Inside) -> bool {
    let mut declared = wanted.configuration.config.secrets.keys();
    let wants = declared.any(|name| !wanted.hooks.secrets.contains(name) && place(name, observed).is_none());
    wants && observed.kept_secrets.known().is_none() && hooks_run(merged, &wanted.hooks, inside)
}

/// What handing over one of [`held_secrets`] is remembered by, and how a person reads it.
#[must_use]
pub fn secret_touch(configuration: &ResolvedConfig, name: &str, place: SecretPlace) -> Touch {
    Touch {
        kind: TouchKind::Secret,
        what: place.what(name),
        detail: "Commands of the configuration, its image and its Features can read it in the container."
            .to_owned(),
        source: Source::Config { path: configuration.path.clone() },
        property: format!("secrets.{name}"),
        exactly: None,
        files: Vec::new(),
    }
}

/// The secrets that the hooks still to run would be given. Without a command that runs, none is.
#[must_use]
pub fn secrets(wanted: &Running, merged: &MergedConfig, observed: &Observed, inside: &Inside) -> Vec<Touch> {
    if !hooks_run(merged, &wanted.hooks, inside) {
        return Vec::new();
    }
    let held = held_secrets(&wanted.configuration, &wanted.hooks.secrets, observed);
    held.iter().map(|(name, place)| secret_touch(&wanted.configuration, name, *place)).collect()
}

/// Whether a hook that has a command is still to run.
fn hooks_run(merged: &MergedConfig, options: &HookOptions, inside: &Inside) -> bool {
    let (steps, _) = hooks::hook_steps(merged, options);
    steps.iter().any(|step| !step.commands.is_empty() && hooks::is_pending(step.hook, step.rerun, inside))
}
