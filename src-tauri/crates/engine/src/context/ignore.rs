//! `.dockerignore`: reading it and deciding which paths of a build context are left out, as Docker's builder does.

use std::path::{Path, PathBuf};

use super::pattern::Pattern;
use crate::error::Error;

/// The patterns of one ignore file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

/// For one folder, which patterns matched it: its children inherit that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inherited(Vec<bool>);

impl Ignore {
    /// Finds and reads the ignore file of a build: `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` at
    /// the top of the context. Without either nothing is left out.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or has a line that is no pattern.
    pub fn find(context: &Path, dockerfile: Option<&Path>) -> Result<Ignore, Error> {
        for path in Ignore::candidates(context, dockerfile) {
            match std::fs::read(&path) {
                Ok(bytes) => return Ignore::parse(&path, &bytes),
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                    ) => {}
                Err(source) => return Err(Error::Context { path, source }),
            }
        }
        Ok(Ignore::default())
    }

    fn candidates(context: &Path, dockerfile: Option<&Path>) -> Vec<PathBuf> {
        let mut list = Vec::new();
        if let Some(dockerfile) = dockerfile {
            let mut name = dockerfile.as_os_str().to_owned();
            name.push(".dockerignore");
            list.push(PathBuf::from(name));
        }
        list.push(context.join(".dockerignore"));
        list
    }

    /// Reads the text of an ignore file. `path` is for messages.
    ///
    /// # Errors
    /// [`Error::IgnorePattern`] for the first line that is no pattern.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Ignore, Error> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = String::from_utf8_lossy(text);
        let mut patterns = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let Some(pattern) = read_line(line) else { continue };
            let wrong = |reason: &str| Error::IgnorePattern {
                path: path.to_owned(),
                line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                pattern: line.trim().to_owned(),
                reason: reason.to_owned(),
            };
            patterns.push(Pattern::new(&clean(&pattern)).map_err(wrong)?);
        }
        Ok(Ignore { patterns })
    }

    /// From patterns that a builder sends, which are already cleaned lines.
    pub(crate) fn from_patterns(patterns: &[String]) -> Result<Ignore, &'static str> {
        let patterns: Result<Vec<Pattern>, _> = patterns
            .iter()
            .map(|pattern| pattern.trim())
            .filter(|pattern| !pattern.is_empty())
            .map(|pattern| Pattern::new(&clean(pattern)))
            .collect();
        Ok(Ignore { patterns: patterns? })
    }

    /// The same for some paths of the context alone: all others are left out too. None where one is no pattern.
    #[must_use]
    pub fn of_paths(&self, paths: &[String]) -> Option<Ignore> {
        let taken = paths.iter().map(|path| format!("!{path}"));
        let lines: Vec<String> = std::iter::once("*".to_owned()).chain(taken).collect();
        let Ignore { mut patterns } = Self::from_patterns(&lines).ok()?;
        patterns.extend(self.patterns.iter().cloned());
        Some(Ignore { patterns })
    }

    /// The same without one path more. A path that means something else as a pattern stays.
    #[must_use]
    pub fn without(&self, path: &str) -> Ignore {
        let mut ignore = self.clone();
        if !path.contains(['*', '?', '[', '\\', '!']) {
            ignore.patterns.extend(Pattern::new(&clean(path)));
        }
        ignore
    }

    /// Whether there is no pattern at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a slash-separated path below the context is left out. A path below one that matches matches too; the last
    /// pattern that says something about it decides.
    #[must_use]
    pub fn leaves_out(&self, path: &str) -> bool {
        let mut inherited = None;
        let mut out = false;
        for end in path.match_indices('/').map(|(end, _)| end).chain([path.len()]) {
            let (decided, next) = self.decide(&path[..end], inherited.as_ref());
            out = decided;
            inherited = Some(next);
        }
        out
    }

    /// The same for one step of a walk, with what the parent folder inherited.
    pub(crate) fn decide(&self, path: &str, parent: Option<&Inherited>) -> (bool, Inherited) {
        let mut out = false;
        let mut inherited = vec![false; self.patterns.len()];
        for (index, pattern) in self.patterns.iter().enumerate() {
            let mut matched = parent.is_some_and(|parent| parent.0[index]);
            if !matched {
                // A pattern that could not change the verdict so far is not asked.
                if pattern.exception != out {
                    continue;
                }
                matched = pattern.matches(path);
            }
            inherited[index] = matched;
            if matched {
                out = !pattern.exception;
            }
        }
        (out, Inherited(inherited))
    }

    /// Whether a folder that is left out must still be walked, because an exception may take something in it in again.
    pub(crate) fn may_return_below(&self, folder: &str) -> bool {
        let mut exceptions = self.patterns.iter().filter(|pattern| pattern.exception).peekable();
        if exceptions.peek().is_none() {
            return false;
        }
        if self.patterns.iter().any(|pattern| pattern.exception && !pattern.is_plain_prefix()) {
            return true;
        }
        let folder = format!("{folder}/");
        exceptions.any(|pattern| format!("{}/", pattern.without_trailing_wildcard()).starts_with(&folder))
    }

    /// Whether something below a folder may match, for patterns that say what to take instead of what to leave out.
    pub(crate) fn may_match_below(&self, folder: &str) -> bool {
        let mut wanted = self.patterns.iter().filter(|pattern| !pattern.exception);
        if wanted.clone().any(|pattern| !pattern.is_plain_prefix()) {
            return true;
        }
        let folder = format!("{folder}/");
        wanted.any(|pattern| format!("{}/", pattern.without_trailing_wildcard()).starts_with(&folder))
    }

    /// The patterns as lines of an ignore file.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.patterns
            .iter()
            .map(|pattern| format!("{}{}", if pattern.exception { "!" } else { "" }, pattern.text))
    }
}

