//! A configuration merged with the metadata of its image and Features, every value with its author.

mod origin;
pub(crate) mod rules;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::config::{
    Config, ForwardPort, Hook, HostRequirements, LifecycleCommand, Mount, PortAttributes, ShutdownAction,
    UserEnvProbe, WaitFor,
};
use crate::metadata::{Entry, usable};
use crate::pointer::At;
use crate::read::groups::{
    forward_port, host_requirements, lifecycle_command, mount, port_attributes, text_or_null,
};
use crate::read::reader::Reader;
use crate::resolve::ResolvedConfig;
use crate::source::{Source, Sourced};
use crate::substitute::{ContainerVariables, substitute_container};
use rules::{REPLACED, TABLE};

pub use origin::{ValueOrigin, origins_of_document};

/// What an environment is made from: the configuration, and above it the merged properties.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedConfig {
    /// The configuration by itself: the image or build, `runArgs`, the workspace, Features, `initializeCommand`, secrets.
    /// Of properties that are merged, the merged value is what counts.
    pub config: Config,
    /// Run an init process.
    pub init: bool,
    /// Give the container every right.
    pub privileged: bool,
    /// Capabilities to add.
    pub cap_add: Vec<String>,
    /// Security options.
    pub security_opt: Vec<String>,
    /// Programs that Features run when the container starts, in order.
    pub entrypoints: Vec<Sourced<String>>,
    /// Folders and volumes, each target once.
    pub mounts: Vec<Sourced<Mount>>,
    /// The settings of each tool: one value for each author, in order.
    pub customizations: IndexMap<String, Vec<Value>>,
    /// The commands of each hook in the order in which they run; `initializeCommand` is the configuration's alone.
    pub hooks: BTreeMap<Hook, Vec<Sourced<LifecycleCommand>>>,
    /// The hook after which the environment is ready, if an author said so.
    pub wait_for: Option<WaitFor>,
    /// The user of hooks and tools, if an author named one; otherwise it is the container's.
    pub remote_user: Option<String>,
    /// The user of the container, if an author named one; otherwise it is the image's.
    pub container_user: Option<String>,
    /// The shell that is asked for the environment, if an author said so.
    pub user_env_probe: Option<UserEnvProbe>,
    /// Environment of hooks and tools; `None` removes a variable.
    pub remote_env: IndexMap<String, Option<String>>,
    /// Environment of the container.
    pub container_env: IndexMap<String, String>,
    /// Whether the image's command is replaced, if an author said so; the default depends on the scenario.
    pub override_command: Option<bool>,
    /// How ports are presented and treated.
    pub ports_attributes: IndexMap<String, PortAttributes>,
    /// How all other ports are presented and treated.
    pub other_ports_attributes: Option<PortAttributes>,
    /// Ports to forward, each once.
    pub forward_ports: Vec<ForwardPort>,
    /// What happens when the tool goes away, if an author said so; the default depends on the scenario.
    pub shutdown_action: Option<ShutdownAction>,
    /// Whether the user's ids follow the host's, if an author said so.
    pub update_remote_user_uid: Option<bool>,
    /// The smallest machine that suits every author.
    pub host_requirements: Option<HostRequirements>,
    json: Map<String, Value>,
    sources: BTreeMap<String, Source>,
    config_source: Source,
}

/// A merged configuration in which the container's variables have their values.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerConfig {
    config: MergedConfig,
    /// The hooks with the container's variables put in.
    hooks: BTreeMap<Hook, Vec<Sourced<LifecycleCommand>>>,
}

impl ContainerConfig {
    /// The same with the container's variables in the commands of hooks too, as the reference's `run-user-commands` runs them.
    #[must_use]
    pub fn with_hooks_in_container(self) -> Self {
        Self { config: MergedConfig { hooks: self.hooks.clone(), ..self.config }, hooks: self.hooks }
    }
}

impl std::ops::Deref for ContainerConfig {
    type Target = MergedConfig;

    fn deref(&self) -> &MergedConfig {
        &self.config
    }
}

/// Merges the entries, first to last, by the rules of the specification.
///
/// The entries hold values as written; this configuration's variables are put in here. A configuration contributes to its own
/// merge only through an entry: see [`crate::metadata::pick_from_config`].
#[must_use]
pub fn merge(config: &ResolvedConfig, entries: &[Entry]) -> MergedConfig {
    let entries: Vec<(Map<String, Value>, &Source)> = entries
        .iter()
        .map(|entry| {
            let (properties, _) = usable(&config.substitute(&entry.value), "", 0);
            (properties, &entry.source)
        })
        .collect();

    let mut json = config.to_json().as_object().cloned().unwrap_or_default();
    json.retain(|property, _| !REPLACED.contains(&property.as_str()));
    let mut sources = BTreeMap::new();
    for (merged, property, rule) in TABLE {
        let given: Vec<_> = entries
            .iter()
            .map(|(properties, source)| (properties.get(property).unwrap_or(&Value::Null), *source))
            .collect();
        match rule.apply(&given) {
            Some(outcome) => {
                json.insert(merged.to_owned(), outcome.value);
                let authors = outcome.sources.into_iter();
                sources.extend(authors.map(|(pointer, source)| (format!("/{merged}{pointer}"), source)));
            }
            None => {
                json.shift_remove(merged);
            }
        }
    }
    let config_source = Source::Config { path: config.path.clone() };
    let initialize = config.initialize_commands();
    MergedConfig::of(config.config.clone(), json, sources, config_source, initialize)
}

