//! Environments as their containers' labels tell them, whichever tool has made them.
//!
//! Labels are read leniently and nothing is asked of the engine: a list shows what one question answers.

use std::collections::BTreeMap;

use wharf_api::{EnvironmentReference, Maker, WorkspaceSource};

use crate::convert;
use crate::environment::{CONFIG_FILE_LABEL, LOCAL_FOLDER_LABEL};
use crate::volume::{Place, VOLUME_LABEL, VOLUME_LABELS};

/// Labels that Visual Studio Code has used for the workspace folder and the configuration.
const VSCODE_FOLDER: &str = "vsch.local.folder";
const VSCODE_CONFIGURATION: &str = "vsch.config.file";
/// What all of its labels begin with.
const VSCODE: &str = "vsch.";
/// DevPod's label. Images for dev containers carry it as well, with the name of their template in it.
const DEVPOD_ID: &str = "dev.containers.id";
/// The other labels of such images.
const TEMPLATE_RELEASE: &str = "dev.containers.release";
/// What DevPod's ids begin with.
const DEVPOD_PREFIX: &str = "default-";

/// What labels tell of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// The labels that tell this environment from others; empty when none of them does.
    pub(crate) id_labels: Vec<(String, String)>,
    /// The workspace folder, on whichever computer that is.
    pub(crate) folder: Option<String>,
    /// The configuration.
    pub(crate) configuration: Option<String>,
    /// The volume that holds the workspace.
    pub(crate) volume: Option<String>,
    /// The folder in it.
    pub(crate) place: Option<Place>,
    /// Who left them.
    pub(crate) maker: Maker,
}

impl Told {
    /// Reads labels; None when they are those of no environment.
    pub(crate) fn by(labels: &BTreeMap<String, String>) -> Option<Self> {
        let value = |names: &[&str]| names.iter().find_map(|name| labels.get(*name)).cloned();
        let folder = value(&[LOCAL_FOLDER_LABEL, VSCODE_FOLDER]);
        let volume = value(&[VOLUME_LABEL]);
        let devpod = labels.get(DEVPOD_ID).filter(|id| {
            // A container inherits its image's labels, so a template's id is no DevPod's.
            folder.is_none() && (id.starts_with(DEVPOD_PREFIX) || !labels.contains_key(TEMPLATE_RELEASE))
        });
        let maker = if labels.keys().any(|name| name.starts_with(VSCODE)) {
            Maker::Vscode
        } else if devpod.is_some() {
            Maker::Devpod
        } else if folder.is_some() {
            Maker::Devcontainer
        } else {
            Maker::Unknown
        };
        let telling = [LOCAL_FOLDER_LABEL, CONFIG_FILE_LABEL];
        let telling = if labels.contains_key(LOCAL_FOLDER_LABEL) {
            &telling[..]
        } else if devpod.is_some() {
            &[DEVPOD_ID]
        } else if volume.is_some() {
            &VOLUME_LABELS[..]
        } else {
            &[VSCODE_FOLDER][..]
        };
        let id_labels = telling
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), labels.get(*name)?.clone())))
            .collect();
        let told = Self {
            id_labels,
            folder,
            configuration: value(&[CONFIG_FILE_LABEL, VSCODE_CONFIGURATION]),
            volume,
            place: Place::of_labels(labels),
            maker,
        };
        let is_one = maker != Maker::Unknown || labels.contains_key(wharf_spec::metadata::LABEL);
        is_one.then_some(told)
    }

    /// What is told of a container without a label of any tool.
    pub(crate) fn nothing() -> Self {
        Self {
            id_labels: Vec::new(),
            folder: None,
            configuration: None,
            volume: None,
            place: None,
            maker: Maker::Unknown,
        }
    }

    /// Whether a label says that this is an environment. The metadata alone does not: images carry it too.
    pub(crate) fn is_certain(&self) -> bool {
        self.maker != Maker::Unknown
    }

    /// Where the workspace's files are.
    pub(crate) fn source(&self) -> Option<WorkspaceSource> {
        match (&self.volume, &self.folder) {
            (Some(name), _) => Some(match &self.place {
                Some(place) => convert::source(&place.source()),
                None => WorkspaceSource::Volume { name: name.clone(), folder: None, repository: None },
            }),
            (None, Some(path)) => Some(WorkspaceSource::Folder { path: path.clone() }),
            (None, None) => None,
        }
    }

    /// How requests name it.
    pub(crate) fn reference(&self, container: &str, engine: &str) -> EnvironmentReference {
        let usual = self.id_labels.iter().any(|(name, _)| name == LOCAL_FOLDER_LABEL);
        EnvironmentReference {
            folder: self.folder.clone(),
            configuration: self.configuration.clone(),
            volume: self.volume.clone(),
            container: Some(container.to_owned()),
            id_labels: if usual { BTreeMap::new() } else { self.id_labels.iter().cloned().collect() },
            engine: Some(engine.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_who_made_it_and_from_what() {
        let template = [("dev.containers.id", "base-debian"), ("dev.containers.release", "v0.4")];
        let metadata = [("devcontainer.metadata", "[]")];
        let both = [
            ("devcontainer.local_folder", "/home/me/api"),
            ("devcontainer.config_file", "/home/me/api/.devcontainer.json"),
        ];
        type Labels = Vec<(&'static str, &'static str)>;
        type Named = (Maker, Option<&'static str>, Option<&'static str>, usize);
        let cases: [(Labels, Option<Named>); 11] = [
            (vec![], None),
            (vec![("com.docker.compose.project", "x")], None),
            (template.to_vec(), None),
            (metadata.to_vec(), Some((Maker::Unknown, None, None, 0))),
            ([&template[..], &metadata].concat(), Some((Maker::Unknown, None, None, 0))),
            (both.to_vec(), Some((Maker::Devcontainer, Some("/home/me/api"), None, 2))),
            (
                [&both[..], &template, &metadata].concat(),
                Some((Maker::Devcontainer, Some("/home/me/api"), None, 2)),
            ),
            (both[..1].to_vec(), Some((Maker::Devcontainer, Some("/home/me/api"), None, 1))),
            (
                vec![("vsch.local.folder", r"c:\work\web"), ("vsch.quality", "stable")],
                Some((Maker::Vscode, Some(r"c:\work\web"), None, 1)),
            ),
            (
                vec![("vsch.local.repository", "https://x/y"), ("vsch.local.repository.volume", "y-main")],
                Some((Maker::Vscode, None, Some("y-main"), 2)),
            ),
            (
                [&[("dev.containers.id", "default-ap-1a2b3")][..], &template[1..]].concat(),
                Some((Maker::Devpod, None, None, 1)),
            ),
        ];
        for (labels, expected) in cases {
            let told =
                Told::by(&labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect());
            let told = told.as_ref().map(|told| {
                (told.maker, told.folder.as_deref(), told.volume.as_deref(), told.id_labels.len())
            });
            assert_eq!(told, expected, "{labels:?}");
        }
    }
}
