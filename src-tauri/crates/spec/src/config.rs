//! The typed configuration: every property of `devcontainer.json`, none of them interpreted yet.
//!
//! The same types make the JSON Schema, so a property's documentation here is what a person reads in an editor.

mod host;
mod lifecycle;
mod mount;
mod port_key;
mod ports;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use host::{Gpu, GpuRequirements, HostRequirements, OptionalGpu, parse_bytes};
pub use lifecycle::{Hook, LifecycleCommand, ShutdownAction, SingleCommand, UserEnvProbe, WaitFor};
pub use mount::{Mount, MountFields, MountKind, MountObject};
pub use port_key::{InsidePort, PortKey};
pub use ports::{AppPort, ForwardPort, OnAutoForward, PortAttributes, PortProtocol};

/// A development environment that runs in a container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// A file or files to start from, relative to this one. What this file says is merged into what they say by the rules for image metadata: lists and commands of all count, and of single values the one here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrMany")]
    pub extends: Vec<String>,
    /// A name for the environment, shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The image that the container is made from, such as `mcr.microsoft.com/devcontainers/base:debian`. Use this, or `build`, or `dockerComposeFile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How the container's image is built from a Dockerfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// The Compose file or files that describe the services, relative to the folder of `devcontainer.json`. Later files extend earlier ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<OneOrMany>")]
    pub docker_compose_file: Option<Vec<String>>,
    /// The Compose service to work in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The Compose services to start beside `service`. All of them are started if this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_services: Option<Vec<String>>,
    /// Features to install into the image: the Feature's reference, such as `ghcr.io/devcontainers/features/node:1`, and its options.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub features: IndexMap<String, Value>,
    /// Features to install before all others, in this order, named without a version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub override_feature_install_order: Vec<String>,
    /// More options for the engine when the container is created, as they would follow `docker run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub run_args: Vec<String>,
    /// A port or ports to publish when the container is created. A number is published on the host's loopback address only; a string such as `8000:8010` is given to the engine as it is. Prefer `forwardPorts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrManyPorts")]
    pub app_port: Vec<AppPort>,
    /// Ports to forward from inside the environment to the host: a number, or `service:port` for another service of the Compose project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forward_ports: Vec<ForwardPort>,
    /// How ports are presented and treated. A key is a port (`3000`), a range (`40000-55000`), `service:port`, or a regular expression that is matched against the command line of the listening process.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub ports_attributes: IndexMap<String, PortAttributes>,
    /// How ports are presented and treated that nothing in `portsAttributes` matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_ports_attributes: Option<PortAttributes>,
    /// Folders and volumes to mount into the container, each as the text of the engine's `--mount` option or as an object.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// Run a small init process that passes signals on and reaps zombies. The default is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
    /// Give the container every right on the host's kernel and devices. The default is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privileged: Option<bool>,
    /// Capabilities to add to the container, such as `SYS_PTRACE` for debuggers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    /// Security options for the container, such as `seccomp=unconfined`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// Environment variables of the container. They stay as they are for as long as the container lives.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub container_env: IndexMap<String, String>,
    /// Environment variables of lifecycle commands, terminals and tools, but not of the container itself. `null` removes a variable. A change needs no rebuild, and `${containerEnv:NAME}` refers to the container's variables.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub remote_env: IndexMap<String, Option<String>>,
    /// The user that the container's main process runs as. The default is the image's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_user: Option<String>,
    /// The user that lifecycle commands, terminals and tools run as. The default is the container's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_user: Option<String>,
    /// Which kind of shell is asked for the environment that lifecycle commands and tools get. The default is `loginInteractiveShell`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_env_probe: Option<UserEnvProbe>,
    /// Replace the image's command by one that waits, so that the container stays alive. The default is `true` for images and Dockerfiles and `false` for Compose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_command: Option<bool>,
    /// What happens to the environment when the tool that shows it is closed. The default is `stopContainer`, and `stopCompose` for Compose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_action: Option<ShutdownAction>,
    /// How the workspace is mounted, as the text of the engine's `--mount` option. The default mounts the workspace, or the git repository that holds it, below `/workspaces`. An empty string mounts nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_mount: Option<String>,
    /// The folder in the container that lifecycle commands and tools start in. The default is the workspace's place below `/workspaces`, and `/` for Compose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_folder: Option<String>,
    /// Give the container's user the ids of the person on the host, so that files in the workspace belong to the same user on both sides. Only on Linux, where the default is `true`.
    #[serde(rename = "updateRemoteUserUID", skip_serializing_if = "Option::is_none")]
    pub update_remote_user_uid: Option<bool>,
    /// A command that runs on the host, before anything else, at every start. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initialize_command: Option<LifecycleCommand>,
    /// A command that runs in the container once after it was created, before `updateContentCommand`. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_create_command: Option<LifecycleCommand>,
    /// A command that runs in the container after `onCreateCommand`, and again whenever a prebuild refreshes the workspace's content. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_content_command: Option<LifecycleCommand>,
    /// A command that runs in the container once after it was created, after `updateContentCommand`. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_create_command: Option<LifecycleCommand>,
    /// A command that runs in the container after each start. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_start_command: Option<LifecycleCommand>,
    /// A command that runs in the container each time a tool attaches. A string runs in a shell; an array is a program with its arguments; an object runs its commands at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_attach_command: Option<LifecycleCommand>,
    /// The command after which the environment counts as ready; those that follow go on in the background. The default is `updateContentCommand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_for: Option<WaitFor>,
    /// The smallest machine on which the environment is useful.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_requirements: Option<HostRequirements>,
    /// Settings of tools, one object for each tool.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub customizations: IndexMap<String, Value>,
    /// Secrets that the environment can use, by the name of their environment variable. Tools may ask for them; they are never written here.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub secrets: IndexMap<String, SecretDeclaration>,
    /// The whole object as written, unknown properties included.
    #[serde(skip)]
    #[schemars(skip)]
    pub raw: Value,
}

