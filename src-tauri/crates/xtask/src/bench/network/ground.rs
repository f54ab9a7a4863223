//! Where the network is measured: a container that the engine itself made, with a published port, and environments that are kept.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use wharf_test_support::engines::{self, Engine, Kind};
use wharf_test_support::images::DEBIAN;
use wharf_test_support::socket::Socket;

use super::server::Server;
use super::{bare, client};
use crate::bench::place::program_at_the_socket;
use crate::bench::process;
use crate::system;

/// The ports that servers have inside: one on any address, one on loopback.
const EVERYWHERE: u16 = 7000;
const LOOPBACK: u16 = 7001;
/// What is sent out of a container by `cat`, as often as it takes.
const FILE: &str = "/var/tmp/large";
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How long a forward may take to be told.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all environments share: a home, and with it a keeper.
pub(super) struct Ground {
    folder: tempfile::TempDir,
    engine: Engine,
    wharf: PathBuf,
}

impl Ground {
    pub(super) fn make(wharf: &Path, engine: &Engine) -> Result<Ground> {
        Ok(Ground { folder: engines::shared_folder(), engine: engine.clone(), wharf: wharf.to_path_buf() })
    }

    fn wharf(&self) -> Command {
        let mut command = system::command(&self.wharf);
        for variable in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            command.env_remove(variable);
        }
        command
            .env("HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("WHARF_STATE_DIR", self.folder.path().join("state"))
            .env("DOCKER_HOST", self.engine.docker_host())
            .env("WHARF_NO_KEEPER", "");
        command
    }

    /// What `wharf ports --json` prints.
    fn ports(&self, folder: &Path) -> Result<Value> {
        let text = system::output(self.wharf().args(["ports", "--json"]).arg(folder))?;
        serde_json::from_str(&text).context("the ports are not JSON")
    }

    /// The keeper's process.
    pub(super) fn keeper(&self) -> Result<u32> {
        let text = system::output(self.wharf().args(["ports", "--json"]))?;
        let ports: Value = serde_json::from_str(&text).context("the ports are not JSON")?;
        let pid = ports["keeper"]["pid"].as_u64().context("no keeper runs")?;
        u32::try_from(pid).context("no number of a process")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // The environments that it kept are gone by now.
        let _ = system::run(self.wharf().args(["keeper", "--leave"]));
    }
}

/// A container with a published port, made without Wharf.
pub(super) struct Baseline {
    container: Container,
    program: Vec<String>,
    /// The port of this computer that leads to the server.
    pub(super) published: u16,
    /// The port of a relay to the server that does nothing else, on an engine that has no program between a published port and the server.
    pub(super) bare: Option<u16>,
    _server: Server,
}

impl Baseline {
    pub(super) fn make(ground: &Ground) -> Result<Baseline> {
        let socket = Socket::new(&ground.engine.socket);
        let inside = format!("{EVERYWHERE}/tcp");
        let body = json!({
            "Image": DEBIAN,
            "Cmd": ["sleep", "86400"],
            "ExposedPorts": { &inside: {} },
            "HostConfig": {
                "Init": true,
                "PortBindings": { &inside: [{ "HostIp": "127.0.0.1", "HostPort": "" }] },
            },
        });
        let made = socket.request("POST", "/containers/create", Some(&body))?;
        let Some(id) = made.json()["Id"].as_str().map(str::to_owned) else {
            bail!("the engine makes no container: {}", made.text());
        };
        let container = Container { socket, id };
        let (socket, id) = (&container.socket, &container.id);
        let started = socket.request("POST", &format!("/containers/{id}/start"), None)?;
        if !started.is_success() {
            bail!("the engine starts no container: {}", started.text());
        }
        let facts = socket.get(&format!("/containers/{id}/json"))?.json();
        let published = &facts["NetworkSettings"]["Ports"][&inside][0]["HostPort"];
        let published = published.as_str().and_then(|port| port.parse().ok()).context("no published port")?;
        let server = Server::listen(first_process(id)?, ([0, 0, 0, 0], EVERYWHERE).into())?;
        let program = program_at_the_socket(&ground.engine)?;
        let bare = match ground.engine.kind {
            Kind::Docker => None,
            Kind::Podman => Some(bare::relay(SocketAddr::new(address(&facts)?, EVERYWHERE))?),
        };
        let baseline = Baseline { container, program, published, bare, _server: server };
        let count = FILE_BYTES / 1024 / 1024;
        let write = format!("dd if=/dev/zero of={FILE} bs=1M count={count}");
        system::run(&mut baseline.exec(&[], &["sh", "-c", &write]))?;
        Ok(baseline)
    }

    fn exec(&self, flags: &[&str], command: &[&str]) -> Command {
        let mut exec = system::command(&self.program[0]);
        exec.args(&self.program[1..]).arg("exec").args(flags).arg(&self.container.id).args(command);
        exec
    }

