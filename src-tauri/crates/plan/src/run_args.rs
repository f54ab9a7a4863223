//! Options of `docker run` and `podman run`, read into what the engines' interfaces are asked.
//!
//! A configuration's `runArgs` are written for the engine's own program. This module knows what that program does with each
//! of them (docker/cli 28, Podman 5) and says it to the interface. An option for which the interface has no word is an error
//! that names it; nothing is dropped silently. The tables are [`docker`] for what both programs know and [`podman`] for what
//! only Podman's knows; the latter make [`ContainerSpec::podman`].

mod capabilities;
mod devices;
mod docker;
mod environment;
mod libpod;
mod mounts;
mod network;
mod podman;
mod ports;
mod security;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::container::{ContainerSpec, EndpointSettings, LogConfig, Ulimit};
use crate::error::Error;
use crate::facts::{EngineFacts, EngineKind, HostFacts};
use crate::flags::{self, Argument, Table};

pub(crate) use devices::ulimit;
pub(crate) use mounts::{ReadVolume, split_volume, volume_flag};
pub(crate) use network::{extra_host, read as network};
pub(crate) use ports::publish as published;
pub(crate) use security::{profile_path, split as split_security_option};
pub(crate) use values::{bytes, bytes_or_unlimited, fields, integer, join, key_value};

static TABLE: Table<Draft> = Table {
    command: "docker run",
    positional: "image's name",
    parts: &[docker::IDENTITY, docker::RESOURCES, docker::NETWORK, docker::CLIENT, podman::FLAGS],
};

/// A host file whose content is part of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRequest {
    /// The path as written; relative ones start at [`HostFacts::folder`].
    pub path: String,
    /// The option that names it.
    pub flag: String,
    /// Where that option stands.
    pub property: String,
}

/// The host files whose content [`parse`] will need, in order.
///
/// # Errors
/// As [`parse`], as far as it concerns the form of the list.
pub fn files(arguments: &[Argument], engine: &EngineFacts) -> Result<Vec<FileRequest>, Error> {
    let mut requests = Vec::new();
    for (flag, given) in flags::read(&TABLE, arguments)? {
        let path = match flag.name {
            "env-file" | "label-file" => Some(given.value.as_str()),
            "security-opt" if engine.is_sent_profiles() => security::profile_path(&given.value),
            _ => None,
        };
        if let Some(path) = path {
            requests.push(FileRequest {
                path: path.to_owned(),
                flag: given.flag.clone(),
                property: given.property.to_owned(),
            });
        }
    }
    Ok(requests)
}

/// The long names of all options: those that both engines' programs know, and those that only Podman's knows.
#[must_use]
pub fn names() -> (Vec<&'static str>, Vec<&'static str>) {
    let of = |owner| TABLE.flags().filter(|flag| flag.owner == owner).map(|flag| flag.name).collect();
    (of(flags::Owner::Both), of(flags::Owner::Podman))
}

/// Every option with its value and place: what consent looks at.
///
/// # Errors
/// As [`parse`], as far as it concerns the form of the list.
pub fn options(arguments: &[Argument]) -> Result<Vec<(&'static str, String, &str)>, Error> {
    Ok(flags::read(&TABLE, arguments)?
        .into_iter()
        .map(|(flag, given)| (flag.name, given.value, given.property))
        .collect())
}

/// Reads a whole list of options into a container to create from `image` with `command`.
///
/// `files` holds the content of the files that [`files`] named, by path as written.
///
/// # Errors
/// The first option that is unknown, has no valid value, cannot be said to this engine, or excludes an earlier one.
pub fn parse(
    arguments: &[Argument],
    image: &str,
    command: Vec<String>,
    engine: &EngineFacts,
    host: &HostFacts,
    files: &BTreeMap<String, String>,
) -> Result<ContainerSpec, Error> {
    let mut draft = Draft::new(engine, host, files);
    image.clone_into(&mut draft.spec.body.image);
    draft.spec.body.cmd = Some(command).filter(|command| !command.is_empty());
    for (flag, given) in flags::read(&TABLE, arguments)? {
        if flag.owner == flags::Owner::Podman && !draft.podman {
            return Err(Error::PodmanOnly { flag: given.flag, property: given.property.to_owned() });
        }
        (flag.effect)(&mut draft, &given)?;
    }
    draft.finish(host)
}

