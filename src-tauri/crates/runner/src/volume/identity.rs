//! What a volume workspace is called and how it is told: by labels, on the volume and on the container.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};
use wharf_plan::{Repository, WorkspaceSource};

use super::repository::RepositoryUrl;
use crate::environment::CONFIG_FILE_LABEL;

/// Where a volume is mounted.
pub(crate) const WORKSPACES: &str = "/workspaces";
/// The label that holds the repository's address, with `/tree/<branch>` behind it where a branch was asked for.
pub(super) const REPOSITORY_LABEL: &str = "vsch.local.repository";
/// The label that holds the volume's name.
pub(crate) const VOLUME_LABEL: &str = "vsch.local.repository.volume";
/// The label that holds the folder in the volume.
pub(super) const FOLDER_LABEL: &str = "vsch.local.repository.folder";
/// All labels that tell a container in a volume, those that are there.
pub(crate) const VOLUME_LABELS: [&str; 4] = [REPOSITORY_LABEL, VOLUME_LABEL, FOLDER_LABEL, CONFIG_FILE_LABEL];
/// On a volume: the folder that it was copied from.
const COPIED_LABEL: &str = "dev.wharf.copied_from";
/// On a container that only holds a volume: what it is for.
pub(super) const TRANSIENT_LABEL: &str = "dev.wharf.transient";

/// A folder in a volume, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The volume.
    pub(crate) volume: String,
    /// The folder in it that is opened, such as `api` or `api/server`.
    pub(crate) folder: String,
    /// What was cloned, if anything was.
    pub(crate) repository: Option<Repository>,
}

impl Place {
    /// What the labels of a container say.
    pub(crate) fn of_labels(labels: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            volume: labels.get(VOLUME_LABEL)?.clone(),
            folder: labels.get(FOLDER_LABEL)?.clone(),
            repository: labels.get(REPOSITORY_LABEL).map(|text| repository_of_label(text)),
        })
    }

    /// The folder in the container.
    pub(crate) fn path(&self) -> String {
        format!("{WORKSPACES}/{}", self.folder)
    }

    /// The folder that came into the volume as a whole, in the container.
    pub(crate) fn top(&self) -> String {
        let top = self.folder.split('/').next().unwrap_or_default();
        format!("{WORKSPACES}/{top}")
    }

    /// The text of the option that mounts it.
    pub(crate) fn mount(&self) -> String {
        format!("type=volume,source={},target={WORKSPACES}", self.volume)
    }

    /// The labels that tell the container made with this configuration.
    pub(crate) fn id_labels(&self, configuration: &str) -> Vec<(String, String)> {
        let repository = self.repository.as_ref().map(|repository| (REPOSITORY_LABEL, label_of(repository)));
        repository
            .into_iter()
            .chain([
                (VOLUME_LABEL, self.volume.clone()),
                (FOLDER_LABEL, self.folder.clone()),
                (CONFIG_FILE_LABEL, configuration.to_owned()),
            ])
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The labels of the volume itself.
    pub(super) fn volume_labels(&self, copied_from: Option<&Path>) -> BTreeMap<String, String> {
        let top = self.folder.split('/').next().unwrap_or_default().to_owned();
        let mut labels = BTreeMap::from([(FOLDER_LABEL.to_owned(), top)]);
        if let Some(repository) = &self.repository {
            labels.insert(REPOSITORY_LABEL.to_owned(), label_of(repository));
        }
        if let Some(folder) = copied_from {
            labels.insert(COPIED_LABEL.to_owned(), folder.display().to_string());
        }
        labels
    }

    /// The same as a plan knows it.
    pub(crate) fn source(&self) -> WorkspaceSource {
        WorkspaceSource::Volume {
            name: self.volume.clone(),
            folder: self.folder.clone(),
            repository: self.repository.clone(),
        }
    }
}

fn label_of(repository: &Repository) -> String {
    match &repository.branch {
        Some(branch) => format!("{}/tree/{branch}", repository.url),
        None => repository.url.clone(),
    }
}

pub(super) fn repository_of_label(text: &str) -> Repository {
    match text.split_once("/tree/") {
        Some((url, branch)) => Repository { url: url.to_owned(), branch: Some(branch.to_owned()) },
        None => Repository { url: text.to_owned(), branch: None },
    }
}

/// The volume that a repository is cloned into: the same for the same address and branch, so that asking again finds it.
pub(super) fn name_of_clone(url: &RepositoryUrl, branch: Option<&str>) -> String {
    let words = [Some(url.folder()), branch]
        .into_iter()
        .flatten()
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    name(&words.join("-"), &[url.identity().as_str(), branch.unwrap_or_default()])
}

/// The volume that a folder of this computer is copied into.
pub(super) fn name_of_copy(folder: &Path) -> String {
    let path = folder.display().to_string();
    name(&plain(&base_name(folder)), &["copy", &path])
}

/// What a folder is called in a volume.
pub(super) fn base_name(folder: &Path) -> String {
    folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !name.contains(','))
        .unwrap_or_else(|| "workspace".to_owned())
}

fn name(words: &str, told_by: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in told_by {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    format!("{}-{}", if words.is_empty() { "workspace" } else { words }, hex::encode(&hash.finalize()[..8]))
}

/// Only what every engine takes in a name, and not too much of it.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars().take(60) {
        match character {
            'a'..='z' | '0'..='9' | '_' | '.' => plain.push(character),
            'A'..='Z' => plain.push(character.to_ascii_lowercase()),
            _ if !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.trim_matches(|character: char| !character.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_where_a_workspace_lies() {
        let repository = |branch: Option<&str>| Repository {
            url: "https://example.com/team/api.git".to_owned(),
            branch: branch.map(str::to_owned),
        };
        for (folder, repository) in [
            ("api", Some(repository(None))),
            ("api/server", Some(repository(Some("feature/x")))),
            ("copied", None),
        ] {
            let place = Place { volume: "v".to_owned(), folder: folder.to_owned(), repository };
            let labels = place.id_labels("/workspaces/api/.devcontainer.json").into_iter().collect();
            assert_eq!(Place::of_labels(&labels), Some(place));
        }
        assert_eq!(Place::of_labels(&BTreeMap::new()), None);
    }

    #[test]
    fn names_are_the_engine_s_and_the_same_for_the_same_repository() {
        let clone = |url: &str, branch| name_of_clone(&RepositoryUrl::parse(url).unwrap(), branch);
        let one = clone("https://example.com/team/My%20API.git", None);
        for same in ["https://me:secret@EXAMPLE.com/team/My%20API", "https://example.com/team/My%20API.git/"]
        {
            assert_eq!(clone(same, None), one);
        }
        assert_ne!(clone("https://example.com/team/My%20API.git", Some("x")), one);
        for name in [
            one,
            clone("git@example.com:ü.git", Some("feature/../../ü")),
            name_of_copy(Path::new("/home/me/My Project, (new)")),
            name_of_copy(Path::new("/")),
        ] {
            let mut characters = name.chars();
            assert!(characters.next().is_some_and(|first| first.is_ascii_alphanumeric()), "{name}");
            assert!(
                characters.all(|other| other.is_ascii_alphanumeric() || matches!(other, '-' | '_' | '.')),
                "{name}"
            );
        }
    }
}
