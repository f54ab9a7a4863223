//! Starting a process: finding its program, wiring its input and output, giving it a session and a terminal of its own.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Access, Mode, OFlags, access};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use rustix::process::{
    Pid, Signal, getpid, getppid, ioctl_tiocsctty, set_parent_process_death_signal, setsid,
};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::termios::tcsetwinsize;
use wharf_agent::message::{End, TerminalSize};

use super::environment::Environment;
use super::running::{Running, window};
use super::stream::Source;
use super::tree;

/// Bytes that a process may write to its output before we have read any.
const OUTPUT_PIPE: usize = 256 * 1024;

/// How a process' input and output are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// All three are a terminal.
    Terminal(TerminalSize),
    /// Three pipes.
    Pipes,
    /// No input, and one pipe for both outputs, so that their order is kept.
    OutputOnly,
    /// No input, a pipe for the output, and no error output.
    Captured,
}

/// A process that has been started, and our ends of its wires.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) running: Arc<Running>,
    pub(crate) child: Child,
    pub(crate) input: Option<OwnedFd>,
    pub(crate) output: OwnedFd,
    pub(crate) error: Option<OwnedFd>,
    pub(crate) source: Source,
    /// Hangs up when the second one is closed: how those who read the output learn that the process has ended.
    pub(crate) ended: (OwnedFd, OwnedFd),
}

impl Launched {
    /// Ends it at once, with what it has started: nobody can attend to it.
    pub(crate) fn end(self) {
        tree::end(&[self.running.pid], Duration::ZERO);
        self.running.wait(self.child);
    }
}

/// Starts `arguments` in `folder` as the calling thread's user.
///
/// # Errors
/// [`End::NotStarted`], with the code and in the words of an engine.
pub(crate) fn launch(
    arguments: &[String],
    environment: &Environment,
    folder: &str,
    wiring: Wiring,
) -> Result<Launched, End> {
    let name = arguments.first().map(String::as_str).unwrap_or_default();
    let folder = enter(folder)?;
    let program = find_program(name, environment.search_path(), folder)?;
    let failed = |error: io::Error| not_started(&format!("exec: \"{name}\""), &error);
    let wires = Wires::new(wiring).map_err(|error| failed(error.into()))?;
    let ended = pipe_with(PipeFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
    let terminal = matches!(wiring, Wiring::Terminal(_));

    let mut command = Command::new(program);
    command
        .arg0(name)
        .args(arguments.iter().skip(1))
        .env_clear()
        .envs(environment.iter())
        .current_dir(folder);
    command.stdin(wires.input).stdout(wires.output).stderr(wires.error);
    if terminal && environment.get("TERM").is_none() {
        command.env("TERM", "xterm");
    }
    own_session(&mut command, terminal);
    let child = command.spawn().map_err(failed)?;
    drop(command);
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| failed(io::Error::other("no process id")))?;
    Ok(Launched {
        running: Arc::new(Running::new(pid, wires.terminal)),
        child,
        input: wires.our_input,
        output: wires.our_output,
        error: wires.our_error,
        source: if terminal { Source::Terminal } else { Source::Pipe },
        ended,
    })
}

