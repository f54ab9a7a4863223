//! What an engine is asked to create.
//!
//! The reference makes a container with `docker run`, and so does this, up to the point where the program would speak to the
//! engine: [`arguments`] is the reference's list, argument by argument, and [`crate::run_args`] says what it means. So a flag
//! in `runArgs` has the same effect here as there, also where it overrides what the configuration says elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_spec::{AppPort, MergedConfig, Mount, MountKind, MountObject, Scenario, Source, metadata};

use crate::error::Error;
use crate::facts::{EngineKind, HostSystem, ImageFacts};
use crate::flags::Argument;
use crate::requirements::GpuAccess;
use crate::state::{Blocker, HostFile, Observed, Running};
use crate::{platform, run_args};

mod body;

pub use body::*;

/// One container to create.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerSpec {
    /// `--name`; the engine invents one when absent.
    pub name: Option<String>,
    /// `--platform`: `os/architecture[/variant]`.
    pub platform: Option<String>,
    /// When the image is pulled.
    #[serde(default)]
    pub pull: PullPolicy,
    /// The body of `POST /containers/create` of the Docker Engine API.
    pub body: CreateBody,
    /// Networks that the body cannot name, in the order in which they were asked for: the container is connected to them
    /// before it starts.
    #[serde(default)]
    pub further_networks: Vec<NetworkConnection>,
    /// The whole body for Podman's own `POST /libpod/containers/create`, present only when something is asked for that
    /// only this call can express. It says everything that `body` says too.
    pub podman: Option<serde_json::Value>,
}

impl ContainerSpec {
    /// The files and folders of the engine's machine that must be there before this container can be made: the sources of
    /// bind mounts that are not made on the way. Podman's compatible interface would make them silently.
    pub fn required_sources(&self) -> impl Iterator<Item = &str> {
        self.body
            .host_config
            .mounts
            .iter()
            .filter(|mount| mount.r#type == "bind")
            .filter(|mount| !mount.bind_options.as_ref().is_some_and(|options| options.create_mountpoint))
            .map(|mount| mount.source.as_str())
    }
}

/// How a container that exists is connected to a network: the body of `POST /networks/{name}/connect`, without the container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkConnection {
    /// The network's name.
    pub network: String,
    /// How the container stands in it.
    pub endpoint: EndpointSettings,
}

/// When the image of a container is pulled (`--pull`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullPolicy {
    /// Before every creation.
    Always,
    /// When the engine does not have it.
    #[default]
    Missing,
    /// Never: a missing image is an error.
    Never,
}

/// Every NVIDIA GPU, as the Container Device Interface names them.
pub(crate) const CDI_GPUS: &str = "nvidia.com/gpu=all";

/// Whether GPUs are given to a container that asks for them (`--gpu-availability`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GpuAvailability {
    /// Always.
    All,
    /// When the engine has a way to give them.
    #[default]
    Detect,
    /// Never.
    None,
}

/// What the caller adds to a container's creation, beside the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CreateOptions {
    /// `--mount`, as written.
    pub mounts: Vec<String>,
    /// `--gpu-availability`.
    pub gpu: GpuAvailability,
    /// `--omit-config-remote-env-from-metadata`.
    pub omit_remote_env_from_metadata: bool,
}

/// Why a container cannot be planned yet, or at all.
#[derive(Debug, Clone, PartialEq)]
pub enum CreateProblem {
    /// The content of these host files is part of the request; paths as written.
    Files(Vec<String>),
    /// What the machine has decides what the container is given.
    Machine,
    /// The configuration asks for something that cannot be.
    Impossible(Blocker),
}

impl From<Error> for CreateProblem {
    fn from(error: Error) -> CreateProblem {
        CreateProblem::Impossible(error.into())
    }
}

/// The container of an environment, made from the image `name`.
///
/// # Errors
/// Files to read first, or what is wrong with the configuration.
pub fn container_spec(
    wanted: &Running,
    merged: &MergedConfig,
    name: &str,
    image: &ImageFacts,
    observed: &Observed,
) -> Result<ContainerSpec, CreateProblem> {
    if merged.host_requirements.is_some() && observed.machine.known().is_none() {
        return Err(CreateProblem::Machine);
    }
    let arguments = arguments(wanted, merged, image, observed);
    let requested = run_args::files(&arguments, &observed.engine)?;
    let mut files = BTreeMap::new();
    let mut unread = Vec::new();
    for request in requested {
        match observed.files.get(&request.path) {
            Some(HostFile::Text { content }) => {
                files.insert(request.path, content.clone());
            }
            // `parse` says which option names the file that is not there.
            Some(HostFile::Absent) => {}
            Some(HostFile::Hash { .. }) | None => unread.push(request.path),
        }
    }
    if !unread.is_empty() {
        return Err(CreateProblem::Files(unread));
    }
    let command = command(merged, image);
    let mut spec = run_args::parse(&arguments, name, command, &observed.engine, &observed.host, &files)?;
    spec.platform = spec.platform.or_else(|| platform::asked(wanted, observed));
    Ok(spec)
}

