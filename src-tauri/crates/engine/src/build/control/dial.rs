//! Reaching a builder beside the engine, in the ways of buildx's drivers.

use std::io;
use std::time::Duration;

use futures_util::StreamExt as _;
use wharf_plan::ExecSpec;

use super::wire::Wire;
use crate::address::Address;
use crate::engine::Engine;
use crate::error::Error;
use crate::transport::{Certificates, open_plain, open_with};

/// How long a builder on a socket may take to take a connection.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a builder that was just started may take until it listens.
const STARTING: Duration = Duration::from_secs(15);

/// A builder beside the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::build) struct OtherBuilder {
    /// As buildx keeps it.
    pub(in crate::build) name: String,
    pub(in crate::build) driver: Driver,
}

/// How it is reached, in buildx's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::build) enum Driver {
    /// In a container, of another engine if one is named.
    Container { container: String, engine: Option<Address> },
    /// On a socket.
    Remote { address: Address, certificates: Option<Certificates> },
    /// In a way that Wharf does not know, such as in a cluster.
    Unknown(String),
}

impl OtherBuilder {
    /// What it is called on the wire; proxies look at it.
    pub(super) fn authority(&self) -> &str {
        match &self.driver {
            Driver::Remote { certificates: Some(certificates), .. } => &certificates.server,
            Driver::Remote { address: Address::Tcp { host, .. }, .. } if !host.contains(':') => host,
            _ => "localhost",
        }
    }

    /// Opens a connection.
    pub(super) async fn dial(&self, engine: &Engine) -> Result<Wire, Error> {
        match &self.driver {
            Driver::Container { container, engine: None } => self.exec(engine, container).await,
            Driver::Container { container, engine: Some(address) } => {
                let engine = Engine::connect(address, engine.read_limit()).await?;
                self.exec(&engine, container).await
            }
            Driver::Remote { address, certificates } => {
                let opened = async {
                    match (address, certificates) {
                        (Address::Tcp { host, port, .. }, Some(certificates)) => {
                            open_with(host, *port, certificates).await.map(Wire::new)
                        }
                        _ => open_plain(address).await.map(Wire::new),
                    }
                };
                let opened = tokio::time::timeout(PATIENCE, opened).await.unwrap_or_else(|_| {
                    Err(io::Error::new(io::ErrorKind::TimedOut, "it does not take connections"))
                });
                opened.map_err(|error| self.failure(format!("{address}: {error}")))
            }
            Driver::Unknown(driver) => Err(self.failure(format!(
                "its driver {driver:?} is not one that Wharf speaks; docker-container and remote are"
            ))),
        }
    }

    fn failure(&self, detail: String) -> Error {
        Error::Builder { builder: self.name.clone(), detail }
    }

    /// Through the program that a builder's container has for this. A stopped one is started, as buildx does.
    async fn exec(&self, engine: &Engine, container: &str) -> Result<Wire, Error> {
        let relay = ExecSpec {
            command: ["buildctl", "dial-stdio"].map(str::to_owned).to_vec(),
            stdin: true,
            ..ExecSpec::default()
        };
        match engine.exec(container, &relay).await {
            Ok(exec) => Ok(Wire::of_exec(exec)),
            Err(Error::ContainerNotFound { .. }) => Err(self.failure(format!(
                "its container {container} does not exist; `docker buildx inspect --bootstrap {}` makes it",
                self.name
            ))),
            Err(Error::ContainerNotRunning { .. }) => {
                engine.start(container).await?;
                self.wait(engine, container).await?;
                Ok(Wire::of_exec(engine.exec(container, &relay).await?))
            }
            Err(error) => Err(error),
        }
    }

    /// Until a builder that was just started listens.
    async fn wait(&self, engine: &Engine, container: &str) -> Result<(), Error> {
        let ask = ExecSpec {
            command: ["buildctl", "debug", "workers"].map(str::to_owned).to_vec(),
            ..ExecSpec::default()
        };
        let started = tokio::time::Instant::now();
        loop {
            let mut exec = engine.exec(container, &ask).await?;
            while exec.output.next().await.is_some() {}
            if engine.exec_exit_code(&exec.id).await? == Some(0) {
                return Ok(());
            }
            if started.elapsed() > STARTING {
                return Err(self.failure("it was started, but does not listen".to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}
