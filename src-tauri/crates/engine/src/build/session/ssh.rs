//! Lending the SSH agent to steps that ask for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;

use bollard::grpc::build::moby::sshforward::v1::{
    BytesMessage, CheckAgentRequest, CheckAgentResponse, ssh_server,
};
use futures_util::Stream;
use tonic::{Request, Response, Status, Streaming};
use wharf_plan::build::BuildSsh;

use crate::engine::Engine;
use crate::error::Error;

/// The id that a step means when it names none.
const DEFAULT: &str = "default";
/// Names the agent that is lent and its id, in the metadata of a call.
const ID: &str = "buildkit.ssh.id";

pub(super) struct Agents {
    sockets: BTreeMap<String, PathBuf>,
}

impl Agents {
    pub(super) fn new(agents: &[BuildSsh]) -> Agents {
        Agents {
            sockets: agents.iter().filter_map(|agent| Some((agent.id.clone(), socket(agent)?))).collect(),
        }
    }

    fn socket(&self, id: &str) -> Result<&PathBuf, Status> {
        let id = if id.is_empty() { DEFAULT } else { id };
        self.sockets
            .get(id)
            .ok_or_else(|| Status::not_found(format!("no SSH agent is lent under the id {id:?}")))
    }
}

/// The agent's socket; key files would need an agent of our own.
fn socket(agent: &BuildSsh) -> Option<PathBuf> {
    match agent.paths.as_slice() {
        [] => std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
        [path] => Some(path.clone()),
        _ => None,
    }
}

/// Looks before the build whether every agent is there.
pub(in crate::build) fn check_agents(engine: &Engine, agents: &[BuildSsh]) -> Result<(), Error> {
    for agent in agents {
        let refused = |reason: String| Error::UnsupportedOption {
            engine: engine.name().to_owned(),
            option: format!("--ssh {}", agent.id),
            reason,
        };
        let Some(path) = socket(agent) else {
            return Err(refused(if agent.paths.is_empty() {
                "no SSH agent runs: SSH_AUTH_SOCK is not set".to_owned()
            } else {
                "only the socket of an SSH agent can be lent, not key files".to_owned()
            }));
        };
        if !is_socket(&path) {
            return Err(refused(format!(
                "{} is no socket of an SSH agent; key files have to be added to an agent first",
                path.display()
            )));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_socket(path: &std::path::Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    path.metadata().is_ok_and(|metadata| metadata.file_type().is_socket())
}

#[cfg(not(unix))]
fn is_socket(_: &std::path::Path) -> bool {
    false
}

#[tonic::async_trait]
impl ssh_server::Ssh for Agents {
    async fn check_agent(
        &self,
        request: Request<CheckAgentRequest>,
    ) -> Result<Response<CheckAgentResponse>, Status> {
        self.socket(&request.get_ref().id)?;
        Ok(Response::new(CheckAgentResponse {}))
    }

    type ForwardAgentStream = Pin<Box<dyn Stream<Item = Result<BytesMessage, Status>> + Send>>;

    async fn forward_agent(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::ForwardAgentStream>, Status> {
        let id = request.metadata().get(ID).and_then(|id| id.to_str().ok()).unwrap_or(DEFAULT).to_owned();
        let path = self.socket(&id)?.clone();
        relay(&path, request.into_inner()).await.map(Response::new)
    }
}

#[cfg(unix)]
async fn relay(
    path: &std::path::Path,
    mut from_step: Streaming<BytesMessage>,
) -> Result<<Agents as ssh_server::Ssh>::ForwardAgentStream, Status> {
    use futures_util::StreamExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tokio_util::io::ReaderStream;

    let agent = tokio::net::UnixStream::connect(path)
        .await
        .map_err(|error| Status::unavailable(format!("{}: {error}", path.display())))?;
    let (from_agent, mut to_agent) = agent.into_split();
    tokio::spawn(async move {
        while let Ok(Some(message)) = from_step.message().await {
            if to_agent.write_all(&message.data).await.is_err() {
                break;
            }
        }
        // The agent sees the end, whichever side caused it.
        let _ = to_agent.shutdown().await;
    });
    Ok(Box::pin(ReaderStream::new(from_agent).map(|piece| match piece {
        Ok(bytes) => Ok(BytesMessage { data: bytes.to_vec() }),
        Err(error) => Err(Status::unavailable(error.to_string())),
    })))
}

#[cfg(not(unix))]
async fn relay(
    _: &std::path::Path,
    _: Streaming<BytesMessage>,
) -> Result<<Agents as ssh_server::Ssh>::ForwardAgentStream, Status> {
    Err(Status::unavailable("agents on this system have no socket"))
}