/// What a line says: None for comments and empty lines. A `#` counts only as the very first character.
fn read_line(line: &str) -> Option<String> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.starts_with('#') {
        return None;
    }
    let line = line.trim();
    let (mark, text) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if text.is_empty() {
        return (!mark.is_empty()).then(|| mark.to_owned());
    }
    let cleaned = clean(text);
    let relative = if cleaned.len() > 1 { cleaned.strip_prefix('/').unwrap_or(&cleaned) } else { &cleaned };
    Some(format!("{mark}{relative}"))
}

/// The shortest equal path, by its text alone, as Go's `filepath.Clean` finds it.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an ignore file and tells of each path whether it is left out.
    fn check(ignore: &str, out: &[&str], kept: &[&str]) {
        let ignore = Ignore::parse(Path::new(".dockerignore"), ignore.as_bytes()).unwrap();
        for path in out {
            assert!(ignore.leaves_out(path), "{path:?} should be left out by {ignore:?}");
        }
        for path in kept {
            assert!(!ignore.leaves_out(path), "{path:?} should be kept by {ignore:?}");
        }
    }

    #[test]
    fn lines_are_read_as_docker_reads_them() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("# comment\n\n  \n", &[]),
            ("\u{feff}first\n", &["first"]),
            ("\u{feff}# comment\nsecond", &["second"]),
            ("  spaced  \n\tand tabbed\t\r\n", &["spaced", "and tabbed"]),
            (" # not a comment", &["# not a comment"]),
            ("/rooted\nfolder/\n./here\na//b\na/../b", &["rooted", "folder", "here", "a/b", "b"]),
            ("!kept\n! kept too \n!/rooted", &["!kept", "!kept too", "!rooted"]),
            ("/\n.\n..", &["/", ".", ".."]),
        ];
        for (text, expected) in cases {
            let ignore = Ignore::parse(Path::new("x"), text.as_bytes()).unwrap();
            assert_eq!(ignore.lines().collect::<Vec<_>>(), *expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_names_its_line() {
        for (text, line) in [("a\n!\n", 2), ("[a", 1), ("# x\n\n[]", 3), ("a\\", 1), ("[a-]", 1), ("!/", 1)] {
            match Ignore::parse(Path::new("x/.dockerignore"), text.as_bytes()) {
                Err(Error::IgnorePattern { line: told, .. }) => assert_eq!(told, line, "{text:?}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn names_and_folders() {
        check(
            "node_modules",
            &["node_modules", "node_modules/a", "node_modules/a/b"],
            &["x/node_modules", "node_modules2"],
        );
        check("a/b", &["a/b", "a/b/c"], &["a", "b", "x/a/b", "a/bc"]);
        check("/a/", &["a", "a/x"], &["b/a"]);
        check(".", &[], &["a", "a/b"]);
    }

    #[test]
    fn wildcards() {
        check("*.md", &["a.md", ".md", "x.md/y"], &["a/b.md", "a.mdx"]);
        check("*/*.md", &["a/b.md"], &["b.md", "a/b/c.md"]);
        check("*", &["a", "a/b", ".git"], &[]);
        check("te?t", &["test", "text"], &["tet", "te/t"]);
        check("a[0-9]b", &["a5b"], &["axb", "a55b"]);
        check("a[^0-9]b", &["axb"], &["a5b"]);
        check("a\\*b", &["a*b"], &["axb"]);
        check("a.b", &["a.b"], &["axb"]);
        check("(a|b)+$", &["(a|b)+$"], &["a", "b"]);
        check("ü?", &["üö"], &["ü"]);
    }

    #[test]
    fn double_stars() {
        check("**", &["a", "a/b/c"], &[]);
        check("**/*.go", &["a.go", "x/a.go", "x/y/z.go"], &["a.gox"]);
        check("**/foo", &["foo", "a/foo", "a/b/foo", "a/foo/x"], &["foox", "afoo"]);
        // Plain text after leading stars means "ends with".
        check("**foo", &["foo", "afoo", "a/bfoo"], &["foob"]);
        check("a/**", &["a/b", "a/b/c"], &["a", "ab"]);
        check("a**", &["a", "ab", "a/b"], &["ba"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "b"]);
        check("**/a/**", &["a/b", "x/a/b"], &["xa/b"]);
        check("**/**/a", &["a", "x/a", "x/y/a"], &["xa"]);
        check("a**b", &["ab", "ax/b", "a/x/b"], &["axb"]);
    }

    #[test]
    fn exceptions_and_their_order() {
        check("*.md\n!README.md", &["a.md"], &["README.md"]);
        check("!README.md\n*.md", &["a.md", "README.md"], &[]);
        check(
            "*.md\n!README*.md\nREADME-secret.md",
            &["a.md", "README-secret.md"],
            &["README.md", "README-a.md"],
        );
        check("docs\n!docs/README.md", &["docs", "docs/a"], &["docs/README.md"]);
        check("*\n!src\n!package.json\nsrc/*.log", &["a", "src/x.log"], &["src", "src/a", "package.json"]);
        check("**\n!**/*.rs", &["a", "a/b"], &["a.rs", "x/y.rs"]);
        check("a\n!a/b\na/b/c", &["a", "a/x", "a/b/c", "a/b/c/d"], &["a/b", "a/b/x"]);
    }

    #[test]
    fn folders_are_walked_when_an_exception_may_return_something() {
        for (text, folder, expected) in [
            ("docs", "docs", false),
            ("docs\n!docs/a/b", "docs", true),
            ("docs\n!docs/a/b", "docs/a", true),
            ("docs\n!docs/a/b", "docs/x", false),
            ("docs\n!other", "docs", false),
            ("docs\n!docs/a/**", "docs/a", true),
            ("docs\n!**/keep", "docs", true),
            ("docs\n!d?cs/keep", "other", true),
        ] {
            let ignore = Ignore::parse(Path::new("x"), text.as_bytes()).unwrap();
            assert_eq!(ignore.may_return_below(folder), expected, "{text:?} {folder:?}");
        }
    }

    #[test]
    fn no_pattern_is_slow() {
        let pattern = "a*".repeat(30) + "b";
        check(&pattern, &[], &["a".repeat(200).as_str()]);
    }
}
