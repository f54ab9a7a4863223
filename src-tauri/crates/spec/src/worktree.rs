//! Git inside a worktree: the mount that brings the repository's own folder to where the worktree's `.git` file points.
//!
//! The reference has a flag for this that moves the workspace and knows relative paths alone. Here the workspace stays where the
//! reference puts it without the flag, so that every other tool finds it, and both kinds of path work.

use crate::config::Mount;
use crate::paths::{PathStyle, join_in_container};
use crate::workspace::{Workspace, WorkspaceFacts, bind};

/// The text of the `--mount` option, for a worktree whose `.git` file has this content; None where nothing would help.
///
/// `repository` is the folder that is brought: the one of which is known that it knows of the worktree. The file alone is content of
/// the workspace and could point anywhere, and as text elsewhere than on the disk.
#[must_use]
pub fn git_folder_mount(
    facts: &WorkspaceFacts,
    workspace: &Workspace,
    git_file: &str,
    repository: &str,
) -> Option<String> {
    let style = facts.style;
    let pointer = pointer(git_file)?;
    let root = &workspace.host_mount_folder;
    let mounted = Mount::Text(workspace.mount.clone()?).fields();
    let there = mounted.target.filter(|_| mounted.source.as_ref() == Some(root))?;
    let target = if style.is_absolute(pointer) {
        // A path of Windows is none in a container.
        (style != PathStyle::Windows).then(|| style.resolve(root, &format!("{pointer}/../..")))?
    } else {
        join_in_container(&there, &format!("{}/../..", style.with_slashes(pointer)))
    };
    let is_below = |path: &str, folder: &str| path == folder || PathStyle::Linux.is_inside(path, folder);
    let is_free = target != "/" && !is_below(&target, &there) && !is_below(&there, &target);
    is_free.then(|| bind(facts, repository, &target))
}

/// Where the worktree's own git folder is, as its `.git` file says: `…/worktrees/<name>`. Other such files are submodules'.
#[must_use]
pub fn pointer(git_file: &str) -> Option<&str> {
    let pointer = git_file.lines().find_map(|line| line.strip_prefix("gitdir:"))?.trim();
    let parts: Vec<&str> = pointer.split(['/', '\\']).collect();
    let is_worktree =
        parts.len() > 2 && parts[parts.len() - 2] == "worktrees" && !parts[parts.len() - 1].is_empty();
    is_worktree.then_some(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_repository_s_folder_is_where_the_worktree_points_to() {
        let repository = "/real/repo/.git";
        for (git_file, workspace_mount, expected) in [
            ("gitdir: /home/u/repo/.git/worktrees/x\n", None, Some("/home/u/repo/.git")),
            ("gitdir: ../repo/.git/worktrees/x\n", None, Some("/workspaces/repo/.git")),
            ("gitdir: ../../../srv/r.git/worktrees/x", None, Some("/srv/r.git")),
            ("gitdir: ../.git/modules/x", None, None),
            ("gitdir: /home/u/.ssh", None, None),
            ("gitdir: worktrees/x", None, None),
            ("gitdir: /worktrees/x", None, None),
            ("", None, None),
            ("gitdir: /home/u/repo/.git/worktrees/x", Some(""), None),
            (
                "gitdir: ../repo/.git/worktrees/x",
                Some("type=bind,source=/home/u/feature,target=/src/here"),
                Some("/src/repo/.git"),
            ),
            ("gitdir: ../repo/.git/worktrees/x", Some("type=volume,source=v,target=/src"), None),
        ] {
            let facts = WorkspaceFacts {
                folder: "/home/u/feature".to_owned(),
                git_root: Some("/home/u/feature".to_owned()),
                git_file: None,
                style: PathStyle::Linux,
                consistency: None,
            };
            let config = Config { workspace_mount: workspace_mount.map(str::to_owned), ..Config::default() };
            let workspace = Workspace::of(&facts, &config);
            let expected =
                expected.map(|target: &str| format!("type=bind,source={repository},target={target}"));
            assert_eq!(git_folder_mount(&facts, &workspace, git_file, repository), expected, "{git_file}");
        }
    }
}
