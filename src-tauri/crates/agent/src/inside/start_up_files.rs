//! The files that shells read when they start: what an environment that was probed before still rests on.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Of the system. A folder stands for the files in it.
const OF_THE_SYSTEM: [&str; 9] = [
    "/etc/environment",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/zsh",
    "/etc/zshenv",
    "/etc/zprofile",
    "/etc/zshrc",
];
/// Below the home folder.
const OF_THE_USER: [&str; 11] = [
    ".profile",
    ".bash_profile",
    ".bash_login",
    ".bashrc",
    ".zshenv",
    ".zprofile",
    ".zshrc",
    ".zlogin",
    ".config/fish/config.fish",
    ".config/fish/conf.d",
    ".config/powershell/profile.ps1",
];

/// A text that differs as soon as one of the files came, went or was written. Nothing is read but what the system says of them.
pub(crate) fn fingerprint(home: &str) -> String {
    let mut text = String::new();
    let system = OF_THE_SYSTEM.iter().map(PathBuf::from);
    for path in system.chain(OF_THE_USER.iter().map(|path| Path::new(home).join(path))) {
        add(&mut text, &path);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.iter().for_each(|file| add(&mut text, file));
    }
    text
}

fn add(text: &mut String, path: &Path) {
    if let Ok(found) = std::fs::metadata(path) {
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "{:x}.{:x}.{:x}.{:x};",
            found.ino(),
            found.size(),
            found.mtime(),
            found.mtime_nsec()
        );
    } else {
        text.push('-');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows() {
        let home = std::env::temp_dir().join(format!("wharf-start-up-files-{}", std::process::id()));
        std::fs::create_dir_all(home.join(".config/fish/conf.d")).unwrap();
        let print = || fingerprint(home.to_str().unwrap());
        let mut seen = vec![print()];
        assert_eq!(print(), seen[0]);
        for (file, content) in
            [(".bashrc", "a"), (".bashrc", "ab"), (".config/fish/conf.d/x.fish", ""), (".other", "")]
        {
            std::fs::write(home.join(file), content).unwrap();
            let now = print();
            assert_eq!(seen.contains(&now), file == ".other", "{file} {content}");
            seen.push(now);
        }
        std::fs::remove_dir_all(home).unwrap();
    }
}
