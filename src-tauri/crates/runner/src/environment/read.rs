//! Finding an environment's configuration and reading it: from a folder, out of a volume, for a container alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wharf_spec::worktree::git_folder_mount;
use wharf_spec::{
    Config, DevContainerId, Diagnostic, LocalVariables, PathStyle, ResolvedConfig, Workspace, WorkspaceFacts,
    labels,
};

use wharf_spec::extends::Place;

use super::host::host_environment;
use super::layers::{self, Own};
use super::origin::pointer;
use super::{Environment, STYLE};
use crate::error::{Error, Result};
use crate::features::CACHE;
use crate::locate::{self, Located};
use crate::overlay;
use crate::request::Target;
use crate::store::Store;
use crate::volume::Content;

impl Environment {
    /// Finds and reads the environment that `target` means. A container that is named by its id or labels needs no
    /// configuration; everything else does.
    pub(crate) fn find(target: &Target) -> Result<Self> {
        if let Some(config) = &target.config
            && !target.stands_alone
        {
            locate::check_name(config)?;
        }
        Self::find_any(target)
    }

    /// The same for reading alone, where a configuration may have any name.
    pub(crate) fn find_any(target: &Target) -> Result<Self> {
        let current =
            std::env::current_dir().map_err(|source| Error::Read { path: PathBuf::from("."), source })?;
        if target.is_alone() {
            return Self::alone(target, &current);
        }
        match locate::locate(target, &current) {
            Ok(located) => Self::read(target, &located),
            Err(error) if !target.names_container() || configuration(target).is_some() => Err(error),
            Err(_) => Ok(Self::of_container(target, &current)),
        }
    }

    /// The files that a target's configuration is put together from, before what they extend. None where there is none: whoever
    /// reads it says why.
    pub(crate) fn layer_paths(target: &Target) -> Vec<PathBuf> {
        let Ok(current) = std::env::current_dir() else { return Vec::new() };
        if target.is_alone() {
            let content = target.override_config.as_ref().or(target.config.as_ref());
            return content.map(|path| locate::absolute(&current, path)).into_iter().collect();
        }
        let Ok(located) = locate::locate(target, &current) else { return Vec::new() };
        let overlays = overlays(target, || overlay::Subject::of_folder(&located.folder)).unwrap_or_default();
        std::iter::once(located.content).chain(overlays).collect()
    }

    fn read(target: &Target, located: &Located) -> Result<Self> {
        let folder = path_text(&located.folder)?;
        let labels = labels::usual(STYLE, folder, path_text(&located.configuration)?);
        let facts = workspace_facts(target, &located.folder, folder)?;
        let worktree = facts
            .git_root
            .as_deref()
            .filter(|_| target.git_in_worktrees || target.mount_git_worktree_common_dir)
            .and_then(|root| locate::confirmed_worktree(Path::new(root)));
        let place = |raw: &Config| {
            let mut workspace = Workspace::of(&facts, raw);
            if let Some(worktree) = &worktree {
                if workspace.additional_mount.is_some() {
                    workspace.additional_mount_is_told &= !worktree.as_written;
                } else if !target.mount_git_worktree_common_dir {
                    let repository = shown_path(&worktree.repository);
                    workspace.additional_mount =
                        git_folder_mount(&facts, &workspace, &worktree.git_file, &repository);
                }
            }
            workspace
        };
        let overlays = overlays(target, || overlay::Subject::of_folder(&located.folder))?;
        let shown = |path: &Path| path.to_path_buf();
        Self::assemble(target, located, &overlays, &shown, folder, labels, &place)
    }

