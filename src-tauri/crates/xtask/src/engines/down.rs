//! `cargo xtask engines down`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wharf_test_support::engines::{FILE, Inventory, Kind, home};
use wharf_test_support::plugins;
use wharf_test_support::socket::Socket;

use super::definition::{Definition, ENGINES};
use super::network::{self, Before, Tools};
use super::{empty, process, unpacked, up};
use crate::system;

/// Stops the engines, removes what they made outside their folders, and checks that nothing is left.
pub(super) fn run(names: &[String], purge: bool) -> Result<()> {
    let home = home()?;
    let mut inventory = Inventory::read().unwrap_or_default();
    let chosen: Vec<_> = match names {
        [] => ENGINES.iter().collect(),
        names => Definition::chosen(names)?,
    };
    let mut arguments = vec!["engines", "down"];
    arguments.extend(purge.then_some("--purge"));
    arguments.extend(names.iter().map(String::as_str));
    let is_nothing_to_do = inventory.engines.is_empty() && Before::read(&home).is_none();
    if is_nothing_to_do && !(purge && home.exists()) {
        println!("No test engine was started.");
        return Ok(());
    }
    if system::repeat_as_root("Stopping engines", &arguments)? {
        return Ok(());
    }
    let _lock = up::lock(&home)?;
    for engine in chosen {
        let Some(record) = inventory.engine(engine.name).cloned() else { continue };
        if process::is_alive(record.process) {
            let socket = Socket::new(&record.socket).with_timeout(std::time::Duration::from_secs(30));
            empty::run(&socket, engine.kind);
            process::stop(record.process).with_context(|| format!("{} could not be stopped", engine.name))?;
        }
        let _ = std::fs::remove_file(&record.socket);
        remove_cgroups(&engine.cgroup());
        let root = engine.root(&home);
        network::remove(engine, &Tools { root: &root })?;
        inventory.engines.retain(|other| other.name != engine.name);
        up::save(&home, &inventory)?;
        println!("  {} is stopped", engine.name);
    }
    let root =
        ENGINES.iter().map(|engine| engine.root(&home)).find(|root| root.join("usr/sbin/nft").exists());
    if let Some(root) = root.filter(|_| inventory.engines.is_empty()) {
        let tools = Tools { root: &root };
        let before = Before::read(&home);
        network::remove_common(&home, &tools)?;
        let left = leftovers(&home, before.as_ref(), &tools)?;
        if !left.is_empty() {
            bail!("still there after the engines ended:\n  {}", left.join("\n  "));
        }
        println!("Nothing of the engines is left: no process, interface, firewall rule, mount or cgroup.");
    }
    if purge {
        remove_folder(&home, &inventory)?;
    }
    Ok(())
}

/// Removes the cgroups that the containers had; the kernel refuses where a process is still inside.
fn remove_cgroups(name: &str) {
    for folder in cgroups(name) {
        remove_cgroup(&folder);
    }
}

fn remove_cgroup(folder: &Path) {
    for below in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if below.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_cgroup(&below.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
}

/// The folders of that cgroup: one, or one in each hierarchy of the first generation.
fn cgroups(name: &str) -> Vec<PathBuf> {
    let base = Path::new("/sys/fs/cgroup");
    let hierarchies =
        std::fs::read_dir(base).into_iter().flatten().flatten().map(|entry| entry.path().join(name));
    std::iter::once(base.join(name)).chain(hierarchies).filter(|folder| folder.is_dir()).collect()
}

/// Whether a process is in that cgroup or below. Ours have ended with their namespace, so it is of engines that another home started.
fn is_in_use(cgroup: &Path) -> bool {
    std::fs::read_to_string(cgroup.join("cgroup.procs")).is_ok_and(|processes| !processes.is_empty())
        || std::fs::read_dir(cgroup)
            .into_iter()
            .flatten()
            .flatten()
            .any(|below| below.file_type().is_ok_and(|kind| kind.is_dir()) && is_in_use(&below.path()))
}

/// What can still be seen of the engines, in words.
fn leftovers(home: &Path, before: Option<&Before>, tools: &Tools<'_>) -> Result<Vec<String>> {
    let mut found = network::leftovers(before, tools)?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let below = home.display().to_string();
    found.extend(
        mounts
            .lines()
            .filter_map(|line| line.split(' ').nth(4))
            .filter(|point| Path::new(point).starts_with(&below))
            .map(|point| format!("mount {point}")),
    );
    for engine in ENGINES.iter().filter(|engine| engine.kind == Kind::Docker) {
        remove_cgroups(&engine.cgroup());
        let folders = cgroups(&engine.cgroup()).into_iter().filter(|folder| !is_in_use(folder));
        found.extend(folders.map(|folder| format!("cgroup {}", folder.display())));
    }
    Ok(found)
}

/// Removes everything that `up` made, the downloads included.
fn remove_folder(home: &Path, inventory: &Inventory) -> Result<()> {
    if !inventory.engines.is_empty() {
        bail!("{} stays, because engines still run from it", home.display());
    }
    let own = ["engines", "roots", "images", "share", "canary", FILE, plugins::FOLDER];
    for entry in own.into_iter().chain(unpacked::ALL.map(|unpacked| unpacked.folder)) {
        let path = home.join(entry);
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    println!("Removed the engines' folders, data and images from {}", home.display());
    Ok(())
}
