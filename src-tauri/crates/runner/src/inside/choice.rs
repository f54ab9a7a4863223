//! Which agent belongs into a container.
//!
//! Few engines say what processor a container is for, and none says in its first answer what its own is; asking costs a request, which a
//! command that finds its agent does not need. So this computer's processor is taken for the engine's until an agent is missing.

use wharf_engine::{Address, Engine};
use wharf_plan::ContainerFacts;

use super::{Agent, Error, agent_for};

/// The agent that is tried, and why that one.
pub(super) struct Choice {
    pub(super) agent: &'static Agent,
    basis: Basis,
    /// It was put into the container.
    pub(super) placed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Basis {
    /// The container or the engine says so.
    Told,
    /// The engine shares this computer's kernel, as far as its address tells.
    Assumed,
    /// The engine may be anywhere.
    Guessed,
}

impl Choice {
    /// What is to be tried first. Asks nobody.
    ///
    /// # Errors
    /// When no such agent is built.
    pub(super) fn new(engine: &Engine, container: &ContainerFacts) -> Result<Choice, Error> {
        let told = [container.architecture.as_str(), engine.known_architecture()];
        Choice::of(told, shares_our_kernel(engine))
    }

    fn of(told: [&str; 2], shares_our_kernel: bool) -> Result<Choice, Error> {
        let told = told.into_iter().find(|architecture| !architecture.is_empty());
        let basis = match told {
            Some(_) => Basis::Told,
            None if shares_our_kernel => Basis::Assumed,
            None => Basis::Guessed,
        };
        Ok(Choice { agent: agent_for(told.unwrap_or_default())?, basis, placed: false })
    }

    /// Asks the engine for what nobody has told yet; true when another agent is the right one.
    ///
    /// # Errors
    /// When none is built for what it says.
    pub(super) async fn ask(&mut self, engine: &Engine) -> Result<bool, Error> {
        if self.basis == Basis::Told {
            return Ok(false);
        }
        // An engine that does not answer this is told of by whatever comes next.
        let told = engine.architecture().await.unwrap_or_default();
        self.learn(told)
    }

    /// The same where the processor is a mere guess.
    ///
    /// # Errors
    /// As [`Choice::ask`].
    pub(super) async fn ask_unless_assumed(&mut self, engine: &Engine) -> Result<bool, Error> {
        if self.basis == Basis::Assumed { Ok(false) } else { self.ask(engine).await }
    }

    fn learn(&mut self, told: &str) -> Result<bool, Error> {
        let agent = agent_for(told)?;
        let is_another = agent.hash != self.agent.hash;
        (self.agent, self.basis) = (agent, Basis::Told);
        Ok(is_another)
    }
}

/// The agent for the engine's own processor, which runs in every container of it. The engine is asked where it may not be this computer's.
///
/// # Errors
/// When none is built.
pub(crate) async fn engines_agent(engine: &Engine) -> Result<&'static Agent, Error> {
    let mut choice = Choice::of(["", engine.known_architecture()], shares_our_kernel(engine))?;
    choice.ask_unless_assumed(engine).await?;
    Ok(choice.agent)
}

/// Whether an engine runs on this computer's own kernel. On other systems its socket leads into a virtual machine.
fn shares_our_kernel(engine: &Engine) -> bool {
    cfg!(target_os = "linux") && matches!(engine.address(), Address::Unix(_))
}

#[cfg(test)]
mod tests {
    use super::super::agents;
    use super::*;

    /// The container's word comes before the engine's, and both before what this computer is.
    #[test]
    fn whose_word_counts() {
        let own = std::env::consts::ARCH;
        let names = [("amd64", "x86_64"), ("arm64", "aarch64")];
        let other = names.iter().find(|(_, name)| *name != own).unwrap();
        let cases = [
            (["", ""], true, own, Basis::Assumed),
            (["", ""], false, own, Basis::Guessed),
            ([other.0, ""], true, other.1, Basis::Told),
            (["", other.0], false, other.1, Basis::Told),
            ([other.0, own], false, other.1, Basis::Told),
            ([own, other.0], false, own, Basis::Told),
        ];
        for (told, shares_our_kernel, architecture, basis) in cases {
            match Choice::of(told, shares_our_kernel) {
                Ok(choice) => {
                    assert_eq!((choice.agent.architecture, choice.basis), (architecture, basis), "{told:?}");
                }
                Err(Error::NotBuilt { architecture: missing }) => {
                    assert_eq!(missing, architecture, "{told:?}");
                    assert!(agents().iter().all(|agent| agent.architecture != architecture), "{told:?}");
                }
                Err(error) => panic!("{told:?}: {error}"),
            }
        }
    }

    #[test]
    fn an_engine_of_another_processor_gets_another_agent() {
        for (first, then) in agents().iter().zip(agents().iter().skip(1)) {
            let mut choice = Choice { agent: first, basis: Basis::Guessed, placed: false };
            assert!(choice.learn(then.architecture).unwrap());
            assert_eq!((choice.agent.hash, choice.basis), (then.hash, Basis::Told));
            assert!(!choice.learn(then.architecture).unwrap());
        }
    }
}
