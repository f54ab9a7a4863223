//! The way into one run of a container: through the agent, or straight to the container's own address where that is the same.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use wharf_agent::network::Ports;
use wharf_engine::NetworkFacts;

use crate::inside::{AgentConnection, AgentStream, Error};

/// How long a container's own address may take to answer: it is on this computer.
const NEARBY: Duration = Duration::from_millis(250);

/// The way into a container, for as long as its agent is connected.
pub(crate) struct Link {
    /// The container.
    pub(crate) container: String,
    /// Its start.
    pub(crate) started_at: String,
    /// The agent.
    pub(crate) agent: AgentConnection,
    /// Fires when the container has ended: what was connected to its own address would hang.
    pub(crate) ended: CancellationToken,
    direct: Option<IpAddr>,
    /// Ports that listen on the container's own address too.
    open: RwLock<BTreeSet<u16>>,
}

/// A stream that leads inside.
pub(super) enum Inward {
    Direct(TcpStream),
    Agent(AgentStream),
}

impl Link {
    pub(super) fn new(
        container: &str,
        started_at: &str,
        agent: AgentConnection,
        network: &NetworkFacts,
        is_here: bool,
        ended: CancellationToken,
    ) -> Link {
        let direct =
            network.addresses.iter().find(|(address, gateway)| is_here && is_bridged(*address, *gateway));
        Link {
            container: container.to_owned(),
            started_at: started_at.to_owned(),
            agent,
            ended,
            direct: direct.map(|(address, _)| *address),
            open: RwLock::default(),
        }
    }

    /// Takes over what listens inside now.
    pub(super) fn listens(&self, ports: &Ports) {
        let Some(direct) = self.direct else { return };
        let reachable = |address: IpAddr| address.is_unspecified() || address == direct;
        let open = ports.sockets.iter().filter(|socket| reachable(socket.address)).map(|socket| socket.port);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open.collect();
    }

    /// A connection to a port inside.
    pub(super) async fn dial(&self, host: Option<&str>, port: u16) -> Result<Inward, Error> {
        let is_open = || self.open.read().unwrap_or_else(PoisonError::into_inner).contains(&port);
        if let (None, Some(address)) = (host, self.direct)
            && is_open()
        {
            let connected = TcpStream::connect(SocketAddr::new(address, port));
            if let Ok(Ok(stream)) = tokio::time::timeout(NEARBY, connected).await {
                // Small pieces are to arrive at once, as they would without anybody in between.
                let _ = stream.set_nodelay(true);
                return Ok(Inward::Direct(stream));
            }
        }
        self.agent.dial(host.unwrap_or("localhost"), port).await.map(Inward::Agent)
    }
}

/// Whether an address is that of a container on a bridge of this very computer: the way to it begins at the bridge's own address, which
/// the engine calls the gateway. The same numbers may belong to another machine of the network otherwise.
fn is_bridged(address: IpAddr, gateway: IpAddr) -> bool {
    let any: SocketAddr = match address {
        IpAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        IpAddr::V6(_) => return false,
    };
    // Connecting a UDP socket sends nothing; it only asks the system which way it would go.
    let source = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(SocketAddr::new(address, 9))?;
        socket.local_addr()
    });
    !gateway.is_unspecified() && source.is_ok_and(|source| source.ip() == gateway)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_on_a_bridge_of_ours_is_near() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let cases = [
            // The way to loopback begins at loopback.
            ("127.0.0.2", "127.0.0.1", true),
            ("127.0.0.2", "10.88.0.1", false),
            ("127.0.0.2", "0.0.0.0", false),
            ("192.0.2.7", "192.0.2.1", false),
        ];
        for (address, gateway, expected) in cases {
            // The source of the way to 127.0.0.2 is 127.0.0.1 on Linux alone.
            if cfg!(target_os = "linux") || !expected {
                assert_eq!(is_bridged(ip(address), ip(gateway)), expected, "{address} {gateway}");
            }
        }
    }
}
