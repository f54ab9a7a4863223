//! What an engine is asked to build.

mod content;
mod images;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use content::{BuildContent, ContentFile, ContentFolder, ContentReach, IN_IMAGE};
pub use images::ImagesRead;
pub(crate) use text::host_path;

/// One image build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BuildSpec {
    /// The text of the Dockerfile, as it is to be sent: it need not exist as a file.
    pub dockerfile: String,
    /// The name that the text gets inside what is sent, for example `Dockerfile`.
    pub dockerfile_name: String,
    /// Where a person wrote the Dockerfile, so that `<that path>.dockerignore` is found. Absent for generated ones.
    pub dockerfile_path: Option<PathBuf>,
    /// The folder that is sent; nothing but the Dockerfile when absent.
    pub context: Option<PathBuf>,
    /// Where the builder itself fetches the context from in the folder's place: the address of a repository or of an archive. The Dockerfile is
    /// the file [`BuildSpec::dockerfile_name`] in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The image names to give the result.
    pub tags: Vec<String>,
    /// `--build-arg`; a name without value takes the client's environment, which the caller has resolved.
    pub args: IndexMap<String, String>,
    /// The stage to build; the last one when absent.
    pub target: Option<String>,
    /// `--cache-from`, in order.
    pub cache_from: Vec<CacheSource>,
    /// Ignores the layer cache.
    pub no_cache: bool,
    /// Stages for which the cache is ignored; BuildKit only.
    pub no_cache_filter: Vec<String>,
    /// Asks the registry for newer base images.
    pub pull: bool,
    /// `--label`.
    pub labels: IndexMap<String, String>,
    /// Each `os/architecture[/variant]`; the builder's own when empty. One image for several platforms needs BuildKit.
    pub platforms: Vec<String>,
    /// `--add-host`, as `name:address`.
    pub extra_hosts: Vec<String>,
    /// `--network`: `default`, `none`, `host` or a network's name.
    pub network: Option<String>,
    /// `/dev/shm` in bytes.
    pub shm_size: Option<i64>,
    /// `--ulimit`.
    pub ulimits: Vec<BuildUlimit>,
    /// Memory in bytes; the classic builder only.
    pub memory: Option<i64>,
    /// Memory and swap in bytes, -1 for no bound; the classic builder only.
    pub memory_swap: Option<i64>,
    /// The classic builder only.
    pub cpu_shares: Option<i64>,
    /// Microseconds; the classic builder only.
    pub cpu_period: Option<i64>,
    /// Microseconds; the classic builder only.
    pub cpu_quota: Option<i64>,
    /// The classic builder only.
    pub cpuset_cpus: Option<String>,
    /// The classic builder only.
    pub cpuset_mems: Option<String>,
    /// The classic builder only.
    pub cgroup_parent: Option<String>,
    /// The classic builder only.
    pub isolation: Option<String>,
    /// `--security-opt`; the classic builder only.
    pub security_opt: Vec<String>,
    /// Merges the new layers into one.
    pub squash: bool,
    /// Removes intermediate containers of a successful build; absent is the builder's default. The classic builder only.
    pub remove_intermediate: Option<bool>,
    /// Removes intermediate containers even of a failed build; the classic builder only.
    pub force_remove: bool,
    /// `--build-context name=value`; BuildKit only.
    pub named_contexts: IndexMap<String, NamedContext>,
    /// Files that the Dockerfile reads beside its context, and that no `COPY` of it takes in.
    pub content: Option<BuildContent>,
    /// `--secret`; BuildKit only.
    pub secrets: Vec<BuildSecret>,
    /// `--ssh`; BuildKit only.
    pub ssh: Vec<BuildSsh>,
    /// `--allow network.host`, `--allow security.insecure`; BuildKit only.
    pub entitlements: Vec<String>,
    /// `--cache-to`; BuildKit only. The inline exporter is what a plain local build of the reference asks for.
    pub cache_to: Vec<CacheSource>,
    /// Records the cache in the image itself (`BUILDKIT_INLINE_CACHE=1`).
    pub inline_cache: bool,
    /// `--output`: where the result goes instead of to the engine's images; BuildKit only.
    pub outputs: Vec<BuildOutput>,
    /// `--push`: every tag goes to its registry instead of to the engine's images; BuildKit only. Not together with `outputs`.
    pub push: bool,
    /// `--buildkit never`: the endpoint that all engines share, even where there is BuildKit.
    pub classic: bool,
}

impl BuildSpec {
    /// Whether the result is one of the engine's images afterwards, under each of its tags.
    #[must_use]
    pub fn stays_on_the_engine(&self) -> bool {
        !self.push && self.outputs.iter().all(BuildOutput::loads)
    }

