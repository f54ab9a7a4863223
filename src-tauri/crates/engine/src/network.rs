//! How a container is reached from the engine's machine.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

/// Where a container is in the engine's networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its addresses, each with the gateway of its network.
    pub addresses: Vec<(IpAddr, IpAddr)>,
    /// TCP ports that the engine publishes where `localhost` on its machine leads to them: inside, and there.
    pub published: BTreeMap<u16, u16>,
}

/// The part of an inspection that tells.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct InspectedNetwork {
    network_settings: Option<Settings>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Settings {
    networks: Option<BTreeMap<String, Option<Endpoint>>>,
    ports: Option<BTreeMap<String, Option<Vec<Binding>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Endpoint {
    #[serde(rename = "IPAddress")]
    address: Option<String>,
    #[serde(rename = "Gateway")]
    gateway: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Binding {
    host_port: Option<String>,
    host_ip: Option<String>,
}

impl Binding {
    /// Whether it can be reached as `localhost`. An engine that names no address means all.
    fn is_localhost(&self) -> bool {
        match self.host_ip.as_deref().filter(|address| !address.is_empty()).map(str::parse::<IpAddr>) {
            None => true,
            Some(Ok(address)) => {
                address.is_unspecified() || address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST
            }
            Some(Err(_)) => false,
        }
    }
}

impl InspectedNetwork {
    pub(crate) fn into_facts(self) -> NetworkFacts {
        let settings = self.network_settings.unwrap_or_default();
        let addresses = settings.networks.unwrap_or_default().into_values().flatten();
        let addresses = addresses
            .filter_map(|endpoint| Some((endpoint.address?.parse().ok()?, endpoint.gateway?.parse().ok()?)));
        let ports = settings.ports.unwrap_or_default().into_iter().filter_map(|(inside, bindings)| {
            let inside = inside.strip_suffix("/tcp")?.parse().ok()?;
            let binding = bindings?.into_iter().find(Binding::is_localhost)?;
            Some((inside, binding.host_port?.parse().ok()?))
        });
        NetworkFacts { addresses: addresses.collect(), published: ports.collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(inspected: serde_json::Value) -> NetworkFacts {
        serde_json::from_value::<InspectedNetwork>(inspected).unwrap().into_facts()
    }

    #[test]
    fn addresses_and_published_ports() {
        let found = facts(json!({ "NetworkSettings": {
            "Networks": {
                "bridge": { "IPAddress": "172.17.0.2", "Gateway": "172.17.0.1" },
                "none": { "IPAddress": "", "Gateway": "" },
                "empty": null,
            },
            "Ports": {
                "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "8080" }, { "HostIp": "::1", "HostPort": "8080" }],
                "53/udp": [{ "HostPort": "53" }],
                "90/tcp": null,
                "91/tcp": [],
                "92/tcp": [{ "HostIp": "192.168.1.5", "HostPort": "92" }],
                "93/tcp": [{ "HostIp": "192.168.1.5", "HostPort": "93" }, { "HostIp": "0.0.0.0", "HostPort": "8093" }],
                "94/tcp": [{ "HostIp": "", "HostPort": "94" }],
                "95/tcp": [{ "HostIp": "::", "HostPort": "95" }],
                "96/tcp": [{ "HostIp": "127.0.0.5", "HostPort": "96" }],
                "97/tcp": [{ "HostIp": null, "HostPort": "97" }],
            },
        } }));
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(found.addresses, [(ip("172.17.0.2"), ip("172.17.0.1"))]);
        let published = [(80, 8080), (93, 8093), (94, 94), (95, 95), (97, 97)];
        assert_eq!(found.published, BTreeMap::from(published));
        for nothing in
            [json!({}), json!({ "NetworkSettings": null }), json!({ "NetworkSettings": { "Ports": null } })]
        {
            assert_eq!(facts(nothing), NetworkFacts::default());
        }
    }
}
