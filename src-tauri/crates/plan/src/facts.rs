//! What an engine told: the answers of its inspections, reduced to what plans depend on.
//!
//! Facts are plain data. They are gathered by the runner, never guessed, and kept beside the state of an environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An image as the engine describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ImageFacts {
    /// The image id, `sha256:…`.
    pub id: String,
    /// Every name that points to it (`RepoTags`).
    pub names: Vec<String>,
    /// The content digests it was pulled by (`RepoDigests`).
    pub digests: Vec<String>,
    /// `NAME=value` lines in the order of the image.
    pub env: Vec<String>,
    /// `Config.User`; empty means root.
    pub user: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// `Config.Entrypoint`.
    pub entrypoint: Option<Vec<String>>,
    /// `Config.Cmd`.
    pub command: Option<Vec<String>>,
    /// `Config.WorkingDir`; empty means `/`.
    pub working_dir: String,
    /// As Go names it: `amd64`, `arm64`, …
    pub architecture: String,
    /// As Go names it: `linux`, `windows`.
    pub os: String,
    /// The architecture's variant, for example `v8`.
    pub variant: Option<String>,
}

impl ImageFacts {
    /// `os/architecture[/variant]`, as `--platform` takes it.
    #[must_use]
    pub fn platform(&self) -> String {
        match self.variant.as_deref().filter(|variant| !variant.is_empty()) {
            Some(variant) => format!("{}/{}/{variant}", self.os, self.architecture),
            None => format!("{}/{}", self.os, self.architecture),
        }
    }
}

/// The state of a container, as `State.Status` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    /// Made but never started.
    Created,
    /// Its main process runs.
    Running,
    /// Frozen.
    Paused,
    /// Between two runs under a restart policy.
    Restarting,
    /// Being removed: as good as gone.
    Removing,
    /// Its main process ended.
    Exited,
    /// The engine could not remove it whole.
    Dead,
}

impl ContainerState {
    /// Reads the engine's word; words that only Podman uses are mapped on Docker's.
    #[must_use]
    pub fn from_engine(word: &str) -> Option<ContainerState> {
        Some(match word.to_ascii_lowercase().as_str() {
            "created" | "initialized" | "configured" => ContainerState::Created,
            "running" => ContainerState::Running,
            "paused" => ContainerState::Paused,
            "restarting" => ContainerState::Restarting,
            "removing" => ContainerState::Removing,
            "exited" | "stopped" | "stopping" => ContainerState::Exited,
            "dead" => ContainerState::Dead,
            _ => return None,
        })
    }
}

/// One mount of an existing container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MountFacts {
    /// `bind`, `volume`, `tmpfs`, …
    pub kind: String,
    /// The volume's name, when it is one.
    pub name: Option<String>,
    /// The folder on the engine's machine.
    pub source: String,
    /// The folder in the container.
    pub target: String,
    /// False when mounted read-only.
    pub writable: bool,
}

/// A container as the engine describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerFacts {
    /// The full id.
    pub id: String,
    /// The name without the leading slash.
    pub name: String,
    /// Id of the image it was made from.
    pub image_id: String,
    /// The name it was made from (`Config.Image`).
    pub image_name: String,
    /// The state when asked.
    pub state: ContainerState,
    /// `Created` as the engine writes it: the hooks' markers compare the text.
    pub created: String,
    /// `State.StartedAt` as the engine writes it.
    pub started_at: String,
    /// Exit code of the main process, once it ended.
    #[serde(default)]
    pub exit_code: Option<i64>,
    /// `NAME=value` lines: the image's and the container's own.
    #[serde(default)]
    pub env: Vec<String>,
    /// `Config.User`; empty means root.
    #[serde(default)]
    pub user: String,
    /// All labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// All mounts.
    #[serde(default)]
    pub mounts: Vec<MountFacts>,
    /// `HostConfig.ReadonlyRootfs`: nothing can be uploaded then.
    #[serde(default)]
    pub read_only_root: bool,
    /// `HostConfig.Privileged`.
    #[serde(default)]
    pub privileged: bool,
    /// `HostConfig.CapAdd`.
    #[serde(default)]
    pub cap_add: Vec<String>,
    /// `HostConfig.CapDrop`.
    #[serde(default)]
    pub cap_drop: Vec<String>,
    /// `HostConfig.GroupAdd`.
    #[serde(default)]
    pub group_add: Vec<String>,
    /// `Config.WorkingDir`.
    #[serde(default)]
    pub working_dir: String,
    /// `HostConfig.NetworkMode`.
    #[serde(default)]
    pub network_mode: String,
    /// Address in the first network that has one.
    #[serde(default)]
    pub ip_address: Option<String>,
    /// As Go names it: `amd64`, `arm64`, … Empty when the engine does not say.
    #[serde(default)]
    pub architecture: String,
}