/// How an image is built from a Dockerfile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct Build {
    /// The Dockerfile, relative to the folder of `devcontainer.json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The folder whose files the build may copy, relative to the folder of `devcontainer.json`. The default is the folder of the Dockerfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Values for the Dockerfile's `ARG` instructions.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub args: IndexMap<String, String>,
    /// The stage to build. The default is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// An image or images whose layers the build may reuse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrMany")]
    pub cache_from: Vec<String>,
    /// More options for the build, as they would follow `docker build`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// What a person should know about a secret before giving it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct SecretDeclaration {
    /// What the secret is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A page that tells how to get one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(url)]
    pub documentation_url: Option<String>,
}

/// One string or several.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// One port or several.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum OneOrManyPorts {
    One(AppPort),
    Many(Vec<AppPort>),
}

/// Where the container comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scenario {
    /// From an image that exists.
    Image {
        /// The image's name.
        image: String,
    },
    /// From an image that is built.
    Dockerfile {
        /// How it is built.
        build: Build,
        /// The Dockerfile, relative to the folder of `devcontainer.json`.
        dockerfile: String,
    },
    /// From a service of a Compose project.
    Compose {
        /// The files as written; empty means those that Compose finds by itself.
        files: Vec<String>,
        /// The service to work in, if it is named.
        service: Option<String>,
    },
}

impl Config {
    /// Where the container comes from, decided in the reference's order: Dockerfile, image, Compose. `None` if nothing says.
    #[must_use]
    pub fn scenario(&self) -> Option<Scenario> {
        if let Some(build) = &self.build
            && let Some(dockerfile) = &build.dockerfile
        {
            return Some(Scenario::Dockerfile { build: build.clone(), dockerfile: dockerfile.clone() });
        }
        if let Some(image) = &self.image {
            return Some(Scenario::Image { image: image.clone() });
        }
        self.docker_compose_file
            .as_ref()
            .map(|files| Scenario::Compose { files: files.clone(), service: self.service.clone() })
    }

    /// The command of one of the six hooks, as this configuration alone has it.
    #[must_use]
    pub fn hook(&self, hook: Hook) -> Option<&LifecycleCommand> {
        match hook {
            Hook::Initialize => self.initialize_command.as_ref(),
            Hook::OnCreate => self.on_create_command.as_ref(),
            Hook::UpdateContent => self.update_content_command.as_ref(),
            Hook::PostCreate => self.post_create_command.as_ref(),
            Hook::PostStart => self.post_start_command.as_ref(),
            Hook::PostAttach => self.post_attach_command.as_ref(),
        }
    }
}
