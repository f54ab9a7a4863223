//! The builder that a person chose with `docker buildx use`, read from the files that buildx keeps.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::dial::{Driver, OtherBuilder};
use crate::address::Address;
use crate::discover::{Surroundings, known};
use crate::engine::Engine;
use crate::error::Error;
use crate::transport::Certificates;

/// Where buildx keeps its builders, and which one was chosen. Nothing is read until a build needs more than the engine's own call.
#[derive(Debug, Clone, Default)]
pub struct Builders {
    folder: Option<PathBuf>,
    chosen: Option<String>,
    contexts: Vec<(String, Address)>,
}

impl Builders {
    /// Looks where buildx looks: `BUILDX_CONFIG`, else below Docker's configuration; `BUILDX_BUILDER` names one.
    #[must_use]
    pub fn find(surroundings: &Surroundings<'_>) -> Builders {
        let set = |name: &str| (surroundings.environment)(name).filter(|value| !value.trim().is_empty());
        let folder = set("BUILDX_CONFIG").map(PathBuf::from).or_else(|| {
            let docker = set("DOCKER_CONFIG").map(PathBuf::from);
            let docker = docker.or_else(|| surroundings.home.as_ref().map(|home| home.join(".docker")));
            docker.map(|docker| docker.join("buildx"))
        });
        let exists = folder.as_ref().is_some_and(|folder| folder.is_dir());
        let contexts = if exists {
            known(surroundings)
                .into_iter()
                .filter_map(|place| place.address.ok().map(|address| (place.name, address)))
                .collect()
        } else {
            Vec::new()
        };
        Builders { folder, chosen: set("BUILDX_BUILDER"), contexts }
    }

    /// For somebody who has none.
    #[must_use]
    pub fn none() -> Builders {
        Builders::default()
    }

    /// The builder in use beside this engine; None where that is the engine itself.
    pub(in crate::build) fn current(&self, engine: &Engine) -> Result<Option<OtherBuilder>, Error> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let Some(name) = self.name(folder, engine) else { return Ok(None) };
        let failed = |detail: String| Error::Builder { builder: name.clone(), detail };
        // A name that is a path would lead elsewhere.
        if name.contains(['/', '\\']) {
            return Err(failed("that is no builder's name".to_owned()));
        }
        let path = folder.join("instances").join(&name);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // What buildx does not know by a file is a Docker context, which stands for its engine.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let is_context = name == "default" || self.contexts.iter().any(|(known, _)| *known == name);
                return if self.chosen.is_none() || is_context {
                    Ok(None)
                } else {
                    Err(failed("BUILDX_BUILDER names it, but there is none of that name".to_owned()))
                };
            }
            Err(error) => return Err(failed(format!("{}: {error}", path.display()))),
        };
        let group: Group =
            serde_json::from_str(&text).map_err(|error| failed(format!("{}: {error}", path.display())))?;
        let Some(node) = group.nodes.into_iter().next() else { return Ok(None) };
        let driver = match group.driver.as_str() {
            // The engine's own BuildKit under another name.
            "docker" | "" => return Ok(None),
            "docker-container" => Driver::Container {
                container: format!("buildx_buildkit_{}", node.name),
                engine: self.engine_of(&node.endpoint, engine).map_err(failed)?,
            },
            "remote" => remote(&node).map_err(failed)?,
            other => Driver::Unknown(other.to_owned()),
        };
        Ok(Some(OtherBuilder { name, driver }))
    }

    /// `BUILDX_BUILDER`, else the current one if it was chosen for this engine or for all, else the engine's default.
    fn name(&self, folder: &Path, engine: &Engine) -> Option<String> {
        if let Some(name) = &self.chosen {
            return Some(name.clone());
        }
        let keys = self.keys(engine);
        let current: Option<Current> = std::fs::read_to_string(folder.join("current"))
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok());
        if let Some(current) = current.filter(|current| !current.name.is_empty())
            && (current.global || keys.contains(&current.key))
        {
            return Some(current.name);
        }
        keys.iter().find_map(|key| {
            let hash: String =
                Sha256::digest(key.as_bytes()).iter().take(10).map(|byte| format!("{byte:02x}")).collect();
            let name = std::fs::read_to_string(folder.join("defaults").join(hash)).ok()?;
            Some(name.trim().to_owned()).filter(|name| !name.is_empty())
        })
    }

    /// What buildx calls this engine: a context's name, or the address.
    fn keys(&self, engine: &Engine) -> Vec<String> {
        let mut keys = vec![engine.address().to_string()];
        // Both are written for the same socket.
        if let Address::Unix(path) = engine.address() {
            let text = path.display().to_string();
            keys.extend(text.strip_prefix("/run/").map(|rest| format!("unix:///var/run/{rest}")));
            keys.extend(text.strip_prefix("/var/run/").map(|rest| format!("unix:///run/{rest}")));
        }
        let same = self.contexts.iter().filter(|(_, address)| address.is_same_as(engine.address()));
        keys.extend(same.map(|(name, _)| name.clone()));
        keys
    }

    /// The engine that a builder's container runs on; None for the one at hand.
    fn engine_of(&self, endpoint: &str, engine: &Engine) -> Result<Option<Address>, String> {
        if matches!(endpoint, "" | "default") {
            return Ok(None);
        }
        let address = if endpoint.contains("://") {
            endpoint.parse().map_err(|error: Error| error.to_string())?
        } else {
            let known = self.contexts.iter().find(|(name, _)| name == endpoint);
            known.map(|(_, address)| address.clone()).ok_or_else(|| {
                format!("it runs on the Docker context {endpoint:?}, which does not exist any more")
            })?
        };
        Ok(if address.is_same_as(engine.address()) { None } else { Some(address) })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Current {
    key: String,
    name: String,
    global: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Group {
    driver: String,
    #[serde(deserialize_with = "crate::answers::nullable")]
    nodes: Vec<Node>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Node {
    name: String,
    endpoint: String,
    #[serde(deserialize_with = "crate::answers::nullable")]
    driver_opts: BTreeMap<String, String>,
}

/// A builder on a socket, with the certificates that its options name.
fn remote(node: &Node) -> Result<Driver, String> {
    let address: Address = node.endpoint.parse().map_err(|error: Error| error.to_string())?;
    let option = |name: &str| node.driver_opts.get(name).filter(|value| !value.is_empty()).cloned();
    let file = |name: &str| option(name).map(PathBuf::from);
    let encrypted =
        ["servername", "cacert", "cert", "key"].iter().any(|name| node.driver_opts.contains_key(*name));
    let host = match &address {
        Address::Tcp { host, .. } if encrypted => host.clone(),
        _ => return Ok(Driver::Remote { address, certificates: None }),
    };
    let authority = file("cacert").ok_or("it is encrypted, but `cacert` does not say whom to trust")?;
    let own = match (file("cert"), file("key")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err("it needs both `cert` and `key`, or neither".to_owned()),
    };
    let server = option("servername").unwrap_or(host);
    Ok(Driver::Remote { address, certificates: Some(Certificates { server, authority, own }) })
}
