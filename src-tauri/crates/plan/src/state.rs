//! The two states that [`reconcile()`](crate::reconcile()) compares: what is wanted and what is there.
//!
//! The desired state comes from a person and a configuration. The observed state is read from the engine and the disk and is
//! never guessed: what has not been looked at is [`Fact::Unknown`], and reconciling asks for it by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wharf_spec::feature::FeatureSet;
use wharf_spec::{Hook, ResolvedConfig, Workspace};

use crate::build::{BuildOutput, CacheSource};
use crate::compose::{ComposeFacts, ProjectFacts, ServiceFacts};
use crate::consent::Touch;
use crate::container::CreateOptions;
use crate::facts::{ContainerFacts, ContainerState, EngineFacts, HostFacts, ImageFacts};
use crate::hooks::HookOptions;
use crate::requirements::MachineFacts;

/// What a person wants of one environment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// Where the workspace lies.
    pub source: WorkspaceSource,
    /// The state that is wanted.
    pub wanted: Wanted,
}

/// Where an environment's workspace lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum WorkspaceSource {
    /// A folder of this computer, mounted into the container.
    Folder {
        /// Absolute path.
        path: String,
    },
    /// A named volume on the engine: a clone or a copy.
    Volume {
        /// Volume name.
        name: String,
        /// Folder inside the volume that is opened.
        folder: String,
        /// What was cloned into it, if anything was.
        #[serde(default)]
        repository: Option<Repository>,
    },
}

/// A repository that was cloned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its address, without what proves who asks.
    pub url: String,
    /// The branch or tag that was asked for; None: the repository's own choice.
    pub branch: Option<String>,
}

/// The wanted state.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Wanted {
    /// A running container with its hooks done.
    Running(Box<Running>),
    /// The container that is there, running already, with its set-up or hooks done; nothing is made or started.
    Inside(Box<Running>),
    /// An image and no container: what `build` makes.
    Built(Box<Running>),
    /// A container that does not run, or none.
    #[serde(rename_all = "camelCase")]
    Stopped {
        /// How long its processes get to end; None: as long as the container was given.
        seconds: Option<u32>,
    },
    /// No container.
    Gone,
}

/// What a running environment is made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The configuration with local variables and the id resolved.
    #[serde(skip)]
    pub configuration: ResolvedConfig,
    /// Folders and mount of the workspace.
    pub workspace: Workspace,
    /// Labels that tell the container: `--id-label`, or folder and configuration file.
    pub id_labels: Vec<(String, String)>,
    /// Names of labels that a container has which was made for a configuration. None: whatever it has, the configuration is new to it.
    pub label_names: Vec<String>,
    /// `vsc-<name>-<hash>`: what a built image is called.
    pub image_name: String,
    /// `--remove-existing-container`: an existing container is replaced.
    pub replace: bool,
    /// `--expect-existing-container`: creating one is an error.
    pub expect_existing: bool,
    /// `--build-no-cache`.
    pub no_cache: bool,
    /// The image is built even where nothing that goes into it has changed: what it starts from may have.
    pub build_again: bool,
    /// What the caller adds to the container's creation.
    pub create: CreateOptions,
    /// What the caller says about builds.
    pub build: BuildOptions,
    /// `--additional-features`: as the configuration's `features`, which counts where both name one.
    pub additional_features: Map<String, Value>,
    /// Which hooks run, and with what.
    pub hooks: HookOptions,
    /// A folder in the container that is given to the remote user: the workspace, where it lies in a volume.
    pub give: Option<String>,
    /// `--update-remote-user-uid-default` and where it applies: None where ids never change (not Linux, or `never`).
    pub update_uid_default: Option<bool>,
}

/// What the caller says about builds, beside the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildOptions {
    /// The Dockerfile, absolute; None where the configuration names none.
    pub dockerfile: Option<PathBuf>,
    /// The build context, absolute.
    pub context: Option<PathBuf>,
    /// The user of the Compose service.
    pub service_user: Option<String>,
    /// The environment is a Compose service, and the reference lets Compose build it. A build without cache then leaves the base images
    /// that are there as they are, and a builder without BuildKit is not told what it can do without.
    pub of_service: bool,
    /// `--cache-from`.
    pub cache_from: Vec<CacheSource>,
    /// `--cache-to`.
    pub cache_to: Vec<CacheSource>,
    /// `--buildkit never`.
    pub without_buildkit: bool,
    /// `--image-name`; the folder's own name for its image when empty.
    pub names: Vec<String>,
    /// `--label`.
    pub labels: Vec<(String, String)>,
    /// `--platform`.
    pub platforms: Vec<String>,
    /// `--output`.
    pub outputs: Vec<BuildOutput>,
    /// `--push`.
    pub push: bool,
    /// `--skip-persisting-customizations-from-features`: the image's metadata has none of theirs.
    pub without_customizations: bool,
    /// `--omit-syntax-directive`: Features are installed by the builder's own frontend, whatever the Dockerfile names.
    pub without_syntax: bool,
}

