//! An engine's process: started so that it survives xtask, known by its namespace, ended with everything inside.

use std::fs::OpenOptions;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use wharf_test_support::socket::Socket;

use super::definition::Definition;
use crate::system;

/// Makes the folder the root of the process and becomes the engine.
const ENTER: &str = include_str!("enter.sh");

/// How long an engine may take to answer its first ping.
const PATIENCE: Duration = Duration::from_secs(90);

/// Starts the engine and waits until it answers. The result is the first process of its namespace.
pub(super) fn start(engine: &Definition, home: &Path, shared: &[PathBuf]) -> Result<u32> {
    let command = engine.prepare(home)?;
    let socket = engine.socket(home);
    let _ = std::fs::remove_file(&socket);
    let log_path = engine.log(home);
    let log = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .open(&log_path)
        .with_context(|| format!("cannot write {}", log_path.display()))?;
    let own = [engine.folder(home)];
    let folders: Vec<String> = own.iter().chain(shared).map(|folder| folder.display().to_string()).collect();
    let mut starter = system::command("setsid")
        .args(["unshare", "--mount", "--pid", "--fork", "sh", "-c", ENTER, "enter.sh"])
        .arg(engine.root(home))
        .arg(folders.join("\n"))
        .args(command)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .current_dir("/")
        .spawn()
        .context("the engine's process could not be started")?;
    match wait_until_ready(&mut starter, &Socket::new(&socket)) {
        Ok(process) => Ok(process),
        Err(error) => {
            if let Some(process) = first_inside(starter.id()) {
                signal(process, Signal::Kill);
            }
            let _ = starter.wait();
            let said = system::tail(&log_path, 15);
            Err(anyhow!("{error:#}; the end of {}:\n{said}", log_path.display()))
        }
    }
}

fn wait_until_ready(starter: &mut Child, socket: &Socket) -> Result<u32> {
    let begin = Instant::now();
    loop {
        if let Some(status) = starter.try_wait()? {
            bail!("the engine ended at once ({status})");
        }
        if socket.ping() {
            return first_inside(starter.id())
                .context("the engine answers, but its process is not to be found");
        }
        if begin.elapsed() > PATIENCE {
            bail!("the engine did not answer within {} seconds", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The child of `unshare`: the first process of the new namespace.
fn first_inside(starter: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{starter}/task/{starter}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// Whether that process runs and is the first of a namespace of its own: a number that something else got since does not count.
pub(super) fn is_alive(process: u32) -> bool {
    let namespace = |of: &str| std::fs::read_link(format!("/proc/{of}/ns/pid")).ok();
    namespace(&process.to_string()).is_some_and(|inside| Some(inside) != namespace("self"))
        && std::fs::read_to_string(format!("/proc/{process}/status")).is_ok_and(|status| {
            status.lines().any(|line| line.starts_with("NSpid:") && line.ends_with("\t1"))
        })
}

/// Whether the process sees the very same folder at that path as this one does. Only root can look; for others the answer is yes.
pub(super) fn sees(process: u32, folder: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino()));
    let inside = format!("/proc/{process}/root{}", folder.display());
    match (identity(folder), identity(Path::new(&inside))) {
        (Ok(outside), Ok(inside)) => outside == inside,
        (_, Err(error)) => error.kind() == std::io::ErrorKind::PermissionDenied,
        (Err(_), _) => false,
    }
}

/// Ends the engine: asked first, then forced. Everything in its namespace ends with it.
pub(super) fn stop(process: u32) -> Result<()> {
    for (kind, patience) in
        [(Signal::Terminate, Duration::from_secs(20)), (Signal::Kill, Duration::from_secs(10))]
    {
        if !is_alive(process) {
            return Ok(());
        }
        signal(process, kind);
        let begin = Instant::now();
        while is_alive(process) && begin.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    if is_alive(process) {
        bail!("process {process} does not end");
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

/// A process that is gone already needs no signal.
fn signal(process: u32, signal: Signal) {
    let signal = match signal {
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    if let Some(process) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(process, signal);
    }
}
