//! Making sure that the volume of an `up` is there: cloned, copied, or as it was left.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wharf_api::{EventKind, Outcome, OutputStream, StepName};
use wharf_engine::Engine;
use wharf_plan::Repository;

use super::fill::fill;
use super::git::{Git, Terminal};
use super::identity::{Place, base_name, name_of_clone, name_of_copy};
use super::open::{below, engine_error};
use super::repository::{RepositoryUrl, is_reference_name};
use super::room::Room;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::lock::Lock;
use crate::request::{CloneRequest, ConsentAsker, SourceRequest, Target};
use crate::store::Store;
use crate::{connect, locate};

/// Name of [`FillingRecord`]'s file.
const FILLING: &str = "filling";

/// Notes that a volume is being filled. While it is there, the volume does not hold everything.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FillingRecord {
    volume: String,
    engine: String,
}

/// What a volume is filled from.
enum From<'a> {
    Clone { request: &'a CloneRequest, url: RepositoryUrl },
    Copy { folder: PathBuf },
}

/// The target of an `up`, its volume there and whole.
pub(crate) async fn prepare(
    source: &SourceRequest,
    target: &Target,
    asker: &dyn ConsentAsker,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<Target> {
    let Some((from, place)) = wanted(source, target)? else { return Ok(target.clone()) };
    let store = Store::open(target.user_data_folder.as_deref())?;
    let state = store.volume(&place.volume);
    let _lock = Lock::acquire(state.folder(), "up", &operation.cancel, |_| {}).await?;
    let engine = connect::connect(target, &store, operation, root).await?;
    let address = engine.address().to_string();
    let half = state.load::<FillingRecord>(FILLING)?.found().filter(|record| record.engine == address);
    let there = engine.inspect_volume(&place.volume).await.map_err(engine_error)?.is_some();
    if there && half.is_some() {
        super::content::remove_all_holders(&engine, &place.volume).await?;
        engine.remove_volume(&place.volume).await.map_err(engine_error)?;
    }
    if !there || half.is_some() {
        state.save(FILLING, &FillingRecord { volume: place.volume.clone(), engine: address })?;
        let filled = bring_in(&from, &place, target, &engine, &store, asker, operation, root).await;
        // A volume that could not be removed again stays noted.
        let is_left = filled.is_err()
            && engine.inspect_volume(&place.volume).await.map_or(true, |found| found.is_some());
        if !is_left {
            state.forget(FILLING)?;
        }
        filled?;
    } else if let From::Copy { folder } = &from {
        root.warn(
            format!(
                "the copy from before is opened: what has changed in {} since is not in it",
                folder.display()
            ),
            Some(format!("to copy again, remove it first: `wharf down {} --volumes`", place.volume)),
        );
    }
    Ok(Target {
        volume_folder: place.folder.split_once('/').map(|(_, below)| below.to_owned()),
        volume: Some(place.volume),
        argument: None,
        workspace_folder: None,
        ..target.clone()
    })
}

/// The same without doing anything: what `plan` looks at.
pub(crate) fn foresee(source: &SourceRequest, target: &Target) -> Result<Target> {
    let Some((_, place)) = wanted(source, target)? else { return Ok(target.clone()) };
    Ok(Target {
        volume_folder: place.folder.split_once('/').map(|(_, below)| below.to_owned()),
        volume: Some(place.volume),
        argument: None,
        workspace_folder: None,
        ..target.clone()
    })
}

/// Where the workspace will lie; None where it is a folder of this computer.
fn wanted<'a>(source: &'a SourceRequest, target: &Target) -> Result<Option<(From<'a>, Place)>> {
    match source {
        SourceRequest::Folder => Ok(None),
        SourceRequest::Clone(request) => {
            let url = RepositoryUrl::parse(&request.url)?;
            if let Some(branch) = request.branch.as_deref().filter(|branch| !is_reference_name(branch)) {
                return Err(Error::Clone {
                    url: url.clean().to_owned(),
                    problem: format!("{branch:?} cannot be the name of a branch"),
                    lines: Vec::new(),
                    hint: None,
                });
            }
            if let Some(folder) = request.folder.as_deref().filter(|folder| leads_out(folder)) {
                return Err(Error::Impossible {
                    message: format!("{folder} is no folder in the repository"),
                    location: None,
                    hint: Some("name it from the top of the repository, such as `server/api`".to_owned()),
                });
            }
            let place = Place {
                volume: name_of_clone(&url, request.branch.as_deref()),
                folder: below(url.folder(), request.folder.as_deref()),
                repository: Some(Repository { url: url.clean().to_owned(), branch: request.branch.clone() }),
            };
            Ok(Some((From::Clone { request, url }, place)))
        }
        SourceRequest::Copy => {
            let current =
                std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
            let given = target.argument.as_deref().or(target.workspace_folder.as_deref());
            let folder = given.map_or_else(
                || locate::meant_without_a_name(target, &current),
                |folder| locate::absolute(&current, folder),
            );
            let problem = match std::fs::metadata(&folder) {
                Ok(found) if found.is_dir() => None,
                Ok(_) => Some("is not a folder"),
                Err(_) => Some("does not exist"),
            };
            if let Some(problem) = problem {
                return Err(Error::WorkspaceFolder { path: folder, problem });
            }
            let place = Place { volume: name_of_copy(&folder), folder: base_name(&folder), repository: None };
            Ok(Some((From::Copy { folder }, place)))
        }
    }
}

