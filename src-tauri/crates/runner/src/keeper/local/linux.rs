//! The kernel's tables: a port is told with its socket, whose process is the one that has it open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wharf_agent::message::Machine;
use wharf_plan::ports::Holder;

/// Local ports that somebody listens on, each with its socket.
pub(super) fn taken() -> BTreeMap<u16, u64> {
    let mut taken = BTreeMap::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        taken.extend(text.lines().skip(1).filter_map(listening));
    }
    taken
}

/// The processes that sockets belong to, in one walk over all. Those of other users cannot be looked into.
pub(super) fn holders(sockets: &BTreeSet<u64>) -> BTreeMap<u64, Holder> {
    let mut found = BTreeMap::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if found.len() == sockets.len() {
            break;
        }
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(descriptors) = std::fs::read_dir(process.path().join("fd")) else { continue };
        let open = descriptors.flatten().filter_map(|entry| socket(&std::fs::read_link(entry.path()).ok()?));
        let its: BTreeSet<u64> = open.filter(|socket| sockets.contains(socket)).collect();
        if its.is_empty() {
            continue;
        }
        let Ok(name) = std::fs::read_to_string(process.path().join("comm")) else { continue };
        for socket in its {
            found.entry(socket).or_insert_with(|| Holder::Process { name: name.trim_end().to_owned(), pid });
        }
    }
    found
}

/// The number in `socket:[4711]`, which is what a descriptor of a socket leads to.
fn socket(link: &Path) -> Option<u64> {
    link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// What the kernel says of this process.
pub(super) fn machine() -> Machine {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let network = std::fs::read_link("/proc/self/ns/net").ok();
    Machine {
        boot: boot.map(|boot| boot.trim().to_owned()),
        network: network.and_then(|network| network.into_os_string().into_string().ok()),
    }
}

/// The port and socket of a line of the kernel's table, if it listens where a forward of ours would.
fn listening(line: &str) -> Option<(u16, u64)> {
    const LISTENS: &str = "0A";
    let mut words = line.split_whitespace();
    let (address, port) = words.nth(1)?.split_once(':')?;
    let state = words.nth(1)?;
    let inode = words.nth(5)?;
    let everywhere = address.bytes().all(|digit| digit == b'0');
    // In the byte order of the machine: 127.0.0.0/8 and ::1, and the former written as the latter.
    let loopback = match address.len() {
        8 => address.ends_with("7F"),
        _ => address == "00000000000000000000000001000000" || address.starts_with("0000000000000000FFFF0000"),
    };
    if state != LISTENS || !(everywhere || loopback) {
        return None;
    }
    Some((u16::from_str_radix(port, 16).ok()?, inode.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernels_table() {
        let line = |address: &str, state: &str| {
            format!(
                "   0: {address}:1F90 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0"
            )
        };
        let cases = [
            (line("0100007F", "0A"), Some((8080, 4711))),
            (line("00000000", "0A"), Some((8080, 4711))),
            (line("00000000000000000000000000000000", "0A"), Some((8080, 4711))),
            (line("00000000000000000000000001000000", "0A"), Some((8080, 4711))),
            (line("0100007F", "01"), None),
            (line("0101A8C0", "0A"), None),
            ("nothing".to_owned(), None),
            (String::new(), None),
        ];
        for (line, expected) in cases {
            assert_eq!(listening(&line), expected, "{line}");
        }
    }
}
