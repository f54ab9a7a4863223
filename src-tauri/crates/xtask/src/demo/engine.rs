//! The engine that the demo uses: one that runs already, as it is, else one in a folder of its own; and the image on it.

use std::fmt;
use std::process::Command;

/// An engine that answers, or that the environment says is there.
pub(super) struct Engine {
    /// As in `DOCKER_HOST`.
    address: String,
    /// Whether wharf would find it without being told.
    is_told: bool,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

impl Engine {
    /// Leads a program to this engine.
    pub(super) fn lead(&self, command: &mut Command) {
        command.env("DOCKER_HOST", &self.address);
    }

    /// What a person has to write before a command so that it uses this engine.
    pub(super) fn prefix(&self) -> String {
        if self.is_told { format!("DOCKER_HOST={} ", self.address) } else { String::new() }
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::{ask_for_rights, ensure_image, find, start};
#[cfg(not(target_os = "linux"))]
pub(super) use other::{ask_for_rights, ensure_image, find, start};

#[cfg(target_os = "linux")]
mod linux {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use anyhow::{Context, Result, bail};
    use wharf_test_support::engines::{DOCKER, Inventory, home};
    use wharf_test_support::images::DEBIAN;
    use wharf_test_support::socket::Socket;

    use super::Engine;
    use crate::images::{self, Selection};
    use crate::system;

    /// How long a registry may take to begin an answer before the image is made from Debian's packages.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// The engine that `DOCKER_HOST` names, else the first that answers at a place where engines listen, else one that this program
    /// started before.
    pub(in crate::demo) fn find() -> Result<Option<Engine>> {
        if let Ok(address) = std::env::var("DOCKER_HOST")
            && !address.is_empty()
        {
            if let Some(path) = address.strip_prefix("unix://")
                && !Socket::new(Path::new(path)).ping()
            {
                bail!(
                    "the engine that DOCKER_HOST names ({address}) does not answer; start it, or unset DOCKER_HOST"
                );
            }
            return Ok(Some(Engine { address, is_told: false }));
        }
        if let Some(path) = usual_sockets().into_iter().find(|path| Socket::new(path).ping()) {
            return Ok(Some(Engine { address: format!("unix://{}", path.display()), is_told: false }));
        }
        Ok(started())
    }

    fn usual_sockets() -> Vec<PathBuf> {
        let below = |variable: &str, rest: &str| {
            std::env::var_os(variable).map(|folder| Path::new(&folder).join(rest))
        };
        [
            Some(PathBuf::from("/var/run/docker.sock")),
            below("XDG_RUNTIME_DIR", "docker.sock"),
            below("HOME", ".docker/run/docker.sock"),
            below("XDG_RUNTIME_DIR", "podman/podman.sock"),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn started() -> Option<Engine> {
        let inventory = Inventory::read().ok()?;
        let engine = inventory.engine(DOCKER)?;
        engine.answers().then(|| Engine { address: engine.docker_host(), is_told: true })
    }

    /// Lets sudo ask for the password now, and not in the middle of a build's progress.
    pub(in crate::demo) fn ask_for_rights() -> Result<()> {
        if system::is_root() || !system::has_program("sudo") {
            return Ok(());
        }
        let status = system::command("sudo").arg("-v").status().context("sudo could not be started")?;
        if !status.success() {
            bail!("starting an engine needs root, and sudo refuses");
        }
        Ok(())
    }

    /// Starts the current Docker among the tests' engines, with the Debian image in it.
    pub(in crate::demo) fn start() -> Result<Engine> {
        crate::engines::start_for_demo()?;
        started().context("the engine was started, but does not answer")
    }

    /// Gives the engine the base image unless it has it: pulled when a registry answers, else made from Debian's packages.
    pub(in crate::demo) fn ensure_image(engine: &Engine) -> Result<()> {
        let Some(path) = engine.address.strip_prefix("unix://") else {
            println!("The image {DEBIAN} is left to the engine, which is on another machine");
            return Ok(());
        };
        let socket = Socket::new(Path::new(path));
        if images::is_held(&socket, DEBIAN) || is_pulled(&socket) {
            return Ok(());
        }
        println!("No registry answers for {DEBIAN}, so it is made from Debian's packages");
        crate::engines::make_debian_image()?;
        images::archive(&home()?, Selection::Debian).load(&socket)
    }

    fn is_pulled(socket: &Socket) -> bool {
        println!("Asking a registry for {DEBIAN}");
        let (name, tag) = DEBIAN.split_once(':').unwrap_or((DEBIAN, "latest"));
        let pull = format!("/images/create?fromImage={name}&tag={tag}");
        let answer = socket.clone().with_timeout(PATIENCE).request("POST", &pull, None);
        answer.is_ok() && images::is_held(socket, DEBIAN)
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use anyhow::{Result, bail};

    use super::Engine;

    /// The engine that `DOCKER_HOST` names; on this system nothing else can be installed for a person.
    pub(in crate::demo) fn find() -> Result<Option<Engine>> {
        match std::env::var("DOCKER_HOST") {
            Ok(address) if !address.is_empty() => Ok(Some(Engine { address, is_told: false })),
            _ => bail!(
                "on this system install and start Docker Desktop, OrbStack, Colima, Rancher Desktop or Podman by hand, set DOCKER_HOST to its address, and run this again"
            ),
        }
    }

    pub(in crate::demo) fn ask_for_rights() -> Result<()> {
        Ok(())
    }

    pub(in crate::demo) fn start() -> Result<Engine> {
        bail!("no engine can be started for you on this system")
    }

    pub(in crate::demo) fn ensure_image(_engine: &Engine) -> Result<()> {
        Ok(())
    }
}
