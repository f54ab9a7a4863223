//! What is remembered of an environment's ports: what was declared, by whoever applied it, and what was chosen, by whoever forwards.

use serde::{Deserialize, Serialize};
use wharf_plan::ports::{InsidePort, PortChoice, PortChoices};

/// Name of the file with the environment's [`wharf_plan::ports::DeclaredPorts`], as they were when it was last brought up.
pub(crate) const PORTS: &str = "ports";
/// Name of the file with the [`crate::connect::Variables`] of whoever wanted the environment kept last.
pub(crate) const REACHED_WITH: &str = "reached-with";
/// Name of [`ForwardsRecord`]'s file.
pub(crate) const FORWARDS: &str = "forwards";
/// Most ports whose local one is remembered; what a person asked for is remembered in any case.
const MOST_REMEMBERED: usize = 200;

/// How an environment's ports were forwarded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ForwardsRecord {
    /// Whether the environment is kept.
    pub(crate) kept: bool,
    /// The start of the container in which ports were last seen: who finds them again has no news.
    pub(crate) seen: Option<String>,
    /// What was chosen, by port.
    pub(crate) choices: Vec<(InsidePort, PortChoice)>,
}

impl ForwardsRecord {
    /// The choices as they are decided with.
    pub(crate) fn choices(&self) -> PortChoices {
        self.choices.iter().cloned().collect()
    }

    /// Takes choices over, within bounds: a program that listens on ever new ports must not fill the disk.
    pub(crate) fn set_choices(&mut self, choices: &PortChoices) {
        let asked = choices.iter().filter(|(_, choice)| choice.asked.is_some());
        let others = choices.iter().filter(|(_, choice)| choice.asked.is_none()).take(MOST_REMEMBERED);
        self.choices = asked.chain(others).map(|(port, choice)| (port.clone(), choice.clone())).collect();
        self.choices.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
}
