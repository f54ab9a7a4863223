//! What the window has to show while it is measured: environments of an engine, and a way to the engine that counts what is asked of it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use serde_json::json;
use wharf_test_support::engines::Engine;
use wharf_test_support::images::BUSYBOX;
use wharf_test_support::socket::Socket;

/// Containers that look like environments. They go when this is dropped.
pub(super) struct Crowd {
    socket: Socket,
    ids: Vec<String>,
}

impl Crowd {
    /// Makes so many environments of folders below `home`, of which the first run.
    pub(super) fn make(engine: &Engine, home: &Path, count: usize, running: usize) -> Result<Self> {
        let mut crowd = Self { socket: Socket::new(&engine.socket), ids: Vec::new() };
        for number in 0..count {
            let folder = home.join(folder_name(number));
            let configuration = folder.join(".devcontainer.json");
            std::fs::create_dir_all(&folder).context("no folder for an environment")?;
            std::fs::write(&configuration, json!({ "image": BUSYBOX }).to_string())?;
            let body = json!({
                "Image": BUSYBOX,
                "Cmd": ["sleep", "86400"],
                "Labels": {
                    "devcontainer.local_folder": folder,
                    "devcontainer.config_file": configuration,
                },
                "HostConfig": { "Init": true },
            });
            let made = crowd.socket.request("POST", "/containers/create", Some(&body))?;
            let Some(id) = made.json()["Id"].as_str().map(str::to_owned) else {
                bail!("the engine makes no container: {}", made.text());
            };
            crowd.ids.push(id.clone());
            if number < running {
                let started = crowd.socket.request("POST", &format!("/containers/{id}/start"), None)?;
                if !started.is_success() {
                    bail!("the engine starts no container: {}", started.text());
                }
            }
        }
        Ok(crowd)
    }
}

/// The name of an environment's folder below the home.
pub(super) fn folder_name(number: usize) -> String {
    format!("project-{number:02}")
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for id in &self.ids {
            let _ = self.socket.request("DELETE", &format!("/containers/{id}?force=true&v=true"), None);
        }
    }
}

/// A socket that leads to the engine's, and counts what is sent there.
pub(super) struct Counted {
    path: PathBuf,
    sent: Arc<AtomicU64>,
}

impl Counted {
    /// Listens in `folder` as long as this program runs.
    pub(super) fn listen(engine: &Engine, folder: &Path) -> Result<Self> {
        let path = folder.join("counted.sock");
        let listener = UnixListener::bind(&path).context("no socket to count at")?;
        let sent = Arc::<AtomicU64>::default();
        let (to, counter) = (engine.socket.clone(), Arc::clone(&sent));
        std::thread::spawn(move || {
            for asking in listener.incoming().flatten() {
                let Ok(answering) = UnixStream::connect(&to) else { continue };
                let (Ok(from), Ok(back)) = (asking.try_clone(), answering.try_clone()) else { continue };
                let counter = Arc::clone(&counter);
                std::thread::spawn(move || copy(from, answering, Some(&counter)));
                std::thread::spawn(move || copy(back, asking, None));
            }
        });
        Ok(Self { path, sent })
    }

    /// As `DOCKER_HOST` has it.
    pub(super) fn docker_host(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// How many bytes were sent to the engine until now.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

/// Hands bytes on until either side ends, which then ends for the other one, too.
fn copy(mut from: UnixStream, mut to: UnixStream, counter: Option<&AtomicU64>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if let Some(counter) = counter {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // The other direction may have ended it already.
    let _ = to.shutdown(std::net::Shutdown::Write);
}
