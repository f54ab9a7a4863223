//! What goes wrong with Compose.

use wharf_api::Location;

/// A call of Compose that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeFailure {
    /// The command as a person would type it.
    pub command: String,
    /// What it says instead of `Command failed`, where it did not even start.
    pub problem: Option<String>,
    /// Its exit code.
    pub code: Option<i32>,
    /// What it wrote last.
    pub lines: Vec<String>,
    /// What Wharf was doing, as the reference's sentence.
    pub description: &'static str,
    /// The property that asked for it.
    pub location: Option<Location>,
}

impl ComposeFailure {
    /// The reference's words for a program that failed.
    pub(crate) fn headline(&self) -> String {
        match &self.problem {
            Some(problem) => format!("{} cannot be started: {problem}", self.command),
            None => format!("Command failed: {}", self.command),
        }
    }

    /// What to do about what Compose says.
    pub(crate) fn hint(&self) -> Option<String> {
        let said = self.lines.join("\n");
        if said.contains("compose provider") {
            return Some(crate::doctor::how_to_install_compose());
        }
        let hint = if said.contains("permission denied") {
            "look at the lines above: the engine or a file refuses this user"
        } else if said.contains("port is already allocated") || said.contains("address already in use") {
            "stop what has the port, or publish another one in the Compose file; `wharf up` then goes on"
        } else if said.contains("env file") && said.contains("not found") {
            "make the file that the service names in `env_file`, for example with `initializeCommand`"
        } else {
            "the lines above are Compose's own; correct the Compose file, then `wharf up` goes on"
        };
        Some(hint.to_owned())
    }
}
