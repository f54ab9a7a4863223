//! The way into one run of a container: through the agent, or straight to the container's own address where that is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use wharf_agent::network::{MOST_SOCKETS, Ports};
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
    open: RwLock<Open>,
}

/// What listens inside, as far as it matters for the way there.
#[derive(Default)]
struct Open {
    /// Ports that listen on the container's own address too.
    direct: BTreeSet<u16>,
    /// Ports that `localhost` does not lead to, with an address that does.
    elsewhere: BTreeMap<u16, IpAddr>,
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
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Open::of(ports, self.direct);
    }

    /// A connection to a port inside.
    pub(super) async fn dial(&self, host: Option<&str>, port: u16) -> Result<Inward, Error> {
        let (is_direct, elsewhere) = {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            (open.direct.contains(&port), open.elsewhere.get(&port).copied())
        };
        if let (None, Some(address)) = (host, self.direct)
            && is_direct
        {
            let connected = TcpStream::connect(SocketAddr::new(address, port));
            if let Ok(Ok(stream)) = tokio::time::timeout(NEARBY, connected).await {
                // Small pieces are to arrive at once, as they would without anybody in between.
                let _ = stream.set_nodelay(true);
                return Ok(Inward::Direct(stream));
            }
        }
        let host = match (host, elsewhere) {
            (Some(host), _) => host.to_owned(),
            (None, Some(address)) => address.to_string(),
            (None, None) => "localhost".to_owned(),
        };
        self.agent.dial(&host, port).await.map(Inward::Agent)
    }
}

impl Open {
    fn of(ports: &Ports, direct: Option<IpAddr>) -> Open {
        let sockets = || ports.sockets.iter().take(MOST_SOCKETS);
        let reachable =
            |address: IpAddr| direct.is_some_and(|direct| is_everywhere(address) || address == direct);
        let near: BTreeSet<u16> =
            sockets().filter(|socket| is_localhost(socket.address)).map(|socket| socket.port).collect();
        let mut elsewhere = BTreeMap::new();
        for socket in sockets().filter(|socket| !near.contains(&socket.port)) {
            elsewhere.entry(socket.port).or_insert(socket.address.to_canonical());
        }
        Open {
            direct: sockets().filter(|socket| reachable(socket.address)).map(|socket| socket.port).collect(),
            elsewhere,
        }
    }
}

fn is_everywhere(address: IpAddr) -> bool {
    address.to_canonical().is_unspecified()
}

/// Whether a program inside reaches it as `localhost`: other addresses of loopback, such as 127.0.1.1, are not meant by that.
fn is_localhost(address: IpAddr) -> bool {
    let address = address.to_canonical();
    is_everywhere(address) || address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST
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
    use wharf_agent::network::ListeningSocket;

    use super::*;

    #[test]
    fn a_server_is_dialled_where_it_listens() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        // Address and port of what listens, then which ports are reached at the container's own address, and which not as localhost.
        type Case = (&'static [(&'static str, u16)], &'static [u16], &'static [(u16, &'static str)]);
        let cases: [Case; 5] = [
            (&[("127.0.0.1", 1), ("::1", 2), ("::ffff:127.0.0.1", 3)], &[], &[]),
            (&[("0.0.0.0", 1), ("::", 2)], &[1, 2], &[]),
            (
                &[("172.17.0.2", 1), ("172.18.0.2", 2), ("fd00::2", 3)],
                &[1],
                &[(1, "172.17.0.2"), (2, "172.18.0.2"), (3, "fd00::2")],
            ),
            // The first of those that there are.
            (&[("127.0.1.1", 1), ("172.17.0.2", 1)], &[1], &[(1, "127.0.1.1")]),
            // One that is reached as localhost is reached as that, wherever else it is.
            (&[("172.17.0.2", 1), ("127.0.0.1", 1), ("10.0.0.1", 2), ("0.0.0.0", 2)], &[1, 2], &[]),
        ];
        for (listening, direct, elsewhere) in cases {
            let sockets = listening.iter().map(|(address, port)| ListeningSocket {
                address: ip(address),
                port: *port,
                inode: 1,
                uid: 0,
                process: None,
            });
            let ports = Ports { sockets: sockets.collect() };
            let open = Open::of(&ports, Some(ip("172.17.0.2")));
            assert_eq!(open.direct, direct.iter().copied().collect(), "{listening:?}");
            let expected: BTreeMap<u16, IpAddr> =
                elsewhere.iter().map(|(port, address)| (*port, ip(address))).collect();
            assert_eq!(open.elsewhere, expected, "{listening:?}");
            let open = Open::of(&ports, None);
            assert!(open.direct.is_empty() && open.elsewhere == expected, "{listening:?}");
        }
    }

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