impl ContainerFacts {
    /// A container of which nothing is known but its state.
    #[must_use]
    pub fn new(state: ContainerState) -> ContainerFacts {
        ContainerFacts {
            id: String::new(),
            name: String::new(),
            image_id: String::new(),
            image_name: String::new(),
            state,
            created: String::new(),
            started_at: String::new(),
            exit_code: None,
            env: Vec::new(),
            user: String::new(),
            labels: BTreeMap::new(),
            mounts: Vec::new(),
            read_only_root: false,
            privileged: false,
            cap_add: Vec::new(),
            cap_drop: Vec::new(),
            group_add: Vec::new(),
            working_dir: String::new(),
            network_mode: String::new(),
            ip_address: None,
            architecture: String::new(),
        }
    }
}

/// Which program answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// Docker or something that behaves as Docker does.
    #[default]
    Docker,
    /// Podman's service.
    Podman,
}

/// The engine itself: its capabilities, read from its own answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EngineFacts {
    /// Which program answers.
    pub kind: EngineKind,
    /// Where it listens, for people.
    pub address: String,
    /// Its own version, for people.
    pub version: String,
    /// The API version that it offers, for example `1.51`.
    pub api_version: String,
    /// Runs without root's rights.
    pub rootless: bool,
    /// Labels its containers for SELinux.
    pub selinux: bool,
    /// Builds with BuildKit through its own session.
    pub buildkit: bool,
    /// Sees the same files as this process: bind mounts of host folders mean what they say.
    pub local: bool,
    /// Has NVIDIA's runtime.
    pub nvidia: bool,
    /// `linux` or `windows`: what its containers run.
    pub os: String,
    /// As Go names it.
    pub architecture: String,
}

impl EngineFacts {
    /// Whether it can give a person their own user id inside a container (`--userns=keep-id`). Podman can; run by root it refused for
    /// some versions.
    #[must_use]
    pub fn maps_ids(&self) -> bool {
        self.kind == EngineKind::Podman && (self.rootless || self.keeps_ids_for_root())
    }

    /// Whether what it can do depends on who runs it, which its first answer does not tell.
    #[must_use]
    pub fn depends_on_its_user(&self) -> bool {
        self.kind == EngineKind::Podman && !self.keeps_ids_for_root()
    }

    fn keeps_ids_for_root(&self) -> bool {
        self.version_at_least(4, 5)
    }

    /// Whether the engine's own version is at least `major.minor`.
    #[must_use]
    pub fn version_at_least(&self, major: u32, minor: u32) -> bool {
        at_least(&self.version, major, minor)
    }

    /// Whether its own BuildKit knows named contexts, as that of Docker 23 and later does.
    #[must_use]
    pub fn has_named_contexts(&self) -> bool {
        self.buildkit && self.api_at_least(1, 42)
    }

    /// Whether Docker's words for a part of a volume mount that part. Podman to 5.8 mounts the whole volume then, and says nothing.
    #[must_use]
    pub fn mounts_parts_of_volumes(&self) -> bool {
        self.kind == EngineKind::Docker && self.api_at_least(1, 45)
    }

