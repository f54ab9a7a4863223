//! The agents inside this program.

use super::Error;

/// A built agent.
#[derive(Clone, Copy)]
pub struct Agent {
    /// As the compiler names it: `x86_64`.
    pub architecture: &'static str,
    /// Names its content.
    pub hash: &'static str,
    /// The program.
    pub program: &'static [u8],
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Agent")
            .field("architecture", &self.architecture)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

static AGENTS: &[Agent] = include!(concat!(env!("OUT_DIR"), "/agents.rs"));

/// All agents that were there when this program was built.
#[must_use]
pub fn agents() -> &'static [Agent] {
    AGENTS
}

/// The agent for an architecture as Go or the compiler names it. An engine that does not say which one it is runs, as most do, on a
/// processor like this computer's.
///
/// # Errors
/// When there is none.
pub fn agent_for(architecture: &str) -> Result<&'static Agent, Error> {
    let wanted = match architecture {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "" => std::env::consts::ARCH,
        other => other,
    };
    let found = AGENTS.iter().find(|agent| agent.architecture == wanted);
    found.ok_or_else(|| Error::NotBuilt { architecture: wanted.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_without_agent_is_named() {
        let error = agent_for("mips64").unwrap_err();
        assert_eq!(
            error.to_string(),
            "this build of wharf has no agent for containers of the architecture mips64"
        );
    }
}
