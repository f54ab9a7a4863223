//! What the kernel tells of processes.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

/// Every process there is, by its number.
fn all() -> Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc").context("no /proc")?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// A process and everything below it.
pub(super) fn family(root: u32) -> Result<Vec<u32>> {
    let mut parents = BTreeMap::new();
    for id in all()? {
        if let Some(parent) = stat(id).and_then(|fields| fields.get(1)?.parse::<u32>().ok()) {
            parents.insert(id, parent);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, of)| **of == parent).map(|(id, _)| *id));
        next += 1;
    }
    Ok(found)
}

/// The processes of a container whose command line contains this, as this computer counts them.
pub(super) fn of_container(container: &str, part: &str) -> Result<Vec<u32>> {
    let is_inside = |id: &u32| {
        let groups = fs::read_to_string(format!("/proc/{id}/cgroup")).unwrap_or_default();
        // Podman's monitor of a container has a group of its own beside the container's.
        let mut groups = groups.lines();
        groups.any(|group| group.contains(container) && !group.contains("conmon"))
    };
    let contains = |id: &u32| {
        let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(part)
    };
    Ok(all()?.filter(is_inside).filter(contains).collect())
}

/// The fields of a process's `stat` after its name, which may hold anything: state, parent, and so on.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// Processor time of all of them, in ticks: a hundred a second on every Linux there is.
pub(super) fn ticks(processes: &[u32]) -> f64 {
    let of = |process: &u32| {
        let fields = stat(*process)?;
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    };
    processes.iter().filter_map(of).sum()
}

/// The most memory that a process has held so far, in MiB.
pub(super) fn peak_mebibytes(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).context("the process is gone")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: f64 =
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).context("no VmHWM")?;
    Ok(kibibytes / 1024.0)
}
