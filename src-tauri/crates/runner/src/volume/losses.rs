//! What work in a volume is nowhere else: read by this computer's git from a copy that has lost its teeth.
//!
//! The copy comes through the engine's archive call, so this needs neither a running container nor git in its image. A repository's
//! own configuration can name programs to run, and whoever works in the volume may have written it: the copy gets a new one that
//! names none, and no hooks. The copy is bounded; what is larger is said to be unknown and never taken for nothing.

use std::path::{Path, PathBuf};

use wharf_api::RepositoryLosses;
use wharf_engine::Engine;

use super::content::{take, with_volume};
use super::git::{Ended, Git, Terminal};
use super::identity::{Place, WORKSPACES};
use super::room::Room;
use crate::CancellationToken;
use crate::error::{Error, Result};
use crate::store::Store;

/// How much of a volume is copied to look into it.
const MOST_BYTES: u64 = 4_000_000_000;
/// A folder this deep is not looked into any more.
const DEEPEST: usize = 40;

/// The repositories in a volume, with what each would take along.
pub(crate) async fn look_for_losses(
    engine: &Engine,
    place: &Place,
    store: &Store,
    cancel: &CancellationToken,
) -> Result<Vec<RepositoryLosses>> {
    let room = Room::new(store)?;
    let top = place.top();
    let copied = with_volume(engine, &place.volume, async |container| {
        tokio::select! {
            () = cancel.cancelled() => Err(Error::Cancelled),
            taken = take(engine, container, &top, room.path(), MOST_BYTES, is_needed) => taken,
        }
    })
    .await;
    match copied {
        Ok(()) => {}
        Err(Error::Unpack { source, .. }) => {
            return Ok(vec![unknown(&top, format!("it could not be copied to look into it: {source}"))]);
        }
        Err(error) => return Err(error),
    }
    let mut found = Vec::new();
    for repository in repositories(room.path()) {
        let below = repository.folder.strip_prefix(room.path()).unwrap_or(Path::new(""));
        let shown = format!("{WORKSPACES}/{}", below.display()).replace('\\', "/");
        let losses = match look(&repository, cancel).await {
            Ok(losses) => losses,
            Err(Problem::Cancelled) => return Err(Error::Cancelled),
            Err(Problem::Unknown(why)) => unknown(&shown, why),
        };
        found.push(RepositoryLosses { folder: shown, ..losses });
    }
    Ok(found)
}

fn unknown(folder: &str, why: String) -> RepositoryLosses {
    RepositoryLosses { folder: folder.to_owned(), unknown: Some(why), ..RepositoryLosses::default() }
}

/// Content kept elsewhere for large files, and programs, say nothing about what would be lost.
fn is_needed(path: &Path) -> bool {
    let parts: Vec<_> = path.components().map(std::path::Component::as_os_str).collect();
    !parts.windows(2).any(|pair| pair[0] == ".git" && (pair[1] == "hooks" || pair[1] == "lfs"))
}

/// A repository in the copy.
#[derive(Debug, PartialEq, Eq)]
struct Repository {
    /// Its files.
    folder: PathBuf,
    /// What git keeps.
    git: PathBuf,
}

/// Why a repository cannot be looked into.
enum Problem {
    Cancelled,
    Unknown(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Cancelled => Self::Cancelled,
            other => Self::Unknown(other.message()),
        }
    }
}

/// Every repository below a folder, one inside another too.
fn repositories(top: &Path) -> Vec<Repository> {
    let mut found = Vec::new();
    let mut open = vec![(top.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let git = folder.join(".git");
        match std::fs::symlink_metadata(&git) {
            Ok(kind) if kind.is_dir() => found.push(Repository { folder: folder.clone(), git }),
            Ok(kind) if kind.is_file() => {
                if let Some(git) = linked(&folder, &git) {
                    found.push(Repository { folder: folder.clone(), git });
                }
            }
            _ => {}
        }
        if depth == DEEPEST {
            continue;
        }
        for child in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if child.file_name() != ".git" && child.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push((child.path(), depth + 1));
            }
        }
    }
    found.sort_by(|one, other| one.folder.cmp(&other.folder));
    found
}

/// Where the `.git` file of a submodule or worktree points to. An absolute path is one of the container's.
fn linked(folder: &Path, file: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(file).ok()?;
    let target = text.strip_prefix("gitdir:")?.trim();
    Some(folder.join(target))
}

