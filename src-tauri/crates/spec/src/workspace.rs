//! Where the workspace is on the host and in the container, and the mount that joins the two.
//!
//! The rules are the reference's: the git repository that holds the folder is mounted as a whole below `/workspaces`, and a git
//! worktree can bring the repository's common folder along. The facts about git are passed in.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::paths::{PathStyle, join_in_container};
use crate::resolve::ResolvedConfig;

/// What is known about the folder on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceFacts {
    /// The folder that was opened, absolute.
    pub folder: String,
    /// The root of the git repository that holds it, if there is one and it is to be mounted.
    pub git_root: Option<String>,
    /// The content of the `.git` file at the root, if that is a file and the common folder of worktrees is to be mounted.
    pub git_file: Option<String>,
    /// How the host writes paths.
    pub style: PathStyle,
    /// How strictly both sides of a mount agree, where engines run in a virtual machine: `consistent`, `cached` or `delegated`.
    pub consistency: Option<String>,
}

/// Where the workspace is in the container and how it gets there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// The folder in the container that commands start in.
    #[serde(rename = "workspaceFolder", skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The text of the `--mount` option. `None` and an empty text both mount nothing.
    #[serde(rename = "workspaceMount", skip_serializing_if = "Option::is_none")]
    pub mount: Option<String>,
    /// The text of a second `--mount` option for a worktree's common git folder.
    #[serde(rename = "additionalMountString", skip_serializing_if = "Option::is_none")]
    pub additional_mount: Option<String>,
    /// Whether only the worktree's own file tells of that folder, which whoever wrote the project could have written.
    #[serde(skip)]
    pub additional_mount_is_told: bool,
    /// The folder of the host that the default mount brings in.
    #[serde(skip)]
    pub host_mount_folder: String,
}

/// What a git worktree changes.
struct Worktree {
    container_mount_folder: String,
    additional_mount: String,
}

impl Workspace {
    /// The workspace of a configuration whose variables are still as written.
    ///
    /// The folder it gives is what `${containerWorkspaceFolder}` stands for; [`Workspace::settle`] then takes over what the
    /// configuration says once its variables are known.
    #[must_use]
    pub fn of(facts: &WorkspaceFacts, config: &Config) -> Self {
        let host_mount_folder = facts.git_root.clone().unwrap_or_else(|| facts.folder.clone());
        if config.docker_compose_file.is_some() {
            return Self { host_mount_folder, ..Self::without_folder(config) };
        }
        let folder = config.workspace_folder.clone().filter(|folder| !folder.is_empty());
        if let (Some(folder), Some(mount)) = (&folder, &config.workspace_mount) {
            return Self {
                folder: Some(folder.clone()),
                mount: Some(mount.clone()),
                host_mount_folder,
                ..Self::default()
            };
        }
        let worktree = worktree(facts, &host_mount_folder);
        let container_mount_folder = worktree.as_ref().map_or_else(
            || join_in_container("/workspaces", facts.style.basename(&host_mount_folder)),
            |worktree| worktree.container_mount_folder.clone(),
        );
        let folder = folder.unwrap_or_else(|| {
            let relative = facts.style.relative(&host_mount_folder, &facts.folder);
            join_in_container(&container_mount_folder, &facts.style.with_slashes(&relative))
        });
        let mount = config
            .workspace_mount
            .clone()
            .unwrap_or_else(|| bind(facts, &host_mount_folder, &container_mount_folder));
        Self {
            folder: Some(folder),
            mount: Some(mount),
            additional_mount_is_told: worktree.is_some(),
            additional_mount: worktree.map(|worktree| worktree.additional_mount),
            host_mount_folder,
        }
    }

    /// The workspace where no folder of the host belongs to the container: nothing is mounted, and only a Compose project has a folder
    /// of its own. For variables still as written, as [`Workspace::of`].
    #[must_use]
    pub fn without_folder(config: &Config) -> Self {
        let of_project = || {
            let said = config.workspace_folder.clone().filter(|folder| !folder.is_empty());
            said.unwrap_or_else(|| "/".to_owned())
        };
        Self { folder: config.docker_compose_file.as_ref().map(|_| of_project()), ..Self::default() }
    }

    /// Takes over what the configuration says about its workspace, now that its variables are known.
    #[must_use]
    pub fn settle(mut self, config: &ResolvedConfig) -> Self {
        if let Some(folder) = &config.config.workspace_folder {
            self.folder = Some(folder.clone());
        }
        if let Some(mount) = &config.config.workspace_mount {
            self.mount = Some(mount.clone());
        }
        self
    }
}

/// A worktree whose `.git` file points to its repository by a relative path keeps that path true in the container: both are
/// mounted below the folder that they have in common.
fn worktree(facts: &WorkspaceFacts, host_mount_folder: &str) -> Option<Worktree> {
    let style = facts.style;
    let git_folder = facts
        .git_file
        .as_deref()?
        .lines()
        .find_map(|line| line.strip_prefix("gitdir:"))
        .map(str::trim)
        .filter(|folder| !folder.is_empty() && !style.is_absolute(folder))?;
    // The file names .git/worktrees/<name>; the common folder is .git, two above.
    let common = style.resolve(host_mount_folder, &format!("{git_folder}/../.."));

    let mut names = Vec::new();
    let mut current = host_mount_folder;
    while !style.is_inside(&common, current) && current != style.dirname(current) {
        names.insert(0, style.basename(current));
        current = style.dirname(current);
    }
    let container_mount_folder = join_in_container("/workspaces", &names.join("/"));
    let container_common =
        join_in_container(&container_mount_folder, &format!("{}/../..", style.with_slashes(git_folder)));
    let additional_mount = bind(facts, &common, &container_common);
    Some(Worktree { container_mount_folder, additional_mount })
}

/// The text of the `--mount` option for a bind mount; a path with a comma is put in quotes.
pub(crate) fn bind(facts: &WorkspaceFacts, source: &str, target: &str) -> String {
    let quoted = |field: String| if field.contains(',') { format!("\"{field}\"") } else { field };
    let consistency = match facts.style {
        // Podman does not accept the option, and on Linux it means nothing.
        PathStyle::Linux => String::new(),
        PathStyle::Darwin | PathStyle::Windows => {
            format!(",consistency={}", facts.consistency.as_deref().unwrap_or("consistent"))
        }
    };
    let (source, target) = (quoted(format!("source={source}")), quoted(format!("target={target}")));
    format!("type=bind,{source},{target}{consistency}")
}