impl MergedConfig {
    /// The `mergedConfiguration` that documents show.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.json.clone())
    }

    /// Who wrote the value at a JSON pointer into [`MergedConfig::to_json`], or the nearest value around it that has one author.
    #[must_use]
    pub fn source(&self, pointer: &str) -> Option<&Source> {
        let mut pointer = pointer;
        loop {
            if let Some(source) = self.sources.get(pointer) {
                return Some(source);
            }
            match pointer.rfind('/') {
                Some(0) | None => break,
                Some(end) => pointer = &pointer[..end],
            }
        }
        let property = pointer.strip_prefix('/')?;
        let is_merged = TABLE.iter().any(|(merged, _, _)| *merged == property);
        (!is_merged && self.json.contains_key(property)).then_some(&self.config_source)
    }

    /// The commands of a hook in the order in which they run; empty commands are left out.
    pub fn hook(&self, hook: Hook) -> impl Iterator<Item = &Sourced<LifecycleCommand>> {
        self.hooks.get(&hook).into_iter().flatten().filter(|command| !command.value.is_empty())
    }

    /// Puts in the container's variables. One without a name stays as written.
    ///
    /// The commands of hooks keep theirs: the reference shows them replaced and runs them as written (but in `run-user-commands`:
    /// [`ContainerConfig::with_hooks_in_container`]), and to a shell the difference is one of meaning.
    #[must_use]
    pub fn for_container(&self, variables: &ContainerVariables) -> ContainerConfig {
        let whole = Value::Object(self.json.clone());
        let json = match substitute_container(&whole, variables, "") {
            Ok(Value::Object(json)) => json,
            _ => self.json.clone(),
        };
        let (sources, config_source) = (self.sources.clone(), self.config_source.clone());
        let merged = Self::of(self.config.clone(), json, sources, config_source, Vec::new());
        let in_container = merged.hooks.clone();
        ContainerConfig { config: Self { hooks: self.hooks.clone(), ..merged }, hooks: in_container }
    }

    /// Reads the merged object as types. Its parts were checked when the entries were read, so nothing is left to report.
    fn of(
        config: Config,
        json: Map<String, Value>,
        sources: BTreeMap<String, Source>,
        config_source: Source,
        initialize: Vec<Sourced<LifecycleCommand>>,
    ) -> Self {
        let mut parts = Parts { json: &json, sources: &sources, reader: Reader::of_label("", "") };
        let mut hooks: BTreeMap<_, _> = Hook::IN_CONTAINER
            .into_iter()
            .filter_map(|hook| {
                hook.merged_property_name().map(|name| (hook, parts.sourced(name, lifecycle_command)))
            })
            .collect();
        hooks.insert(Hook::Initialize, initialize);

        Self {
            init: parts.one("init", Reader::flag).unwrap_or_default(),
            privileged: parts.one("privileged", Reader::flag).unwrap_or_default(),
            cap_add: parts.one("capAdd", Reader::texts).unwrap_or_default(),
            security_opt: parts.one("securityOpt", Reader::texts).unwrap_or_default(),
            entrypoints: parts.sourced("entrypoints", Reader::text),
            mounts: parts.sourced("mounts", mount),
            customizations: parts.map("customizations", |_, _, values| values.as_array().cloned()),
            hooks,
            wait_for: parts.one("waitFor", |reader, at, value| reader.choice(at, value, &WaitFor::VALUES)),
            remote_user: parts.one("remoteUser", Reader::text),
            container_user: parts.one("containerUser", Reader::text),
            user_env_probe: parts
                .one("userEnvProbe", |reader, at, value| reader.choice(at, value, &UserEnvProbe::VALUES)),
            remote_env: parts.map("remoteEnv", text_or_null),
            container_env: parts.map("containerEnv", Reader::text),
            override_command: parts.one("overrideCommand", Reader::flag),
            ports_attributes: parts.map("portsAttributes", port_attributes),
            other_ports_attributes: parts.one("otherPortsAttributes", port_attributes),
            forward_ports: parts
                .one("forwardPorts", |reader, at, value| Some(reader.list(at, value, forward_port)))
                .unwrap_or_default(),
            shutdown_action: parts
                .one("shutdownAction", |reader, at, value| reader.choice(at, value, &ShutdownAction::VALUES)),
            update_remote_user_uid: parts.one("updateRemoteUserUID", Reader::flag),
            host_requirements: parts
                .one("hostRequirements", |reader, at, value| Some(host_requirements(reader, at, value))),
            config,
            json,
            sources,
            config_source,
        }
    }
}

/// Reads the properties of a merged object.
struct Parts<'m> {
    json: &'m Map<String, Value>,
    sources: &'m BTreeMap<String, Source>,
    reader: Reader<'m>,
}

impl<'m> Parts<'m> {
    fn one<T>(
        &mut self,
        property: &str,
        read: impl FnOnce(&mut Reader<'m>, &At<'_>, &Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.json.get(property)?;
        read(&mut self.reader, &At::Root.key(property), value)
    }

    fn map<T>(
        &mut self,
        property: &str,
        read: impl FnMut(&mut Reader<'m>, &At<'_>, &Value) -> Option<T>,
    ) -> IndexMap<String, T> {
        let value = self.json.get(property);
        value.map(|value| self.reader.map(&At::Root, value, read)).unwrap_or_default()
    }

    /// The elements of an array, each with its author.
    fn sourced<T>(
        &mut self,
        property: &str,
        mut read: impl FnMut(&mut Reader<'m>, &At<'_>, &Value) -> Option<T>,
    ) -> Vec<Sourced<T>> {
        let elements = self.json.get(property).and_then(Value::as_array).into_iter().flatten();
        elements
            .enumerate()
            .filter_map(|(place, element)| {
                let value = read(&mut self.reader, &At::Root, element)?;
                let source = self.sources.get(&format!("/{property}/{place}"))?.clone();
                Some(Sourced { value, source })
            })
            .collect()
    }
}