/// Something that is known, or has not been looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(tag = "fact", content = "value", rename_all = "camelCase")]
pub enum Fact<T> {
    /// Not looked at yet.
    #[default]
    Unknown,
    /// As it was found.
    Known(T),
}

impl<T> Fact<T> {
    /// The value, if it has been looked at.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Unknown => None,
            Self::Known(value) => Some(value),
        }
    }
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// The engine.
    pub engine: EngineFacts,
    /// This computer and its user.
    pub host: HostFacts,
    /// The environment's container; `Known(None)` if there is none.
    pub container: Fact<Option<ContainerFacts>>,
    /// Images by the reference they were asked for under; None if the engine does not have it.
    pub images: BTreeMap<String, Option<ImageFacts>>,
    /// The configuration's Dockerfile; `Known(None)` if there is no such file.
    pub dockerfile: Fact<Option<String>>,
    /// Fingerprint of the build context's content.
    pub context: Fact<String>,
    /// What Compose tells of the configuration's project; `Known(None)` if it cannot before `initializeCommand` has run.
    pub compose: Fact<Option<ComposeFacts>>,
    /// What the builds of the project's other services are made from, by service.
    pub services: BTreeMap<String, ServiceFacts>,
    /// What was made of the container's Compose project, by the project's name.
    pub projects: BTreeMap<String, ProjectFacts>,
    /// Whether Compose has started the project in this operation.
    pub composed: bool,
    /// The Features that are asked for and those that they need, in the order of their installation.
    pub features: Fact<FeatureSet>,
    /// The machine that containers run on; only what asks something of it needs to know.
    pub machine: Fact<MachineFacts>,
    /// Accounts of an image by its id: the content of `/etc/passwd` and `/etc/group`.
    pub accounts: BTreeMap<String, Accounts>,
    /// Host files that `runArgs` or consent name, by path as written.
    pub files: BTreeMap<String, HostFile>,
    /// Images that Wharf built, by name: the hash of what went in, and the image's id then.
    pub built: BTreeMap<String, Built>,
    /// Names of the images built in this operation.
    pub built_now: BTreeSet<String>,
    /// Names of the images pulled in this operation.
    pub pulled_now: BTreeSet<String>,
    /// Where host paths really lead, links followed: by absolute path.
    pub places: BTreeMap<String, String>,
    /// Names of the secrets that the system's keychain holds for this environment. Values are no fact of a plan.
    pub kept_secrets: Fact<BTreeSet<String>>,
    /// What the person has allowed.
    pub consent: Consent,
    /// Whether `initializeCommand` has run in this operation.
    pub initialized: bool,
    /// Containers that were started in this operation: one that has ended again would end again.
    pub started: BTreeSet<String>,
    /// Whether the existing container of `replace` has been removed in this operation.
    pub replaced: bool,
    /// What is known of the inside of the running container since its last start.
    pub inside: Inside,
    /// The step of this operation that failed, if one did.
    pub failure: Option<Failure>,
}

/// Accounts of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accounts {
    /// Content of `/etc/passwd`.
    pub passwd: String,
    /// Content of `/etc/group`.
    pub group: String,
}

/// A file of this computer that the plan depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "file", rename_all = "camelCase")]
pub enum HostFile {
    /// There is none, or it cannot be read.
    Absent,
    /// Its content is needed by the plan itself.
    Text {
        /// The content.
        content: String,
    },
    /// Only its identity matters.
    Hash {
        /// SHA-256 of the content, in hexadecimal.
        sha256: String,
    },
}

/// A record of an image that Wharf built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// Hash of the build's inputs.
    pub inputs: String,
    /// Id of the image that came out.
    pub image: String,
}

/// What a configuration may do to the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "consent", content = "hashes", rename_all = "camelCase")]
pub enum Consent {
    /// Everything: `--trust`, continuous integration, the name `devcontainer`.
    Everything,
    /// The touches with these hashes.
    Granted(BTreeSet<String>),
}