/// Takes away whatever names a program. What remains of the configuration is how the repository is stored.
fn disarm(repository: &Repository, room: &Path) -> std::io::Result<()> {
    let mut folders = vec![repository.git.clone()];
    if let Ok(common) = std::fs::read_to_string(repository.git.join("commondir")) {
        folders.push(repository.git.join(common.trim()));
    }
    let room = room.canonicalize()?;
    for folder in folders {
        if !folder.canonicalize()?.starts_with(&room) {
            return Err(std::io::Error::other("it leads out of the volume"));
        }
        let config = folder.join("config");
        let before = std::fs::read(&config).unwrap_or_default();
        for name in ["config", "config.worktree", "info/attributes", "objects/info/alternates"] {
            match std::fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::write(&config, how_it_is_stored(&String::from_utf8_lossy(&before)))?;
    }
    Ok(())
}

/// A configuration that says no more than that.
fn how_it_is_stored(before: &str) -> String {
    let value = |name: &str| {
        before.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
        })
    };
    let mut text = String::from("[core]\n\tbare = false\n");
    let filemode = if cfg!(windows) { Some("false".to_owned()) } else { value("filemode") };
    if filemode.as_deref() == Some("false") {
        text.push_str("\tfilemode = false\n");
    }
    let extensions: Vec<String> = [("objectformat", "sha256"), ("refstorage", "reftable")]
        .into_iter()
        .filter(|(name, known)| value(name).as_deref() == Some(*known))
        .map(|(name, known)| format!("\t{name} = {known}\n"))
        .collect();
    text.push_str(&format!("\trepositoryformatversion = {}\n", u8::from(!extensions.is_empty())));
    if !extensions.is_empty() {
        text.push_str("[extensions]\n");
        text.extend(extensions);
    }
    text
}

