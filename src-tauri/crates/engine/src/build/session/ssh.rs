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
        [] => std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from).or_else(usual),
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
fn is_socket(path: &std::path::Path) -> bool {
    is_pipe(&path.to_string_lossy())
}

/// Whether this names a pipe of this computer, which Windows' agents listen on; with whichever slashes.
#[cfg(any(not(unix), test))]
fn is_pipe(path: &str) -> bool {
    let name = path.replace('/', "\\").to_ascii_lowercase();
    name.strip_prefix(r"\\.\pipe\").is_some_and(|name| !name.is_empty())
}

/// Where an agent listens when nothing is said: nowhere in particular.
#[cfg(unix)]
fn usual() -> Option<PathBuf> {
    None
}

/// Where an agent listens when nothing is said: Windows has one of its own.
#[cfg(not(unix))]
fn usual() -> Option<PathBuf> {
    Some(PathBuf::from(r"\\.\pipe\openssh-ssh-agent"))
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
    path: &std::path::Path,
    mut from_step: Streaming<BytesMessage>,
) -> Result<<Agents as ssh_server::Ssh>::ForwardAgentStream, Status> {
    use futures_util::StreamExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tokio_util::io::ReaderStream;

    use crate::address::Address;

    let address = Address::NamedPipe(path.to_string_lossy().into_owned());
    let agent = crate::transport::open_plain(&address)
        .await
        .map_err(|error| Status::unavailable(format!("{}: {error}", path.display())))?;
    let (from_agent, mut to_agent) = tokio::io::split(agent);
    let (step_is_there, step_has_ended) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        while let Ok(Some(message)) = from_step.message().await {
            if to_agent.write_all(&message.data).await.is_err() {
                break;
            }
        }
        drop(step_is_there);
    });
    // A pipe has no end in one direction only: the agent sees one once both directions are let go.
    Ok(Box::pin(ReaderStream::new(from_agent).take_until(step_has_ended).map(|piece| match piece {
        Ok(bytes) => Ok(BytesMessage { data: bytes.to_vec() }),
        Err(error) => Err(Status::unavailable(error.to_string())),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_of_windows_listen_on_pipes_of_this_computer() {
        let cases = [
            (r"\\.\pipe\openssh-ssh-agent", true),
            ("//./pipe/openssh-ssh-agent", true),
            (r"\\.\PIPE\pageant", true),
            (r"\\.\pipe\", false),
            (r"\\server\pipe\openssh-ssh-agent", false),
            (r"C:\Users\anna\.ssh\id_ed25519", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_pipe(path), expected, "{path}");
        }
    }
}