    /// The options in use that only BuildKit can honour, by their flag.
    #[must_use]
    pub fn needs_buildkit(&self) -> Vec<&'static str> {
        let mut flags = Vec::new();
        let mut need = |condition: bool, flag| {
            if condition {
                flags.push(flag);
            }
        };
        need(!self.named_contexts.is_empty(), "--build-context");
        need(!self.secrets.is_empty(), "--secret");
        need(!self.ssh.is_empty(), "--ssh");
        need(!self.entitlements.is_empty(), "--allow");
        need(!self.cache_to.is_empty(), "--cache-to");
        need(!self.no_cache_filter.is_empty(), "--no-cache-filter");
        need(self.platforms.len() > 1, "--platform with several platforms");
        need(!self.outputs.iter().all(BuildOutput::loads), "--output");
        need(self.push, "--push");
        need(self.cache_from.iter().any(|source| source.kind != "registry"), "--cache-from type=…");
        flags
    }
}

/// A place to read a build cache from or write it to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CacheSource {
    /// `registry`, `local`, `gha`, `s3`, `inline`, …
    pub kind: String,
    /// Its attributes; `ref` is the image name of a registry's.
    pub attributes: BTreeMap<String, String>,
}

/// The kind of a cache in folders of this computer, and the attributes that name them.
const LOCAL: &str = "local";
const FOLDERS: [&str; 2] = ["src", "dest"];

impl CacheSource {
    /// The cache of one image: what a bare name after `--cache-from` means.
    #[must_use]
    pub fn image(name: &str) -> CacheSource {
        CacheSource {
            kind: "registry".to_owned(),
            attributes: BTreeMap::from([("ref".to_owned(), name.to_owned())]),
        }
    }

    /// The same, with the folders of a cache on this computer seen from `folder`.
    #[must_use]
    pub(crate) fn seen_from(mut self, folder: &str) -> CacheSource {
        if self.kind == LOCAL {
            for (_, path) in self.attributes.iter_mut().filter(|(name, _)| FOLDERS.contains(&name.as_str())) {
                *path = host_path(folder, path).to_string_lossy().into_owned();
            }
        }
        self
    }

    /// The folders of this computer that it names.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &String> {
        let of_folder = |(name, _): &(&String, _)| FOLDERS.contains(&name.as_str());
        self.attributes.iter().filter(|_| self.kind == LOCAL).filter(of_folder).map(|(_, path)| path)
    }

    /// The image's name when it is a registry's cache.
    #[must_use]
    pub fn image_name(&self) -> Option<&str> {
        if self.kind == "registry" { self.attributes.get("ref").map(String::as_str) } else { None }
    }
}

/// One `--output`: where the result of a build goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildOutput {
    /// `image`, `registry`, `docker`, `oci`, `tar`, `local` or `cacheonly`.
    pub kind: String,
    /// The file, or for `local` the folder, of the host that is written; absolute. Absent where the kind writes none.
    pub destination: Option<PathBuf>,
    /// Everything else, such as `name`, `push`, `compression`.
    pub attributes: BTreeMap<String, String>,
}

impl BuildOutput {
    /// Whether this is what a build without `--output` does: the result becomes one of the engine's images.
    #[must_use]
    pub fn loads(&self) -> bool {
        self.kind == "docker" && self.destination.is_none()
    }
}

/// One `--ulimit` of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildUlimit {
    /// For example `nofile`.
    pub name: String,
    /// The soft bound.
    pub soft: i64,
    /// The hard bound.
    pub hard: i64,
}

/// A further context that the Dockerfile can read from by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", content = "value")]
pub enum NamedContext {
    /// A folder of the host, sent like the main context.
    Folder(PathBuf),
    /// Anything that BuildKit resolves itself: `docker-image://…`, `https://…`, `oci-layout://…`.
    Source(String),
}

/// One `--secret`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildSecret {
    /// The id that the Dockerfile names.
    pub id: String,
    /// Where its value comes from.
    pub source: SecretSource,
}

/// Where a secret's value comes from. The value itself is never part of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", content = "value")]
pub enum SecretSource {
    /// A file of the host.
    File(PathBuf),
    /// A variable of the host's environment.
    Variable(String),
    /// What the builder does when neither is given: the variable of the id's name, else the file of that name.
    Named(String),
}

/// One `--ssh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildSsh {
    /// The id that the Dockerfile names; `default` unless given.
    pub id: String,
    /// Sockets or key files; the host's `SSH_AUTH_SOCK` when empty.
    pub paths: Vec<PathBuf>,
}
