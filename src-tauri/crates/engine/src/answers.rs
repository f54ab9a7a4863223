//! What engines answer about containers, read leniently: what is missing or `null` is empty, what is unknown is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use wharf_plan::facts::{ContainerFacts, ContainerState, MountFacts};

use crate::containers::ContainerSummary;

/// Reads `null` as the type's empty value: Go writes it for empty lists and maps.
pub(crate) fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    reader: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(reader)?.unwrap_or_default())
}

/// One line of a list.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Listed {
    id: String,
    #[serde(deserialize_with = "nullable")]
    names: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    image: String,
    #[serde(rename = "ImageID", deserialize_with = "nullable")]
    image_id: String,
    #[serde(deserialize_with = "nullable")]
    state: String,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    created: i64,
}

impl Listed {
    /// None for one in a state that this crate does not know, which no engine has shown so far.
    pub(crate) fn into_summary(self) -> Option<ContainerSummary> {
        Some(ContainerSummary {
            state: ContainerState::from_engine(&self.state)?,
            id: self.id,
            names: self.names.iter().map(|name| name.trim_start_matches('/').to_owned()).collect(),
            labels: self.labels,
            image: self.image,
            image_id: self.image_id,
            created: self.created,
        })
    }
}

/// A whole inspection.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Inspected {
    id: String,
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    created: String,
    #[serde(deserialize_with = "nullable")]
    image: String,
    #[serde(deserialize_with = "nullable")]
    state: InspectedState,
    #[serde(deserialize_with = "nullable")]
    config: InspectedConfig,
    #[serde(deserialize_with = "nullable")]
    host_config: InspectedHostConfig,
    #[serde(deserialize_with = "nullable")]
    mounts: Vec<InspectedMount>,
    #[serde(deserialize_with = "nullable")]
    network_settings: InspectedNetworks,
    #[serde(deserialize_with = "nullable")]
    image_manifest_descriptor: Descriptor,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedState {
    status: String,
    #[serde(deserialize_with = "nullable")]
    started_at: String,
    #[serde(deserialize_with = "nullable")]
    exit_code: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedConfig {
    #[serde(deserialize_with = "nullable")]
    image: String,
    #[serde(deserialize_with = "nullable")]
    env: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    user: String,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    working_dir: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedHostConfig {
    #[serde(deserialize_with = "nullable")]
    readonly_rootfs: bool,
    #[serde(deserialize_with = "nullable")]
    privileged: bool,
    #[serde(deserialize_with = "nullable")]
    cap_add: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    cap_drop: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    group_add: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    network_mode: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedMount {
    #[serde(rename = "Type", deserialize_with = "nullable")]
    kind: String,
    name: Option<String>,
    #[serde(deserialize_with = "nullable")]
    source: String,
    #[serde(deserialize_with = "nullable")]
    destination: String,
    #[serde(rename = "RW", deserialize_with = "nullable")]
    writable: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedNetworks {
    #[serde(rename = "IPAddress", deserialize_with = "nullable")]
    address: String,
    #[serde(deserialize_with = "nullable")]
    networks: BTreeMap<String, Option<InspectedNetwork>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct InspectedNetwork {
    #[serde(rename = "IPAddress", deserialize_with = "nullable")]
    address: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Descriptor {
    #[serde(deserialize_with = "nullable")]
    platform: DescriptorPlatform,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DescriptorPlatform {
    architecture: String,
}

impl Inspected {
    /// Err with the engine's word when it names a state that is unknown here.
    pub(crate) fn into_facts(self) -> Result<ContainerFacts, String> {
        let state = ContainerState::from_engine(&self.state.status)
            .ok_or_else(|| format!("the unknown container state {:?}", self.state.status))?;
        let addresses = self.network_settings.networks.into_values().flatten().map(|network| network.address);
        let ip_address = std::iter::once(self.network_settings.address)
            .chain(addresses)
            .find(|address| !address.is_empty());
        Ok(ContainerFacts {
            id: self.id,
            name: self.name.trim_start_matches('/').to_owned(),
            // Podman leaves out the algorithm.
            image_id: with_algorithm(self.image),
            image_name: self.config.image,
            state,
            created: self.created,
            started_at: self.state.started_at,
            exit_code: matches!(state, ContainerState::Exited | ContainerState::Dead)
                .then_some(self.state.exit_code)
                .flatten(),
            env: self.config.env,
            user: self.config.user,
            labels: self.config.labels,
            mounts: self
                .mounts
                .into_iter()
                .map(|mount| MountFacts {
                    kind: mount.kind,
                    name: mount.name.filter(|name| !name.is_empty()),
                    source: mount.source,
                    target: mount.destination,
                    writable: mount.writable,
                })
                .collect(),
            read_only_root: self.host_config.readonly_rootfs,
            privileged: self.host_config.privileged,
            cap_add: self.host_config.cap_add,
            cap_drop: self.host_config.cap_drop,
            group_add: self.host_config.group_add,
            working_dir: self.config.working_dir,
            network_mode: self.host_config.network_mode,
            ip_address,
            architecture: self.image_manifest_descriptor.platform.architecture,
        })
    }
}

/// Image ids as Docker writes them.
pub(crate) fn with_algorithm(id: String) -> String {
    if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        format!("sha256:{id}")
    } else {
        id
    }
}
