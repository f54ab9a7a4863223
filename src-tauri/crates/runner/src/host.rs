//! Commands on the host: `initializeCommand`, in its three forms (specification, "Lifecycle scripts").
//!
//! Nothing here asks for consent; reconciling does, before it plans the step that ends up here.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;

use futures_util::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use wharf_api::{Outcome, OutputStream, StepName};
use wharf_spec::{LifecycleCommand, SingleCommand};

use crate::error::{CommandFailure, Error};
use crate::events::{Operation, StepRecord};
use crate::platform;

/// How many of a failed command's last lines an error quotes.
const LAST_LINES: usize = 10;
/// What a shell ends with when a person has interrupted what it ran. The reference goes on then, as after a hook in the container.
const INTERRUPTED: i32 = 130;

/// Runs `command` in `folder`; parallel entries all run to their end before the first failure is returned.
pub(crate) async fn run(
    command: &LifecycleCommand,
    folder: &Path,
    operation: &Operation<'_>,
    step: &StepRecord<'_>,
) -> Result<(), Error> {
    let commands = command.commands();
    let results =
        join_all(commands.iter().filter(|(_, single)| !single.is_empty()).map(async |(name, single)| {
            let Some(name) = name else { return run_one(single, folder, None, operation, step).await };
            let record = operation.begin(Some(step), StepName::Command, Some((*name).to_owned()));
            let result = run_one(single, folder, Some(name), operation, &record).await;
            if result.is_ok() {
                record.finish(Outcome::Done, None);
            }
            result
        }));
    results.await.into_iter().collect()
}

async fn run_one(
    command: &SingleCommand,
    folder: &Path,
    name: Option<&str>,
    operation: &Operation<'_>,
    step: &StepRecord<'_>,
) -> Result<(), Error> {
    let mut process = match command {
        SingleCommand::Shell(text) => platform::shell(text),
        SingleCommand::Exec(words) => {
            let Some((program, arguments)) = words.split_first() else { return Ok(()) };
            let mut process = Command::new(program_path(program));
            process.args(arguments);
            process
        }
    };
    let failed = |code: Option<i32>, lines: Vec<String>| {
        Error::Initialize(Box::new(CommandFailure {
            hook: "initializeCommand".to_owned(),
            name: name.map(str::to_owned),
            command: describe(command),
            code,
            lines,
            container: None,
            source: None,
            location: None,
        }))
    };
    platform::own_process_group(&mut process);
    let mut child = process
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(Some(127), vec![error.to_string()]))?;
    let last = LastLines::default();
    let stdout = child.stdout.take().map(|pipe| forward(pipe, OutputStream::Stdout, step, &last));
    let stderr = child.stderr.take().map(|pipe| forward(pipe, OutputStream::Stderr, step, &last));
    let output = async {
        futures_util::future::join(
            async {
                if let Some(stdout) = stdout {
                    stdout.await;
                }
            },
            async {
                if let Some(stderr) = stderr {
                    stderr.await;
                }
            },
        )
        .await
    };
    let status = {
        tokio::pin!(output);
        let mut drained = false;
        loop {
            tokio::select! {
                () = operation.cancel.cancelled() => {
                    platform::end_process_group(&mut child).await;
                    return Err(Error::Cancelled);
                }
                _ = &mut output, if !drained => drained = true,
                status = child.wait() => {
                    // A background child may hold the pipes open: what has been written is read, no more is waited for.
                    if !drained {
                        let _ = tokio::time::timeout(std::time::Duration::from_millis(100), &mut output).await;
                    }
                    break status;
                }
            }
        }
    };
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code() == Some(INTERRUPTED) || platform::was_interrupted(status) => Ok(()),
        Ok(status) => Err(failed(status.code(), last.take())),
        Err(error) => Err(failed(None, vec![error.to_string()])),
    }
}

/// Windows finds `scripts/x.cmd` only with backslashes.
fn program_path(program: &str) -> String {
    if cfg!(windows) { program.replace('/', "\\") } else { program.to_owned() }
}

/// The command as a person would write it.
pub(crate) fn describe(command: &SingleCommand) -> String {
    match command {
        SingleCommand::Shell(text) => text.clone(),
        SingleCommand::Exec(words) => words.join(" "),
    }
}

pub(crate) async fn forward(
    mut pipe: impl AsyncRead + Unpin,
    stream: OutputStream,
    step: &StepRecord<'_>,
    last: &LastLines,
) {
    let mut buffer = vec![0; 8192];
    while let Ok(length) = pipe.read(&mut buffer).await {
        if length == 0 {
            break;
        }
        step.output(stream, &buffer[..length]);
        last.push(&buffer[..length]);
    }
}

/// The last lines of a command, for its failure.
#[derive(Default)]
pub(crate) struct LastLines(std::sync::Mutex<(VecDeque<String>, Vec<u8>)>);

impl LastLines {
    pub(crate) fn push(&self, bytes: &[u8]) {
        /// A line without end must not eat memory.
        const LONGEST: usize = 4096;
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (lines, line) = &mut *state;
        for &byte in bytes {
            if byte == b'\n' {
                keep(lines, line);
            } else if line.len() < LONGEST {
                line.push(byte);
            }
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (lines, line) = &mut *state;
        keep(lines, line);
        std::mem::take(lines).into()
    }
}

fn keep(lines: &mut VecDeque<String>, line: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(&std::mem::take(line)).trim_end().to_owned();
    if !text.is_empty() {
        lines.push_back(text);
        if lines.len() > LAST_LINES {
            lines.pop_front();
        }
    }
}