/// What is read so far.
pub(crate) struct Draft {
    /// Whether the engine is Podman.
    podman: bool,
    /// Whether Podman runs without root's rights.
    rootless: bool,
    /// Whether all networks can be named when the container is created.
    several_networks: bool,
    /// Where relative host paths start.
    folder: String,
    /// The host's environment.
    environment: BTreeMap<String, String>,
    /// The content of files by path as written.
    files: BTreeMap<String, String>,
    /// What will be returned.
    spec: ContainerSpec,
    /// Podman's own fields, in the names of its interface.
    libpod: Map<String, Value>,
    /// Options that only Podman's mounts have, by target.
    podman_mounts: BTreeMap<String, Vec<String>>,
    /// Lines of `--env-file`, which come before those of `--env`.
    env_files: Vec<String>,
    env: Vec<String>,
    label_files: Vec<String>,
    labels: Vec<String>,
    ulimits: Vec<Ulimit>,
    attach: Vec<String>,
    cdi_devices: Vec<String>,
    networks: Vec<(network::Attachment, String)>,
    /// What `--ip`, `--network-alias` and the like say about the first network.
    first_network: EndpointSettings,
    /// The option that said it last, with its place.
    first_network_flag: Option<(&'static str, String)>,
    links: Vec<String>,
    no_healthcheck: bool,
    /// `--os`, `--arch` and `--variant`, which Podman has beside `--platform`.
    platform_parts: [Option<String>; 3],
}

impl Draft {
    fn new(engine: &EngineFacts, host: &HostFacts, files: &BTreeMap<String, String>) -> Draft {
        Draft {
            podman: engine.kind == EngineKind::Podman,
            rootless: engine.rootless,
            several_networks: engine.creates_in_several_networks(),
            folder: host.folder.clone(),
            environment: host.environment.clone(),
            files: files.clone(),
            spec: ContainerSpec::default(),
            libpod: Map::new(),
            podman_mounts: BTreeMap::new(),
            env_files: Vec::new(),
            env: Vec::new(),
            label_files: Vec::new(),
            labels: Vec::new(),
            ulimits: Vec::new(),
            attach: Vec::new(),
            cdi_devices: Vec::new(),
            networks: Vec::new(),
            first_network: EndpointSettings::default(),
            first_network_flag: None,
            links: Vec::new(),
            no_healthcheck: false,
            platform_parts: [const { None }; 3],
        }
    }

    /// The content of a file that an option names.
    fn file(&self, path: &str, flag: &str, property: &str) -> Result<&str, Error> {
        self.files.get(path).map(String::as_str).ok_or_else(|| Error::File {
            flag: flag.to_owned(),
            path: path.to_owned(),
            property: property.to_owned(),
            reason: "cannot be read".to_owned(),
        })
    }

    /// Settles everything that depends on several options at once.
    fn finish(mut self, host: &HostFacts) -> Result<ContainerSpec, Error> {
        self.settle_environment(host);
        self.settle_streams();
        self.settle_networks()?;
        self.settle_platform();
        let body = &mut self.spec.body;
        let capabilities = capabilities::settle(&body.host_config.cap_add, &body.host_config.cap_drop);
        (body.host_config.cap_add, body.host_config.cap_drop) = capabilities;
        if body.host_config.restart_policy.name.is_empty() {
            // What the engines' programs ask for when nothing is said.
            "no".clone_into(&mut body.host_config.restart_policy.name);
        }
        body.host_config.ulimits = devices::sort_ulimits(self.ulimits);
        if !self.cdi_devices.is_empty() {
            body.host_config.device_requests.push(crate::container::DeviceRequest {
                driver: "cdi".to_owned(),
                device_ids: self.cdi_devices,
                ..Default::default()
            });
        }
        if !self.libpod.is_empty() || !self.podman_mounts.is_empty() {
            let generator = libpod::spec_generator(&self.spec, self.libpod, &self.podman_mounts);
            self.spec.podman = Some(generator);
        }
        Ok(self.spec)
    }

    fn settle_environment(&mut self, host: &HostFacts) {
        let lines = self.env_files.drain(..).chain(self.env.drain(..)).collect();
        self.spec.body.env = environment::settle(lines, &host.proxies);
        let labels = self.label_files.drain(..).chain(self.labels.drain(..));
        self.spec.body.labels = labels.map(|label| values::key_value(&label)).collect();
    }

    fn settle_streams(&mut self) {
        let attached = |stream: &str| self.attach.iter().any(|name| name == stream);
        let body = &mut self.spec.body;
        body.attach_stdin = attached("stdin") || body.open_stdin;
        body.attach_stdout = self.attach.is_empty() || attached("stdout");
        body.attach_stderr = self.attach.is_empty() || attached("stderr");
        body.stdin_once = body.open_stdin && body.attach_stdin;
    }

    fn settle_platform(&mut self) {
        if self.platform_parts.iter().all(Option::is_none) {
            return;
        }
        let [os, architecture, variant] = std::mem::take(&mut self.platform_parts);
        let current = self.spec.platform.take().unwrap_or_default();
        let mut parts = current.split('/').map(str::to_owned);
        let os = os.or(parts.next().filter(|os| !os.is_empty())).unwrap_or_else(|| "linux".to_owned());
        let mut platform = vec![os];
        platform.extend(architecture.or(parts.next()));
        platform.extend(variant.or(parts.next()));
        self.spec.platform = Some(platform.join("/"));
    }

    /// The container's log settings.
    fn log(&mut self) -> &mut LogConfig {
        &mut self.spec.body.host_config.log_config
    }
}

/// One `--mount` in the words of Docker's API. `folder` is where relative sources start; `podman` allows Podman's own fields and types.
pub(crate) fn mount(text: &str, folder: &str, podman: bool) -> Result<crate::container::MountSpec, String> {
    mounts::mount(text, folder, podman).map(|read| read.mount)
}
