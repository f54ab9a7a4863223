//! The host's side of the agent: putting it into a container, and speaking with it over one engine exec.
//!
//! The file's name in the container holds the hash of its content, so an exec of that path either runs this very build or finds
//! nothing; only then is the file put there (again). A connection costs one exec, and greeting and first request go out together. It
//! carries any number of commands, streams and watches at once; a command that needs nothing else has a connection of its own, which is over
//! with it.

mod choice;
mod connection;
mod dial;
mod embedded;
mod error;
mod exec;
mod hooks;
mod line;
mod outbox;
mod place;
mod receiver;
mod request;
mod watch;

use tokio_util::sync::CancellationToken;
use wharf_agent::message::{ExecRequest, InsideRequest};
use wharf_engine::Engine;
use wharf_plan::{ContainerFacts, ExecSpec, InsideSpec};

use self::choice::Choice;
pub(crate) use self::choice::engines_agent;
pub use self::connection::AgentConnection;
pub use self::dial::AgentStream;
pub(crate) use self::dial::MOST_PIECES;
pub use self::embedded::{Agent, agent_for, agents};
pub use self::error::Error;
pub use self::exec::ExecOutcome;
pub use self::hooks::{HookFailure, HookOutcome, InsideEvent, InsideOutcome};
pub use self::place::place;
pub use self::request::CommandSpec;
pub use self::watch::{LinkNews, LinkWatch, PortWatch};
use crate::request::ExecStreams;

/// A running container, as far as the agent is concerned.
#[derive(Clone, Copy)]
pub struct Inside<'a> {
    /// The engine it runs on.
    pub engine: &'a Engine,
    /// What the engine tells of it.
    pub container: &'a ContainerFacts,
}

impl Inside<'_> {
    /// Puts the agent into the container. Commands do it themselves when they find it missing.
    ///
    /// # Errors
    /// When no agent is built for the container's architecture, or the container takes no file.
    pub async fn place(&self) -> Result<(), Error> {
        let mut choice = Choice::new(self.engine, self.container)?;
        choice.ask_unless_assumed(self.engine).await?;
        self.put(choice.agent).await
    }

    async fn put(&self, agent: &Agent) -> Result<(), Error> {
        let volumes: Vec<String> = place::writable_volumes(self.container);
        place(self.engine, agent, &self.container.id, self.container.read_only_root, &volumes).await
    }

    /// After an agent was not found, or did not run: sees to it that one does the next time; false when nothing is left to try.
    async fn repair(&self, choice: &mut Choice) -> Result<bool, Error> {
        let another = if choice.placed {
            choice.ask(self.engine).await?
        } else {
            choice.ask_unless_assumed(self.engine).await?
        };
        if another {
            // It may lie there already.
            choice.placed = false;
            return Ok(true);
        }
        if choice.placed {
            return Ok(false);
        }
        self.put(choice.agent).await?;
        choice.placed = true;
        Ok(true)
    }

    /// Set-up, probe and hooks. `secrets` are set in the hooks' environment on top of everything else.
    ///
    /// # Errors
    /// When the agent cannot be had, refuses (unknown user), or goes away before it is done. A hook that fails is an outcome.
    pub async fn run(
        &self,
        spec: &InsideSpec,
        secrets: &[(String, String)],
        on_event: &mut (dyn FnMut(InsideEvent<'_>) + Send),
        cancel: &CancellationToken,
    ) -> Result<InsideOutcome, Error> {
        let request = self.hooks_request(spec, secrets);
        let mut choice = Choice::new(self.engine, self.container)?;
        loop {
            let outcome = match self.start(choice.agent, &spec.user, None).await {
                Ok(connection) => connection.run_inside(&request, on_event, cancel).await,
                Err(error) => Err(error),
            };
            match outcome {
                Err(error) if error.means_missing() => {
                    if !self.repair(&mut choice).await? {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// One command with its input and output.
    ///
    /// # Errors
    /// When the agent cannot be had, refuses (unknown user), or goes away before the command ends; when a stream of ours breaks. A
    /// command that cannot be started has an exit code like any other.
    pub async fn exec(
        &self,
        command: &CommandSpec,
        mut streams: ExecStreams,
        cancel: &CancellationToken,
    ) -> Result<ExecOutcome, Error> {
        let request = self.exec_request(command);
        let mut choice = Choice::new(self.engine, self.container)?;
        loop {
            let outcome = match self.start(choice.agent, &command.user, None).await {
                Ok(connection) => connection.exec(&request, &mut streams, cancel).await,
                Err(error) => Err(error),
            };
            match outcome {
                Err(error) if error.means_missing() => {
                    if !self.repair(&mut choice).await? {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// A connection that is kept open, put into the container first where it is missing. `user` is the remote user: the agent runs as that one
    /// where root may not become somebody else.
    ///
    /// # Errors
    /// When the agent cannot be had or does not answer.
    pub async fn connect(&self, user: &str) -> Result<AgentConnection, Error> {
        self.connect_as(user, None).await
    }

    /// The same for a keeper, which is to have one agent at a time here: those of this name's earlier connections are ended, which an engine that
    /// was killed may have left behind.
    ///
    /// # Errors
    /// As [`Inside::connect`].
    pub async fn connect_as(&self, user: &str, keeper: Option<&str>) -> Result<AgentConnection, Error> {
        let mut choice = Choice::new(self.engine, self.container)?;
        loop {
            let connected = match self.start(choice.agent, user, keeper).await {
                Ok(connection) => connection.greeted().await.map(|()| connection),
                Err(error) => Err(error),
            };
            match connected {
                Err(error) if error.means_missing() => {
                    if !self.repair(&mut choice).await? {
                        return Err(error);
                    }
                }
                connected => return connected,
            }
        }
    }

    /// What [`AgentConnection::exec`] is asked for a command in this container.
    #[must_use]
    pub fn exec_request(&self, command: &CommandSpec) -> ExecRequest {
        request::exec(command, self.container)
    }

    /// What [`AgentConnection::run_inside`] is asked for hooks in this container. `secrets` are set in their environment on top of
    /// everything else.
    #[must_use]
    pub fn hooks_request(&self, spec: &InsideSpec, secrets: &[(String, String)]) -> InsideRequest {
        request::inside(spec, secrets, self.container)
    }

    /// Starts the agent. As root, so that it can become any user and end any process; as the user itself where the container has taken
    /// from root what that needs.
    async fn start(&self, agent: &Agent, user: &str, keeper: Option<&str>) -> Result<AgentConnection, Error> {
        let volumes = place::writable_volumes(self.container);
        let folder = place::folder(self.container.read_only_root, &volumes);
        let user = if request::root_is_able(self.container) { "0" } else { user };
        let spec = ExecSpec {
            command: std::iter::once(place::path(agent, folder))
                .chain(keeper.into_iter().flat_map(|keeper| ["--keeper".to_owned(), keeper.to_owned()]))
                .collect(),
            user: Some(user.to_owned()),
            stdin: true,
            ..ExecSpec::default()
        };
        let exec = self.engine.exec(&self.container.id, &spec).await?;
        Ok(AgentConnection::new(exec.stdin, exec.output))
    }
}
