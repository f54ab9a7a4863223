//! Ports of this computer.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What tests are given. No system gives one of these to whoever asks for any.
const PORTS: std::ops::Range<u16> = 10_000..20_000;
/// How far they are from each other: who finds a port taken may take the next one instead.
const STEP: usize = 10;

/// A file for each port that this process was given. Their locks end with the process.
static OURS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port on loopback that nobody has just now, and that no other test is given while this process lives.
///
/// # Panics
/// When none is free, or the files that tell whose they are cannot be written.
#[must_use]
pub fn free_port() -> u16 {
    let folder = folder();
    match take(&folder) {
        Ok(Some(port)) => port,
        Ok(None) => panic!("no port from {PORTS:?} is free"),
        Err(error) => panic!("{}: {error}", folder.display()),
    }
}

fn take(folder: &Path) -> std::io::Result<Option<u16>> {
    std::fs::create_dir_all(folder)?;
    let ports: Vec<u16> = PORTS.step_by(STEP).collect();
    // Each process begins elsewhere: what one has left behind is not to meet the next.
    let first = std::process::id() as usize * 37 % ports.len();
    for port in ports.iter().cycle().skip(first).take(ports.len()) {
        let path = folder.join(port.to_string());
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        if file.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok() {
            OURS.lock().unwrap_or_else(PoisonError::into_inner).push(file);
            return Ok(Some(*port));
        }
    }
    Ok(None)
}

/// One for each user, since nobody can write what another has made.
fn folder() -> PathBuf {
    #[cfg(unix)]
    let name = format!("wharf-test-ports-{}", rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    let name = "wharf-test-ports";
    std::env::temp_dir().join(name)
}
