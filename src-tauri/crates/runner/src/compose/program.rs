//! Starting Compose: its output goes where it is asked for, and it ends with the operation.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use wharf_api::OutputStream;
use wharf_engine::{ComposeProgram, compose_environment};
use wharf_plan::EngineKind;

use super::ComposeFailure;
use crate::error::{Error, Result};
use crate::events::StepRecord;
use crate::host::{LastLines, forward};
use crate::platform;
use crate::reconciler::Reconciler;

/// Name of the file in which the version of the program is kept.
const PROGRAM: &str = "compose";

/// The longest answer that is read.
const LONGEST: u64 = 32 * 1024 * 1024;

/// The program that was asked last, so that its version is asked once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProgramRecord {
    program: String,
    modified: u64,
    version: String,
}

/// Compose with its version.
pub(super) struct Compose {
    pub(super) program: ComposeProgram,
    pub(super) version: String,
}

impl Compose {
    /// The first two numbers of its version; what cannot be read counts as recent.
    pub(super) fn numbers(&self) -> (u32, u32) {
        let mut parts = self.version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), minor) => (major, minor.unwrap_or(0)),
            (None, _) => (2, u32::MAX),
        }
    }
}

/// What a call is for.
pub(super) struct Asked<'a> {
    pub(super) words: Vec<String>,
    pub(super) description: &'static str,
    /// Where its output goes; to the caller when absent.
    pub(super) record: Option<&'a StepRecord<'a>>,
}

impl Reconciler<'_> {
    /// The program, with its version.
    pub(super) async fn compose(&self) -> Result<Compose> {
        let places = crate::doctor::compose_places();
        let podman = self.observed.engine.kind == EngineKind::Podman;
        let asked = self.compose_path.as_deref();
        let program = places.find(asked, podman).ok_or_else(|| Error::NoCompose {
            location: self.environment.property_location("dockerComposeFile").map(Box::new),
        })?;
        let path = program.program.display().to_string();
        let modified = modified(&program.program);
        let known = self.store.load::<ProgramRecord>(PROGRAM)?.found();
        if let Some(known) = known.filter(|known| known.program == path && known.modified == modified) {
            return Ok(Compose { program, version: known.version });
        }
        let asked = Asked {
            words: ["version", "--short"].map(str::to_owned).to_vec(),
            description: RETRIEVING,
            record: None,
        };
        // One that cannot tell its version may well do everything else.
        let answer = self.run_compose(&program, asked).await;
        let version = match answer {
            Ok(answer) => answer.split_whitespace().last().unwrap_or_default().to_owned(),
            Err(Error::Compose(failure)) if failure.problem.is_none() => String::new(),
            Err(error) => return Err(error),
        };
        self.store.save(PROGRAM, &ProgramRecord { program: path, modified, version: version.clone() })?;
        Ok(Compose { program, version })
    }

    /// Runs Compose to its end; answers what it wrote, unless that went to a step.
    pub(super) async fn run_compose(&self, program: &ComposeProgram, asked: Asked<'_>) -> Result<String> {
        let mut process = Command::new(&program.program);
        process.args(&program.arguments).args(&asked.words).current_dir(self.folder_of_compose());
        for (name, value) in compose_environment(self.engine.address()) {
            match value {
                Some(value) => process.env(name, value),
                None => process.env_remove(name),
            };
        }
        let failed = |problem: Option<String>, code: Option<i32>, lines: Vec<String>| {
            Error::Compose(Box::new(ComposeFailure {
                command: format!("{} {}", program.shown(), asked.words.join(" ")),
                problem,
                code,
                lines,
                description: asked.description,
                location: self.environment.property_location("dockerComposeFile"),
            }))
        };
        platform::own_process_group(&mut process);
        let mut child = process
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(Some(error.to_string()), None, Vec::new()))?;
        let last = LastLines::default();
        let mut answer = Vec::new();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let output = async {
            let stdout = async {
                match (stdout, asked.record) {
                    (Some(pipe), Some(record)) => forward(pipe, OutputStream::Stdout, record, &last).await,
                    (Some(pipe), None) => drop(pipe.take(LONGEST).read_to_end(&mut answer).await),
                    (None, _) => {}
                }
            };
            let stderr = async {
                match (stderr, asked.record) {
                    (Some(pipe), Some(record)) => forward(pipe, OutputStream::Stderr, record, &last).await,
                    (Some(pipe), None) => {
                        let mut said = Vec::new();
                        drop(pipe.take(LONGEST).read_to_end(&mut said).await);
                        last.push(&said);
                    }
                    (None, _) => {}
                }
            };
            futures_util::future::join(stdout, stderr).await;
        };
        let status = tokio::select! {
            () = self.operation.cancel.cancelled() => None,
            (status, ()) = async { tokio::join!(child.wait(), output) } => Some(status),
        };
        match status {
            None => {
                platform::end_process_group(&mut child).await;
                Err(Error::Cancelled)
            }
            Some(Ok(status)) if status.success() => Ok(String::from_utf8_lossy(&answer).into_owned()),
            Some(Ok(status)) => Err(failed(None, status.code(), last.take())),
            Some(Err(error)) => Err(failed(Some(error.to_string()), None, last.take())),
        }
    }

    /// Where Compose is started: relative paths of its environment begin at the workspace.
    pub(super) fn folder_of_compose(&self) -> PathBuf {
        let folder = Path::new(&self.environment.folder);
        match self.environment.content() {
            Some(content) => content.on_disk(folder),
            None => folder.to_owned(),
        }
    }
}

/// The reference's sentence for a project that cannot be read.
pub(super) const RETRIEVING: &str = "An error occurred retrieving the Docker Compose configuration.";

fn modified(path: &Path) -> u64 {
    let time = path.metadata().and_then(|metadata| metadata.modified()).ok();
    time.and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
