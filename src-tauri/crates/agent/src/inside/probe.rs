//! The user's environment as the user's shell sets it up (`userEnvProbe`).

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use serde_json::{Map, Value};
use wharf_agent::message::{End, ProbeShell, Probed};

use super::environment::Environment;
use super::launch::{Launched, Wiring, launch};
use super::running::Registry;
use super::{stream, tree};

/// How long the shell may take.
const LIMIT: Duration = Duration::from_secs(10);
/// The most that is read of what the shell prints.
const OUTPUT_LIMIT: usize = 4 * 1024 * 1024;
/// What every shell sets for itself, and nobody wants handed on.
const NOISE: [&str; 4] = ["_", "SHLVL", "PWD", "OLDPWD"];

/// What is asked of whom.
pub(crate) struct Question<'a> {
    /// Who asks.
    pub(crate) exchange: u32,
    pub(crate) kind: ProbeShell,
    pub(crate) shell: &'a str,
    pub(crate) folder: &'a str,
    /// [`super::start_up_files::fingerprint`], taken before the shell is asked.
    pub(crate) files: &'a str,
    pub(crate) environment: &'a Environment,
    /// A folder that keeps answers.
    pub(crate) session_data_folder: Option<&'a str>,
}

/// Asks the kept answer, else the shell. What goes wrong yields an empty environment and a sentence for the person.
pub(crate) fn ask(question: &Question<'_>, registry: &Registry) -> (Probed, Option<String>) {
    let began = Instant::now();
    let kept = question.session_data_folder.map(|folder| kept_answer(folder, question.kind));
    if let Some(env) = kept.as_deref().and_then(read_kept) {
        return (
            Probed { env, files: question.files.to_owned(), milliseconds: milliseconds(began), cached: true },
            None,
        );
    }
    let deadline = began + LIMIT;
    let mut answer = ask_shell(question, registry, "cat /proc/self/environ", '\0', deadline);
    if matches!(&answer, Ok(env) if env.is_empty()) {
        answer = ask_shell(question, registry, "printenv", '\n', deadline);
    }
    let (env, warning) = match answer {
        Ok(env) => (env, None),
        Err(warning) => (Vec::new(), Some(warning)),
    };
    if let Some(path) = kept.filter(|_| warning.is_none() && !env.is_empty()) {
        keep(&path, &env);
    }
    let files = question.files.to_owned();
    (Probed { env, files, milliseconds: milliseconds(began), cached: false }, warning)
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn ask_shell(
    question: &Question<'_>,
    registry: &Registry,
    command: &str,
    separator: char,
    deadline: Instant,
) -> Result<Vec<(String, String)>, String> {
    let mark = mark();
    let command = format!("echo -n {mark}; {command}; echo -n {mark}");
    let mut arguments = vec![question.shell.to_owned()];
    arguments.extend(shell_options(question.shell, question.kind).iter().map(|&option| option.to_owned()));
    arguments.push(command);
    let launched = launch(&arguments, question.environment, question.folder, Wiring::Captured).map_err(
        |end| match end {
            End::NotStarted { message, .. } => {
                format!("the shell {} could not be asked for the environment: {message}", question.shell)
            }
            _ => String::new(),
        },
    )?;
    let Launched { running, child, output, .. } = launched;
    registry.add(question.exchange, &running);
    let mut text = Vec::new();
    let finished = read_between(&output, &mark, deadline, &mut text);
    if !finished {
        // The thread that started it is this one, and it waits below: nothing of the shell stays.
        tree::end(&[running.pid], Duration::ZERO);
    } else if !exits_before(&running, deadline) {
        tree::end(&[running.pid], Duration::from_millis(100));
    }
    running.wait(child);
    registry.remove(&running);
    if !finished {
        return Err(format!(
            "the shell {} took longer than {} seconds to start. Its start-up files must not wait for input. Going on without its environment",
            question.shell,
            LIMIT.as_secs()
        ));
    }
    Ok(parse(&String::from_utf8_lossy(&text), &mark, separator))
}

/// Reads until the mark has come twice or the shell has closed its output. False when time or room runs out.
fn read_between(output: &impl AsFd, mark: &str, deadline: Instant, text: &mut Vec<u8>) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    let mut marks = 0;
    let mut searched = 0;
    while marks < 2 {
        let patience = deadline.saturating_duration_since(Instant::now());
        if patience.is_zero() || text.len() > OUTPUT_LIMIT {
            return false;
        }
        if !stream::is_readable_within(output.as_fd(), patience) {
            continue;
        }
        match rustix::io::read(output.as_fd(), &mut buffer) {
            Err(Errno::INTR) => continue,
            Ok(0) | Err(_) => return true,
            Ok(length) => text.extend_from_slice(&buffer[..length]),
        }
        while let Some(position) = find(&text[searched..], mark.as_bytes()) {
            marks += 1;
            searched += position + mark.len();
        }
    }
    true
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn exits_before(running: &super::running::Running, deadline: Instant) -> bool {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    loop {
        match waitid(WaitId::Pid(running.pid), options) {
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => return false,
            _ => return true,
        }
    }
}

fn shell_options(shell: &str, kind: ProbeShell) -> &'static [&'static str] {
    let name = Path::new(shell).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match (name, kind) {
        ("pwsh" | "pwsh-preview", ProbeShell::InteractiveShell) => &["-Command"],
        // `-Login` must be the first one.
        ("pwsh" | "pwsh-preview", _) => &["-Login", "-Command"],
        (_, ProbeShell::LoginShell) => &["-lc"],
        (_, ProbeShell::LoginInteractiveShell) => &["-lic"],
        (_, ProbeShell::InteractiveShell) => &["-ic"],
    }
}

