//! Where the files of a workspace come from, when it is no folder of this computer.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use wharf_runner::{CloneRequest, SourceRequest};

/// An environment by its folder, its name or its id, or a repository that one is made from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SourceArgument {
    /// The project's folder, the name or the first characters of the id of an environment, or the address of a repository, which is
    /// cloned into a volume [default: the current folder, or its nearest parent with a configuration]
    #[arg(value_name = "FOLDER|NAME|URL", conflicts_with = "workspace_folder")]
    pub(crate) argument: Option<PathBuf>,
}

/// A repository to clone, or a folder to copy.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Workspace in a volume")]
pub(crate) struct SourceFlags {
    /// Copy the folder into a volume on the engine and work there
    #[arg(long, conflicts_with_all = ["branch", "subfolder", "depth"])]
    volume: bool,
    /// Clone this branch or tag of the repository
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    branch: Option<String>,
    /// Open this folder of the repository
    #[arg(long, value_name = "FOLDER")]
    subfolder: Option<String>,
    /// Clone no more than this many of the last commits
    #[arg(long, value_name = "NUMBER")]
    depth: Option<NonZeroU32>,
}

impl SourceFlags {
    /// What the runner wants to know of it. `argument` is the command's own: a folder or the address of a repository.
    pub(crate) fn source(self, argument: Option<&Path>) -> SourceRequest {
        let text = argument.map(|argument| argument.to_string_lossy().into_owned()).unwrap_or_default();
        let says_clone = self.branch.is_some() || self.subfolder.is_some() || self.depth.is_some();
        if says_clone || (!self.volume && wharf_runner::is_repository_url(&text)) {
            return SourceRequest::Clone(CloneRequest {
                url: text,
                branch: self.branch,
                folder: self.subfolder,
                depth: self.depth,
            });
        }
        if self.volume { SourceRequest::Copy } else { SourceRequest::Folder }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let clone =
            |url: &str| SourceRequest::Clone(CloneRequest { url: url.to_owned(), ..CloneRequest::default() });
        let volume = SourceFlags { volume: true, ..SourceFlags::default() };
        let branch = SourceFlags { branch: Some("x".to_owned()), ..SourceFlags::default() };
        for (flags, argument, expected) in [
            (SourceFlags::default(), None, SourceRequest::Folder),
            (SourceFlags::default(), Some("src/api"), SourceRequest::Folder),
            (SourceFlags::default(), Some("https://example.com/a.git"), clone("https://example.com/a.git")),
            (volume.clone(), None, SourceRequest::Copy),
            (volume, Some("src/api"), SourceRequest::Copy),
            (
                branch,
                Some("src/api"),
                SourceRequest::Clone(CloneRequest {
                    url: "src/api".to_owned(),
                    branch: Some("x".to_owned()),
                    ..CloneRequest::default()
                }),
            ),
        ] {
            assert_eq!(flags.source(argument.map(Path::new)), expected);
        }
    }
}
