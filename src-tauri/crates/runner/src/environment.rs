//! An environment as it is found on the disk: folder, configuration, workspace, labels and id. No engine is asked here.

mod blocked;
mod files;
mod host;
pub(crate) mod layers;
mod origin;
mod paths;
mod read;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use wharf_api as api;
use wharf_plan::{WorkspaceSource, image};
use wharf_spec::{
    ContainerVariables, DevContainerId, Diagnostic, Document, PathStyle, ResolvedConfig, Workspace, labels,
    substitute_container,
};

use crate::secrets::VOLUME_SCOPE;
use crate::volume::{Content, Place};

pub(crate) use files::SourceFile;
pub(crate) use wharf_spec::labels::{CONFIG_FILE as CONFIG_FILE_LABEL, LOCAL_FOLDER as LOCAL_FOLDER_LABEL};

/// How this system writes paths.
pub(crate) const STYLE: PathStyle = if cfg!(windows) {
    PathStyle::Windows
} else if cfg!(target_os = "macos") {
    PathStyle::Darwin
} else {
    PathStyle::Linux
};

/// An environment, read but not yet looked for on an engine.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The workspace folder, as labels hold it; the current directory when only a container is known.
    pub(crate) folder: String,
    /// The configuration's path; None when only a container is known.
    pub(crate) configuration_path: Option<PathBuf>,
    /// What it says, with local variables and id resolved.
    pub(crate) configuration: ResolvedConfig,
    /// Everything worth saying about it.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Where the workspace lies in the container.
    pub(crate) workspace: Workspace,
    /// Labels that tell its container.
    pub(crate) id_labels: Vec<(String, String)>,
    /// Names of labels that a container has which was made for a configuration.
    pub(crate) label_names: Vec<String>,
    /// Whether those are the usual ones, and not `--id-label`.
    pub(crate) has_default_labels: bool,
    /// `--container-id`.
    pub(crate) container_id: Option<String>,
    /// `${devcontainerId}`.
    pub(crate) id: DevContainerId,
    /// Whether `--config` named the configuration.
    is_named: bool,
    document: Option<Document>,
    /// The volume that holds the workspace, where that is no folder of this computer.
    volume: Option<Content>,
    /// The folder of what was fetched from registries, which a configuration that is extended may lie in.
    fetched: String,
}

impl Environment {
    /// The configuration as documents show it, with the container's variables if they are known.
    pub(crate) fn to_json(&self, variables: Option<&ContainerVariables>) -> Value {
        self.resolved(self.configuration.to_json(), variables)
    }

    /// A document of this environment with the container's variables put in, and the file referred to as the reference does.
    pub(crate) fn resolved(&self, mut document: Value, variables: Option<&ContainerVariables>) -> Value {
        if self.is_named
            && let Some(scheme) = document.pointer_mut("/configFilePath/scheme")
        {
            *scheme = Value::from("file");
        }
        match variables {
            // A variable without a name was refused when the file was read.
            Some(variables) => substitute_container(&document, variables, "").unwrap_or(document),
            None => document,
        }
    }

    /// What a person calls it.
    pub(crate) fn name(&self) -> String {
        let configured = self.configuration.config.name.clone().filter(|name| !name.trim().is_empty());
        configured.unwrap_or_else(|| STYLE.basename(&self.folder).to_owned())
    }

    /// The same on the wire.
    pub(crate) fn document(&self) -> api::Environment {
        api::Environment {
            name: self.name(),
            folder: self.folder.clone(),
            configuration: self.configuration_path.as_ref().map(|path| path.display().to_string()),
            id: Some(self.id.to_string()),
        }
    }

    /// Where the workspace's files come from.
    pub(crate) fn source(&self) -> WorkspaceSource {
        match &self.volume {
            Some(content) => content.place.source(),
            None => WorkspaceSource::Folder { path: self.folder.clone() },
        }
    }

    /// Whose secrets count here, as the keychain knows it.
    pub(crate) fn secret_scope(&self) -> String {
        match self.source() {
            WorkspaceSource::Folder { path } => path,
            WorkspaceSource::Volume { name, .. } => format!("{VOLUME_SCOPE}{name}"),
        }
    }

    /// Where in a volume the workspace lies, if it does.
    pub(crate) fn place_in_volume(&self) -> Option<&Place> {
        self.volume.as_ref().map(|content| &content.place)
    }

    /// What has been taken out of the volume that the workspace lies in, if it does.
    pub(crate) fn content(&self) -> Option<&Content> {
        self.volume.as_ref()
    }

    /// How paths of the workspace are written.
    pub(crate) fn style(&self) -> PathStyle {
        if self.volume.is_some() { PathStyle::Linux } else { STYLE }
    }

    /// Whether the workspace lies in a volume.
    pub(crate) fn is_in_volume(&self) -> bool {
        self.volume.is_some()
    }

    /// The folder that is given to the remote user: what was put into a volume belongs to nobody yet.
    pub(crate) fn given_folder(&self) -> Option<String> {
        self.volume.as_ref().map(|content| content.place.top())
    }

    /// `vsc-<folder>-<hash>`.
    pub(crate) fn image_name(&self) -> String {
        match &self.volume {
            // Other repositories may have a folder of this name, in volumes of their own.
            Some(content) => image::image_name(
                &format!("{}/{}", content.place.volume, content.place.folder),
                PathStyle::Linux,
            ),
            None => image::image_name(&self.folder, STYLE),
        }
    }

    /// Whether a container with these labels is this environment's.
    pub(crate) fn carries_labels(&self, labels: &BTreeMap<String, String>) -> bool {
        labels::carries(STYLE, &self.id_labels, labels)
    }
}
