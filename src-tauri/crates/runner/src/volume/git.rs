//! The person's own git, guarded: addresses and repositories come from strangers.
//!
//! It runs with the person's configuration, credential helpers and agents, and with everything from the surroundings taken away
//! that would make it work on another repository. It may reach networks only, and asks on the terminal only when it was lent one.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::repository::TRANSPORTS;
use crate::error::{Error, Result};
use crate::platform;

/// How many of the last lines an error quotes.
const LAST_LINES: usize = 10;
/// A line without end must not eat memory.
const LONGEST_LINE: usize = 4096;

/// What would make git work on another repository than the one it is told.
const MISLEADING: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_GRAFT_FILE",
];

/// Whether git may talk to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminal {
    /// There is nobody, or the terminal is in use.
    None,
    /// It was lent for this.
    Lent,
}

/// One call of git.
pub(super) struct Git {
    command: Command,
    terminal: Terminal,
    /// What must not be shown, and what is shown instead.
    hidden: Option<(String, String)>,
}

/// How a call ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) success: bool,
    /// The last lines of standard error that are no progress.
    pub(super) lines: Vec<String>,
    /// Standard output.
    pub(super) output: Vec<u8>,
}

/// One line of progress, such as `Receiving objects:  45% (9/20), 1.20 MiB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) what: String,
    pub(super) current: u64,
    pub(super) total: u64,
}

impl Git {
    pub(super) fn new(terminal: Terminal) -> Self {
        let mut command = Command::new("git");
        for name in MISLEADING {
            command.env_remove(name);
        }
        command
            // Messages are read.
            .env("LC_ALL", "C")
            .env("GIT_ALLOW_PROTOCOL", allowed_transports())
            .env("GIT_TERMINAL_PROMPT", if terminal == Terminal::Lent { "1" } else { "0" });
        if cfg!(windows) {
            // Line ends are those of the container, not of this computer.
            command.args(["-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.longpaths=true"]);
        }
        if terminal == Terminal::None {
            keep_ssh_quiet(&mut command);
            platform::own_process_group(&mut command);
        }
        Self { command, terminal, hidden: None }
    }

    pub(super) fn arguments<T: AsRef<std::ffi::OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = T>,
    ) -> Self {
        self.command.args(arguments);
        self
    }

    pub(super) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(super) fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Uses the address `with` wherever `without` is named. Through the environment, which other users cannot read as they can
    /// arguments, and for this call alone: it is written nowhere.
    pub(super) fn proving(mut self, with: &str, without: &str) -> Self {
        let count =
            std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0_u32);
        self.command
            .env("GIT_CONFIG_COUNT", (count + 1).to_string())
            .env(format!("GIT_CONFIG_KEY_{count}"), format!("url.{with}.insteadOf"))
            .env(format!("GIT_CONFIG_VALUE_{count}"), without);
        self.hidden = Some((with.to_owned(), without.to_owned()));
        self
    }

    /// Runs it to its end, or ends it with everything that it started.
    pub(super) async fn run(
        mut self,
        cancel: &CancellationToken,
        mut progress: impl FnMut(&str, Option<Progress>),
    ) -> Result<Ended> {
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| Error::Git { source })?;
        let mut lines = Lines::default();
        let mut output = Vec::new();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let hidden = self.hidden.take();
        let read = async {
            tokio::join!(
                async {
                    if let Some(mut stdout) = stdout {
                        // An output that breaks off is told by the exit code.
                        let _ = stdout.read_to_end(&mut output).await;
                    }
                },
                async {
                    if let Some(stderr) = stderr {
                        lines.read(stderr, hidden.as_ref(), &mut progress).await;
                    }
                }
            )
        };
        let status = tokio::select! {
            () = cancel.cancelled() => None,
            (_, status) = async { (read.await, child.wait().await) } => Some(status),
        };
        let Some(status) = status else {
            match self.terminal {
                // It shares our process group, to be able to ask, and has heard of the interrupt itself.
                Terminal::Lent => drop(child.kill().await),
                Terminal::None => platform::end_process_group(&mut child).await,
            }
            return Err(Error::Cancelled);
        };
        let status = status.map_err(|source| Error::Git { source })?;
        Ok(Ended { success: status.success(), lines: lines.last, output })
    }
}

