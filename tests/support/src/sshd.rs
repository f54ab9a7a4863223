//! A real `sshd` on loopback with keys and configuration of its own, and an `ssh` that knows only those.
//!
//! The program is the one of this machine, or the one that `cargo xtask engines up` unpacked into its folder, so that no service comes
//! to be installed. Nothing of the person's `~/.ssh` is read or written.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::PATIENCE;
use crate::engines;
use crate::ports::free_port;

/// Where xtask unpacks what Debian's package of the server holds, inside its folder.
pub const FOLDER: &str = "sshd";

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct Sshd {
    process: Child,
    folder: TempDir,
    port: u16,
    user: String,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How the `ssh` of a test goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// With the right key, knowing the machine.
    Welcome,
    /// With a key that the machine does not know.
    WrongKey,
    /// Knowing another machine by that address.
    OtherMachine,
}

impl Sshd {
    /// Starts one that lets this user in by key.
    ///
    /// # Panics
    /// When there is no `sshd` or it does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("wharf-sshd-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no folder for sshd: {error}"));
        let path = |name: &str| folder.path().join(name);
        for key in ["host", "other", "user", "stranger"] {
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path(key)));
        }
        let user = said(Command::new("id").arg("-un"));
        let port = free_port();
        let read = |name: &str| std::fs::read_to_string(path(name)).unwrap_or_default();
        write(&path("authorized"), &read("user.pub"), 0o600);
        write(
            &path("sshd_config"),
            &format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {authorized}\nStrictModes no\nUsePAM no\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n",
                host = path("host").display(),
                authorized = path("authorized").display(),
            ),
            0o600,
        );
        for (client, key, host) in [
            (Client::Welcome, "user", "host.pub"),
            (Client::WrongKey, "stranger", "host.pub"),
            (Client::OtherMachine, "user", "other.pub"),
        ] {
            let known = format!("[127.0.0.1]:{port} {}", read(host));
            write(&path(&format!("known-{client:?}")), &known, 0o600);
            let script = format!(
                "#!/bin/sh\nexec {ssh} -F /dev/null -o IdentitiesOnly=yes -o GlobalKnownHostsFile=/dev/null -o UserKnownHostsFile={known} -i {key} \"$@\"\n",
                ssh = said(Command::new("sh").args(["-c", "command -v ssh"])),
                known = path(&format!("known-{client:?}")).display(),
                key = path(key).display(),
            );
            std::fs::create_dir_all(path(&format!("{client:?}"))).unwrap_or_else(|error| panic!("{error}"));
            write(&path(&format!("{client:?}/ssh")), &script, 0o755);
        }
        let process = spawn(folder.path());
        let mut server = Self { process, folder, port, user };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let end = Instant::now() + PATIENCE;
        // Its own word: a connection could as well be somebody else's.
        let listens = format!("Server listening on 127.0.0.1 port {}", self.port);
        loop {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            if log.contains(&listens) {
                break;
            }
            let ended = self.process.try_wait().ok().flatten();
            assert!(ended.is_none() && Instant::now() < end, "sshd does not start: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of an engine whose socket lies there.
    #[must_use]
    pub fn address(&self, socket: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{socket}", self.user, self.port)
    }

    /// The search path on which `ssh` is a client of that kind.
    ///
    /// # Panics
    /// When there is no search path.
    #[must_use]
    pub fn search_path(&self, client: Client) -> String {
        let path = std::env::var("PATH").unwrap_or_else(|error| panic!("PATH: {error}"));
        format!("{}:{path}", self.folder.path().join(format!("{client:?}")).display())
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// As root the server wants a folder and a user of its own; it gets both in a mount namespace, so that the machine has neither.
fn spawn(folder: &Path) -> Child {
    const AS_ROOT: &str = "set -e; mount --make-rprivate /; mount -t tmpfs tmpfs /run; mkdir -m 755 /run/sshd; \
        mount --bind \"$1/passwd\" /etc/passwd; shift; exec \"$@\"";
    let (program, libraries) = program();
    let log = std::fs::File::create(folder.join("log")).unwrap_or_else(|error| panic!("{error}"));
    let is_root = rustix::process::geteuid().is_root();
    let mut command = if is_root {
        let others = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let others: Vec<_> = others.lines().filter(|line| !line.starts_with("sshd:")).collect();
        let passwd = format!("{}\nsshd:x:65534:65534::/run/sshd:/usr/sbin/nologin\n", others.join("\n"));
        write(&folder.join("passwd"), &passwd, 0o644);
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", AS_ROOT, "sh"]).arg(folder).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(["-D", "-e", "-f"]).arg(folder.join("sshd_config"));
    if let Some(libraries) = libraries {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    let errors = log.try_clone().unwrap_or_else(|error| panic!("{error}"));
    command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .unwrap_or_else(|error| panic!("sshd cannot be started: {error}"))
}

/// The server's program, and where its libraries are when they are not the system's.
fn program() -> (PathBuf, Option<String>) {
    let installed = PathBuf::from("/usr/sbin/sshd");
    if installed.exists() {
        return (installed, None);
    }
    let folder = engines::home().unwrap_or_else(|error| panic!("{error}")).join(FOLDER);
    let unpacked = folder.join("usr/sbin/sshd");
    assert!(unpacked.exists(), "there is no sshd; run `{}`", engines::COMMAND);
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    let libraries = ["lib", "usr/lib"].map(|below| folder.join(below).join(&triple).display().to_string());
    (unpacked, Some(libraries.join(":")))
}

fn write(path: &Path, text: &str, mode: u32) {
    let written = std::fs::File::create(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)));
    written.unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