    /// The environment in a volume, read from what has been taken out of it: `located` are its paths on this computer.
    pub(crate) fn in_volume(target: &Target, located: &Located, content: Content) -> Result<Self> {
        let located = Located {
            folder: content.in_container(&located.folder),
            configuration: content.in_container(&located.configuration),
            content: located.content.clone(),
        };
        let folder = content.place.path();
        let labels = content.place.id_labels(path_text(&located.configuration)?);
        let place = |raw: &Config| {
            let top = content.place.top();
            let configured = raw.workspace_folder.clone();
            let below =
                configured.filter(|folder| PathStyle::Linux.is_inside(folder, &top) || *folder == top);
            Workspace {
                folder: Some(below.unwrap_or_else(|| folder.clone())),
                mount: Some(content.place.mount()),
                ..Workspace::default()
            }
        };
        let url = content.place.repository.as_ref().map(|repository| repository.url.as_str());
        let overlays = overlays(target, || overlay::Subject::of_repository(url))?;
        let shown = |path: &Path| content.in_container(path);
        let mut environment = Self::assemble(target, &located, &overlays, &shown, &folder, labels, &place)?;
        environment.leave_out_what_needs_a_folder();
        environment.workspace = place(&environment.configuration.config);
        environment.volume = Some(content);
        Ok(environment)
    }

    fn assemble(
        target: &Target,
        located: &Located,
        overlays: &[PathBuf],
        shown: &dyn Fn(&Path) -> PathBuf,
        folder: &str,
        default_labels: Vec<(String, String)>,
        place: &dyn Fn(&Config) -> Workspace,
    ) -> Result<Self> {
        let own = Own {
            content: &located.content,
            folder: located.configuration.parent().unwrap_or(Path::new("/")),
            show: shown,
            store: Store::open(target.user_data_folder.as_deref())?,
        };
        let (document, mut diagnostics) = layers::read(&own, overlays)?;
        let (raw, _) = wharf_spec::read(&document);
        let workspace = place(&raw);
        let has_default_labels = target.id_labels.is_empty();
        let id_labels = if has_default_labels { default_labels } else { target.id_labels.clone() };
        let id = DevContainerId::of(&id_labels.iter().cloned().collect());
        let variables = LocalVariables {
            env: host_environment(),
            local_workspace_folder: Some(folder.to_owned()),
            container_workspace_folder: workspace.folder.clone(),
            windows: cfg!(windows),
        };
        let (mut configuration, found) = wharf_spec::resolve(&document, &variables, Some(&id))
            .map_err(|diagnostics| layers::wrong(&document, diagnostics))?;
        // Findings name the file that was read; everything else goes by the place the configuration has.
        configuration.path.clone_from(&located.configuration);
        diagnostics.extend(found);
        diagnostics.sort_by_key(|found| found.position);
        Ok(Self {
            folder: folder.to_owned(),
            configuration_path: Some(located.configuration.clone()),
            workspace: workspace.settle(&configuration),
            configuration,
            diagnostics,
            label_names: names(&id_labels),
            id_labels,
            has_default_labels,
            container_id: target.container_id.clone(),
            id,
            is_named: target.config.is_some(),
            document: Some(document),
            volume: None,
            fetched: own.store.root().join(CACHE).display().to_string(),
        })
    }

    /// A volume has its place, and this computer no folder to run a command in: both are said once, and left out.
    fn leave_out_what_needs_a_folder(&mut self) {
        let config = &mut self.configuration.config;
        let mut without = |property: &str, message: &str| {
            let place = self.document.as_ref().and_then(|document| document.place(&pointer(property)));
            self.diagnostics.push(Diagnostic {
                severity: wharf_spec::Severity::Warning,
                path: place
                    .as_ref()
                    .map_or_else(|| self.configuration.path.clone(), |place| place.path().to_owned()),
                position: place.as_ref().map(Place::position),
                length: place.as_ref().map_or(0, Place::length),
                property: property.to_owned(),
                message: message.to_owned(),
                hint: None,
            });
        };
        if config.initialize_command.take().is_some() {
            without(
                "initializeCommand",
                "initializeCommand is not run: the workspace lies in a volume, not in a folder of this computer",
            );
        }
        if config.workspace_mount.take().is_some() {
            without(
                "workspaceMount",
                "workspaceMount is not used: the workspace lies in a volume, which is mounted at /workspaces",
            );
        }
    }