/// Whether `runArgs` ask for a pull even though the image is there. Only an image that is used as it is can be pulled again.
#[must_use]
pub fn pulls_always(wanted: &Running) -> bool {
    let is_image = matches!(wanted.configuration.config.scenario(), Some(Scenario::Image { .. }));
    is_image
        && last_option(wanted, "pull").is_some_and(|policy| matches!(policy.as_str(), "always" | "newer"))
}

/// The value that counts of an option in `runArgs`.
pub(crate) fn last_option(wanted: &Running, name: &str) -> Option<String> {
    let arguments = Argument::list("runArgs", &wanted.configuration.config.run_args);
    let options = run_args::options(&arguments).ok()?;
    options.into_iter().rev().find(|(option, _, _)| *option == name).map(|(_, value, _)| value)
}

/// The arguments of the reference's `docker run`, in its order, each with the property that it comes from.
#[must_use]
pub fn arguments(
    wanted: &Running,
    merged: &MergedConfig,
    image: &ImageFacts,
    observed: &Observed,
) -> Vec<Argument> {
    let config = &wanted.configuration.config;
    let mut list = List(Vec::new());
    list.add(["--sig-proxy=false", "-a", "STDOUT", "-a", "STDERR"], "");
    for (index, port) in config.app_port.iter().enumerate() {
        let text = match port {
            AppPort::Port(port) => format!("127.0.0.1:{port}:{port}"),
            AppPort::Text(text) => text.clone(),
        };
        list.add(["-p", &text], &format!("appPort[{index}]"));
    }
    for mount in [&wanted.workspace.mount, &wanted.workspace.additional_mount].into_iter().flatten() {
        if !mount.is_empty() {
            list.add(["--mount", mount], "workspaceMount");
        }
    }
    for mount in &merged.mounts {
        list.add(
            ["--mount", &mount.value.to_argument()],
            &mount_property(wanted, &mount.value, &mount.source),
        );
    }
    for mount in &wanted.create.mounts {
        list.add(["--mount", &as_object(mount).to_argument()], "--mount");
    }
    for (name, value) in &wanted.id_labels {
        list.add(["-l", &format!("{name}={value}")], "--id-label");
    }
    for (name, value) in &merged.container_env {
        list.add(["-e", &format!("{name}={value}")], &format!("containerEnv.{name}"));
    }
    if let Some(user) = merged.container_user.as_deref().filter(|user| !user.is_empty()) {
        list.add(["-u", user], "containerUser");
    }
    podman_arguments(&mut list, wanted, merged, image, observed);
    list.0.extend(Argument::list("runArgs", &config.run_args));
    match gpus(wanted.create.gpu, merged, observed) {
        Some(GpuAccess::Runtime) => list.add(["--gpus", "all"], "hostRequirements.gpu"),
        Some(GpuAccess::Cdi) => list.add(["--device", CDI_GPUS], "hostRequirements.gpu"),
        None => {}
    }
    if merged.init {
        list.add(["--init"], "init");
    }
    if merged.privileged {
        list.add(["--privileged"], "privileged");
    }
    for capability in &merged.cap_add {
        list.add(["--cap-add", capability], "capAdd");
    }
    for option in &merged.security_opt {
        list.add(["--security-opt", option], "securityOpt");
    }
    list.add(["--entrypoint", "/bin/sh"], "");
    if let Some(label) = label(wanted, image) {
        list.add(["-l", &format!("{}={label}", metadata::LABEL)], "");
    }
    list.0
}

struct List(Vec<Argument>);

impl List {
    fn add<const N: usize>(&mut self, texts: [&str; N], property: &str) {
        self.0.extend(texts.into_iter().map(|text| Argument::new(text, property)));
    }
}

/// The property that a merged mount stands in, as far as that is a place in this configuration.
fn mount_property(wanted: &Running, mount: &Mount, source: &Source) -> String {
    let own = &wanted.configuration.config.mounts;
    match source {
        Source::Config { .. } | Source::Overlay { .. } => match own.iter().position(|other| other == mount) {
            Some(index) => format!("mounts[{index}]"),
            None => "mounts".to_owned(),
        },
        Source::Image { name, index, .. } => format!("mounts of {}[{index}] in {name}", metadata::LABEL),
        Source::Feature { id } => format!("mounts of {id}"),
    }
}

