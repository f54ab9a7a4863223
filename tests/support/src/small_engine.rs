//! A real engine of a test's own: the program of a test engine once more, with its data on a file system in memory that a test
//! can fill, and a process that it can kill.
//!
//! It runs inside the namespaces of the test engine that lends it the program, so it needs root, as the test engines themselves do.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::PATIENCE;
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
        // Whoever kills the engine has it started again, with the data that it had, once it is not `held` any more. That its end was seen is
        // told by `engine`, which goes: its socket can be closed well before, and what is not `held` then has ended by itself.
        let script = format!(
            "cd {shown} && mkdir data && mount -t tmpfs -o size={megabytes}m tmpfs data && echo $$ > pid || exit 1
             while [ ! -e end ]; do
                 rm -f engine.sock; {program} >> log 2>&1 & echo $! > engine; wait $!
                 [ -e held ] || exit 0
                 rm engine
                 while [ -e held ]; do sleep 0.02; done
             done"
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
        small.wait(true);
        let archive = Socket::new(&lender.socket).get(&format!("/images/{BUSYBOX}/get"));
        let archive = archive.unwrap_or_else(|error| panic!("{BUSYBOX}: {error}"));
        let mut body = archive.body.as_slice();
        let length = body.len() as u64;
        let socket = Socket::new(&small.engine.socket);
        let loaded = socket.send("POST", "/images/load?quiet=1", "application/x-tar", length, &mut body);
        assert!(loaded.is_ok_and(|answer| answer.is_success()), "{BUSYBOX} cannot be loaded");
        small
    }

    /// Kills the engine, and nothing that it has started. Comes back when nobody answers any more.
    ///
    /// # Panics
    /// When it goes on.
    pub fn kill(&self) {
        self.mark("held");
        self.signal("KILL");
        self.wait(false);
        self.until("its end was not seen", || !self.folder.path().join("engine").exists());
    }

    /// Starts the engine again that was killed. Comes back when it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        self.unmark("held");
        self.wait(true);
    }

    /// Sends the engine a signal, by its name without the `SIG`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} $(cat {}/engine)", self.folder.path().display());
        let _ = inside(self.lender).args(["sh", "-c", &kill]).status();
    }

    fn mark(&self, name: &str) {
        let _ = std::fs::write(self.folder.path().join(name), "");
    }

    fn unmark(&self, name: &str) {
        let _ = std::fs::remove_file(self.folder.path().join(name));
    }

    fn wait(&self, answers: bool) {
        let wrong = if answers { "it does not answer" } else { "it goes on answering" };
        self.until(wrong, || self.engine.answers() == answers);
    }

    fn until(&self, wrong: &str, condition: impl Fn() -> bool) {
        let begun = Instant::now();
        while !condition() {
            assert!(
                begun.elapsed() < PATIENCE,
                "the small engine is not as wanted ({wrong}): {}",
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
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
        self.mark("end");
        self.unmark("held");
        self.signal("CONT");
        self.signal("TERM");
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
         --bridge none --iptables=false --ip6tables=false --live-restore --feature containerd-snapshotter=true -H unix://{folder}/engine.sock"
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
