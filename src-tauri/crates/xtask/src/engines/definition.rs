//! The table of test engines, and what each needs to be started: its Debian, its configuration files and its command.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;
use wharf_test_support::engines::{DOCKER, Kind, OLD_DOCKER, OLD_PODMAN, PODMAN, ROOTLESS_PODMAN};

use crate::debootstrap::Recipe;

/// The engines in the order in which they are started and shown.
pub(super) const ENGINES: &[Definition] = &[
    Definition { name: DOCKER, kind: Kind::Docker, release: &FORKY, network: Some(201) },
    Definition { name: PODMAN, kind: Kind::Podman, release: &FORKY, network: Some(203) },
    Definition { name: OLD_DOCKER, kind: Kind::Docker, release: &BOOKWORM, network: Some(202) },
    Definition { name: OLD_PODMAN, kind: Kind::Podman, release: &BOOKWORM, network: Some(200) },
    // Its network is slirp's, inside its own namespace: no address of this machine's is taken.
    Definition { name: ROOTLESS_PODMAN, kind: Kind::Podman, release: &BOOKWORM, network: None },
];

/// Docker 28.5 and Podman 5.8: what people run today.
static FORKY: Recipe = Recipe {
    suite: "forky",
    packages: &[
        "ca-certificates",
        "docker.io",
        "docker-cli",
        "iptables",
        "nftables",
        "iproute2",
        "podman",
        "catatonit",
        "crun",
        "runc",
        "netavark",
        "aardvark-dns",
        "busybox-static",
    ],
};

/// Docker 20.10 and Podman 4.3: the oldest that are supported.
static BOOKWORM: Recipe = Recipe {
    suite: "bookworm",
    packages: &[
        "ca-certificates",
        "docker.io",
        "iptables",
        "nftables",
        "iproute2",
        "podman",
        "catatonit",
        "crun",
        "runc",
        "netavark",
        "aardvark-dns",
        "fuse-overlayfs",
        "slirp4netns",
        "uidmap",
        "busybox-static",
    ],
};

/// All test engines' addresses lie here, so that one rule concerns them and nobody else.
pub(super) const ADDRESSES: &str = "10.200.0.0/14";

/// One test engine.
pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) release: &'static Recipe,
    /// The second number of its addresses, within [`ADDRESSES`]; none where an ordinary user runs it.
    network: Option<u8>,
}

/// The user that runs the engine without root, by number and by the name that it has in the engine's root.
pub(super) const USER: u32 = 1000;
const USER_NAME: &str = "wharf";

impl Definition {
    /// The engines that the names mean; without names all of them.
    pub(super) fn chosen(names: &[String]) -> Result<Vec<&'static Self>> {
        if names.is_empty() {
            return Ok(ENGINES.iter().collect());
        }
        names
            .iter()
            .map(|name| match ENGINES.iter().find(|engine| engine.name == name) {
                Some(engine) => Ok(engine),
                None => {
                    let known: Vec<_> = ENGINES.iter().map(|engine| engine.name).collect();
                    bail!("there is no test engine {name:?}; there are {}", known.join(", "))
                }
            })
            .collect()
    }

    /// Its socket; below 100 bytes for every sensible home.
    pub(super) fn socket(&self, home: &Path) -> PathBuf {
        home.join("share").join(format!("{}.sock", self.name))
    }

    /// Its own folder: data, configuration and log.
    pub(super) fn folder(&self, home: &Path) -> PathBuf {
        home.join("engines").join(self.name)
    }

    /// The file that takes what the engine says.
    pub(super) fn log(&self, home: &Path) -> PathBuf {
        self.folder(home).join("log")
    }

    /// The Debian system that becomes its root.
    pub(super) fn root(&self, home: &Path) -> PathBuf {
        home.join("roots").join(self.release.suite)
    }

    /// The bridge that its containers join by default; at most 15 characters.
    pub(super) fn bridge(&self) -> String {
        format!("wharf-{}", self.name)
    }

    /// The bridge's own address: the gateway of the lower half of the engine's addresses, which the default network takes.
    pub(super) fn gateway(&self) -> Option<String> {
        self.network.map(|network| format!("10.{network}.0.1"))
    }

    /// The beginning that all of its addresses have in common.
    pub(super) fn address_prefix(&self) -> Option<String> {
        self.network.map(|network| format!("10.{network}."))
    }

    /// The cgroup below which Docker puts its containers. Podman's name for it is fixed.
    pub(super) fn cgroup(&self) -> String {
        match self.kind {
            Kind::Docker => format!("wharf-{}", self.name),
            Kind::Podman => "libpod_parent".to_owned(),
        }
    }

    /// Writes the configuration files and answers the command to run inside the root.
    pub(super) fn prepare(&self, home: &Path) -> Result<Vec<String>> {
        let folder = self.folder(home);
        for below in ["data", "networks"] {
            let below = folder.join(below);
            std::fs::create_dir_all(&below).with_context(|| format!("cannot make {}", below.display()))?;
        }
        let socket = format!("unix://{}", self.socket(home).display());
        let file = |name: &str| folder.join(name).display().to_string();
        // catatonit, as the namespace's first process, hands on signals and reaps what containers leave behind.
        let mut command = vec!["catatonit".to_owned(), "--".to_owned()];
        match (self.kind, self.network) {
            (Kind::Docker, Some(network)) => {
                write(&folder.join("daemon.json"), &self.docker_configuration(&folder, network).to_string())?;
                command.extend([
                    "dockerd".to_owned(),
                    "--config-file".to_owned(),
                    file("daemon.json"),
                    "-H".to_owned(),
                    socket,
                ]);
            }
            (_, None) => {
                write(&folder.join("containers.conf"), ROOTLESS_CONFIGURATION)?;
                write(&folder.join("storage.conf"), &storage_configuration(&folder, self.network.is_none()))?;
                // What the engine's root lacks for an ordinary user, made there and in its mount namespace alone.
                command.extend(["sh", "-c", BECOME_USER, "become"].map(str::to_owned));
                command.extend([
                    USER_NAME.to_owned(),
                    USER.to_string(),
                    folder.display().to_string(),
                    socket,
                ]);
            }
            (Kind::Podman, Some(network)) => {
                write(&folder.join("containers.conf"), &podman_configuration(&folder, network))?;
                write(&folder.join("storage.conf"), &storage_configuration(&folder, self.network.is_none()))?;
                write(&folder.join("networks/podman.json"), &self.podman_network(network).to_string())?;
                command.extend(["env".to_owned(), format!("CONTAINERS_CONF={}", file("containers.conf"))]);
                command.push(format!("CONTAINERS_STORAGE_CONF={}", file("storage.conf")));
                command.push("PODMAN_IGNORE_CGROUPSV1_WARNING=1".to_owned());
                command.extend(["podman", "system", "service", "--time=0"].map(str::to_owned));
                command.push(socket);
            }
        }
        Ok(command)
    }

    /// The daemon writes no firewall rules: they would stand in chains that every Docker on the machine shares. Ports are published by
    /// its proxy program instead, and [`super::network`] translates the containers' addresses.
    fn docker_configuration(&self, folder: &Path, network: u8) -> serde_json::Value {
        let mut configuration = json!({
            "data-root": folder.join("data"),
            "pidfile": format!("/run/{}.pid", self.name),
            "bridge": self.bridge(),
            "iptables": false,
            "ip6tables": false,
            "cgroup-parent": format!("/{}", self.cgroup()),
            "default-address-pools": [{ "base": format!("10.{network}.128.0/17"), "size": 24 }],
        });
        if self.name == DOCKER {
            configuration["features"] = json!({ "containerd-snapshotter": true });
        }
        configuration
    }

    fn podman_network(&self, network: u8) -> serde_json::Value {
        json!({
            "name": "podman",
            // The id that Podman expects of its default network.
            "id": "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9",
            "driver": "bridge",
            "network_interface": self.bridge(),
            "created": "2026-01-01T00:00:00Z",
            "subnets": [{ "subnet": format!("10.{network}.0.0/17"), "gateway": self.gateway() }],
            "ipv6_enabled": false,
            "internal": false,
            "dns_enabled": false,
            "ipam_options": { "driver": "host-local" },
        })
    }
}

