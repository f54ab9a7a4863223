//! Which files of Compose's are a program's own: those that a container was made with beside the project's, written by Wharf or by
//! another tool of dev containers. Labels name them, and whoever can have a container made can write labels.

use std::path::{Path, PathBuf};

use crate::platform;

/// The folder in which such files lie, wherever that is.
pub(super) const FOLDER: &str = "docker-compose";

/// How the reference's folder in that of temporary files begins; its user's name may follow.
const OF_REFERENCE: &str = "devcontainercli";

/// Where the editor keeps its own, below its folder for settings.
const OF_EDITOR: &str = "ms-vscode-remote.remote-containers";

/// The folders in which files may be a program's own.
#[derive(Debug, Default)]
pub(super) struct OwnPlaces {
    /// The workspace and the repository that holds it, where files are a project's.
    workspace: Vec<PathBuf>,
    state: PathBuf,
    temporary: PathBuf,
    settings: Vec<PathBuf>,
}

impl OwnPlaces {
    /// Those of this computer, with the workspace's folders and that of our state.
    pub(super) fn new(workspace: &[&str], state: &Path) -> Self {
        let settings = directories::BaseDirs::new().into_iter().flat_map(|folders| {
            // A session from afar has its editor's settings in the home folder.
            let servers = [".vscode-server", ".vscode-remote"].map(|name| folders.home_dir().join(name));
            [folders.config_dir().to_owned()].into_iter().chain(servers)
        });
        Self {
            workspace: workspace
                .iter()
                .filter(|folder| !folder.is_empty())
                .filter_map(|folder| Path::new(folder).canonicalize().ok())
                .collect(),
            state: real(state),
            temporary: real(&std::env::temp_dir()),
            settings: settings.map(|folder| real(&folder)).collect(),
        }
    }

    /// Whether a file was written by such a program for this person. It counts where it really lies, and no program writes links.
    pub(super) fn holds(&self, file: &Path) -> bool {
        let is_link = std::fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink());
        let Some(file) = file.canonicalize().ok().filter(|_| !is_link) else { return false };
        let Some(folder) = file.parent().filter(|folder| folder.ends_with(FOLDER)) else { return false };
        if !file.is_file() || self.workspace.iter().any(|workspace| file.starts_with(workspace)) {
            return false;
        }
        let of_reference = || {
            let below = folder.strip_prefix(&self.temporary).ok()?;
            let first = below.components().next()?.as_os_str().to_str()?;
            // Anybody can make a folder there.
            Some(first.starts_with(OF_REFERENCE) && platform::is_mine(&file) && platform::is_mine(folder))
        };
        let of_editor = || {
            let below = self.settings.iter().find_map(|settings| folder.strip_prefix(settings).ok());
            below.is_some_and(|below| below.components().any(|part| part.as_os_str() == OF_EDITOR))
        };
        folder.starts_with(&self.state) || of_reference().unwrap_or(false) || of_editor()
    }
}

fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "docker-compose.devcontainer.containerFeatures-1.yml";

    /// A computer of its own, with the workspace `code/ws`.
    fn computer() -> (tempfile::TempDir, PathBuf, OwnPlaces) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().canonicalize().unwrap();
        let workspace = path.join("code/ws");
        std::fs::create_dir_all(&workspace).unwrap();
        let places = OwnPlaces {
            workspace: vec![workspace],
            state: path.join("state"),
            temporary: path.join("tmp"),
            settings: vec![path.join("config")],
        };
        (root, path, places)
    }

    #[test]
    fn files_count_where_programs_write_them() {
        for (folder, expected) in [
            ("state/environments/x/docker-compose", true),
            ("state/docker-compose", true),
            ("tmp/devcontainercli-me/docker-compose", true),
            ("tmp/devcontainercli/docker-compose", true),
            ("config/Code/User/globalStorage/ms-vscode-remote.remote-containers/data/docker-compose", true),
            ("state/environments/x", false),
            ("tmp/docker-compose", false),
            ("tmp/other/docker-compose", false),
            ("config/Code/docker-compose", false),
            ("code/ws/docker-compose", false),
            ("code/ws/state/docker-compose", false),
            ("code/other/tmp/devcontainercli-me/docker-compose", false),
        ] {
            let (_root, path, places) = computer();
            let file = path.join(folder).join(NAME);
            assert!(!places.holds(&file), "{folder} is not there");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "").unwrap();
            assert_eq!(places.holds(&file), expected, "{folder}");
            assert!(!places.holds(file.parent().unwrap()), "{folder} is no file");
        }
    }

    #[test]
    fn a_workspace_in_the_folder_of_state_is_a_project_s() {
        let (_root, path, mut places) = computer();
        let file = path.join("state/ws/docker-compose").join(NAME);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "").unwrap();
        assert!(places.holds(&file));
        places.workspace.push(path.join("state/ws"));
        assert!(!places.holds(&file));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_nobody_s_own_and_folders_count_where_they_lead() {
        let (_root, path, places) = computer();
        let own = path.join("state/docker-compose");
        let of_project = path.join("code/ws/docker-compose");
        for folder in [&own, &of_project] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(own.join("own.yml"), "").unwrap();
        std::fs::write(of_project.join("theirs.yml"), "").unwrap();
        std::os::unix::fs::symlink(of_project.join("theirs.yml"), own.join("link.yml")).unwrap();
        std::os::unix::fs::symlink(own.join("own.yml"), of_project.join("link.yml")).unwrap();
        assert!(!places.holds(&own.join("link.yml")));
        assert!(!places.holds(&of_project.join("link.yml")));
        std::os::unix::fs::symlink(path.join("state"), path.join("linked")).unwrap();
        assert!(places.holds(&path.join("linked/docker-compose/own.yml")));
        std::os::unix::fs::symlink(path.join("code/ws"), path.join("state/ws")).unwrap();
        assert!(!places.holds(&path.join("state/ws/docker-compose/theirs.yml")));
    }
}
