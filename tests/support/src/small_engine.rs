//! A real engine whose disk is small: the program of a test engine once more, with its data on a file system in memory that a test
//! can fill.
//!
//! It runs inside the namespaces of the test engine that lends it the program, so it needs root, as the test engines themselves do.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::engines::{Engine, Kind, home, shared_folder};
use crate::images::BUSYBOX;
use crate::socket::Socket;

/// An engine that ends with this value.
#[derive(Debug)]
pub struct SmallEngine {
    /// To be used as any other.
    pub engine: Engine,
    lender: u32,
    process: Child,
    folder: tempfile::TempDir,
}

impl SmallEngine {
    /// Starts one beside `lender`, with this many megabytes for everything that it keeps, and gives it [`BUSYBOX`].
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(lender: &Engine, megabytes: u32) -> SmallEngine {
        let folder = shared_folder();
        let socket = folder.path().join("engine.sock");
        let program = match lender.kind {
            Kind::Docker => docker(folder.path()),
            Kind::Podman => podman(lender, folder.path()),
        };
        let shown = folder.path().display();
        let script = format!(
            "mkdir {shown}/data && mount -t tmpfs -o size={megabytes}m tmpfs {shown}/data && echo $$ > {shown}/pid && exec {program} >> {shown}/log 2>&1"
        );
        // Its mounts are its own, and end with it.
        let started = inside(lender.process)
            .args(["unshare", "-m", "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = started.unwrap_or_else(|error| panic!("a small engine could not be started: {error}"));
        let engine = Engine {
            name: format!("small {}", lender.name),
            kind: lender.kind,
            version: lender.version.clone(),
            socket,
            process: process.id(),
            shared: lender.shared.clone(),
        };
        let small = SmallEngine { engine, lender: lender.process, process, folder };
        let begun = Instant::now();
        while !small.engine.answers() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "the small engine does not answer: {}",
                std::fs::read_to_string(small.folder.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let archive = Socket::new(&lender.socket).get(&format!("/images/{BUSYBOX}/get"));
        let archive = archive.unwrap_or_else(|error| panic!("{BUSYBOX}: {error}"));
        let mut body = archive.body.as_slice();
        let length = body.len() as u64;
        let socket = Socket::new(&small.engine.socket);
        let loaded = socket.send("POST", "/images/load?quiet=1", "application/x-tar", length, &mut body);
        assert!(loaded.is_ok_and(|answer| answer.is_success()), "{BUSYBOX} cannot be loaded");
        small
    }

    /// Makes room.
    ///
    /// # Panics
    /// When the file system cannot be made larger.
    pub fn grow(&self, megabytes: u32) {
        let shown = self.folder.path().display();
        let grow =
            format!("nsenter -t $(cat {shown}/pid) -m mount -o remount,size={megabytes}m {shown}/data");
        let grown = inside(self.lender).args(["sh", "-c", &grow]).status();
        assert!(grown.is_ok_and(|status| status.success()), "the small engine's disk does not grow");
    }
}

impl Drop for SmallEngine {
    fn drop(&mut self) {
        let end = format!("kill $(cat {}/pid)", self.folder.path().display());
        let _ = inside(self.lender).args(["sh", "-c", &end]).status();
        let _ = self.process.wait();
    }
}

/// A command in the namespaces of a test engine.
fn inside(process: u32) -> Command {
    let process = process.to_string();
    let is_root = rustix::process::geteuid().is_root();
    let mut command = if is_root { Command::new("nsenter") } else { Command::new("sudo") };
    if !is_root {
        command.args(["-n", "nsenter"]);
    }
    command.args(["-t", &process, "-m", "-p", "--"]);
    command
}

fn docker(folder: &std::path::Path) -> String {
    let folder = folder.display();
    format!(
        "dockerd --config-file /dev/null --data-root {folder}/data --exec-root {folder}/data/exec --pidfile {folder}/data/pid \
         --bridge none --iptables=false --ip6tables=false --feature containerd-snapshotter=true -H unix://{folder}/engine.sock"
    )
}

fn podman(lender: &Engine, folder: &std::path::Path) -> String {
    let own: PathBuf = home().unwrap_or_default().join("engines").join(&lender.name);
    format!(
        "env CONTAINERS_CONF={}/containers.conf PODMAN_IGNORE_CGROUPSV1_WARNING=1 TMPDIR={folder}/data podman \
         --root {folder}/data/root --runroot {folder}/data/run --storage-driver overlay \
         system service --time=0 unix://{folder}/engine.sock",
        own.display(),
        folder = folder.display(),
    )
}
