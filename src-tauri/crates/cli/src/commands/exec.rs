//! `wharf exec`: run a command in the environment.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use wharf_api::ErrorResult;
use wharf_runner::{CancellationToken, ExecRequest, ExecStreams};

use crate::door::{Door, Failure};
use crate::flags::{EnvironmentFlags, ExistingFlags, FolderFlags, TerminalSizeFlags, UnusedFeatureFlags};
use crate::terminal::{self, Input, Raw};

/// Run a command in the environment's container
#[derive(Debug, clap::Args)]
#[command(after_help = "Flags stand before the command; everything from the command on belongs to it.
Exits with the command's own code.

Examples:
  wharf exec make test
  wharf exec --workspace-folder ~/src/api-server -- psql -c 'select 1'
  wharf exec --environment api-server env
  tar -c . | wharf exec tar -x -C /tmp")]
pub(crate) struct Args {
    /// The environment by its name or the first characters of its id, instead of by its folder
    #[arg(long, value_name = "NAME", help_heading = "Environment", conflicts_with = "workspace_folder")]
    environment: Option<PathBuf>,
    #[command(flatten)]
    inside: InsideFlags,
    /// The command and its arguments
    #[arg(value_name = "COMMAND", help_heading = "Arguments", required = true, trailing_var_arg = true, num_args = 1..)]
    command: Vec<OsString>,
}

/// Where and how something runs in a container that is there; `shell` and `run-user-commands` take the same.
#[derive(Debug, clap::Args)]
pub(crate) struct InsideFlags {
    #[command(flatten)]
    pub(super) existing: ExistingFlags,
    #[command(flatten)]
    pub(super) environment: EnvironmentFlags,
    #[command(flatten)]
    pub(super) folders: FolderFlags,
    #[command(flatten)]
    size: TerminalSizeFlags,
    #[command(flatten)]
    features: UnusedFeatureFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let command: Result<Vec<String>, OsString> =
        arguments.command.into_iter().map(OsString::into_string).collect();
    match command {
        Ok(command) => execute(door, arguments.inside, arguments.environment, command),
        Err(word) => door.wrong_usage(&ErrorResult {
            message: format!("the argument {} is not valid UTF-8", word.to_string_lossy()),
            hint: Some("pass such data on standard input".to_owned()),
            ..ErrorResult::default()
        }),
    }
}

/// Runs the command, or the login shell if there is none, until it ends.
pub(super) fn execute(
    door: &Door,
    flags: InsideFlags,
    argument: Option<PathBuf>,
    command: Vec<String>,
) -> u8 {
    let has_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let size = flags.size.size().or_else(terminal::size).unwrap_or((80, 24));
    let request = ExecRequest {
        target: door.aim(flags.existing.target(argument)),
        command,
        default_user_env_probe: flags.environment.default_probe(),
        remote_env: flags.environment.remote_env,
        data_folders: flags.folders.into(),
        terminal: has_terminal.then_some(size),
    };
    let raw = RawWhenRead::default();
    let result = door.run(door.notices(), async |display| {
        let cancel = CancellationToken::new();
        let streams = ExecStreams {
            stdin: Box::new(Stdin { stdin: terminal::input(), raw: has_terminal.then(|| raw.clone()) }),
            stdout: Box::new(terminal::output()),
            stderr: Box::new(terminal::errors()),
            control: terminal::control(has_terminal, &cancel).map_err(Failure::System)?,
        };
        // The token fires when nobody has taken a signal, so no command runs yet that could be left behind.
        tokio::select! {
            result = wharf_runner::exec(&request, streams, display, cancel.clone()) => result.map_err(Failure::from),
            () = cancel.cancelled() => Err(Failure::Interrupted),
        }
    });
    // Restored before anything is said about how it ended.
    raw.restore();
    match result {
        // A process's code is one byte; what does not fit is a failure.
        Ok(code) => u8::try_from(code).unwrap_or(1),
        Err(failure) => door.fail(&failure),
    }
}

/// The terminal's raw mode, entered when the command begins to read and left when it has ended. Until then Ctrl-C still
/// interrupts this program, which may be waiting for an engine.
#[derive(Clone, Default)]
struct RawWhenRead(Arc<Mutex<Option<Raw>>>);

impl RawWhenRead {
    fn enter(&self) -> io::Result<()> {
        *self.slot() = Some(Raw::enter()?);
        Ok(())
    }

    fn restore(&self) {
        self.slot().take();
    }

    fn slot(&self) -> MutexGuard<'_, Option<Raw>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Standard input, which puts its terminal into raw mode when it is read for the first time.
struct Stdin {
    stdin: Input,
    raw: Option<RawWhenRead>,
}

impl AsyncRead for Stdin {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(raw) = self.raw.take() {
            raw.enter()?;
        }
        Pin::new(&mut self.stdin).poll_read(context, buffer)
    }
}
