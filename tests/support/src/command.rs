//! Whole exchanges with a program in an isolated home: arguments, exit code, standard output, standard error.

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display, Formatter};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A home folder of its own, so that no test meets the person's state, engine, credentials or locale. Gone when dropped.
#[derive(Debug)]
pub struct Home {
    // Held for its Drop.
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// An empty home.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wharf-home-").tempdir().unwrap_or_else(|error| {
            panic!("no temporary folder for a test's home: {error}");
        });
        let path = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
        Self { folder, path }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file below the home, folders included, and returns its path.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path.join(path);
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = written {
            panic!("cannot write {}: {error}", path.display());
        }
        path
    }

    /// Makes a folder below the home and returns its path.
    pub fn folder(&self, path: &str) -> PathBuf {
        let path = self.path.join(path);
        if let Err(error) = std::fs::create_dir_all(&path) {
            panic!("cannot make {}: {error}", path.display());
        }
        path
    }

    /// Begins an exchange with a program. It sees this home, a UTF-8 locale and no engine.
    pub fn run(&self, program: impl AsRef<OsStr>) -> Exchange<'_> {
        Exchange {
            home: self,
            program: program.as_ref().to_owned(),
            name: None,
            arguments: Vec::new(),
            variables: Vec::new(),
            folder: self.path.clone(),
            stdin: Vec::new(),
            user: None,
        }
    }

    /// Keeps the folder for a person to look into, and returns where it is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// An exchange that is being prepared.
#[derive(Debug)]
pub struct Exchange<'a> {
    home: &'a Home,
    program: OsString,
    name: Option<String>,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    folder: PathBuf,
    stdin: Vec<u8>,
    user: Option<u32>,
}

impl Exchange<'_> {
    /// Calls the program by another name.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Runs in a folder below the home.
    #[must_use]
    pub fn within(mut self, folder: &str) -> Self {
        self.folder = self.home.folder(folder);
        self
    }

    /// Sends this to standard input, which then ends.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs as another user, in the group of the same number. Root alone can do that.
    #[must_use]
    pub fn user(mut self, user: u32) -> Self {
        self.user = Some(user);
        self
    }

    /// The command with its isolated environment, for a test that talks to it in its own way.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        #[cfg(unix)]
        if let Some(name) = &self.name {
            std::os::unix::process::CommandExt::arg0(&mut command, name);
        }
        #[cfg(unix)]
        if let Some(user) = self.user {
            use std::os::unix::process::CommandExt as _;
            command.uid(user).gid(user);
        }
        let home = &self.home.path;
        command.args(&self.arguments).current_dir(&self.folder).env_clear();
        for kept in ["PATH", "SystemRoot", "TEMP", "TMP", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("HOME", home)
            .env("USERPROFILE", home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_STATE_HOME", home.join(".local/state"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm-256color")
            // Who tests the keeper says otherwise; nobody else is to leave one behind.
            .env("WHARF_NO_KEEPER", "1")
            .env("DOCKER_HOST", format!("unix://{}", home.join("no-engine.sock").display()))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs to the end.
    pub fn end(self) -> Answer {
        let mut command = self.command();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{} does not start: {error}", self.program.display()));
        let stdin = child.stdin.take();
        let input = self.stdin;
        // From a thread of its own: a program that writes before it reads would otherwise wait for us, and we for it.
        let writer = std::thread::spawn(move || {
            if let Some(mut stdin) = stdin {
                // A program that ends without reading is no error of the test.
                let _ = stdin.write_all(&input);
            }
        });
        let output = child.wait_with_output().unwrap_or_else(|error| panic!("no output: {error}"));
        let _ = writer.join();
        let name = self.name.unwrap_or_else(|| {
            let stem = Path::new(&self.program).file_stem().map(OsStr::to_string_lossy);
            stem.unwrap_or_default().into_owned()
        });
        let words: Vec<_> = self.arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        Answer {
            line: format!("{name} {}", words.join(" ")).trim_end().to_owned(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: output.stderr,
            home: self.home.path.display().to_string(),
        }
    }
}

/// How an exchange ended.
#[derive(Debug, Clone)]
pub struct Answer {
    line: String,
    /// The exit code; none if a signal ended the program.
    pub code: Option<i32>,
    /// Standard output as it came.
    pub stdout: Vec<u8>,
    /// Standard error as it came.
    pub stderr: Vec<u8>,
    home: String,
}

impl Answer {
    /// Standard output as text, with the home's path replaced.
    pub fn stdout_text(&self) -> String {
        self.text(&self.stdout)
    }

    /// Standard error as text, with the home's path replaced.
    pub fn stderr_text(&self) -> String {
        self.text(&self.stderr)
    }

    fn text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&self.home, "[HOME]")
    }
}

/// The whole exchange, for a snapshot.
impl Display for Answer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "$ {}", self.line.replace(&self.home, "[HOME]"))?;
        match self.code {
            Some(code) => writeln!(formatter, "exit code: {code}")?,
            None => writeln!(formatter, "ended by a signal")?,
        }
        writeln!(formatter, "--- stdout\n{}", self.stdout_text().trim_end())?;
        write!(formatter, "--- stderr\n{}", self.stderr_text().trim_end())
    }
}

/// Regular expressions for what differs from run to run, and what a snapshot has in their place. A time takes the blanks
/// before it along, because it is aligned to the right.
pub const FILTERS: [(&str, &str); 4] = [
    // What is made of the home's path: hashes, and the id of a dev container.
    (r"\b[0-9a-f]{64}\b", "[HASH]"),
    (r"\b[0-9a-v]{52}\b", "[ID]"),
    (r" +\d+ (ms|min \d+ s)\b", " [TIME]"),
    (r" +\d+\.\d s\b", " [TIME]"),
];