/// runc, because crun refuses a machine with both generations of cgroups; limits that a restricted machine can grant; networks of its
/// own, because two Podmans otherwise hand out the same addresses; and a process per finished exec for ten seconds instead of
/// Podman's five minutes, because suites run thousands.
fn podman_configuration(folder: &Path, network: u8) -> String {
    let networks = folder.join("networks").display().to_string();
    format!(
        r#"[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 10

[network]
network_backend = "netavark"
network_config_dir = "{networks}"
default_subnet = "10.{network}.0.0/17"
default_subnet_pools = [{{ "base" = "10.{network}.128.0/17", "size" = 24 }}]
"#
    )
}

/// Without root: no bridge, and nothing of the machine that is written to.
const ROOTLESS_CONFIGURATION: &str = r#"[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 10

[network]
network_backend = "netavark"
"#;

/// Becomes the user: NAME ID FOLDER SOCKET.
const BECOME_USER: &str = r#"set -eu
name=$1 id=$2 folder=$3 socket=$4
id -u "$name" >/dev/null 2>&1 || useradd --create-home --uid "$id" "$name"
# The folders on the way to its data belong to root and are closed; Podman insists that all may pass.
parent=$(dirname "$folder")
while [ "$parent" != / ]; do chmod a+x "$parent" 2>/dev/null || true; parent=$(dirname "$parent"); done
mkdir -p "$folder/run"
chown -R "$id:$id" "$folder/data" "$folder/run"
# A device of our own, so that the machine's keeps its mode.
mount -t tmpfs -o mode=755 tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
chmod 777 "$(dirname "${socket#unix://}")"
export HOME="/home/$name" XDG_RUNTIME_DIR="$folder/run" PODMAN_IGNORE_CGROUPSV1_WARNING=1
export CONTAINERS_CONF="$folder/containers.conf" CONTAINERS_STORAGE_CONF="$folder/storage.conf"
cd /
exec setpriv --reuid "$id" --regid "$id" --init-groups podman system service --time=0 "$socket"
"#;

fn storage_configuration(folder: &Path, rootless: bool) -> String {
    let data = folder.join("data").display().to_string();
    if rootless {
        let run = folder.join("run/storage").display().to_string();
        return format!("[storage]\ndriver = \"overlay\"\ngraphroot = \"{data}\"\nrunroot = \"{run}\"\n");
    }
    format!("[storage]\ndriver = \"overlay\"\ngraphroot = \"{data}\"\nrunroot = \"/run/podman-storage\"\n")
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::ENGINES;

    #[test]
    fn names_and_addresses_keep_the_engines_apart() {
        for (engine, network) in ENGINES.iter().filter_map(|engine| Some((engine, engine.network?))) {
            assert!(engine.bridge().len() <= 15, "{}: the kernel takes no longer name", engine.bridge());
            assert!((200..=203).contains(&network), "{} is outside the common range", engine.name);
            let twins =
                ENGINES.iter().filter(|other| other.network == engine.network || other.name == engine.name);
            assert_eq!(twins.count(), 1, "{} shares a name or addresses", engine.name);
        }
    }
}
