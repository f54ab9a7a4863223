//! What a tracked file may hold.

use crate::metadata::root;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that needs a table of contents is two files.
const LONGEST: usize = 600;
/// The names of source files end so.
const LANGUAGES: [&str; 3] = ["rs", "ts", "svelte"];
/// What a program writes nobody reads from the top.
const WRITTEN_BY_PROGRAMS: &[&str] = &["ui/src/lib/api/generated.ts"];

/// Where packages come from in public. Any other host in a package manager's settings is this machine's affair and stays out of the files.
const PUBLIC_HOSTS: &[&str] = &[
    "deb.debian.org",
    "security.debian.org",
    "archive.debian.org",
    "archive.ubuntu.com",
    "security.ubuntu.com",
    "ports.ubuntu.com",
    "registry.npmjs.org",
    "crates.io",
    "index.crates.io",
    "static.crates.io",
    "github.com",
    "localhost",
    "127.0.0.1",
];

#[test]
fn no_source_file_is_longer_than_a_reader_bears() {
    let written = |path: &Path| WRITTEN_BY_PROGRAMS.iter().any(|other| path == Path::new(other));
    let (mut long, mut seen) = (Vec::new(), [0; LANGUAGES.len()]);
    for path in tracked() {
        let Some(language) =
            LANGUAGES.iter().position(|name| path.extension().is_some_and(|end| end == *name))
        else {
            continue;
        };
        seen[language] += 1;
        let lines = read(&path).lines().count();
        if lines > LONGEST && !written(&path) {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert!(long.is_empty(), "at most {LONGEST} lines a file:\n{}", long.join("\n"));
    assert!(!seen.contains(&0), "no file was looked at of one of {LANGUAGES:?}: {seen:?}");
    for path in WRITTEN_BY_PROGRAMS {
        assert!(read(Path::new(path)).lines().count() > LONGEST, "{path} needs no exception any more");
    }
}

#[test]
fn no_file_names_a_folder_or_a_mirror_of_the_machine_it_was_written_on() {
    let mut private = mirrors();
    let clone = root().to_string_lossy().into_owned();
    // The clone of a continuous-integration run may lie in a folder whose name is a word of its own ("/src"), which proves nothing.
    if clone.matches('/').count() >= 2 {
        private.push(clone);
    }
    let mut broken = Vec::new();
    for path in tracked() {
        let text = read(&path);
        for (index, line) in text.lines().enumerate() {
            for word in private.iter().filter(|word| line.contains(word.as_str())) {
                broken.push(format!("{}:{}: {word}", path.display(), index + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_package_of_the_lock_comes_from_the_public_registry() {
    let text = read(Path::new("Cargo.lock"));
    let sources: Vec<&str> = text.lines().filter(|line| line.starts_with("source = ")).collect();
    assert!(!sources.is_empty());
    for source in sources {
        assert_eq!(source, r#"source = "registry+https://github.com/rust-lang/crates.io-index""#);
    }
}

/// The files git would commit, so that what a developer keeps lying about is no failure.
fn tracked() -> Vec<PathBuf> {
    let output =
        Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().expect("git starts");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let paths: Vec<PathBuf> = String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty() && root().join(path).is_file())
        .map(PathBuf::from)
        .collect();
    assert!(paths.len() > 20, "git lists only {} files", paths.len());
    paths
}

fn read(path: &Path) -> String {
    let bytes =
        std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Hosts that this machine's package managers were told to ask instead of the public ones.
fn mirrors() -> Vec<String> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let mut settings = vec![
        PathBuf::from("/etc/apt/sources.list"),
        PathBuf::from("/etc/npmrc"),
        home.join(".npmrc"),
        home.join(".cargo/config.toml"),
    ];
    for folder in ["/etc/apt/sources.list.d", "/etc/apt/apt.conf.d"] {
        settings.extend(std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()));
    }
    let mut hosts = Vec::new();
    for text in settings.iter().filter_map(|path| std::fs::read_to_string(path).ok()) {
        for rest in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split("://").skip(1))
        {
            let host: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
            if host.contains('.') && !PUBLIC_HOSTS.contains(&host.as_str()) && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    hosts
}