    /// MiB a second that `docker exec` carries out of the container.
    pub(super) fn cat_out(&self, bytes: u64) -> Result<f64> {
        let command = [&["cat"][..], &vec![FILE; (bytes / FILE_BYTES) as usize]].concat();
        let begin = Instant::now();
        let mut child = self.exec(&[], &command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let came = client::drain(child.stdout.as_mut().context("no output")?)?;
        let rate = client::rate(bytes, begin);
        let status = child.wait()?;
        if came != bytes || !status.success() {
            bail!("{came} bytes of {bytes} came, {status}");
        }
        Ok(rate)
    }

    /// MiB a second that it carries in.
    pub(super) fn cat_in(&self, bytes: u64) -> Result<f64> {
        let command = ["sh", "-c", "cat | wc -c"];
        let begin = Instant::now();
        let mut child = self.exec(&["-i"], &command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        client::fill(child.stdin.as_mut().context("no input")?, bytes)?;
        let output = child.wait_with_output()?;
        let rate = client::rate(bytes, begin);
        let counted = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if counted != bytes.to_string() {
            bail!("{counted} bytes of {bytes} arrived, {}", output.status);
        }
        Ok(rate)
    }
}

/// A container that goes with this value.
struct Container {
    socket: Socket,
    id: String,
}

impl Drop for Container {
    fn drop(&mut self) {
        let path = format!("/containers/{}?force=true&v=true", self.id);
        let _ = self.socket.request("DELETE", &path, None);
    }
}

/// The container's own address.
fn address(facts: &Value) -> Result<IpAddr> {
    let networks = facts["NetworkSettings"]["Networks"].as_object().context("no network")?;
    let mut addresses = networks.values().filter_map(|network| network["IPAddress"].as_str()?.parse().ok());
    addresses.next().context("the container has no address")
}

fn first_process(container: &str) -> Result<u32> {
    let processes = process::of_container(container, "")?;
    processes.into_iter().min().context("no process of the container is seen from here")
}

/// An environment that is kept, with a server on any address and one on loopback, each with its forward.
pub(super) struct Kept {
    container: Container,
    process: u32,
    /// The local ports that lead to the two.
    pub(super) forwards: [u16; 2],
    _servers: [Server; 2],
}

impl Kept {
    pub(super) fn make(ground: &Ground, name: &str) -> Result<Kept> {
        let folder = ground.folder.path().join(name);
        std::fs::create_dir_all(&folder).context("no folder for an environment")?;
        let configuration = json!({ "image": DEBIAN, "forwardPorts": [EVERYWHERE, LOOPBACK] });
        std::fs::write(folder.join(".devcontainer.json"), configuration.to_string())?;
        let text = system::output(ground.wharf().args(["up", "--workspace-folder"]).arg(&folder))?;
        let up: Value = serde_json::from_str(text.trim()).context("`up` prints no JSON")?;
        let id = up["containerId"].as_str().context("`up` names no container")?.to_owned();
        let container = Container { socket: Socket::new(&ground.engine.socket), id };
        let process = first_process(&container.id)?;
        let servers = [
            Server::listen(process, ([0, 0, 0, 0], EVERYWHERE).into())?,
            Server::listen(process, ([127, 0, 0, 1], LOOPBACK).into())?,
        ];
        let forwards = [forward(ground, &folder, EVERYWHERE)?, forward(ground, &folder, LOOPBACK)?];
        Ok(Kept { container, process, forwards, _servers: servers })
    }

    /// The agents that run inside.
    pub(super) fn agents(&self) -> Result<Vec<u32>> {
        let agents = process::of_container(&self.container.id, "/.wharf/")?;
        if agents.is_empty() { bail!("no agent runs in {}", self.container.id) } else { Ok(agents) }
    }

    /// One more server inside.
    pub(super) fn listen(&self, address: SocketAddr) -> Result<Server> {
        Server::listen(self.process, address)
    }
}

/// The local port that leads to a port inside, once the keeper has found that somebody listens there.
fn forward(ground: &Ground, folder: &Path, port: u16) -> Result<u16> {
    let end = Instant::now() + PATIENCE;
    loop {
        let ports = ground.ports(folder)?;
        let told = ports["environments"][0]["ports"].as_array().cloned().unwrap_or_default();
        let found = told.iter().find(|told| told["port"] == port);
        let local = found.and_then(|told| told["local"]["port"].as_u64()?.try_into().ok());
        if let Some(local) = local
            && client::first_answer(local, Duration::from_secs(1)).is_ok()
        {
            return Ok(local);
        }
        if Instant::now() > end {
            bail!("port {port} is not forwarded: {ports:#}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