    /// A container, and the configuration if one is named, without a workspace folder: nothing of the host belongs to it.
    fn alone(target: &Target, current: &Path) -> Result<Self> {
        let alone = Self::of_container(target, current);
        let Some(path) = configuration(target) else { return Ok(alone) };
        let path = locate::absolute(current, path);
        let content = target.override_config.as_ref().map(|path| locate::absolute(current, path));
        let content = content.unwrap_or_else(|| path.clone());
        if !content.is_file() {
            return Err(Error::ConfigurationNotFound { path: content, choices: Vec::new() });
        }
        let own = Own {
            content: &content,
            folder: path.parent().unwrap_or(Path::new("/")),
            show: &|path: &Path| path.to_path_buf(),
            store: Store::open(target.user_data_folder.as_deref())?,
        };
        let (document, mut diagnostics) = layers::read(&own, &[])?;
        let (raw, _) = wharf_spec::read(&document);
        let workspace = Workspace::without_folder(&raw);
        let variables = LocalVariables {
            env: host_environment(),
            container_workspace_folder: workspace.folder.clone().or(raw.workspace_folder),
            windows: cfg!(windows),
            ..LocalVariables::default()
        };
        let id = Some(&alone.id).filter(|_| !target.id_labels.is_empty());
        let (mut configuration, found) = wharf_spec::resolve(&document, &variables, id)
            .map_err(|diagnostics| layers::wrong(&document, diagnostics))?;
        // Findings name the file that was read; everything else goes by the place the configuration has.
        configuration.path.clone_from(&path);
        diagnostics.extend(found);
        diagnostics.sort_by_key(|found| found.position);
        Ok(Self {
            configuration_path: Some(path.clone()),
            workspace: workspace.settle(&configuration),
            configuration,
            diagnostics,
            is_named: true,
            document: Some(document),
            fetched: own.store.root().join(CACHE).display().to_string(),
            ..alone
        })
    }

    /// A container that is worked in without a configuration.
    fn of_container(target: &Target, current: &Path) -> Self {
        let labels: BTreeMap<String, String> = target.id_labels.iter().cloned().collect();
        let id = DevContainerId::of(&labels);
        let variables =
            LocalVariables { env: host_environment(), windows: cfg!(windows), ..LocalVariables::default() };
        Self {
            folder: current.display().to_string(),
            configuration_path: None,
            configuration: ResolvedConfig::without_file(&variables, Some(&id)),
            diagnostics: Vec::new(),
            workspace: Workspace::default(),
            id_labels: target.id_labels.clone(),
            label_names: match target.id_labels.is_empty() {
                // Whoever sets a container up brings it something new.
                true if target.stands_alone => Vec::new(),
                true => labels::usual_names(),
                false => names(&target.id_labels),
            },
            has_default_labels: false,
            container_id: target.container_id.clone(),
            id,
            is_named: false,
            document: None,
            volume: None,
            fetched: String::new(),
        }
    }
}

fn names(labels: &[(String, String)]) -> Vec<String> {
    labels.iter().map(|(name, _)| name.clone()).collect()
}

/// The path that the named configuration has, or would have where only one in its place is named.
fn configuration(target: &Target) -> Option<&PathBuf> {
    target.config.as_ref().or(target.override_config.as_ref())
}

/// The person's own files that count here.
fn overlays(target: &Target, subject: impl FnOnce() -> overlay::Subject) -> Result<Vec<PathBuf>> {
    if target.without_overlay { Ok(Vec::new()) } else { overlay::files(&subject()) }
}

/// What the workspace's place in the container depends on.
fn workspace_facts(target: &Target, folder: &Path, text: &str) -> Result<WorkspaceFacts> {
    let root = if target.mount_workspace_git_root { locate::git_root(folder) } else { None };
    Ok(WorkspaceFacts {
        folder: text.to_owned(),
        git_file: match &root {
            Some(root) if target.mount_git_worktree_common_dir => locate::git_file(root),
            _ => None,
        },
        git_root: root.as_deref().map(path_text).transpose()?.map(str::to_owned),
        style: STYLE,
        consistency: target.workspace_mount_consistency.clone(),
    })
}

/// A real path as everybody else writes it: Windows puts a prefix before those that it has looked up, which engines do not know.
fn shown_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned()
}

/// Paths travel to the engine as JSON text: one that is not Unicode cannot.
fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::Impossible {
        message: format!("the path {} is not valid Unicode, so no engine can be told of it", path.display()),
        location: None,
        hint: Some("rename the folder".to_owned()),
    })
}