fn leads_out(folder: &str) -> bool {
    folder.starts_with(['/', '\\'])
        || folder.split(['/', '\\']).any(|part| part == ".." || part == ".git" || part.contains(':'))
}

#[allow(clippy::too_many_arguments, reason = "all of it belongs to one operation")]
async fn bring_in(
    from: &From<'_>,
    place: &Place,
    target: &Target,
    engine: &Engine,
    store: &Store,
    asker: &dyn ConsentAsker,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<()> {
    match from {
        From::Copy { folder } => {
            has_configuration(folder, target)?;
            fill(engine, place, folder, true, operation, root).await
        }
        From::Clone { request, url } => {
            let room = Room::new(store)?;
            let folder = room.path().join("repository");
            clone(request, url, &folder, asker, operation, root).await?;
            let opened = folder.join(request.folder.as_deref().unwrap_or_default());
            if !opened.is_dir() {
                return Err(Error::Clone {
                    url: url.clean().to_owned(),
                    problem: format!("it has no folder {}", request.folder.as_deref().unwrap_or_default()),
                    lines: Vec::new(),
                    hint: None,
                });
            }
            has_configuration(&opened, target).map_err(|error| in_repository(error, &folder, place))?;
            fill(engine, place, &folder, false, operation, root).await
        }
    }
}

/// What has no configuration cannot become an environment, and need not travel.
fn has_configuration(folder: &Path, target: &Target) -> Result<()> {
    let wanted = Target {
        workspace_folder: Some(folder.to_owned()),
        config: target.config.as_ref().map(|config| locate::absolute(folder, config)),
        override_config: target.override_config.clone(),
        ..Target::default()
    };
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    locate::locate(&wanted, &current).map(drop)
}

/// The clone is gone when a person reads of it.
fn in_repository(error: Error, clone: &Path, place: &Place) -> Error {
    let top = place.top();
    let shown = |path: &Path| {
        path.strip_prefix(clone).map_or_else(|_| path.to_owned(), |below| Path::new(&top).join(below))
    };
    match error {
        Error::ConfigurationNotFound { path, choices } => Error::ConfigurationNotFound {
            path: shown(&path),
            choices: choices.iter().map(|path| shown(path)).collect(),
        },
        other => other,
    }
}

/// Clones into a folder that does not exist yet. Git asks nobody at first; where it then lacks a name or a password and a person is
/// there, it is lent the terminal and asks itself.
async fn clone(
    request: &CloneRequest,
    url: &RepositoryUrl,
    folder: &Path,
    asker: &dyn ConsentAsker,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<()> {
    let step = operation.begin(Some(root), StepName::Clone, Some(url.clean().to_owned()));
    let mut ended = run_clone(request, url, folder, Terminal::None, operation, &step).await?;
    if !ended.success
        && Problem::of(&ended.lines) == Problem::Credentials
        && let Some(_lent) = asker.lend_terminal()
    {
        ended = run_clone(request, url, folder, Terminal::Lent, operation, &step).await?;
    }
    if !ended.success {
        return Err(Problem::of(&ended.lines).into_error(url, request, ended.lines));
    }
    if folder.join(".gitmodules").is_file() {
        submodules(request, url, folder, operation, &step).await?;
    }
    if cfg!(any(windows, target_os = "macos")) {
        // What git has found out about this computer's disk is not true of the container's.
        let git = Git::new(Terminal::None).within(folder).arguments(["config", "core.ignorecase", "false"]);
        git.run(&operation.cancel, |_, _| {}).await?;
    }
    step.finish(Outcome::Done, None);
    Ok(())
}

async fn run_clone(
    request: &CloneRequest,
    url: &RepositoryUrl,
    folder: &Path,
    terminal: Terminal,
    operation: &Operation<'_>,
    step: &StepRecord<'_>,
) -> Result<super::git::Ended> {
    let mut git = Git::new(terminal).arguments(["clone", "--progress"]);
    if let Some(branch) = &request.branch {
        git = git.arguments([format!("--branch={branch}")]);
    }
    if let Some(depth) = request.depth {
        git = git.arguments([format!("--depth={depth}")]);
    }
    git = git.arguments(["--", url.clean()]).arguments([folder]);
    if let Some((with, without)) = url.secret() {
        git = git.proving(with, without);
    }
    git.run(&operation.cancel, |line, progress| tell(step, line, progress)).await
}

/// A part that cannot be had is a warning: the rest may well be enough, and who can have it may do so inside.
async fn submodules(
    request: &CloneRequest,
    url: &RepositoryUrl,
    folder: &Path,
    operation: &Operation<'_>,
    step: &StepRecord<'_>,
) -> Result<()> {
    let mut git = Git::new(Terminal::None).within(folder).arguments([
        "submodule",
        "update",
        "--init",
        "--recursive",
        "--progress",
    ]);
    if request.depth.is_some() {
        git = git.arguments(["--depth=1"]);
    }
    if let Some((with, without)) = url.secret() {
        git = git.proving(with, without);
    }
    let ended = git.run(&operation.cancel, |line, progress| tell(step, line, progress)).await?;
    if !ended.success {
        let why = ended.lines.iter().find(|line| line.starts_with("fatal:")).or(ended.lines.last());
        step.warn(
            format!(
                "not every submodule could be cloned: {}",
                why.map_or("git gave no reason", String::as_str)
            ),
            Some("`git submodule update --init` in the environment tries again".to_owned()),
        );
    }
    Ok(())
}

fn tell(step: &StepRecord<'_>, line: &str, progress: Option<super::git::Progress>) {
    match progress {
        Some(progress) => step.send(EventKind::StepProgress {
            current: Some(progress.current),
            total: Some(progress.total),
            text: Some(progress.what),
        }),
        None => step.output(OutputStream::Stderr, format!("{line}\n").as_bytes()),
    }
}

/// Why git could not clone, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Credentials,
    Branch,
    NotFound,
    UnknownHost,
    HostKey,
    Unreachable,
    DiskFull,
    Transport,
    Other,
}

impl Problem {
    fn of(lines: &[String]) -> Self {
        let text = lines.join("\n");
        let rules: [(Self, &[&str]); 8] = [
            (Self::DiskFull, &["No space left on device", "Disk quota exceeded"]),
            (Self::HostKey, &["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]),
            (
                Self::Credentials,
                &[
                    "could not read Username",
                    "could not read Password",
                    "terminal prompts disabled",
                    "Authentication failed",
                    "Permission denied (",
                    "The requested URL returned error: 403",
                ],
            ),
            (Self::Branch, &["Remote branch "]),
            (Self::UnknownHost, &["Could not resolve host"]),
            (
                Self::NotFound,
                &[
                    "not found",
                    "does not appear to be a git repository",
                    "does not exist",
                    "Repository not exported",
                ],
            ),
            (Self::Transport, &["transport '", "not allowed"]),
            (
                Self::Unreachable,
                &[
                    "Failed to connect",
                    "Connection refused",
                    "Connection timed out",
                    "unable to connect",
                    "unable to access",
                    "Could not read from remote repository",
                ],
            ),
        ];
        let found = rules.iter().find(|(_, words)| words.iter().any(|words| text.contains(words)));
        found.map_or(Self::Other, |(problem, _)| *problem)
    }

    fn into_error(self, url: &RepositoryUrl, request: &CloneRequest, lines: Vec<String>) -> Error {
        let branch = request.branch.as_deref().unwrap_or_default();
        let (problem, hint) = match self {
            Self::Credentials => (
                "it asks who you are, and git has no answer".to_owned(),
                Some(
                    "log in so that `git ls-remote` of it works, with a credential helper or an ssh key; wharf uses the same",
                ),
            ),
            Self::Branch => {
                (format!("it has no branch or tag {branch}"), Some("`git ls-remote` shows what it has"))
            }
            Self::NotFound => (
                "there is no such repository, or it is not shown to you".to_owned(),
                Some("look whether the address is right; a private one needs a login that git knows"),
            ),
            Self::UnknownHost => {
                ("its host is not known".to_owned(), Some("look whether the address is right"))
            }
            Self::HostKey => (
                "its host is not one that ssh trusts".to_owned(),
                Some("connect to it once with `ssh`, which shows its key and asks"),
            ),
            Self::Unreachable => (
                "its host does not answer as it should".to_owned(),
                Some("look at the network connection and its proxy"),
            ),
            Self::DiskFull => (
                "the disk of this computer is full".to_owned(),
                Some("a clone needs room here until it is in the volume; --depth 1 needs less"),
            ),
            Self::Transport => ("git may not use this way to reach it".to_owned(), None),
            Self::Other => ("git failed".to_owned(), None),
        };
        Error::Clone { url: url.clean().to_owned(), problem, lines, hint: hint.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_understood() {
        for (line, expected) in [
            (
                "fatal: could not read Username for 'https://x': terminal prompts disabled",
                Problem::Credentials,
            ),
            ("fatal: Authentication failed for 'https://x/'", Problem::Credentials),
            ("git@x: Permission denied (publickey).", Problem::Credentials),
            ("fatal: repository 'https://x/a/' not found", Problem::NotFound),
            ("fatal: Remote branch nope not found in upstream origin", Problem::Branch),
            ("fatal: unable to access 'https://x/': Could not resolve host: x", Problem::UnknownHost),
            ("fatal: unable to access 'http://x/': Failed to connect to x port 1", Problem::Unreachable),
            ("Host key verification failed.", Problem::HostKey),
            ("fatal: transport 'file' not allowed", Problem::Transport),
            ("fatal: write error: No space left on device", Problem::DiskFull),
            ("fatal: something new", Problem::Other),
        ] {
            assert_eq!(Problem::of(&[line.to_owned()]), expected, "{line}");
        }
    }

    #[test]
    fn folders_stay_in_the_repository() {
        for folder in ["server", "server/api", "./server/", "a..b"] {
            assert!(!leads_out(folder), "{folder}");
        }
        for folder in ["..", "a/../..", "/etc", "\\x", "C:\\x", ".git", "a/.git/hooks"] {
            assert!(leads_out(folder), "{folder}");
        }
    }
}
