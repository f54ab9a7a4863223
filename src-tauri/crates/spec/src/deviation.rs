//! Where Wharf answers otherwise than the reference command line on purpose, as far as a configuration can bring it about.
//!
//! The conformance suite holds the list of every difference that its cases see; this one tells an author which of them touch a
//! file. Each entry says what the reference does, what Wharf does, and which property of a configuration makes them differ.

use std::path::Path;

use serde_json::Value;

use crate::config::{Config, Hook};
use crate::pointer::join_key;

/// One difference.
#[derive(Debug, Clone, Copy)]
pub struct Deviation {
    /// A short name that stays the same.
    pub id: &'static str,
    /// What the reference does, as the end of a sentence that begins with it.
    pub reference: &'static str,
    /// What Wharf does, likewise.
    pub wharf: &'static str,
    /// The JSON pointer of what brings it about, if this configuration has it; empty for the file's place.
    found: fn(&Config, &Path) -> Option<String>,
}

/// The differences that a configuration brings about, each with the JSON pointer of what does; empty for the file's place.
#[must_use]
pub fn deviations(config: &Config, path: &Path) -> Vec<(&'static Deviation, String)> {
    DEVIATIONS
        .iter()
        .filter_map(|deviation| (deviation.found)(config, path).map(|pointer| (deviation, pointer)))
        .collect()
}

/// Every difference, in the order in which a person meets them.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        id: "sub-folder",
        reference: "finds a configuration in a folder below .devcontainer only with --config",
        wharf: "finds it by itself when it is the only one",
        found: |_, path| {
            let folder = path.parent()?.parent()?;
            (folder.file_name()? == ".devcontainer").then(String::new)
        },
    },
    Deviation {
        id: "host-requirements",
        reference: "looks at the GPU alone",
        wharf: "also looks whether the machine has the processors, memory and storage",
        found: |config, _| {
            let requirements = config.host_requirements.as_ref()?;
            let first = [
                ("cpus", requirements.cpus.is_some()),
                ("memory", requirements.memory.is_some()),
                ("storage", requirements.storage.is_some()),
            ];
            let (name, _) = first.into_iter().find(|(_, is_given)| *is_given)?;
            Some(format!("/hostRequirements/{name}"))
        },
    },
    Deviation {
        id: "hook-fails",
        reference: "calls a hook that failed done and never runs it again",
        wharf: "runs it again at the next up, before those that follow it",
        found: |config, _| {
            // What runs on the host runs each time with both.
            let mut hooks = Hook::ALL.into_iter().filter(|hook| *hook != Hook::Initialize);
            let hook = hooks.find(|hook| config.hook(*hook).is_some_and(|command| !command.is_empty()))?;
            Some(join_key("", hook.property_name()))
        },
    },
    Deviation {
        id: "remote-environment-null",
        reference: "sets the variable to the text `null`",
        wharf: "takes the variable away",
        found: |config, _| {
            let (name, _) = config.remote_env.iter().find(|(_, value)| value.is_none())?;
            Some(join_key("/remoteEnv", name))
        },
    },
    Deviation {
        id: "shutdown-action",
        reference: "leaves containers running whatever it says",
        wharf: "does what it says at the end of `wharf --headless`",
        found: |config, _| config.shutdown_action.as_ref().map(|_| "/shutdownAction".to_owned()),
    },
    Deviation {
        id: "wait-for",
        reference: "looks at it only with --skip-non-blocking-commands",
        wharf: "says at this point that the environment is ready, and goes on with the other hooks",
        found: |config, _| config.wait_for.as_ref().map(|_| "/waitFor".to_owned()),
    },
    Deviation {
        id: "dev-container-id",
        reference: "leaves ${devcontainerId} as it is in read-configuration until there is a container",
        wharf: "puts the id in",
        found: |config, _| {
            let entries = config.raw.as_object()?;
            let (name, _) = entries.iter().find(|(_, value)| mentions(value, "${devcontainerId}"))?;
            Some(join_key("", name))
        },
    },
];

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string.contains(text),
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(entries) => entries.values().any(|item| mentions(item, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
