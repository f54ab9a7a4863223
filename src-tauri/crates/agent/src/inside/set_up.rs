//! Changes to the system's files that make the container's environment visible to login shells, made once per container, as root.
//!
//! Other tools make the same changes and leave the same markers, so whoever comes second finds nothing to do.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use wharf_agent::message::SetUp;

use super::{SystemRoot, marker};

/// Makes the changes that have not been made yet. What cannot be changed is left, with a sentence for the person.
pub(crate) fn run(root: &SystemRoot, set_up: &SetUp, container_env: &[(String, String)]) -> Vec<String> {
    let once = |file: &str, marker_name: &str, change: &dyn Fn(&Path) -> io::Result<()>| {
        let marker = root.path(&format!("{}/{marker_name}", set_up.system_data_folder.trim_end_matches('/')));
        if marker.is_file() {
            return None;
        }
        let changed = change(&root.path(file)).and_then(|()| marker::write(&marker, ""));
        changed.err().map(|error| format!("{file} could not be changed for login shells: {error}"))
    };
    [
        once("/etc/environment", ".patchEtcEnvironmentMarker", &|path| {
            append_environment(path, container_env)
        }),
        once("/etc/profile", ".patchEtcProfileMarker", &keep_search_path),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn append_environment(path: &Path, container_env: &[(String, String)]) -> io::Result<()> {
    let mut text = String::from("\n");
    for (name, value) in container_env {
        text.push_str(&format!("{name}=\"{value}\"\n"));
    }
    OpenOptions::new().append(true).create(true).mode(0o644).open(path)?.write_all(text.as_bytes())
}

fn keep_search_path(path: &Path) -> io::Result<()> {
    let before = match std::fs::read(path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let Ok(text) = String::from_utf8(before) else { return Ok(()) };
    let after: String = text.split_inclusive('\n').map(keep_search_path_in_line).collect();
    if after == text {
        return Ok(());
    }
    replace(path, &after)
}

/// `PATH=x` at the start of a word becomes `PATH=${PATH:-x}`, when nothing in `x`, which goes to the end of the line, is expanded.
fn keep_search_path_in_line(line: &str) -> String {
    const ASSIGNMENT: &str = "PATH=";
    let (body, line_end) = match line.strip_suffix('\n') {
        Some(body) => (body, "\n"),
        None => (line, ""),
    };
    let starts_word = |position: usize| body[..position].chars().next_back().is_none_or(char::is_whitespace);
    for (position, _) in body.match_indices(ASSIGNMENT) {
        let (before, value) = body.split_at(position + ASSIGNMENT.len());
        if starts_word(position) && !value.contains('$') {
            return format!("{before}${{PATH:-{value}}}{line_end}");
        }
    }
    line.to_owned()
}

/// Puts a new file in the old one's place, so that a crash leaves one or the other.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    let beside = path.with_extension("wharf-new");
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(mode)))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
        // A file that is itself mounted cannot be replaced, only written.
        return std::fs::write(path, text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_profile() {
        let cases = [
            ("PATH=\"/usr/bin:/bin\"\n", "PATH=${PATH:-\"/usr/bin:/bin\"}\n"),
            ("  PATH=/bin", "  PATH=${PATH:-/bin}"),
            ("export PATH=/bin\n", "export PATH=${PATH:-/bin}\n"),
            ("PATH=/bin:$PATH\n", "PATH=/bin:$PATH\n"),
            ("MANPATH=/usr/man\n", "MANPATH=/usr/man\n"),
            ("MYPATH=/x PATH=/y\n", "MYPATH=/x PATH=${PATH:-/y}\n"),
            ("PATH=\n", "PATH=${PATH:-}\n"),
            ("export PATH\n", "export PATH\n"),
        ];
        for (before, after) in cases {
            assert_eq!(keep_search_path_in_line(before), after);
        }
    }

    #[test]
    fn changes_are_made_once() {
        let folder = std::env::temp_dir().join(format!("wharf-agent-set-up-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("etc")).unwrap();
        std::fs::write(folder.join("etc/profile"), "PATH=/bin\n").unwrap();
        let root = SystemRoot(folder.clone());
        let set_up = SetUp { system_data_folder: "/var/devcontainer".into(), give: None };
        let env = [("A".to_owned(), "1 2".to_owned()), ("PATH".to_owned(), "/x".to_owned())];
        for _ in 0..2 {
            assert_eq!(run(&root, &set_up, &env), Vec::<String>::new());
            let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
            assert_eq!(read("etc/environment"), "\nA=\"1 2\"\nPATH=\"/x\"\n");
            assert_eq!(read("etc/profile"), "PATH=${PATH:-/bin}\n");
            assert_eq!(read("var/devcontainer/.patchEtcProfileMarker"), "");
            assert_eq!(read("var/devcontainer/.patchEtcEnvironmentMarker"), "");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
