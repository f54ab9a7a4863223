//! Steps: what is done to come nearer to the desired state, as data.
//!
//! A step says everything the acting side needs; it is printed by `wharf plan`, drawn as a time line and snapshotted in tests.
//! What a step changes if it works is told by [`assume()`](crate::assume()).

use indexmap::IndexMap;
use serde::Serialize;
use wharf_spec::{Hook, LifecycleCommand, Source, UserEnvProbe};

use crate::build::BuildSpec;
use crate::compose::ComposeUp;
use crate::container::ContainerSpec;
use crate::dotfiles::DotfilesStep;
use crate::state::MarkerFolders;

/// One act. The runner carries it out whole or not at all: a step that fails leaves nothing behind of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Step {
    /// Run `initializeCommand` on the host, in the workspace folder.
    Initialize {
        /// The command as the configuration has it after substitution.
        command: LifecycleCommand,
        /// Working directory on the host.
        folder: String,
    },
    /// Fetch an image from its registry.
    Pull {
        /// Reference as written.
        image: String,
        /// `os/arch[/variant]`, if one was asked for.
        platform: Option<String>,
    },
    /// Build an image.
    Build {
        /// Why this image is built.
        purpose: BuildPurpose,
        /// What is built from what.
        spec: Box<BuildSpec>,
        /// Hash of everything that goes in; recorded with the image so that an equal build is not sent again.
        inputs: String,
    },
    /// Create the container, without starting it.
    Create {
        /// The body of the engine's create call.
        spec: Box<ContainerSpec>,
    },
    /// Let Compose create and start what is missing of a project.
    Compose {
        /// What it is asked.
        spec: Box<ComposeUp>,
    },
    /// Start a container that exists.
    Start {
        /// Container id.
        container: String,
    },
    /// Let a paused container go on.
    Unpause {
        /// Container id.
        container: String,
    },
    /// Stop a container.
    Stop {
        /// Container id.
        container: String,
        /// How long its processes get to end; None: as long as the container was given.
        seconds: Option<u32>,
    },
    /// Remove a container; named volumes and images stay.
    Remove {
        /// Container id.
        container: String,
    },
    /// Remove a network of a Compose project.
    RemoveNetwork {
        /// Its name.
        network: String,
    },
    /// Everything inside the container, in one exec: set-up, environment probe, hooks.
    Inside {
        /// What to do there.
        spec: Box<InsideSpec>,
    },
}

/// Why an image is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BuildPurpose {
    /// The configuration's Dockerfile.
    Dockerfile,
    /// The configuration's image or Dockerfile with Features on top.
    Features,
    /// The configuration's image with the metadata of the environment as a label.
    Metadata,
    /// The image of a service beside the environment's own.
    Service,
    /// The same image with the remote user's ids changed to those of the host's user.
    UserIds,
}

/// What is done inside a running container.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InsideSpec {
    /// Container id.
    pub container: String,
    /// The container's `Created`, the content of once-per-container markers.
    pub created: String,
    /// The container's `State.StartedAt`, the content of once-per-start markers.
    pub started_at: String,
    /// Who runs hooks: `user`, `uid` or `user:group`.
    pub user: String,
    /// Working directory: the workspace folder in the container.
    pub working_dir: String,
    /// Patch `/etc/environment` and `/etc/profile`, once per container.
    pub set_up: bool,
    /// A folder that becomes the user's at set-up: a workspace in a volume, which is filled before anybody knows the user.
    pub give: Option<String>,
    /// How the user's environment is read; None skips it (`--skip-post-create`).
    pub probe: Option<UserEnvProbe>,
    /// Folder of the hooks' markers; None: `~/.devcontainer`.
    pub data_folder: Option<String>,
    /// Folder of root's markers; None: `/var/devcontainer`.
    pub system_data_folder: Option<String>,
    /// Where the probe's result is cached in the container, if anywhere.
    pub session_data_folder: Option<String>,
    /// The container's own environment, `NAME=value`, for `/etc/environment`.
    pub container_env: Vec<String>,
    /// `remoteEnv` after substitution, in order of precedence; None unsets.
    pub remote_env: IndexMap<String, Option<String>>,
    /// Names of secrets the hooks get; their values never enter a plan.
    pub secrets: Vec<String>,
    /// A person's dotfiles, unless they are known to be there.
    pub dotfiles: Option<DotfilesStep>,
    /// The hooks, in order.
    pub hooks: Vec<HookStep>,
    /// The environment is ready once this many of `hooks` are done.
    pub ready_after: usize,
}

impl InsideSpec {
    /// Where the markers lie.
    #[must_use]
    pub fn markers(&self) -> MarkerFolders {
        MarkerFolders {
            user: self.user.clone(),
            data: self.data_folder.clone(),
            system: self.system_data_folder.clone(),
        }
    }
}

/// One hook: all its commands, run one after the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookStep {
    /// Which hook.
    pub hook: Hook,
    /// When it is run again.
    pub rerun: Rerun,
    /// Commands in the order of the image metadata, the configuration's last.
    pub commands: Vec<HookCommand>,
}

/// One contributor's command of a hook.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookCommand {
    /// Who contributed it.
    pub source: Source,
    /// The command.
    pub command: LifecycleCommand,
}

/// When a hook runs again; the specification's lifecycle, told by marker files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Rerun {
    /// Once per container: its marker holds the container's `Created`.
    OncePerContainer,
    /// Once per start: its marker holds `State.StartedAt`.
    OncePerStart,
    /// Each time.
    Always,
}
