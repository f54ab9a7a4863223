//! What cargo says about the workspace.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace and everything it is built from.
pub(crate) struct Metadata {
    value: Value,
}

impl Metadata {
    /// Reads the metadata of this workspace, resolved for every system that it is built for.
    pub(crate) fn read() -> Metadata {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root())
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        Metadata { value: serde_json::from_slice(&output.stdout).expect("cargo prints JSON") }
    }

    /// Every package, ours and others'.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Value> {
        list(&self.value["packages"]).iter()
    }

    /// The packages of this workspace, by name.
    pub(crate) fn members(&self) -> BTreeMap<&str, &Value> {
        let members: BTreeSet<&str> = list(&self.value["workspace_members"]).iter().map(text).collect();
        self.packages()
            .filter(|package| members.contains(text(&package["id"])))
            .map(|package| (text(&package["name"]), package))
            .collect()
    }

    /// The names of all packages that end up in what `package` is built into: normal dependencies, followed all the way down.
    pub(crate) fn built_into(&self, package: &str) -> BTreeSet<&str> {
        let names: BTreeMap<&str, &str> =
            self.packages().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let nodes: BTreeMap<&str, &Value> =
            list(&self.value["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();
        let start =
            names.iter().find(|(_, name)| **name == package).map(|(id, _)| *id).expect("a known package");
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            for dependency in list(&nodes[id]["deps"]) {
                let normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
                let next = text(&dependency["pkg"]);
                if normal && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.into_iter().filter(|id| *id != start).map(|id| names[id]).collect()
    }
}

/// The names of a package's direct dependencies that are not only for tests or build scripts.
pub(crate) fn direct(package: &Value) -> BTreeSet<&str> {
    list(&package["dependencies"])
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

/// The folder that holds the workspace's Cargo.toml.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .expect("xtask lies three folders down")
        .to_path_buf()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