/// Makes the process the leader of a session, with its input as controlling terminal if it has one, and ties its life to ours.
#[allow(unsafe_code)]
fn own_session(command: &mut Command, terminal: bool) {
    let agent = getpid();
    let prepare = move || -> io::Result<()> {
        setsid()?;
        if terminal {
            ioctl_tiocsctty(rustix::stdio::stdin())?;
        }
        set_parent_process_death_signal(Some(Signal::KILL))?;
        if getppid() != Some(agent) {
            return Err(Errno::SRCH.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec only functions that are safe after a fork may be called. `prepare` makes four system
    // calls; it takes no lock and does not allocate.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Both ends of the wires; the child's are closed on our side when the command that holds them is dropped.
struct Wires {
    input: Stdio,
    output: Stdio,
    error: Stdio,
    our_input: Option<OwnedFd>,
    our_output: OwnedFd,
    our_error: Option<OwnedFd>,
    terminal: Option<OwnedFd>,
}

impl Wires {
    /// Made by the user's own thread: so the user may open `/dev/stdout` and the terminal again by their names.
    fn new(wiring: Wiring) -> rustix::io::Result<Wires> {
        if let Wiring::Terminal(size) = wiring {
            return Wires::terminal(size);
        }
        let (our_output, output) = pipe_with(PipeFlags::CLOEXEC)?;
        // Fewer turns between two processes; where the system has run out of such pipes the usual size does.
        let _ = fcntl_setpipe_size(&output, OUTPUT_PIPE);
        let (input, our_input) = match wiring {
            Wiring::Pipes => {
                let (input, our_input) = pipe_with(PipeFlags::CLOEXEC)?;
                (input.into(), Some(our_input))
            }
            _ => (Stdio::null(), None),
        };
        let (error, our_error) = match wiring {
            Wiring::Pipes => {
                let (our_error, error) = pipe_with(PipeFlags::CLOEXEC)?;
                (error.into(), Some(our_error))
            }
            Wiring::OutputOnly => (output.try_clone().map_err(|_| Errno::MFILE)?.into(), None),
            _ => (Stdio::null(), None),
        };
        Ok(Wires { input, output: output.into(), error, our_input, our_output, our_error, terminal: None })
    }

    fn terminal(size: TerminalSize) -> rustix::io::Result<Wires> {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        tcsetwinsize(&controller, window(size))?;
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let user = match ioctl_tiocgptpeer(&controller, flags) {
            Ok(user) => user,
            // Kernels before 4.13 know it by its name only.
            Err(_) => rustix::fs::open(
                ptsname(&controller, Vec::new())?.as_c_str(),
                OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
                Mode::empty(),
            )?,
        };
        let copy = |descriptor: &OwnedFd| rustix::io::fcntl_dupfd_cloexec(descriptor.as_fd(), 3);
        Ok(Wires {
            input: copy(&user)?.into(),
            output: copy(&user)?.into(),
            error: user.into(),
            our_input: Some(copy(&controller)?),
            our_output: copy(&controller)?,
            our_error: None,
            terminal: Some(controller),
        })
    }
}

/// Whether the process may start in the folder, told apart from whether its program may be run.
fn enter(folder: &str) -> Result<&Path, End> {
    let path = Path::new(folder);
    let entered = std::fs::metadata(path).and_then(|metadata| {
        if !metadata.is_dir() {
            return Err(Errno::NOTDIR.into());
        }
        Ok(access(path, Access::EXEC_OK)?)
    });
    entered.map(|()| path).map_err(|error| not_started(&format!("chdir to cwd (\"{folder}\")"), &error))
}

/// Finds the program as an engine does: in the search path the process will have, seen by its user.
fn find_program(name: &str, search_path: &OsStr, folder: &Path) -> Result<PathBuf, End> {
    if name.contains('/') {
        let path = folder.join(name);
        return check_program(&path)
            .map(|()| path)
            .map_err(|error| not_started(&format!("exec: \"{name}\""), &error));
    }
    let mut denied = None;
    let search_path = if name.is_empty() { OsStr::new("") } else { search_path };
    for entry in std::env::split_paths(search_path).filter(|entry| !entry.as_os_str().is_empty()) {
        let path = folder.join(entry).join(name);
        match check_program(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => denied = Some(error),
            _ => {}
        }
    }
    Err(match denied {
        Some(error) => not_started(&format!("exec: \"{name}\""), &error),
        None => End::NotStarted {
            code: 127,
            message: format!("exec: \"{name}\": executable file not found in $PATH"),
        },
    })
}

fn check_program(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.is_dir() {
        return Err(Errno::ISDIR.into());
    }
    Ok(access(path, Access::EXEC_OK)?)
}

fn not_started(what: &str, error: &io::Error) -> End {
    let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    End::NotStarted { code, message: format!("{what}: {}", in_words(error)) }
}

/// As the C library words it, but without capital and number, like an engine; and what is mostly behind it where that tells nobody anything.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or_default().to_lowercase();
    match error.kind() {
        io::ErrorKind::WouldBlock => format!("{reason}; the container may be at its limit of processes"),
        _ => reason,
    }
}

/// How a command ends for which there is no thread: it was not started, or ended at once. Without a name it is a login shell.
pub(crate) fn unattended(name: Option<&str>, error: &io::Error) -> End {
    let what = name.map_or_else(|| "exec: login shell".to_owned(), |name| format!("exec: \"{name}\""));
    End::NotStarted { code: 126, message: format!("{what}: {}", no_thread(error)) }
}

/// Why something cannot be done for which there is no thread.
pub(crate) fn no_thread(error: &io::Error) -> String {
    format!("no thread can be started for it: {}", in_words(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_as_an_engine_finds_them() {
        let code =
            |name: &str, search_path: &str| match find_program(name, OsStr::new(search_path), Path::new("/"))
            {
                Ok(path) => Ok(path.display().to_string()),
                Err(End::NotStarted { code, message }) => Err((code, message)),
                Err(other) => panic!("{other:?}"),
            };
        let not_found =
            |name: &str| Err((127, format!("exec: \"{name}\": executable file not found in $PATH")));
        let cases = [
            ("sh", "/nowhere:/bin", Ok("/bin/sh".to_owned())),
            ("sh", "nowhere:bin", Ok("/bin/sh".to_owned())),
            ("/bin/sh", "", Ok("/bin/sh".to_owned())),
            ("bin/sh", "", Ok("/bin/sh".to_owned())),
            ("sh", "/nowhere", not_found("sh")),
            ("", "/bin", not_found("")),
            (
                "/nowhere/sh",
                "/bin",
                Err((127, "exec: \"/nowhere/sh\": no such file or directory".to_owned())),
            ),
            ("/etc/passwd", "/bin", Err((126, "exec: \"/etc/passwd\": permission denied".to_owned()))),
            ("passwd", "/etc", Err((126, "exec: \"passwd\": permission denied".to_owned()))),
            ("/etc", "/bin", Err((126, "exec: \"/etc\": is a directory".to_owned()))),
        ];
        for (name, search_path, expected) in cases {
            assert_eq!(code(name, search_path), expected, "{name} in {search_path}");
        }
    }
}
