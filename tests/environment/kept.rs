//! An environment that is kept, for tests of the keeper: what is said of its ports, who answers behind them, and which processes there are.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use wharf_test_support::command::Exchange;
use wharf_test_support::engines;
pub use wharf_test_support::ports::free_port;

use crate::kit::{Place, json, wait_until};

/// A place whose environment is kept. The keeper ends with it.
pub struct Kept {
    pub place: Place,
    pub variables: Vec<(String, String)>,
    pub port: u16,
    /// Whose keeper it is; that of the user of the tests if None.
    pub user: Option<u32>,
}

/// The command that serves one file on loopback; it ends once somebody listens.
pub fn serve(port: impl std::fmt::Display) -> String {
    format!(
        "mkdir -p /tmp/www && printf hello > /tmp/www/index.html && httpd -p 127.0.0.1:{port} -h /tmp/www"
    )
}

impl Kept {
    /// An environment with a server of its own on loopback, whose port is declared.
    pub fn new(engine: engines::Engine, more: &str) -> Self {
        let port = free_port();
        let place = Place::new(engine, "{}");
        let configuration = format!(
            r#"{{ "image": "busybox", "forwardPorts": [{port}], "postStartCommand": "{}",
                "portsAttributes": {{ "{port}": {{ "label": "web", "protocol": "http" }} }} {more} }}"#,
            serve(port)
        );
        place.configure(&configuration);
        Self { place, variables: Vec::new(), port, user: None }
    }

    pub fn wharf(&self, verb: &str, arguments: &[&str]) -> Exchange<'_> {
        self.ours(self.place.wharf(verb, arguments).variable("WHARF_NO_KEEPER", ""))
    }

    /// A command that names what it is about itself, wherever it runs.
    pub fn anywhere(&self, arguments: &[&str]) -> Exchange<'_> {
        let exchange = self.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(arguments.iter().copied());
        self.ours(exchange.variable("DOCKER_HOST", self.place.engine.docker_host()))
    }

    fn ours<'a>(&'a self, exchange: Exchange<'a>) -> Exchange<'a> {
        let exchange = self.user.into_iter().fold(exchange, Exchange::user);
        self.variables.iter().fold(exchange, |exchange, (name, value)| exchange.variable(name, value))
    }

    /// The volume that our environment's workspace lies in.
    pub fn volume(&self) -> String {
        let listed = json(&self.anywhere(&["list", "--json"]).end());
        let mut all = listed["environments"].as_array().unwrap().iter();
        let ours = all.find(|found| found["ours"] == true).unwrap();
        ours["reference"]["volume"].as_str().unwrap().to_owned()
    }

    pub fn up(&self) -> String {
        let answer = self.wharf("up", &[]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        json(&answer)["containerId"].as_str().unwrap().to_owned()
    }

    /// What `wharf ports --json` prints.
    pub fn ports(&self) -> Value {
        let answer = self.anywhere(&["ports", "--json"]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        json(&answer)
    }

    pub fn keeper(&self) -> Option<u64> {
        self.ports()["keeper"]["pid"].as_u64()
    }

    /// The declared port, as it is told.
    pub fn told(&self) -> Value {
        let ports = self.ports();
        let all = ports["environments"][0]["ports"].as_array().cloned().unwrap_or_default();
        all.into_iter().find(|port| port["port"] == self.port).unwrap_or_default()
    }

    pub fn local(&self) -> Option<u16> {
        self.told()["local"]["port"].as_u64().map(|port| port as u16)
    }

    /// Waits until the server answers through the forward.
    pub fn answers(&self) {
        wait_until("the server answers through its forward", || {
            self.local().is_some_and(|port| get(port).is_ok_and(|text| text.ends_with("hello")))
        });
    }

    /// From the next command on there is a program that takes links. The file that it writes them into, one a line.
    pub fn takes_links(&mut self) -> PathBuf {
        let home = &self.place.home;
        let opened = home.path().join("opened");
        let opener = home.write("bin/xdg-open", &format!("#!/bin/sh\necho \"$1\" >> {}\n", opened.display()));
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", opener.parent().unwrap().display(), std::env::var("PATH").unwrap());
        self.variables.push(("PATH".to_owned(), path));
        opened
    }

    /// Waits until nothing listens and no keeper runs.
    pub fn is_gone(&self, keeper: u64, port: u16) {
        wait_until("the keeper leaves", || !is_alive(keeper));
        // Its last thread may close what the first one has left.
        wait_until("its port is free", || connect(port).is_err());
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.anywhere(&["keeper", "--leave"]).end();
    }
}

/// The keeper of a place, which leaves with this, whatever comes of the test.
pub struct Leaving<'a>(pub &'a Place);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let _ = self.0.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["keeper", "--leave"]).end();
    }
}

pub fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream =
        TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// The answer to one request.
pub fn get(port: u16) -> std::io::Result<String> {
    let mut stream = connect(port)?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Whether a process runs; one that nobody has waited for yet does not.
pub fn is_alive(pid: u64) -> bool {
    state(pid).is_some_and(|state| state != 'Z')
}

/// The letter that the system has for what a process does; None once it is gone.
pub fn state(pid: u64) -> Option<char> {
    let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    told.rsplit(") ").next()?.chars().next()
}

pub fn kill(pid: u64) {
    tell(pid, Signal::KILL);
}

/// Sends a signal to a process, which may have ended.
pub fn tell(pid: u64, signal: Signal) {
    let pid = Pid::from_raw(pid as i32).unwrap();
    let _ = kill_process(pid, signal);
}

/// The processes of a container whose command line contains this, as this computer counts them.
pub fn processes(container: &str, part: &str) -> Vec<u64> {
    let mut found = processes_with(part);
    found.retain(|pid| read(*pid, "cgroup").contains(container));
    found
}

/// The processes of this computer, those inside its engines included, whose command line contains this.
pub fn processes_with(part: &str) -> Vec<u64> {
    all_processes().filter(|pid| read(*pid, "cmdline").contains(part)).collect()
}

/// The processes that were started for a home: keepers, their guards, and commands.
pub fn processes_of(home: &std::path::Path) -> Vec<u64> {
    let variable = format!("HOME={} ", home.display());
    all_processes().filter(|pid| is_alive(*pid) && read(*pid, "environ").contains(&variable)).collect()
}

fn all_processes() -> impl Iterator<Item = u64> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// A file about a process, with blanks for what parts its words.
fn read(pid: u64, file: &str) -> String {
    let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// A user who is nobody here.
pub const NOBODY: u32 = 65_534;

/// Does something as another user. Test engines need root, and so does this.
#[cfg(target_os = "linux")]
pub fn as_nobody<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    use rustix::process::{Gid, Uid};
    use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_res_uid};
    assert!(rustix::process::geteuid().is_root(), "only root can become another user");
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            // Of this thread alone.
            let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
            set_thread_groups(&[]).unwrap();
            set_thread_gid(group).unwrap();
            set_thread_res_uid(user, user, user).unwrap();
            work()
        });
        other.join().unwrap()
    })
}
