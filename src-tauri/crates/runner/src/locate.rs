//! Finding the workspace folder, its configuration and its git root, by looking at the disk and nothing else.
//!
//! Specification: devcontainer-reference.md, "devcontainer.json"; inventory of the reference: sections 1.0 and 7.3.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::request::Target;

/// A workspace folder and the configuration that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// Absolute, without `.` and `..`, symbolic links kept: the text ends up in labels.
    pub(crate) folder: PathBuf,
    /// The path that the configuration has or, with `--override-config`, would have.
    pub(crate) configuration: PathBuf,
    /// The file whose content is read.
    pub(crate) content: PathBuf,
}

/// Finds what `target` means, starting at `current`.
pub(crate) fn locate(target: &Target, current: &Path) -> Result<Located> {
    let folder = match &target.workspace_folder {
        Some(folder) => absolute(current, folder),
        None => meant_without_a_name(target, current),
    };
    match std::fs::metadata(&folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(Error::WorkspaceFolder { path: folder, problem: "is not a folder" }),
        Err(_) => return Err(Error::WorkspaceFolder { path: folder, problem: "does not exist" }),
    }
    let found = match &target.config {
        Some(config) => Some(absolute(current, config)),
        None => find_configuration(&folder)?,
    };
    let fallback = folder.join(".devcontainer").join("devcontainer.json");
    let configuration = found.clone().unwrap_or(fallback);
    let content = match &target.override_config {
        Some(path) => absolute(current, path),
        None => configuration.clone(),
    };
    if !content.is_file() {
        return Err(Error::ConfigurationNotFound { path: content, choices: Vec::new() });
    }
    Ok(Located { folder, configuration, content })
}

/// The reference's rule, so that a script gets the same refusal.
pub(crate) fn check_name(path: &Path) -> Result<()> {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("devcontainer.json" | ".devcontainer.json") => Ok(()),
        _ => Err(Error::ConfigurationName { path: path.to_path_buf() }),
    }
}

/// The three places of the specification, in their order. Several in sub-folders are a choice that is not made here.
fn find_configuration(folder: &Path) -> Result<Option<PathBuf>> {
    let dot_folder = folder.join(".devcontainer");
    if let Some(path) = usual_places(folder).into_iter().find(|path| path.is_file()) {
        return Ok(Some(path));
    }
    let mut choices = in_sub_folders(&dot_folder);
    match choices.len() {
        0 | 1 => Ok(choices.pop()),
        _ => Err(Error::ConfigurationNotFound { path: dot_folder.join("devcontainer.json"), choices }),
    }
}

/// Every configuration of a folder, the one that is used when nobody chooses first.
pub(crate) fn configurations(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = usual_places(folder).into_iter().filter(|path| path.is_file()).collect();
    all.extend(in_sub_folders(&folder.join(".devcontainer")));
    all
}

fn usual_places(folder: &Path) -> [PathBuf; 2] {
    [folder.join(".devcontainer").join("devcontainer.json"), folder.join(".devcontainer.json")]
}

fn in_sub_folders(dot_folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(dot_folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("devcontainer.json"))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

/// The folder that is meant where nobody names one.
pub(crate) fn meant_without_a_name(target: &Target, current: &Path) -> PathBuf {
    if target.only_current_folder { current.to_path_buf() } else { nearest_with_configuration(current) }
}

/// The folder itself if nothing above it has a configuration either: the error then names the folder a person is in.
pub(crate) fn nearest_with_configuration(current: &Path) -> PathBuf {
    current
        .ancestors()
        .find(|folder| !matches!(find_configuration(folder), Ok(None)))
        .unwrap_or(current)
        .to_path_buf()
}

/// The root of the repository that `folder` lies in; what `git rev-parse --show-cdup` leads to, without git.
pub(crate) fn git_root(folder: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let git = folder.join(".git");
        if git.is_file() {
            // Git looks no further, whether the file leads to a repository or not.
            let pointer = pointed_to(&std::fs::read_to_string(&git).ok()?)?;
            return is_repository(&folder.join(pointer)).then(|| folder.to_path_buf());
        }
        // A folder of that name that is no repository is passed over, as git does.
        if is_repository(&git) {
            return Some(folder.to_path_buf());
        }
    }
    None
}

/// Where a `.git` file says that the repository is.
fn pointed_to(git_file: &str) -> Option<PathBuf> {
    let pointer = git_file.strip_prefix("gitdir:")?.trim();
    (!pointer.is_empty()).then(|| PathBuf::from(pointer))
}

