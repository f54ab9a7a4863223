//! Docker's contexts: named endpoints that its tools keep in files.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Surroundings;
use crate::address::{Address, Tls};
use crate::error::Error;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    #[serde(default)]
    name: String,
    #[serde(default)]
    endpoints: std::collections::BTreeMap<String, Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    #[serde(default)]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_verify: bool,
}

/// Docker's configuration folder: `DOCKER_CONFIG`, else `~/.docker`.
pub(super) fn config_folder(surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    surroundings
        .set("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| surroundings.home.as_ref().map(|home| home.join(".docker")))
}

/// The context that `docker context use` chose; None for the default one.
pub(super) fn current(surroundings: &Surroundings<'_>) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Config {
        current_context: Option<String>,
    }
    let text = (surroundings.read)(&config_folder(surroundings)?.join("config.json"))?;
    let config: Config = serde_json::from_str(&text).ok()?;
    config.current_context.filter(|name| !name.is_empty() && name != "default")
}

/// The names of all contexts, in order.
pub(super) fn names(surroundings: &Surroundings<'_>) -> Vec<String> {
    let Some(folder) = config_folder(surroundings).map(|folder| folder.join("contexts/meta")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = (surroundings.list)(&folder)
        .into_iter()
        .filter_map(|hash| (surroundings.read)(&folder.join(hash).join("meta.json")))
        .filter_map(|text| serde_json::from_str::<Meta>(&text).ok())
        .filter(|meta| !meta.name.is_empty() && meta.endpoints.contains_key("docker"))
        .map(|meta| meta.name)
        .collect();
    names.sort();
    names
}

/// Where a context's engine listens. The folder of a context is named by the hash of its name.
pub(super) fn endpoint(name: &str, surroundings: &Surroundings<'_>) -> Result<Address, Error> {
    let wrong = |reason: String| Error::DockerContext { name: name.to_owned(), reason };
    let folder =
        config_folder(surroundings).ok_or_else(|| wrong("there is no home folder to look in".to_owned()))?;
    let hash = hex(&Sha256::digest(name.as_bytes()));
    let path = folder.join("contexts").join("meta").join(&hash).join("meta.json");
    let text =
        (surroundings.read)(&path).ok_or_else(|| wrong(format!("{} cannot be read", path.display())))?;
    let meta: Meta =
        serde_json::from_str(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
    let endpoint = meta
        .endpoints
        .get("docker")
        .filter(|endpoint| !endpoint.host.is_empty())
        .ok_or_else(|| wrong("it names no Docker endpoint".to_owned()))?;
    let address: Address = endpoint.host.parse().map_err(|error: Error| wrong(error.to_string()))?;
    let tls = folder.join("contexts").join("tls").join(&hash).join("docker");
    let is_there = |path: &Path| (surroundings.read)(path).is_some();
    let encrypted = is_there(&tls.join("ca.pem")) || is_there(&tls.join("cert.pem"));
    Ok(match address {
        Address::Tcp { host, port, tls: before } if encrypted || before.is_some() => Address::Tcp {
            host,
            port,
            tls: Some(Tls { folder: encrypted.then_some(tls), verify: !endpoint.skip_verify }),
        },
        other => other,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
