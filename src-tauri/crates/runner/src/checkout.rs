//! What git has checked out in a folder, read from git's own two files: no program is started, so a page can ask whenever it is opened.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use wharf_api as api;
use wharf_api::EnvironmentReference;

use crate::error::Result;
use crate::{known, locate};

/// Bytes of such a file that are read: a branch's name is at most a path long.
const LONGEST: u64 = 8 * 1024;
/// Characters of a commit that git shows as well.
const SHORT: usize = 7;

impl crate::Operations {
    /// What git has checked out in the folder of an environment; None where there is no repository, or no folder on this computer.
    ///
    /// # Errors
    /// When no list has named the environment in this way.
    pub async fn checkout(&self, reference: &EnvironmentReference) -> Result<Option<api::Checkout>> {
        known::check(reference)?;
        let Some(folder) = reference.folder.clone().filter(|_| reference.volume.is_none()) else {
            return Ok(None);
        };
        // Its disk may be a slow one.
        let look = tokio::task::spawn_blocking(move || checkout(Path::new(&folder)));
        Ok(look.await.unwrap_or_default())
    }
}

fn checkout(folder: &Path) -> Option<api::Checkout> {
    let root = locate::git_root(folder)?;
    head(&read(&git_folder(&root)?.join("HEAD"))?)
}

/// Where git keeps what belongs to this folder alone: `.git`, or where the file of this name in a worktree or a submodule points.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = read(&git)?;
    let pointer = text.lines().find_map(|line| line.strip_prefix("gitdir:"))?.trim();
    // Whoever wrote a project could have written it, and a path of this kind asks another computer.
    let is_elsewhere = pointer.starts_with("//") || pointer.starts_with(r"\\");
    (!pointer.is_empty() && !is_elsewhere).then(|| root.join(pointer))
}

/// What a `HEAD` file says.
fn head(text: &str) -> Option<api::Checkout> {
    let text = text.trim_end();
    if let Some(name) = text.strip_prefix("ref:") {
        let name = name.trim_start().strip_prefix("refs/")?;
        let name = name.strip_prefix("heads/").unwrap_or(name);
        // The name that git writes where it keeps branches in another form begins with a dot, as none may.
        let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(char::is_control);
        return is_name.then(|| api::Checkout { branch: Some(name.to_owned()), commit: None });
    }
    let is_hash = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| api::Checkout { branch: None, commit: Some(text[..SHORT].to_owned()) })
}

/// The text of a file that is one: to open anything else could wait for ever.
fn read(path: &Path) -> Option<String> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "9fceb02d0ae598e95dc970b74767f19372d61af8";

    fn branch(name: &str) -> Option<api::Checkout> {
        Some(api::Checkout { branch: Some(name.to_owned()), commit: None })
    }

    fn commit(hash: &str) -> Option<api::Checkout> {
        Some(api::Checkout { branch: None, commit: Some(hash.to_owned()) })
    }

    #[test]
    fn a_head_is_a_branch_or_a_commit() {
        let sha256 = HASH.repeat(2)[..64].to_owned();
        let long = format!("ref: refs/heads/{}\n", "x".repeat(200));
        let cases = [
            ("ref: refs/heads/main\n", branch("main")),
            ("ref: refs/heads/fix/auth-2\r\n", branch("fix/auth-2")),
            ("ref:refs/heads/日本語", branch("日本語")),
            ("ref: refs/bisect/bad", branch("bisect/bad")),
            (HASH, commit("9fceb02")),
            (&sha256, commit("9fceb02")),
            (&long, branch(&"x".repeat(200))),
            ("ref: refs/heads/.invalid\n", None),
            ("ref: refs/heads/\n", None),
            ("ref: /etc/passwd\n", None),
            ("ref: refs/heads/a\nb\n", None),
            ("root:x:0:0:root:/root:/bin/sh\n", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(head(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_folder_is_in_its_repository_its_worktree_or_its_submodule() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let write = |name: &str, content: &str| {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), content).unwrap();
        };
        for repository in ["repository/.git", "repository/.git/modules/module", "bytes/.git", "empty/.git"] {
            for part in ["objects", "refs"] {
                std::fs::create_dir_all(path(repository).join(part)).unwrap();
            }
        }
        write("repository/.git/worktrees/feature/commondir", "../..\n");
        write("repository/.git/HEAD", "ref: refs/heads/main\n");
        write("repository/src/deep/file", "");
        write("repository/.git/worktrees/feature/HEAD", "ref: refs/heads/feature\n");
        write("feature/.git", "gitdir: ../repository/.git/worktrees/feature\n");
        write("absolute/.git", &format!("gitdir: {}\n", path("repository/.git/worktrees/feature").display()));
        write("repository/module/.git", "gitdir: ../.git/modules/module\n");
        write("repository/.git/modules/module/HEAD", &format!("{HASH}\n"));
        write("gone/.git", "gitdir: ../nowhere\n");
        write("words/.git", "this is no pointer\n");
        write("share/.git", "gitdir: //computer/share\n");
        write("bytes/.git/HEAD", "ref: refs/heads/x");
        std::fs::write(path("bytes/.git/HEAD"), b"ref: refs/heads/\xff").unwrap();
        std::fs::create_dir_all(path("empty/.git/HEAD")).unwrap();
        for (folder, expected) in [
            ("repository", branch("main")),
            ("repository/src/deep", branch("main")),
            ("feature", branch("feature")),
            ("absolute", branch("feature")),
            ("repository/module", commit("9fceb02")),
            ("gone", None),
            ("words", None),
            ("share", None),
            ("bytes", None),
            ("empty", None),
        ] {
            assert_eq!(checkout(&path(folder)), expected, "{folder}");
        }
    }

    #[tokio::test]
    async fn only_a_folder_of_this_computer_is_looked_into() {
        let root = tempfile::tempdir().unwrap();
        for part in ["objects", "refs"] {
            std::fs::create_dir_all(root.path().join(".git").join(part)).unwrap();
        }
        std::fs::write(root.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let operations = crate::Operations::new(None);
        let folder = Some(root.path().display().to_string());
        let reference = EnvironmentReference { folder, ..EnvironmentReference::default() };
        assert_eq!(operations.checkout(&reference).await.unwrap(), branch("main"));
        let in_volume = EnvironmentReference { volume: Some("work".to_owned()), ..reference };
        assert_eq!(operations.checkout(&in_volume).await.unwrap(), None);
        let relative = EnvironmentReference { folder: Some("src".to_owned()), ..in_volume };
        assert!(operations.checkout(&relative).await.is_err());
    }
}