/// `--mount` of the command line knows only type, source and target, and is passed on in that form.
fn as_object(text: &str) -> Mount {
    let fields = Mount::Text(text.to_owned()).fields();
    let kind = match fields.kind.as_deref() {
        Some("bind") => MountKind::Bind,
        Some("volume") => MountKind::Volume,
        _ => return Mount::Text(text.to_owned()),
    };
    Mount::Object(MountObject {
        kind,
        source: fields.source,
        target: fields.target.unwrap_or_default(),
        external: None,
    })
}

/// What the reference adds for Podman on Linux: no relabelling of the workspace, and the person's own ids inside.
fn podman_arguments(
    list: &mut List,
    wanted: &Running,
    merged: &MergedConfig,
    image: &ImageFacts,
    observed: &Observed,
) {
    if observed.engine.kind != EngineKind::Podman || observed.host.system != HostSystem::Linux {
        return;
    }
    list.add(["--security-opt", "label=disable"], "");
    let run_args = &wanted.configuration.config.run_args;
    let maps_ids = run_args.iter().any(|argument| {
        ["--uidmap", "--gidmap"].iter().any(|flag| {
            argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })
    });
    let remote_user = [merged.remote_user.clone(), user_of_run_args(run_args), Some(image.user.clone())]
        .into_iter()
        .flatten()
        .find(|user| !user.is_empty());
    if !maps_ids
        && observed.engine.maps_ids()
        && remote_user.is_some_and(|user| !matches!(user.as_str(), "root" | "0"))
    {
        list.add(["--userns=keep-id"], "");
    }
}

/// The user that `runArgs` name, in the three forms that the reference sees.
#[must_use]
pub fn user_of_run_args(run_args: &[String]) -> Option<String> {
    for (index, argument) in run_args.iter().enumerate().rev() {
        if matches!(argument.as_str(), "-u" | "--user")
            && let Some(user) = run_args.get(index + 1)
        {
            return Some(user.clone());
        }
        if let Some(user) = argument.strip_prefix("-u=").or_else(|| argument.strip_prefix("--user=")) {
            return Some(user.to_owned());
        }
    }
    None
}

/// How the container is given GPUs, if it asks for them and there are any: the configuration, its image and its Features ask.
#[must_use]
pub fn gpus(availability: GpuAvailability, merged: &MergedConfig, observed: &Observed) -> Option<GpuAccess> {
    let asked = merged.host_requirements.as_ref()?.gpu.as_ref()?.is_wanted();
    let found = observed.machine.known().and_then(|machine| machine.gpu);
    let given = match availability {
        GpuAvailability::All => Some(found.unwrap_or(GpuAccess::Runtime)),
        GpuAvailability::Detect => found,
        GpuAvailability::None => None,
    };
    given.filter(|_| asked)
}

/// The metadata label of a container whose image is used as it is; a built image carries its own.
pub(crate) fn label(wanted: &Running, image: &ImageFacts) -> Option<String> {
    let is_image = matches!(wanted.configuration.config.scenario(), Some(Scenario::Image { .. }));
    if !is_image || crate::image::features::are_asked(wanted) {
        return label_with_overlay(wanted, image);
    }
    let name = wanted.configuration.config.image.as_deref().unwrap_or_default();
    let entries = crate::image::entries_of_image(wanted, name, image, None);
    Some(metadata::label_for_container(&entries))
}

/// What a built image's own label lacks: a person's overlay, which no image may hold. None where there is none.
fn label_with_overlay(wanted: &Running, image: &ImageFacts) -> Option<String> {
    let mut personal = crate::image::entries_of_configuration(wanted);
    personal.retain(|entry| matches!(entry.source, Source::Overlay { .. }));
    if personal.is_empty() {
        return None;
    }
    let label = image.labels.get(metadata::LABEL).map_or("", String::as_str);
    let (mut entries, _) = metadata::read_label(label, "");
    entries.extend(personal);
    Some(metadata::label_for_container(&entries))
}

/// The arguments of `/bin/sh`: a line for people, the Features' programs, then the image's own command or waiting for ever.
fn command(merged: &MergedConfig, image: &ImageFacts) -> Vec<String> {
    let entrypoints: Vec<&str> =
        merged.entrypoints.iter().map(|entrypoint| entrypoint.value.as_str()).collect();
    // `wait $!` lets the trap run, which a `sleep` in the foreground would hold up.
    let script = format!(
        "echo Container started\ntrap \"exit 0\" 15\n{}\nexec \"$@\"\nwhile sleep 1 & wait $!; do :; done",
        entrypoints.join("\n")
    );
    let mut command = vec!["-c".to_owned(), script, "-".to_owned()];
    if merged.override_command == Some(false) {
        command.extend(image.entrypoint.iter().flatten().cloned());
        command.extend(image.command.iter().flatten().cloned());
    }
    command
}