/// Ours, and of those only what the person lets git use.
fn allowed_transports() -> String {
    let own = std::env::var("GIT_ALLOW_PROTOCOL").ok();
    let allowed =
        |transport: &str| own.as_deref().is_none_or(|own| own.split(':').any(|allowed| allowed == transport));
    TRANSPORTS.into_iter().filter(|transport| allowed(transport)).collect::<Vec<_>>().join(":")
}

/// ssh asks on the terminal whoever has started it, unless it is told not to. A program of the person's own choice is left alone.
fn keep_ssh_quiet(command: &mut Command) {
    let own = ["GIT_SSH", "GIT_SSH_VARIANT"].iter().any(|name| std::env::var_os(name).is_some());
    let with = std::env::var("GIT_SSH_COMMAND").unwrap_or_else(|_| "ssh".to_owned());
    let is_openssh = with.split_whitespace().next().is_some_and(|program| {
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
        matches!(name, "ssh" | "ssh.exe")
    });
    if !own && is_openssh {
        command.env("GIT_SSH_COMMAND", format!("{with} -oBatchMode=yes"));
    }
}

/// Standard error, line by line. Progress ends its lines with a carriage return.
#[derive(Default)]
struct Lines {
    last: Vec<String>,
    line: Vec<u8>,
}

impl Lines {
    async fn read(
        &mut self,
        mut pipe: impl AsyncRead + Unpin,
        hidden: Option<&(String, String)>,
        progress: &mut impl FnMut(&str, Option<Progress>),
    ) {
        let mut buffer = vec![0; 8192];
        while let Ok(length) = pipe.read(&mut buffer).await {
            if length == 0 {
                break;
            }
            for &byte in &buffer[..length] {
                if matches!(byte, b'\r' | b'\n') {
                    self.take(hidden, progress);
                } else if self.line.len() < LONGEST_LINE {
                    self.line.push(byte);
                }
            }
        }
        self.take(hidden, progress);
    }

    fn take(&mut self, hidden: Option<&(String, String)>, progress: &mut impl FnMut(&str, Option<Progress>)) {
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim_end().to_owned();
        if text.is_empty() {
            return;
        }
        let text =
            hidden.map_or_else(|| text.clone(), |(with, without)| without_secret(&text, with, without));
        let told = parse(&text);
        progress(&text, told.clone());
        if told.is_none() && !text.starts_with("Cloning into ") {
            if self.last.len() == LAST_LINES {
                self.last.remove(0);
            }
            self.last.push(text);
        }
    }
}

/// Git shows an address without its password, but a name may itself be a token.
fn without_secret(text: &str, with: &str, without: &str) -> String {
    let text = text.replace(with, without);
    let user = with.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| user);
    let parts = user.into_iter().flat_map(|user| user.split(':')).filter(|part| part.len() > 3);
    parts.fold(text, |text, part| text.replace(part, "***"))
}

/// Reads `<what>: <percent>% (<current>/<total>)…`.
fn parse(line: &str) -> Option<Progress> {
    let (what, rest) = line.split_once(':')?;
    let (percent, rest) = rest.trim_start().split_once('%')?;
    percent.parse::<u8>().ok()?;
    let (numbers, _) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
    let (current, total) = numbers.split_once('/')?;
    Some(Progress {
        what: what.strip_prefix("remote").map_or(what, str::trim_start).to_owned(),
        current: current.parse().ok()?,
        total: total.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read() {
        let progress = |what: &str, current, total| Some(Progress { what: what.to_owned(), current, total });
        for (line, expected) in [
            ("Receiving objects:  45% (9/20), 1.20 MiB | 3.00 MiB/s", progress("Receiving objects", 9, 20)),
            ("Resolving deltas: 100% (3/3), done.", progress("Resolving deltas", 3, 3)),
            ("Updating files:   0% (0/12)", progress("Updating files", 0, 12)),
            ("fatal: repository 'x' not found", None),
            ("warning: 100% of nothing", None),
            ("", None),
        ] {
            assert_eq!(parse(line), expected, "{line}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let (with, without) = ("https://me:secret@host/", "https://host/");
        for (line, expected) in [
            (
                "fatal: unable to access 'https://me:secret@host/a/': no",
                "fatal: unable to access 'https://host/a/': no",
            ),
            ("remote: secret is wrong", "remote: *** is wrong"),
            ("fatal: Authentication failed", "fatal: Authentication failed"),
        ] {
            assert_eq!(without_secret(line, with, without), expected);
        }
    }
}