/// Something that no start-up file prints by itself.
fn mark() -> String {
    let random = std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    format!("wharf-{}-{}", std::process::id(), random.trim())
}

fn parse(text: &str, mark: &str, separator: char) -> Vec<(String, String)> {
    let (Some(first), Some(last)) = (text.find(mark), text.rfind(mark)) else { return Vec::new() };
    let Some(between) = text.get(first + mark.len()..last) else { return Vec::new() };
    between
        .split(separator)
        .filter_map(|variable| variable.split_once('='))
        .filter(|(name, _)| !name.is_empty() && !NOISE.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn kept_answer(folder: &str, kind: ProbeShell) -> PathBuf {
    Path::new(folder).join(format!("env-{}.json", kind.property_value()))
}

fn read_kept(path: &Path) -> Option<Vec<(String, String)>> {
    let kept: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    Some(kept.into_iter().collect())
}

fn keep(path: &Path, env: &[(String, String)]) {
    let object: Map<String, Value> =
        env.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    let Ok(mut text) = serde_json::to_string_pretty(&object) else { return };
    text.push('\n');
    let _ = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_prints() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let cases = [
            ("MA=1\0B=x=y\0MEND", '\0', vec![pair("A", "1"), pair("B", "x=y")]),
            ("noiseMA=1\n2\0PWD=/x\0_=/bin/cat\0SHLVL=1\0OLDPWD=/\0Mmore", '\0', vec![pair("A", "1\n2")]),
            ("MA=1\nB=2\nM", '\n', vec![pair("A", "1"), pair("B", "2")]),
            ("MM", '\0', vec![]),
            ("M", '\0', vec![]),
            ("", '\0', vec![]),
        ];
        for (text, separator, expected) in cases {
            assert_eq!(parse(text, "M", separator), expected, "{text:?}");
        }
    }

    #[test]
    fn shells_are_started_their_way() {
        let cases: [(&str, ProbeShell, &[&str]); 5] = [
            ("/bin/bash", ProbeShell::LoginInteractiveShell, &["-lic"]),
            ("/bin/bash", ProbeShell::LoginShell, &["-lc"]),
            ("zsh", ProbeShell::InteractiveShell, &["-ic"]),
            ("/usr/bin/pwsh", ProbeShell::LoginInteractiveShell, &["-Login", "-Command"]),
            ("/usr/bin/pwsh-preview", ProbeShell::InteractiveShell, &["-Command"]),
        ];
        for (shell, kind, expected) in cases {
            assert_eq!(shell_options(shell, kind), expected, "{shell} {kind:?}");
        }
    }
}
