//! The kernel's tables: a port is told with its socket, whose process is the one that has it open.

use std::collections::BTreeMap;

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

/// The process that a socket belongs to. Those of other users cannot be looked into.
pub(super) fn holder(socket: u64) -> Option<Holder> {
    let wanted = format!("socket:[{socket}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(descriptors) = std::fs::read_dir(process.path().join("fd")) else { continue };
        let is_its = descriptors
            .flatten()
            .any(|entry| std::fs::read_link(entry.path()).is_ok_and(|to| to.as_os_str() == wanted.as_str()));
        if is_its {
            let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
            return Some(Holder::Process { name: name.trim_end().to_owned(), pid });
        }
    }
    None
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
