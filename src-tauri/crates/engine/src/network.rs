//! How a container is reached from the engine's machine.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;

/// Where a container is in the engine's networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its addresses, each with the gateway of its network.
    pub addresses: Vec<(IpAddr, IpAddr)>,
    /// TCP ports that the engine publishes: inside, and on its machine.
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
}

impl InspectedNetwork {
    pub(crate) fn into_facts(self) -> NetworkFacts {
        let settings = self.network_settings.unwrap_or_default();
        let addresses = settings.networks.unwrap_or_default().into_values().flatten();
        let addresses = addresses
            .filter_map(|endpoint| Some((endpoint.address?.parse().ok()?, endpoint.gateway?.parse().ok()?)));
        let ports = settings.ports.unwrap_or_default().into_iter().filter_map(|(inside, bindings)| {
            let inside = inside.strip_suffix("/tcp")?.parse().ok()?;
            Some((inside, bindings?.first()?.host_port.as_ref()?.parse().ok()?))
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
            },
        } }));
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(found.addresses, [(ip("172.17.0.2"), ip("172.17.0.1"))]);
        assert_eq!(found.published, BTreeMap::from([(80, 8080)]));
        for nothing in
            [json!({}), json!({ "NetworkSettings": null }), json!({ "NetworkSettings": { "Ports": null } })]
        {
            assert_eq!(facts(nothing), NetworkFacts::default());
        }
    }
}
