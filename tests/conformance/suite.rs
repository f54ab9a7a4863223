//! One test per case folder, and one that holds the list of deviations against the folders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use wharf_test_support::engines::{self, Kind};

use crate::case::Case;
use crate::compare::{Deviations, differences};
use crate::engine::Engine;
use crate::lists;
use crate::play::play;
use crate::stage::{Program, Stage, prepare};

/// Runs what the arguments choose.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/conformance");
    let suite = suite.canonicalize().unwrap_or(suite);
    let runs_as_root = rustix::process::getuid().is_root();
    let mut trials = lists::trials(&suite);
    let recording = std::env::var_os("WHARF_CONFORMANCE_RECORD").is_some();
    for folder in case_folders(&suite) {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let case = Case::read(&folder);
        let script = case.as_ref().map(|case| &case.script);
        let ignored = !runs_as_root && script.is_ok_and(|script| script.root || script.user.is_some());
        if !recording && script.is_ok_and(|script| script.not_on_podman.is_none()) {
            let case = case.clone();
            let trial = Trial::test(format!("podman/{name}"), move || run_case(&stage(Kind::Podman), &case?));
            trials.push(trial.with_ignored_flag(ignored));
        }
        let trial = Trial::test(name, move || run_case(&stage(Kind::Docker), &case?));
        trials.push(trial.with_ignored_flag(ignored));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Where and with what this run plays.
///
/// # Panics
/// When the engine does not run; the message names the command that starts it.
fn stage(kind: Kind) -> Stage {
    let engine = engines::engine(match kind {
        Kind::Docker => engines::DOCKER,
        Kind::Podman => engines::PODMAN,
    });
    let temporary = std::env::temp_dir();
    let folder = if engine.shared.iter().any(|folder| temporary.starts_with(folder)) {
        temporary
    } else {
        PathBuf::from("/tmp")
    };
    let (program, name) = match std::env::var_os("WHARF_CONFORMANCE_RECORD") {
        Some(script) => (Program::Reference(PathBuf::from(script)), "wharf-conformance-record"),
        None => (Program::Wharf(PathBuf::from(env!("CARGO_BIN_EXE_wharf"))), "wharf-conformance"),
    };
    let root = folder.join(format!("{name}-{kind}"));
    Stage { kind, engine: Engine::at(&engine.socket), socket: engine.socket, program, root }
}

pub(crate) fn case_folders(suite: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(suite.join("cases")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("case.toml").is_file()).collect()
}

fn run_case(stage: &Stage, case: &Case) -> Result<(), Failed> {
    prepare(stage)?;
    let answers = play(stage, case)?;
    match &stage.program {
        Program::Reference(_) => record(case, &answers),
        Program::Wharf(_) => compare(case, stage.kind, answers),
    }
}

fn record(case: &Case, answers: &Value) -> Result<(), Failed> {
    let text = serde_json::to_string_pretty(answers)?;
    std::fs::write(case.reference(), text + "\n")?;
    Ok(())
}

/// Holds Wharf's answers against the reference's.
///
/// Those were recorded on Docker. On Podman a container and an image look different whoever asks for them, and it asks registries in its own
/// way; what programs, hooks and people see of them must be the same.
fn compare(case: &Case, kind: Kind, mut answers: Value) -> Result<(), Failed> {
    let path = case.reference();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        format!("{}: {error}; record it with `cargo xtask conformance --record`", path.display())
    })?;
    let mut reference: Value = serde_json::from_str(&text)?;
    if let Some(folder) = std::env::var_os("WHARF_CONFORMANCE_ANSWERS") {
        std::fs::write(
            Path::new(&folder).join(format!("{}.json", case.name)),
            serde_json::to_string_pretty(&answers)? + "\n",
        )?;
    }
    let list = Deviations::read(&deviations(case))?;
    let on_podman = format!("podman/{}", case.name);
    let (names, parts): (&[&str], &[&str]) = match kind {
        Kind::Docker => (&[&case.name], &[]),
        Kind::Podman => (&[&case.name, &on_podman], &["containers", "images", "asked"]),
    };
    if matches!(kind, Kind::Podman) {
        without(&mut reference, parts);
        without(&mut answers, parts);
    }
    let found = differences(&reference, &answers);
    if std::env::var_os("WHARF_CONFORMANCE_ACCEPT").is_some() {
        case.keep(kind, list.to_be_kept(names, parts, &found))?;
    }
    let judged = list.judge(names, parts, &found, &case.kept(kind)?);
    judged.map_err(|text| Failed::from(format!("the case shows: {}\n{text}", case.script.rules.join("; "))))
}

/// Takes these parts out of the answer of every step, and what Podman adds of its own to files: its archives name another owner, and
/// it gives processes the variable `container` but not always `HOSTNAME`, and a container's variables in no order.
fn without(answers: &mut Value, parts: &[&str]) {
    for step in answers["steps"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        step.retain(|part, _| !parts.contains(&part.as_str()));
        let files = step.get_mut("files").and_then(Value::as_object_mut);
        for (path, file) in files.into_iter().flatten() {
            let Some(file) = file.as_object_mut() else { continue };
            file.shift_remove("owner");
            if let Some(lines) = file.get_mut("content").and_then(Value::as_array_mut)
                && path == "/etc/environment"
            {
                lines.sort_by_key(Value::to_string);
            }
            if let Some(variables) = file.get_mut("content").and_then(Value::as_object_mut) {
                variables.retain(|name, _| !["container", "HOSTNAME"].contains(&name.as_str()));
            }
        }
    }
}

fn deviations(case: &Case) -> PathBuf {
    case.folder.join("../../deviations.toml")
}