/// Whether a folder is what git takes for a repository's own; that of a worktree leaves most to another one.
fn is_repository(folder: &Path) -> bool {
    let shared = std::fs::read_to_string(folder.join("commondir"))
        .map_or_else(|_| folder.to_path_buf(), |common| folder.join(common.trim()));
    // A link to a reference that has no commit yet leads nowhere.
    folder.join("HEAD").symlink_metadata().is_ok()
        && shared.join("objects").is_dir()
        && shared.join("refs").is_dir()
}

/// The content of a worktree's `.git` file; None where `.git` is a folder.
pub(crate) fn git_file(root: &Path) -> Option<String> {
    std::fs::read_to_string(root.join(".git")).ok()
}

/// A worktree that its repository knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfirmedWorktree {
    /// The content of its `.git` file.
    pub(crate) git_file: String,
    /// The folder of the repository that knows it.
    pub(crate) repository: PathBuf,
    /// Whether the `.git` file leads to that folder as it is written, too: links can make a path mean something else to the disk
    /// than its text says.
    pub(crate) as_written: bool,
}

/// The worktree of a `.git` file, if the repository that it points to knows this worktree: the file alone could point anywhere,
/// and whoever wrote a project could have written it. What counts is where the disk leads, and the folder that is given is the one
/// that was looked at.
pub(crate) fn confirmed_worktree(root: &Path) -> Option<ConfirmedWorktree> {
    let git_file = git_file(root)?;
    let pointer = wharf_spec::worktree::pointer(&git_file)?;
    let folder = root.join(pointer).canonicalize().ok()?;
    let named = |name: &str| {
        let path = std::fs::read_to_string(folder.join(name)).ok()?;
        folder.join(path.trim()).canonicalize().ok()
    };
    let worktrees = folder.parent().filter(|parent| parent.ends_with("worktrees"))?;
    let real = worktrees.parent()?;
    let knows = named("gitdir")? == root.join(".git").canonicalize().ok()? && named("commondir")? == real;
    // A folder of the workspace's own vouches for nothing outside of it.
    let workspace = root.canonicalize().ok()?;
    let vouches = !folder.starts_with(&workspace) || real.starts_with(&workspace);
    if !(knows && vouches && is_repository(real)) {
        return None;
    }
    let written = absolute(root, &Path::new(pointer).join("../.."));
    let as_written = written.canonicalize().is_ok_and(|written| written == real);
    let repository = if as_written { written } else { real.to_path_buf() };
    Some(ConfirmedWorktree { git_file, repository, as_written })
}

