//! Which configurations a word on the command line means: all of a folder's, or the file itself.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::locate;

/// The folder that holds configurations.
const DOT_FOLDER: &str = ".devcontainer";

/// A configuration and the workspace folder that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) folder: PathBuf,
    pub(super) configuration: PathBuf,
}

/// The configurations of an absolute path; none for a folder without one.
pub(super) fn configurations(place: &Path) -> Result<Vec<Found>> {
    let metadata = std::fs::metadata(place)
        .map_err(|_| Error::WorkspaceFolder { path: place.to_owned(), problem: "does not exist" })?;
    if metadata.is_dir() {
        let found = locate::configurations(place).into_iter();
        return Ok(found.map(|configuration| Found { folder: place.to_owned(), configuration }).collect());
    }
    locate::check_name(place)?;
    Ok(vec![Found { folder: workspace_of(place).to_owned(), configuration: place.to_owned() }])
}

/// The workspace folder of a configuration that is named by its path: what holds `.devcontainer`, else the file's own folder.
fn workspace_of(configuration: &Path) -> &Path {
    let folder = configuration.parent().unwrap_or(configuration);
    let is_dot = |folder: &Path| folder.file_name().is_some_and(|name| name == DOT_FOLDER);
    let dot_folder = folder.ancestors().take(2).find(|folder| is_dot(folder));
    dot_folder.and_then(Path::parent).unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_of_a_file() {
        for (path, expected) in [
            ("/w/.devcontainer/devcontainer.json", "/w"),
            ("/w/.devcontainer/go/devcontainer.json", "/w"),
            ("/w/.devcontainer.json", "/w"),
            ("/w/.devcontainer/a/b/devcontainer.json", "/w/.devcontainer/a/b"),
            ("/w/src/devcontainer.json", "/w/src"),
        ] {
            assert_eq!(workspace_of(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
