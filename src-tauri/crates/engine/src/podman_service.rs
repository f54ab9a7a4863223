//! Podman's API service, started for ourselves: the engine of a machine where Podman is installed and nothing runs.
//!
//! The service is Podman's own program on a socket that only this user can open. It leaves by itself when nobody has asked
//! it anything for a while; until then later commands find it at the same place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::Engine;
use crate::error::Error;
use crate::executable::is_executable;

/// How long the service stays without being asked anything.
#[cfg(unix)]
const IDLE: Duration = Duration::from_secs(300);

/// The service's socket in its folder.
#[must_use]
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("podman.sock")
}

/// Podman's program on the search path. Only where it runs containers itself: elsewhere it needs a virtual machine, whose
/// socket is found as such.
#[must_use]
pub fn program(environment: &(dyn Fn(&str) -> Option<String> + Send + Sync)) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let path = environment("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("podman"))
        .find(|program| is_executable(program))
}

/// Starts the service, or joins the one that another command has started meanwhile.
///
/// # Errors
/// [`Error::Service`] with the last lines that Podman wrote when it does not come up.
#[cfg(unix)]
pub async fn start(program: &Path, folder: &Path, timeout: Duration) -> Result<Engine, Error> {
    use crate::address::Address;

    /// How long Podman may take to come up: its first start on a machine sets its storage up.
    const PATIENCE: Duration = Duration::from_secs(30);

    let failed = |detail: String| Error::Service { program: program.to_owned(), detail };
    let address = Address::Unix(socket(folder));
    // Two commands at once must not start two services on one socket; the lock ends with this process at the latest.
    let lock = {
        let owned = folder.to_owned();
        tokio::task::spawn_blocking(move || lock(&owned))
            .await
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(format!("{}: {error}", folder.display())))?
    };
    if let Ok(engine) = Engine::connect(&address, timeout).await {
        return Ok(engine);
    }
    let log = folder.join("podman-service.log");
    let mut child = spawn(program, folder, &log).map_err(|error| failed(error.to_string()))?;
    let started = tokio::time::Instant::now();
    loop {
        match Engine::connect(&address, timeout).await {
            Ok(engine) => {
                drop(lock);
                return Ok(engine);
            }
            Err(error) if started.elapsed() > PATIENCE => {
                // Nothing that we started stays behind.
                let _ = child.kill().await;
                return Err(failed(format!("it did not answer within {} s: {error}", PATIENCE.as_secs())));
            }
            Err(_) => {}
        }
        if let Ok(Some(status)) = child.try_wait() {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let lines: Vec<&str> = said.lines().rev().take(5).collect();
            let last = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
            return Err(failed(format!("it ended at once ({status}): {last}")));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Only Linux runs Podman's service by itself.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub async fn start(program: &Path, _: &Path, _: Duration) -> Result<Engine, Error> {
    Err(Error::Service {
        program: program.to_owned(),
        detail: "this system has no Podman service".to_owned(),
    })
}

#[cfg(unix)]
fn lock(folder: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("podman-service.lock"))?;
    file.lock()?;
    Ok(file)
}

#[cfg(unix)]
fn spawn(program: &Path, folder: &Path, log: &Path) -> std::io::Result<tokio::process::Child> {
    let socket = socket(folder);
    // What a service that was killed left behind; a living one has been tried before.
    match std::fs::remove_file(&socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let log = std::fs::File::create(log)?;
    tokio::process::Command::new(program)
        .args(["system", "service"])
        .arg(format!("--time={}", IDLE.as_secs()))
        .arg(format!("unix://{}", socket.display()))
        .stdin(std::process::Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // Its own group: the terminal's Ctrl-C is for us, and the service outlives this command.
        .process_group(0)
        .spawn()
}
