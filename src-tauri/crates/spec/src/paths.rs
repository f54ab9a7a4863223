//! Paths of three operating systems as texts, because the host's paths are facts here and not places to visit.

use serde::{Deserialize, Serialize};

/// How a host writes its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathStyle {
    /// `/home/user/project`.
    Linux,
    /// `/Users/user/project`.
    Darwin,
    /// `C:\Users\user\project`.
    Windows,
}

impl PathStyle {
    /// Whether a character separates two names.
    fn separates(self, character: char) -> bool {
        character == '/' || (self == Self::Windows && character == '\\')
    }

    /// The character that is written between two names.
    #[must_use]
    pub fn separator(self) -> char {
        if self == Self::Windows { '\\' } else { '/' }
    }

    /// Splits off the root: `/`, `C:\`, `C:` or nothing.
    fn split_root(self, path: &str) -> (&str, &str) {
        let bytes = path.as_bytes();
        let drive = if self == Self::Windows
            && bytes.len() >= 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
        {
            2
        } else {
            0
        };
        let root =
            drive + path[drive..].len() - path[drive..].trim_start_matches(|c| self.separates(c)).len();
        path.split_at(root)
    }

    /// Whether a path does not depend on a current folder.
    #[must_use]
    pub fn is_absolute(self, path: &str) -> bool {
        let (root, _) = self.split_root(path);
        root.ends_with(|character| self.separates(character))
    }

    /// The last name of a path; of a root, nothing.
    #[must_use]
    pub fn basename(self, path: &str) -> &str {
        let (_, rest) = self.split_root(path);
        rest.trim_end_matches(|c| self.separates(c)).rsplit(|c| self.separates(c)).next().unwrap_or_default()
    }

    /// The path without its last name; a root stays what it is.
    #[must_use]
    pub fn dirname(self, path: &str) -> &str {
        let (root, rest) = self.split_root(path);
        let rest = rest.trim_end_matches(|c| self.separates(c));
        let parent = rest.rfind(|c| self.separates(c)).map_or(0, |index| index);
        let parent = rest[..parent].trim_end_matches(|c| self.separates(c));
        &path[..root.len() + parent.len()]
    }

    /// The names of a path below its root, `.` and `..` resolved.
    fn names(self, path: &str) -> Vec<&str> {
        let (_, rest) = self.split_root(path);
        let mut names = Vec::new();
        for name in rest.split(|c| self.separates(c)) {
            match name {
                "" | "." => {}
                ".." => {
                    names.pop();
                }
                name => names.push(name),
            }
        }
        names
    }

    /// A path that may be relative, seen from an absolute folder, with `.` and `..` resolved.
    #[must_use]
    pub fn resolve(self, folder: &str, path: &str) -> String {
        let full = if self.is_absolute(path) { path.to_owned() } else { format!("{folder}/{path}") };
        let (root, _) = self.split_root(&full);
        let root: String = root
            .trim_end_matches(|c| self.separates(c))
            .chars()
            .chain(std::iter::once(self.separator()))
            .collect();
        let separator = self.separator().to_string();
        format!("{root}{}", self.names(&full).join(&separator))
    }

    /// The way from an absolute folder to an absolute path, with `..` where it must climb. Empty if they are the same.
    #[must_use]
    pub fn relative(self, folder: &str, path: &str) -> String {
        let same = |left: &str, right: &str| {
            if self == Self::Windows { left.eq_ignore_ascii_case(right) } else { left == right }
        };
        let (from, to) = (self.names(folder), self.names(path));
        let common = from.iter().zip(&to).take_while(|(left, right)| same(left, right)).count();
        let up = std::iter::repeat_n("..", from.len() - common);
        up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join(&self.separator().to_string())
    }

    /// Whether a path lies in a folder, and is not the folder itself.
    #[must_use]
    pub fn is_inside(self, path: &str, folder: &str) -> bool {
        let (path, folder) = (self.resolve("/", path), self.resolve("/", folder));
        let folder = folder.trim_end_matches(|c| self.separates(c));
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with(|c| self.separates(c)))
    }

    /// An absolute path in the one way in which labels hold it: on Windows with backslashes, `.` and `..` resolved, and the drive's
    /// letter in lower case, elsewhere as it is.
    #[must_use]
    pub fn in_label(self, path: &str) -> String {
        if self != Self::Windows {
            return path.to_owned();
        }
        let (root, rest) = self.split_root(path);
        let separators = root.trim_start_matches(|c| !self.separates(c));
        let drive = root[..root.len() - separators.len()].to_ascii_lowercase();
        let separators = match separators.len() {
            0 => "",
            // Two separators begin the name of another computer.
            2 if drive.is_empty() => r"\\",
            _ => r"\",
        };
        let names = self.names(path).join(r"\");
        let end = if !names.is_empty() && rest.ends_with(|c| self.separates(c)) { r"\" } else { "" };
        format!("{drive}{separators}{names}{end}")
    }

    /// The path with `/` between its names.
    #[must_use]
    pub fn with_slashes(self, path: &str) -> String {
        if self == Self::Windows { path.replace('\\', "/") } else { path.to_owned() }
    }
}

/// Joins paths of a container, `.` and `..` resolved. What climbs above the root stays at the root.
#[must_use]
pub fn join_in_container(folder: &str, path: &str) -> String {
    let joined = PathStyle::Linux.resolve("/", &format!("{folder}/{path}"));
    if path.ends_with('/') && joined != "/" { format!("{joined}/") } else { joined }
}