    /// Whether its builder can mount another stage while a command runs.
    #[must_use]
    pub fn mounts_stages(&self, buildkit: bool) -> bool {
        buildkit || self.kind == EngineKind::Podman
    }

    /// Whether it replaces `$NAME` in a label that a build is given, as Podman does, and leaves no way to write a dollar.
    #[must_use]
    pub fn expands_given_labels(&self) -> bool {
        self.kind == EngineKind::Podman
    }

    /// Whether a container can be created in more than one network, each with a hardware address of its own. An engine that cannot
    /// refuses all but the first, and takes the address from elsewhere. Podman always could, and tells an older API's number.
    #[must_use]
    pub fn creates_in_several_networks(&self) -> bool {
        self.kind == EngineKind::Podman || self.api_at_least(1, 44)
    }

    /// Whether builds run under SELinux's labels, which keep them from what is mounted for them.
    #[must_use]
    pub fn labels_builds(&self) -> bool {
        self.kind == EngineKind::Podman && self.selinux
    }

    /// Whether a build from a repository that the engine fetches itself can name its Dockerfile. Podman takes the one at the top alone.
    #[must_use]
    pub fn finds_dockerfiles_elsewhere(&self) -> bool {
        self.kind == EngineKind::Docker
    }

    /// Whether its usual builder knows a proxy in either spelling by one name, as BuildKit does, and none for all protocols.
    #[must_use]
    pub fn folds_proxies(&self) -> bool {
        self.buildkit && self.kind == EngineKind::Docker
    }

    /// Whether `DOCKER_DEFAULT_PLATFORM` is a word of its own program. Compose reads it whatever the engine.
    #[must_use]
    pub fn has_default_platform(&self) -> bool {
        self.kind == EngineKind::Docker
    }

    /// Whether a profile that `--security-opt` names is a file of the person's, whose text the engine is sent. Podman reads it itself.
    #[must_use]
    pub fn is_sent_profiles(&self) -> bool {
        self.kind == EngineKind::Docker
    }

    /// Whether it finds the descriptions of GPUs (CDI) without being told that there are any.
    #[must_use]
    pub fn finds_device_descriptions(&self) -> bool {
        self.kind == EngineKind::Podman
    }

    /// Whether it can be sent files for a container whose root is read-only. Docker breaks the connection off without reading them, which
    /// tells nobody why; Podman may well take them.
    #[must_use]
    pub fn may_upload_to_read_only(&self) -> bool {
        self.kind == EngineKind::Podman
    }

    /// Whether the engine's API is at least `major.minor`.
    #[must_use]
    pub fn api_at_least(&self, major: u32, minor: u32) -> bool {
        at_least(&self.api_version, major, minor)
    }
}

fn at_least(version: &str, major: u32, minor: u32) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
}

/// The system of the computer that the person sits at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostSystem {
    /// Linux: files of the workspace have the same owner on both sides of a mount.
    #[default]
    Linux,
    /// macOS: containers run in a virtual machine.
    MacOs,
    /// Windows: containers run in a virtual machine, and paths have drive letters.
    Windows,
}

/// This computer and its user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostFacts {
    /// Its system.
    pub system: HostSystem,
    /// The user's id, where there is such a thing.
    pub uid: Option<u32>,
    /// The user's group.
    pub gid: Option<u32>,
    /// The user's home folder.
    pub home: Option<String>,
    /// Where relative host paths in `runArgs` and `build.options` start.
    pub folder: String,
    /// Where the copy lies of what is looked at, of a workspace in a volume: elsewhere each time.
    pub copy: Option<String>,
    /// The environment. Never serialised: it holds secrets.
    #[serde(skip)]
    pub environment: BTreeMap<String, String>,
    /// Proxy variables that the engine's client configuration gives to every container and build. Never serialised.
    #[serde(skip)]
    pub proxies: BTreeMap<String, String>,
}
