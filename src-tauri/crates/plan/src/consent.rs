//! What a configuration may do to the host, found before it happens: the tier that asks, and the tier that tells.
//!
//! A touch is asked about once. What is remembered is a hash of the touch itself — not of its place in the file, not of the
//! wording — and of the content of the workspace files that a host command runs, so that moving a line asks nobody again and
//! changing a script asks everybody.

mod commands;
mod files;
mod options;
mod paths;
mod secrets;
mod services;
mod tells;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wharf_spec::{AppPort, LifecycleCommand, MergedConfig, SingleCommand, Source};

use crate::container::MountSpec;
use crate::image::to_hex;
use crate::quote;
use crate::state::{HostFile, Observed, Running};

pub use commands::named_files;
use paths::Outside;
pub use secrets::{SecretPlace, held_secrets, secret_touch, secrets, wants_keychain};
pub use tells::{Tell, host_variables, tells};

/// The kind of a touch: what a person decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TouchKind {
    /// A command runs on the host.
    HostCommand,
    /// A folder or file of the host outside the workspace is mounted.
    HostFolder,
    /// The socket of a container engine is mounted: as good as root on the host.
    EngineSocket,
    /// All rights over the host.
    Privileged,
    /// A device of the host.
    Device,
    /// A namespace of the host is shared.
    HostNamespace,
    /// A capability beyond the engine's default.
    Capability,
    /// A protection is lifted.
    Unconfined,
    /// A port can be reached from other computers.
    Port,
    /// A secret or an agent of the host flows in.
    Secret,
    /// An option whose effect on the host cannot be told.
    RawOption,
}

/// One thing that a configuration would do to the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Touch {
    /// What it is.
    pub kind: TouchKind,
    /// The thing itself, short: the folder, the capability, the command.
    pub what: String,
    /// What that means, as a sentence for a person.
    pub detail: String,
    /// Who wrote it.
    pub source: Source,
    /// The property, for example `runArgs[3]`.
    pub property: String,
    /// Hash of what else the thing is made of, where `what` does not say all of it. The values themselves may be secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exactly: Option<String>,
    /// The files that a host command runs, or that say what is lifted, as written: their content is part of what is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Touch {
    /// What consent to this is remembered by: SHA-256 in hexadecimal.
    ///
    /// `files` holds what is known of the workspace files; one that is not there counts as that, so that its coming asks again.
    #[must_use]
    pub fn hash(&self, files: &BTreeMap<String, HostFile>) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &[u8]| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        part(b"wharf consent 1");
        part(serde_json::to_string(&self.kind).unwrap_or_default().as_bytes());
        part(self.what.as_bytes());
        if let Some(exactly) = &self.exactly {
            // No file is called so.
            part(b"exactly\0");
            part(exactly.as_bytes());
        }
        for path in &self.files {
            part(path.as_bytes());
            match files.get(path) {
                Some(HostFile::Text { content }) => {
                    part(to_hex(&Sha256::digest(content.as_bytes())).as_bytes())
                }
                Some(HostFile::Hash { sha256 }) => part(sha256.as_bytes()),
                Some(HostFile::Absent) | None => part(b"absent"),
            }
        }
        to_hex(&hash.finalize())
    }

    /// The same, for nothing but this value.
    fn exactly(self, value: &Value) -> Touch {
        Touch { exactly: Some(to_hex(&Sha256::digest(canonical(value).as_bytes()))), ..self }
    }
}