impl Default for Consent {
    fn default() -> Self {
        Self::Granted(BTreeSet::new())
    }
}

impl Consent {
    /// Whether this touch is allowed. `files` is what is known of workspace files.
    #[must_use]
    pub fn allows(&self, touch: &Touch, files: &BTreeMap<String, HostFile>) -> bool {
        match self {
            Self::Everything => true,
            Self::Granted(hashes) => hashes.contains(&touch.hash(files)),
        }
    }
}

/// What is known of a running container's inside. Belongs to one start: another start makes it unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// Set-up has been done.
    pub set_up: bool,
    /// Hooks that are known to be done and need not be looked at again.
    pub done: BTreeSet<Hook>,
    /// Hooks that run each time and have run in this operation.
    pub attached: BTreeSet<Hook>,
    /// A person's dotfiles have been installed, or could not be in this operation: that stops nothing.
    #[serde(default)]
    pub dotfiles: bool,
    /// Where the markers lie that tell this.
    #[serde(default)]
    pub markers: MarkerFolders,
}

/// Where a container's markers lie: elsewhere there are other markers, and nothing is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkerFolders {
    /// Whose home folder it is that those of hooks and dotfiles usually lie in, as the configuration names the user.
    #[serde(default)]
    pub user: String,
    /// Those of hooks and dotfiles; None: `~/.devcontainer`.
    pub data: Option<String>,
    /// Root's; None: `/var/devcontainer`.
    pub system: Option<String>,
}

impl Inside {
    /// What of it counts for whose markers lie in these folders: all, or only what runs each time.
    #[must_use]
    pub fn marked_in(&self, markers: MarkerFolders) -> Self {
        if self.markers == markers {
            return self.clone();
        }
        Self { attached: self.attached.clone(), markers, ..Self::default() }
    }
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Which step.
    pub step: String,
    /// What it said.
    pub message: String,
}

/// What stands in the way of the next step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "blocked", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Blocker {
    /// Something must be looked at first.
    Fact {
        /// What.
        query: FactQuery,
    },
    /// A person must allow this first.
    Consent {
        /// What is not allowed yet.
        touches: Vec<Touch>,
    },
    /// `--expect-existing-container`, and there is none.
    ExpectedContainer,
    /// The Compose project has no service of the name that the configuration gives.
    NoService {
        /// That name.
        service: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// There is no container to work in.
    NoContainer,
    /// The container to work in does not run.
    NotRunning {
        /// Its id.
        container: String,
        /// What it is instead.
        state: ContainerState,
    },
    /// The container ended by itself right after this operation started it.
    Ended {
        /// Its id.
        container: String,
        /// The exit code of its main process.
        code: Option<i64>,
    },
    /// A step failed in this operation.
    Failed(Failure),
    /// The configuration or the request cannot be carried out.
    Impossible {
        /// Why, as a sentence.
        message: String,
        /// Property that stands in the way, such as `runArgs[3]`.
        property: Option<String>,
        /// What a person can do.
        hint: Option<String>,
    },
}

/// A fact to gather; the runner knows how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "query", rename_all = "camelCase")]
pub enum FactQuery {
    /// The environment's container.
    Container,
    /// An image by reference.
    Image {
        /// Reference as written.
        image: String,
    },
    /// The text of the configuration's Dockerfile.
    Dockerfile,
    /// The fingerprint of the build context.
    Context,
    /// What Compose tells of the configuration's project.
    Compose,
    /// What the build of a service is made from, which is not the environment's own.
    Service {
        /// Its name.
        service: String,
    },
    /// Everything that was made of a Compose project.
    Project {
        /// Its name.
        project: String,
    },
    /// The Features: what they say of themselves, their order and their content.
    Features,
    /// The machine that containers run on.
    Machine,
    /// The accounts of an image.
    Accounts {
        /// Reference as written.
        image: String,
        /// Its id.
        id: String,
    },
    /// Host files whose content the plan needs.
    Files {
        /// Paths as written.
        paths: Vec<String>,
    },
    /// Host files whose hash consent needs.
    Hashes {
        /// Paths as written.
        paths: Vec<String>,
    },
    /// The secrets that the system's keychain holds for this environment.
    KeptSecrets,
    /// Host paths that consent needs to follow: a link in the workspace can lead out of it.
    Places {
        /// Absolute paths.
        paths: Vec<String>,
    },
}
