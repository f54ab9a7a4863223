//! Podman's connections: named services that its remote client keeps in a file, machines among them.
//!
//! Podman 5 writes `podman-connections.json`; before that they stood in `containers.conf`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Surroundings, System};
use crate::address::Address;
use crate::error::Error;

/// One named service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) name: String,
    /// Whether Podman's remote client uses it unless told otherwise.
    pub(super) is_default: bool,
    /// Whether it leads into a virtual machine of Podman's own on this computer.
    pub(super) is_machine: bool,
    uri: String,
    identity: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Written {
    default: String,
    connections: BTreeMap<String, Destination>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(alias = "URI")]
    uri: String,
    #[serde(alias = "Identity")]
    identity: String,
    #[serde(alias = "IsMachine", alias = "is_machine")]
    machine: bool,
}

/// Every connection, those of the newer file first. A file that cannot be read has none.
pub(super) fn all(surroundings: &Surroundings<'_>) -> Vec<Connection> {
    let mut found: Vec<Connection> = Vec::new();
    for Written { default, connections } in [from_json(surroundings), from_toml(surroundings)] {
        for (name, destination) in connections {
            if found.iter().all(|other| other.name != name) {
                found.push(Connection {
                    is_default: name == default,
                    is_machine: destination.machine,
                    uri: destination.uri,
                    identity: Some(destination.identity).filter(|path| !path.is_empty()).map(PathBuf::from),
                    name,
                });
            }
        }
    }
    found
}

impl Connection {
    /// Where it leads.
    pub(super) fn address(&self) -> Result<Address, Error> {
        Ok(with_identity(self.uri.parse()?, self.identity.clone()))
    }
}

/// The same address with the key that logs in there.
pub(super) fn with_identity(address: Address, key: Option<PathBuf>) -> Address {
    match address {
        Address::Ssh { user, host, port, socket, identity, agent } => {
            Address::Ssh { user, host, port, socket, identity: key.or(identity), agent }
        }
        other => other,
    }
}

fn from_json(surroundings: &Surroundings<'_>) -> Written {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct File {
        connection: Written,
    }
    file("PODMAN_CONNECTIONS_CONF", "podman-connections.json", surroundings)
        .and_then(|text| serde_json::from_str::<File>(&text).ok())
        .map_or_else(Written::default, |file| file.connection)
}

fn from_toml(surroundings: &Surroundings<'_>) -> Written {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct File {
        engine: Engine,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Engine {
        active_service: String,
        service_destinations: BTreeMap<String, Destination>,
    }
    let text = file("CONTAINERS_CONF", "containers.conf", surroundings);
    let File { engine } = text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default();
    Written { default: engine.active_service, connections: engine.service_destinations }
}

/// The text of a file of the person's `containers` configuration folder, or of the one that a variable names.
fn file(variable: &str, name: &str, surroundings: &Surroundings<'_>) -> Option<String> {
    let path = surroundings.set(variable).map(PathBuf::from).or_else(|| {
        let folder = match surroundings.system {
            System::Windows => surroundings.set("APPDATA").map(PathBuf::from),
            System::Linux | System::Mac => surroundings.config_home(),
        };
        Some(folder?.join("containers").join(name))
    })?;
    (surroundings.read)(&path)
}