async fn look(repository: &Repository, cancel: &CancellationToken) -> Result<RepositoryLosses, Problem> {
    let room = room_of(repository);
    disarm(repository, &room).map_err(|error| Problem::Unknown(format!("it could not be read: {error}")))?;
    let git = async |arguments: &[&str]| -> Result<Ended, Problem> {
        let git = Git::new(Terminal::None)
            .within(&repository.folder)
            .variable("GIT_DIR", &repository.git)
            .variable("GIT_WORK_TREE", &repository.folder)
            .variable("GIT_NO_LAZY_FETCH", "1")
            .arguments(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=", "-c", "safe.directory=*"])
            .arguments(arguments);
        let ended = git.run(cancel, |_, _| {}).await?;
        if ended.success {
            return Ok(ended);
        }
        let why = ended.lines.last().cloned().unwrap_or_else(|| "git failed".to_owned());
        Err(Problem::Unknown(format!("git cannot read it: {why}")))
    };
    let status = git(&[
        "status",
        "--porcelain=v1",
        "-z",
        "--untracked-files=all",
        "--ignore-submodules=all",
        "--no-renames",
    ])
    .await?;
    let branches = git(&["for-each-ref", "--format=%(refname)", "refs/heads"]).await?;
    let mut unpushed_branches = Vec::new();
    for branch in lines(&branches.output) {
        if count(&git(&["rev-list", "--count", &branch, "--not", "--remotes"]).await?) > 0 {
            unpushed_branches.push(branch.trim_start_matches("refs/heads/").to_owned());
        }
    }
    let mut unpushed_commits = 0;
    if !unpushed_branches.is_empty() {
        unpushed_commits = count(&git(&["rev-list", "--count", "--branches", "--not", "--remotes"]).await?);
    }
    // A head that is on no branch: what was checked out by a tag came from elsewhere.
    if git(&["symbolic-ref", "-q", "HEAD"]).await.is_err() {
        let arguments = ["rev-list", "--count", "HEAD", "--not", "--remotes", "--branches", "--tags"];
        unpushed_commits += count(&git(&arguments).await?);
    }
    let stashes = git(&["stash", "list", "--format=%H"]).await?;
    Ok(RepositoryLosses {
        folder: String::new(),
        uncommitted_files: status.output.split(|byte| *byte == 0).filter(|path| !path.is_empty()).count()
            as u64,
        unpushed_commits,
        unpushed_branches,
        stashes: lines(&stashes.output).len() as u64,
        unknown: None,
    })
}

/// The folder that nothing may lead out of: that of the copy, in which all repositories lie.
fn room_of(repository: &Repository) -> PathBuf {
    let mut ancestors = repository.folder.ancestors();
    let found = ancestors.find(|folder| folder.file_name().is_some_and(|name| name == super::room::CONTENT));
    found.unwrap_or(&repository.folder).to_owned()
}

fn lines(output: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(output).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn count(ended: &Ended) -> u64 {
    String::from_utf8_lossy(&ended.output).trim().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_keeps_only_how_the_repository_is_stored() {
        let armed = "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = id\n\tsshCommand = id\n\tfilemode = false\n[filter \"x\"]\n\tclean = id\n[extensions]\n\tobjectFormat = sha256\n[include]\n\tpath = /etc/x\n";
        let expected = "[core]\n\tbare = false\n\tfilemode = false\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n";
        assert_eq!(how_it_is_stored(armed), expected);
        assert_eq!(how_it_is_stored(""), "[core]\n\tbare = false\n\trepositoryformatversion = 0\n");
    }

    #[test]
    fn hooks_and_large_files_are_not_copied() {
        for (path, expected) in [
            ("api/.git/config", true),
            ("api/.git/hooks/post-checkout", false),
            ("api/.git/lfs/objects/a", false),
            ("api/hooks/x", true),
        ] {
            assert_eq!(is_needed(Path::new(path)), expected, "{path}");
        }
    }

    /// A repository in a state, and what is found in it.
    #[tokio::test]
    async fn what_is_nowhere_else_is_found_and_nothing_of_the_repository_runs() {
        type Found = (u64, u64, &'static [&'static str], u64);
        let cases: [(&str, &str, Found); 7] = [
            ("clean", "true", (0, 0, &[], 0)),
            ("uncommitted", "echo x >> file; echo x > new; echo x > ignored", (2, 0, &[], 0)),
            ("unpushed", "git commit -q --allow-empty -m x; git branch same", (0, 1, &["main", "same"], 0)),
            ("detached", "git checkout -q --detach; git commit -q --allow-empty -m x", (0, 1, &[], 0)),
            ("stash", "echo x >> file; git stash -q", (0, 0, &[], 1)),
            ("unborn", "git checkout -q --orphan empty; git rm -q --cached -r .", (2, 0, &[], 0)),
            (
                "armed",
                "git config core.fsmonitor \"touch $PWD/../RAN; false\"; git config filter.x.clean \"touch $PWD/../RAN; cat\"; \
                 echo '* filter=x' > .gitattributes; git config core.hooksPath $PWD/h",
                (1, 0, &[], 0),
            ),
        ];
        for (name, change, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            let content = folder.path().join(super::super::room::CONTENT);
            std::fs::create_dir(&content).unwrap();
            let script = format!(
                "set -e; export HOME=$PWD GIT_CONFIG_NOSYSTEM=1; git init -q -b main --bare origin.git; git clone -q origin.git content/api 2>/dev/null; \
                 cd content/api; git config user.name me; git config user.email me@x; echo ignored > .gitignore; echo 1 > file; \
                 git add .; git commit -q -m first; git push -q origin main 2>/dev/null; {change}"
            );
            let made = std::process::Command::new("sh")
                .args(["-c", &script])
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
            // What setting up has run is not what looking runs.
            let ran = content.join("RAN");
            let _ = std::fs::remove_file(&ran);
            let found = repositories(&content);
            assert_eq!(found.len(), 1, "{name}");
            let losses = match look(&found[0], &CancellationToken::new()).await {
                Ok(losses) => losses,
                Err(Problem::Unknown(why)) => panic!("{name}: {why}"),
                Err(Problem::Cancelled) => panic!("{name}: cancelled"),
            };
            let branches: Vec<&str> = losses.unpushed_branches.iter().map(String::as_str).collect();
            assert_eq!(
                (losses.uncommitted_files, losses.unpushed_commits, branches.as_slice(), losses.stashes),
                expected,
                "{name}"
            );
            assert!(!ran.exists(), "{name}: the repository's own configuration ran something");
        }
    }

    #[test]
    fn every_repository_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for path in ["api/.git/modules/part", "api/vendored/.git", "api/part", "plain/src"] {
            std::fs::create_dir_all(top.join(path)).unwrap();
        }
        std::fs::write(top.join("api/part/.git"), "gitdir: ../.git/modules/part\n").unwrap();
        let found: Vec<_> = repositories(top)
            .into_iter()
            .map(|found| found.folder.strip_prefix(top).unwrap().display().to_string())
            .collect();
        assert_eq!(found, ["api", "api/part", "api/vendored"]);
    }
}
