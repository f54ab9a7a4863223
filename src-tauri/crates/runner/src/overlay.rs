//! What a person adds to every configuration: files of their own in the user's folder for settings, written like a configuration.
//!
//! `devcontainer.json` there counts everywhere, and so does each `devcontainer/*.json` beside it; one that names places under
//! `customizations.wharf.appliesTo` counts only in those. Where there is no file, nothing is different.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wharf_spec::Document;

use crate::error::{Error, Result};
use crate::volume::RepositoryUrl;
use crate::{locate, settings};

/// Where a file says in which folders and repositories it counts.
const APPLIES_TO: &str = "/customizations/wharf/appliesTo";

/// What patterns are held against: folders and addresses, as texts with slashes.
#[derive(Debug, Default)]
pub(crate) struct Subject {
    names: Vec<String>,
}

impl Subject {
    /// A workspace in a folder: it, the repository that it lies in, and that repository's address.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut names = vec![text(folder)];
        if let Some(root) = locate::git_root(folder) {
            names.push(text(&root));
            names.extend(origin_of(&root).and_then(|url| address(&url)));
        }
        names.dedup();
        Self { names }
    }

    /// A workspace in a volume: the address of what was cloned into it.
    pub(crate) fn of_repository(url: Option<&str>) -> Self {
        Self { names: url.and_then(address).into_iter().collect() }
    }

    fn is_meant_by(&self, pattern: &str) -> bool {
        let home = directories::BaseDirs::new();
        let pattern = match (pattern.strip_prefix("~/"), home) {
            (Some(below), Some(home)) => format!("{}/{below}", text(home.home_dir())),
            _ => pattern.to_owned(),
        };
        let pattern = pattern.trim_end_matches('/').trim_end_matches(".git");
        self.names.iter().any(|name| matches(pattern, name))
    }
}

/// The files that count for a workspace, weakest first.
///
/// # Errors
/// A file cannot be read. One that is no configuration is left to whoever reads it next, who says where it is wrong.
pub(crate) fn files(subject: &Subject) -> Result<Vec<PathBuf>> {
    let Some(folder) = settings::folder() else { return Ok(Vec::new()) };
    let mut files = vec![folder.join("devcontainer.json")];
    let more = std::fs::read_dir(folder.join("devcontainer")).into_iter().flatten().flatten();
    let mut more: Vec<PathBuf> = more
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    more.sort();
    files.append(&mut more);
    let mut counting = Vec::new();
    for path in files.into_iter().filter(|path| path.is_file()) {
        if counts(&path, subject)? {
            counting.push(path);
        }
    }
    Ok(counting)
}

fn counts(path: &Path, subject: &Subject) -> Result<bool> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let Ok((document, _)) = Document::parse(path, &text) else { return Ok(true) };
    Ok(match document.value.pointer(APPLIES_TO) {
        Some(Value::String(pattern)) => subject.is_meant_by(pattern),
        Some(Value::Array(patterns)) => {
            patterns.iter().filter_map(Value::as_str).any(|pattern| subject.is_meant_by(pattern))
        }
        _ => true,
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/").trim_end_matches('/').to_owned()
}

/// `host/owner/name`, however the address is written.
fn address(url: &str) -> Option<String> {
    let clean = RepositoryUrl::parse(url).ok()?.clean().to_owned();
    let rest =
        clean.split_once("://").map_or_else(|| clean.replacen(':', "/", 1), |(_, rest)| rest.to_owned());
    let rest = rest.rsplit_once('@').map_or(rest.as_str(), |(_, rest)| rest);
    Some(rest.trim_end_matches('/').trim_end_matches(".git").to_owned())
}

/// The address of the remote `origin`, as git's own configuration of the repository has it.
fn origin_of(root: &Path) -> Option<String> {
    let git = root.join(".git");
    let git = match locate::git_file(root) {
        // In a worktree the file names the folder of the worktree, and that one the common folder.
        Some(file) => {
            let own = locate::absolute(root, Path::new(file.trim().strip_prefix("gitdir:")?.trim()));
            let common = std::fs::read_to_string(own.join("commondir")).ok();
            common.map_or_else(|| own.clone(), |common| locate::absolute(&own, Path::new(common.trim())))
        }
        None => git,
    };
    let text = std::fs::read_to_string(git.join("config")).ok()?;
    let section = text.lines().map(str::trim).skip_while(|line| *line != "[remote \"origin\"]").skip(1);
    section
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == "url")
        .map(|(_, url)| url.trim().to_owned())
}

/// Whether a text is what a pattern says, where `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let cases = [
            ("github.com/acme/*", "github.com/acme/app", true),
            ("github.com/acme/*", "github.com/other/app", false),
            ("*/app", "github.com/acme/app", true),
            ("/home/me/work", "/home/me/work", true),
            ("/home/me/work", "/home/me/work/app", false),
            ("/home/me/work*", "/home/me/work/app", true),
            ("*acme*app*", "github.com/acme/the/app", true),
            ("*aa*a", "aa", false),
            ("*", "", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn addresses_are_one_however_they_are_written() {
        let cases = [
            ("https://github.com/acme/app.git", Some("github.com/acme/app")),
            ("https://user:token@github.com/acme/app", Some("github.com/acme/app")),
            ("git@github.com:acme/app.git", Some("github.com/acme/app")),
            ("ssh://git@github.com/acme/app", Some("github.com/acme/app")),
            ("/srv/git/app.git", None),
        ];
        for (url, expected) in cases {
            assert_eq!(address(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn the_origin_of_a_repository_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join(".git/worktrees/side")).unwrap();
        let config =
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@host:a/b.git\n[branch \"main\"]\n";
        std::fs::write(root.join(".git/config"), config).unwrap();
        assert_eq!(origin_of(root).as_deref(), Some("git@host:a/b.git"));
        let side = tempfile::tempdir().unwrap();
        let own = root.join(".git/worktrees/side");
        std::fs::write(side.path().join(".git"), format!("gitdir: {}\n", own.display())).unwrap();
        std::fs::write(own.join("commondir"), "../..\n").unwrap();
        assert_eq!(origin_of(side.path()).as_deref(), Some("git@host:a/b.git"));
    }
}
