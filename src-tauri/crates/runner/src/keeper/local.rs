//! Who has which port of this computer.
//!
//! Only Linux tells without asking every process; elsewhere a port is known to be taken once it could not be bound, and by nobody in
//! particular.

use std::collections::BTreeMap;

use wharf_plan::ports::Holder;

/// Local ports that somebody listens on, as far as that can be told without trying; each with its socket.
#[cfg(target_os = "linux")]
pub(super) fn taken() -> BTreeMap<u16, u64> {
    let mut taken = BTreeMap::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        taken.extend(text.lines().skip(1).filter_map(listening));
    }
    taken
}

/// Local ports that somebody listens on: nothing tells.
#[cfg(not(target_os = "linux"))]
pub(super) fn taken() -> BTreeMap<u16, u64> {
    BTreeMap::new()
}

/// Who a socket belongs to. Processes of other users cannot be looked into.
pub(super) fn holder(socket: u64) -> Holder {
    #[cfg(target_os = "linux")]
    if let Some(holder) = process_of(socket) {
        return holder;
    }
    let _ = socket;
    Holder::Unknown
}

/// The port and socket of a line of the kernel's table, if it listens where a forward of ours would.
#[cfg(target_os = "linux")]
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

#[cfg(target_os = "linux")]
fn process_of(socket: u64) -> Option<Holder> {
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

#[cfg(all(test, target_os = "linux"))]
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

    #[test]
    fn a_listener_of_ours_is_found_with_its_process() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let socket = taken()[&port];
        let Holder::Process { pid, .. } = holder(socket) else { panic!("nobody has it") };
        assert_eq!(pid, std::process::id());
        assert_eq!(holder(u64::MAX), Holder::Unknown);
    }
}