/// `path` seen from `current`, with `.` and `..` resolved in the text alone, as Node's `path.resolve` does.
pub(crate) fn absolute(current: &Path, path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in current.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes the files, looks from `start`, and says what was found relative to the root.
    fn check(files: &[&str], start: &str, target: &Target) -> Result<(String, String), String> {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().canonicalize().unwrap();
        for file in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "{}").unwrap();
        }
        std::fs::create_dir_all(path.join(start)).unwrap();
        let relative = |found: &Path| found.strip_prefix(&path).unwrap().to_str().unwrap().replace('\\', "/");
        locate(target, &path.join(start))
            .map(|found| (relative(&found.folder), relative(&found.configuration)))
            .map_err(|error| error.to_string().replace(path.to_str().unwrap(), "ROOT"))
    }

    #[test]
    fn the_configuration_is_found_where_the_specification_says() {
        let cases: [(&[&str], &str, &str); 6] = [
            (
                &[".devcontainer/devcontainer.json", ".devcontainer.json"],
                "",
                ".devcontainer/devcontainer.json",
            ),
            (&[".devcontainer.json", ".devcontainer/a/devcontainer.json"], "", ".devcontainer.json"),
            (&[".devcontainer/a/devcontainer.json"], "", ".devcontainer/a/devcontainer.json"),
            (&[".devcontainer.json"], "src/deep", ".devcontainer.json"),
            (&["src/.devcontainer.json", ".devcontainer.json"], "src", "src/.devcontainer.json"),
            (&[".devcontainer/a/b/devcontainer.json", ".devcontainer.json"], "", ".devcontainer.json"),
        ];
        for (files, start, expected) in cases {
            let (_, configuration) = check(files, start, &Target::default()).unwrap();
            assert_eq!(configuration, expected, "{files:?} from {start:?}");
        }
    }

    #[test]
    fn no_folder_above_is_looked_at_where_only_the_current_one_counts() {
        let target = Target { only_current_folder: true, ..Target::default() };
        let missing = "Dev container config (ROOT/src/.devcontainer/devcontainer.json) not found.";
        assert_eq!(check(&[".devcontainer.json"], "src", &target).unwrap_err(), missing);
        let inside = check(&["src/.devcontainer.json"], "src", &target);
        assert_eq!(inside, Ok(("src".to_owned(), "src/.devcontainer.json".to_owned())));
        let named = Target { config: Some("../.devcontainer.json".into()), ..target };
        let named = check(&[".devcontainer.json"], "src", &named);
        assert_eq!(named, Ok(("src".to_owned(), ".devcontainer.json".to_owned())));
    }

    #[test]
    fn what_cannot_be_found_is_named() {
        let folder = |path: &str| Target { workspace_folder: Some(path.into()), ..Target::default() };
        let cases: [(&[&str], Target, &str); 4] = [
            (&[], folder("."), "Dev container config (ROOT/.devcontainer/devcontainer.json) not found."),
            (
                &[".devcontainer/a/devcontainer.json", ".devcontainer/b/devcontainer.json"],
                folder("."),
                "Dev container config (ROOT/.devcontainer/devcontainer.json) not found.",
            ),
            (&[], folder("gone"), "the workspace folder ROOT/gone does not exist"),
            (&["file"], folder("file"), "the workspace folder ROOT/file is not a folder"),
        ];
        for (files, target, expected) in cases {
            assert_eq!(check(files, "", &target).unwrap_err(), expected);
        }
    }

    /// Writes these files below a folder of its own; a name that ends with a slash is a folder.
    fn place(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().canonicalize().unwrap();
        for (name, content) in files {
            let file = path.join(name);
            if name.ends_with('/') {
                std::fs::create_dir_all(file).unwrap();
            } else {
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, content.replace("ROOT", path.to_str().unwrap())).unwrap();
            }
        }
        (root, path)
    }

    const WORKTREE: [(&str, &str); 6] = [
        ("feature/.git", "gitdir: ../repo/.git/worktrees/feature\n"),
        ("repo/.git/HEAD", "ref: refs/heads/main\n"),
        ("repo/.git/objects/", ""),
        ("repo/.git/refs/", ""),
        ("repo/.git/worktrees/feature/commondir", "../..\n"),
        ("repo/.git/worktrees/feature/gitdir", "ROOT/feature/.git\n"),
    ];

    #[test]
    fn a_repository_is_what_git_takes_for_one() {
        // What lies where, where to look from, and which folder is the root.
        type Case = (&'static [(&'static str, &'static str)], &'static str, Option<&'static str>);
        const HEAD: (&str, &str) = (".git/HEAD", "ref: refs/heads/main\n");
        let cases: [Case; 10] = [
            (&[HEAD, (".git/objects/", ""), (".git/refs/", "")], "a/b", Some("")),
            // An empty folder, and one that lacks something, as a clone that was broken off leaves it.
            (&[(".git/", "")], "a", None),
            (&[HEAD, (".git/objects/", "")], "a", None),
            (&[(".git/objects/", ""), (".git/refs/", "")], "a", None),
            // It does not hide a repository above it.
            (&[HEAD, (".git/objects/", ""), (".git/refs/", ""), ("a/.git/", "")], "a/b", Some("")),
            // A submodule and a worktree.
            (
                &[
                    ("a/.git", "gitdir: ../.git/modules/a\n"),
                    (".git/modules/a/HEAD", ""),
                    (".git/modules/a/objects/", ""),
                    (".git/modules/a/refs/", ""),
                ],
                "a/b",
                Some("a"),
            ),
            (
                &[
                    ("w/.git", "gitdir: ../.git/worktrees/w"),
                    (".git/worktrees/w/HEAD", ""),
                    (".git/worktrees/w/commondir", "../..\n"),
                    (".git/objects/", ""),
                    (".git/refs/", ""),
                ],
                "w",
                Some("w"),
            ),
            // A file that leads nowhere ends the search.
            (&[HEAD, (".git/objects/", ""), (".git/refs/", ""), ("a/.git", "gitdir: nowhere")], "a", None),
            (&[HEAD, (".git/objects/", ""), (".git/refs/", ""), ("a/.git", "notes")], "a", None),
            (&[("a/.git", "gitdir:")], "a", None),
        ];
        for (files, from, expected) in cases {
            let root = tempfile::tempdir().unwrap();
            for (name, content) in files {
                let path = root.path().join(name);
                if name.ends_with('/') {
                    std::fs::create_dir_all(path).unwrap();
                } else {
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, content).unwrap();
                }
            }
            std::fs::create_dir_all(root.path().join(from)).unwrap();
            let found = git_root(&root.path().join(from));
            // The folder of temporary files may itself lie in a repository; it is none of the test's.
            let found = found.filter(|found| found.starts_with(root.path()));
            assert_eq!(found, expected.map(|path| root.path().join(path)), "{files:?}");
        }
    }

    #[test]
    fn a_worktree_is_one_when_its_repository_says_so() {
        let own = "repo/.git/worktrees/feature/";
        let cases = [
            ("", "", true),
            ("gitdir", "../../../../feature/.git", true),
            ("gitdir", "/somewhere/else/.git", false),
            ("gitdir", "", false),
            ("commondir", "../../..", false),
            ("commondir", "", false),
        ];
        for (file, content, expected) in cases {
            let (_root, path) = place(&WORKTREE);
            if !file.is_empty() {
                std::fs::write(path.join(own).join(file), content).unwrap();
            }
            let found = confirmed_worktree(&path.join("feature"));
            let folder = found.filter(|found| found.as_written).map(|found| found.repository);
            assert_eq!(folder, expected.then(|| path.join("repo/.git")), "{file} {content}");
        }
        for missing in ["repo/.git/HEAD", "repo/.git/objects/", "repo/.git/refs/"] {
            let files: Vec<_> = WORKTREE.into_iter().filter(|(name, _)| *name != missing).collect();
            let (_root, path) = place(&files);
            assert_eq!(confirmed_worktree(&path.join("feature")), None, "{missing}");
        }
    }

    /// What a project brings along confirms nothing of the person's.
    #[cfg(unix)]
    #[test]
    fn links_make_no_worktree_of_another_folder() {
        // A repository as `git` would take it, at this path.
        let repository = |folder: &str, back: &str| {
            [
                (format!("{folder}/HEAD"), "ref: refs/heads/main"),
                (format!("{folder}/objects/"), ""),
                (format!("{folder}/refs/"), ""),
                (format!("{folder}/worktrees/n/commondir"), "../.."),
                (format!("{folder}/worktrees/n/gitdir"), back),
            ]
            .map(|(name, content)| (name, content.to_owned()))
        };
        let make = |files: &[(String, String)], link: (&str, &str)| {
            let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let (root, path) = place(&files);
            std::os::unix::fs::symlink(link.1, path.join(link.0)).unwrap();
            let found = confirmed_worktree(&path.join("ws"));
            (root, path, found)
        };
        let git_file = |pointer: &str| ("ws/.git".to_owned(), format!("gitdir: {pointer}\n"));

        // The text leads to the home's folder, the disk to one that lies in the workspace: the latter it is.
        let mut files = repository("ws/.ssh", "ROOT/ws/.git").to_vec();
        files.extend([
            git_file("l/../../.ssh/worktrees/n"),
            ("ws/a/b/".to_owned(), String::new()),
            (".ssh/id_ed25519".to_owned(), "secret".to_owned()),
        ]);
        let (_root, path, found) = make(&files, ("ws/l", "a/b"));
        let found = found.unwrap();
        assert!(!found.as_written);
        assert_eq!(found.repository, path.join("ws/.ssh"));

        // A link back to the workspace itself, whose grandparent is none of a project's.
        let mut files = repository(".", "ROOT/ws/.git").to_vec();
        files.retain(|(name, _)| !name.contains("worktrees"));
        files.extend([
            git_file("worktrees/n"),
            ("ws/gitdir".to_owned(), ".git".to_owned()),
            ("ws/commondir".to_owned(), "../..".to_owned()),
            ("ws/worktrees/".to_owned(), String::new()),
        ]);
        let (_root, _, found) = make(&files, ("ws/worktrees/n", ".."));
        assert_eq!(found, None);

        // A workspace that is called as if it were a repository's own folder.
        let mut files = repository("home", ".git").to_vec();
        files.extend([
            ("home/worktrees/n/.git".to_owned(), "gitdir: l/worktrees/n".to_owned()),
            ("home/secret".to_owned(), String::new()),
        ]);
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (_root, path) = place(&files);
        std::os::unix::fs::symlink("../..", path.join("home/worktrees/n/l")).unwrap();
        assert_eq!(confirmed_worktree(&path.join("home/worktrees/n")), None);
    }

    #[test]
    fn only_two_names_are_a_configuration() {
        let cases = [
            ("devcontainer.json", true),
            ("a/.devcontainer.json", true),
            ("x.json", false),
            ("xdevcontainer.json", false),
        ];
        for (path, good) in cases {
            assert_eq!(check_name(Path::new(path)).is_ok(), good, "{path}");
        }
    }

    #[test]
    fn paths_are_resolved_as_text() {
        let cases =
            [("/a/b", "../c", "/a/c"), ("/a", "./b/.", "/a/b"), ("/a", "/x/../y", "/y"), ("/", "..", "/")];
        for (current, path, expected) in cases {
            assert_eq!(absolute(Path::new(current), Path::new(path)), Path::new(expected));
        }
    }
}