/// JSON of a value in which the order of names does not count.
fn canonical(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Array(items) => format!("[{}]", joined(items.iter().map(canonical).collect())),
        Value::Object(entries) => {
            let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
            let pair = |(name, value): (&String, &Value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            };
            format!("{{{}}}", joined(sorted.into_iter().map(pair).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The workspace files that the configuration's host commands run, as written, each once.
#[must_use]
pub fn named_workspace_files(wanted: &Running) -> Vec<String> {
    files_of(&host_commands(wanted))
}

/// The files whose content is part of these, as written, each once.
#[must_use]
pub fn files_of(touches: &[Touch]) -> Vec<String> {
    let mut files: Vec<String> = touches.iter().flat_map(|touch| &touch.files).cloned().collect();
    files.sort();
    files.dedup();
    files
}

/// Everything that asks, in the order in which a person should read it. What the person's own command line says is not asked.
#[must_use]
pub fn touches(wanted: &Running, merged: &MergedConfig, observed: &Observed) -> Vec<Touch> {
    find(wanted, merged, observed, &Outside::of(wanted, observed))
}

/// What asks where Compose starts a container that is kept: it makes the services that are not there yet. Which those are is not
/// looked up: the others have been asked about when they were made.
#[must_use]
pub fn touches_of_services(wanted: &Running, observed: &Observed) -> Vec<Touch> {
    let mut found = host_commands(wanted);
    let outside = Outside::of(wanted, observed);
    files::files(&mut found, wanted, observed, &outside, files::Makes::Containers);
    services::services(&mut found, wanted, observed, &outside);
    each_once(found)
}

/// What asks where nothing is made: commands that run on the host.
#[must_use]
pub fn touches_of_commands(wanted: &Running) -> Vec<Touch> {
    each_once(host_commands(wanted))
}

/// Host paths in the workspace whose real place decides what [`touches`] finds, and is not known: links lead out of it.
#[must_use]
pub fn unknown_places(wanted: &Running, merged: &MergedConfig, observed: &Observed) -> Vec<String> {
    let outside = Outside::of(wanted, observed);
    find(wanted, merged, observed, &outside);
    outside.unknown()
}

/// What building the image alone would touch, with the images of other services that it reads from: `build` makes no container and
/// runs no command of the host.
#[must_use]
pub fn touches_of_build(wanted: &Running, observed: &Observed) -> Vec<Touch> {
    find_in_build(wanted, observed, &Outside::of(wanted, observed))
}

/// The same as [`unknown_places`] for [`touches_of_build`].
#[must_use]
pub fn unknown_places_of_build(wanted: &Running, observed: &Observed) -> Vec<String> {
    let outside = Outside::of(wanted, observed);
    find_in_build(wanted, observed, &outside);
    outside.unknown()
}

fn find_in_build(wanted: &Running, observed: &Observed, outside: &Outside<'_>) -> Vec<Touch> {
    let mut found = Vec::new();
    options::build(&mut found, wanted, outside);
    files::files(&mut found, wanted, observed, outside, files::Makes::Images);
    services::builds(&mut found, wanted, observed, outside);
    each_once(found)
}

fn find(wanted: &Running, merged: &MergedConfig, observed: &Observed, outside: &Outside<'_>) -> Vec<Touch> {
    let mut found = host_commands(wanted);
    mounts(&mut found, wanted, merged, observed, outside);
    security(&mut found, wanted, merged, observed, outside);
    ports(&mut found, wanted);
    gpus(&mut found, wanted, merged);
    options::run_arguments(&mut found, wanted, outside);
    options::build(&mut found, wanted, outside);
    files::files(&mut found, wanted, observed, outside, files::Makes::Containers);
    services::services(&mut found, wanted, observed, outside);
    each_once(found)
}

/// The same thing is asked about once, however many ask for it.
fn each_once(mut found: Vec<Touch>) -> Vec<Touch> {
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|touch| {
        seen.insert((touch.kind, touch.what.clone(), touch.exactly.clone(), touch.files.clone()))
    });
    found
}

fn config_source(wanted: &Running) -> Source {
    Source::Config { path: wanted.configuration.path.clone() }
}

fn host_commands(wanted: &Running) -> Vec<Touch> {
    let property = |name: Option<&str>| match name {
        Some(name) => format!("initializeCommand.{name}"),
        None => "initializeCommand".to_owned(),
    };
    let touch = |source: &Source, name: Option<&str>, command: &SingleCommand| Touch {
        kind: TouchKind::HostCommand,
        what: match command {
            SingleCommand::Shell(line) => line.clone(),
            SingleCommand::Exec(words) => quote::shell_words(words.iter().map(String::as_str)),
        },
        detail: "It runs on this computer with your own rights, at every start.".to_owned(),
        source: source.clone(),
        property: property(name),
        exactly: None,
        files: named_files(command, &wanted.workspace.host_mount_folder),
    };
    let authors = wanted.configuration.initialize_commands();
    let commands = authors.iter().flat_map(|author| {
        commands_of(&author.value).into_iter().map(|(name, command)| (&author.source, name, command))
    });
    commands
        .filter(|(_, _, command)| !command.is_empty())
        .map(|(source, name, command)| touch(source, name.as_deref(), &command))
        .collect()
}

fn commands_of(command: &LifecycleCommand) -> Vec<(Option<String>, SingleCommand)> {
    command.commands().into_iter().map(|(name, command)| (name.map(str::to_owned), command)).collect()
}

/// Mounts of the configuration and of its image; those of `--mount` were typed by the person.
fn mounts(
    found: &mut Vec<Touch>,
    wanted: &Running,
    merged: &MergedConfig,
    observed: &Observed,
    outside: &Outside<'_>,
) {
    let config = &wanted.configuration.config;
    if let Some(mount) = config.workspace_mount.as_deref().filter(|mount| !mount.is_empty()) {
        found.extend(outside.mount(mount, config_source(wanted), "workspaceMount"));
    }
    // A worktree's file is content of the workspace, and may name any folder.
    let told = wanted.workspace.additional_mount.iter().filter(|_| wanted.workspace.additional_mount_is_told);
    found.extend(told.filter_map(|mount| outside.mount(mount, config_source(wanted), "workspaceMount")));
    for mount in &merged.mounts {
        let property =
            property_of(&mount.source, "mounts", || config.mounts.iter().position(|own| *own == mount.value));
        let (text, source) = (mount.value.to_argument(), mount.source.clone());
        found.extend(match observed.compose.known().and_then(Option::as_ref) {
            // Compose is given them as it writes them, and finds relative paths from its own folder.
            Some(facts) => {
                let from = facts.folder().to_string_lossy();
                let spec =
                    crate::compose::read_mount(&mount.value, facts).ok().map(|spec| match &*spec.r#type {
                        "bind" => MountSpec { source: outside.seen_from(&from, &spec.source), ..spec },
                        _ => spec,
                    });
                outside.mounted(spec, &text, source, &property)
            }
            None => outside.mount(&text, source, &property),
        });
    }
}

/// `name[index]` where the value stands in this configuration, else just the name.
fn property_of(source: &Source, name: &str, index: impl FnOnce() -> Option<usize>) -> String {
    match source {
        Source::Config { .. } | Source::Overlay { .. } => {
            index().map_or_else(|| name.to_owned(), |index| format!("{name}[{index}]"))
        }
        Source::Image { .. } | Source::Feature { .. } => name.to_owned(),
    }
}

fn security(
    found: &mut Vec<Touch>,
    wanted: &Running,
    merged: &MergedConfig,
    observed: &Observed,
    outside: &Outside<'_>,
) {
    let config = &wanted.configuration.config;
    let source = |pointer: &str| merged.source(pointer).cloned().unwrap_or_else(|| config_source(wanted));
    if merged.privileged {
        found.push(options::privileged(source("/privileged"), "privileged"));
    }
    for (index, capability) in merged.cap_add.iter().enumerate() {
        let source = source(&format!("/capAdd/{index}"));
        let property =
            property_of(&source, "capAdd", || config.cap_add.iter().position(|own| own == capability));
        found.extend(options::capability(capability, source, &property));
    }
    for (index, option) in merged.security_opt.iter().enumerate() {
        let source = source(&format!("/securityOpt/{index}"));
        let property =
            property_of(&source, "securityOpt", || config.security_opt.iter().position(|own| own == option));
        let facts = observed.compose.known().and_then(Option::as_ref);
        let folder = facts.map(|facts| facts.folder().to_string_lossy());
        let folder = folder.as_deref().unwrap_or(outside.opened());
        found.extend(options::security_option(option, source, &property, folder, outside));
    }
}

fn ports(found: &mut Vec<Touch>, wanted: &Running) {
    for (index, port) in wanted.configuration.config.app_port.iter().enumerate() {
        if let AppPort::Text(text) = port {
            found.extend(options::published(text, config_source(wanted), &format!("appPort[{index}]")));
        }
    }
}

fn gpus(found: &mut Vec<Touch>, wanted: &Running, merged: &MergedConfig) {
    let gpu = merged.host_requirements.as_ref().and_then(|requirements| requirements.gpu.as_ref());
    let given = wanted.create.gpu != crate::container::GpuAvailability::None;
    if given && gpu.is_some_and(wharf_spec::Gpu::is_wanted) {
        found.push(Touch {
            kind: TouchKind::Device,
            what: "all GPUs".to_owned(),
            detail: "The container can use every GPU of the engine's machine.".to_owned(),
            source: config_source(wanted),
            property: "hostRequirements.gpu".to_owned(),
            exactly: None,
            files: Vec::new(),
        });
    }
}
