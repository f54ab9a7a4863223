//! Windows' tables of what listens: a number of rows, and the rows, in which a port is told with its process.
//!
//! Who listens everywhere and who listens on loopback do not stand in each other's way on Windows: the second one would simply be given the
//! first one's connections. So a port counts as taken by either, and is not even tried.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How the rows of a table are laid out, in bytes: how long one is, and where what matters stands in it. All else is not looked at.
pub(super) struct Layout {
    row: usize,
    address: usize,
    address_length: usize,
    port: usize,
    process: usize,
}

/// `MIB_TCPROW_OWNER_PID`.
pub(super) const IPV4: Layout = Layout { row: 24, address: 4, address_length: 4, port: 8, process: 20 };
/// `MIB_TCP6ROW_OWNER_PID`.
pub(super) const IPV6: Layout = Layout { row: 56, address: 0, address_length: 16, port: 20, process: 52 };

/// The ports and processes of a table of what listens, if they listen where a forward of ours would.
pub(super) fn listening(table: &[u8], layout: &Layout) -> Vec<(u16, u64)> {
    let Some((count, rows)) = table.split_at_checked(4) else { return Vec::new() };
    let count = u32::from_le_bytes([count[0], count[1], count[2], count[3]]) as usize;
    rows.chunks_exact(layout.row).take(count).filter_map(|row| read(row, layout)).collect()
}

fn read(row: &[u8], layout: &Layout) -> Option<(u16, u64)> {
    let address = row.get(layout.address..)?.get(..layout.address_length)?;
    let address = match <[u8; 4]>::try_from(address) {
        Ok(short) => IpAddr::from(Ipv4Addr::from(short)),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?).to_canonical(),
    };
    if !(address.is_unspecified() || address.is_loopback()) {
        return None;
    }
    // The port as it goes over the network, the process as the machine counts.
    let port = u16::from_be_bytes(row.get(layout.port..)?.get(..2)?.try_into().ok()?);
    let process = u32::from_le_bytes(row.get(layout.process..)?.get(..4)?.try_into().ok()?);
    Some((port, u64::from(process)))
}

/// The name of a program by its path.
pub(super) fn program(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row4(address: [u8; 4], port: u16, process: u32) -> Vec<u8> {
        let mut row = vec![2, 0, 0, 0];
        row.extend(address);
        row.extend(port.to_be_bytes());
        // What stands beside a port may be anything.
        row.extend([0xca, 0xfe, 0, 0, 0, 0, 9, 9, 9, 9]);
        row.extend(process.to_le_bytes());
        row
    }

    fn row6(address: &str, port: u16, process: u32) -> Vec<u8> {
        let mut row = address.parse::<Ipv6Addr>().unwrap().octets().to_vec();
        row.extend([7, 0, 0, 0]);
        row.extend(port.to_be_bytes());
        row.extend([0xca, 0xfe]);
        row.extend([0; 24]);
        row.extend([2, 0, 0, 0]);
        row.extend(process.to_le_bytes());
        row
    }

    fn table(rows: &[Vec<u8>]) -> Vec<u8> {
        let mut table = (rows.len() as u32).to_le_bytes().to_vec();
        table.extend(rows.concat());
        table
    }

    #[test]
    fn ports_and_processes_of_what_listens_near() {
        let four = table(&[
            row4([0, 0, 0, 0], 80, 4),
            row4([127, 0, 0, 1], 8080, 70_000),
            row4([192, 168, 1, 2], 8081, 5),
        ]);
        assert_eq!(listening(&four, &IPV4), [(80, 4), (8080, 70_000)]);
        let six = table(&[
            row6("::", 3000, 1),
            row6("::1", 3001, 2),
            row6("::ffff:127.0.0.1", 3002, 3),
            row6("fe80::1", 3003, 4),
        ]);
        assert_eq!(listening(&six, &IPV6), [(3000, 1), (3001, 2), (3002, 3)]);
    }

    #[test]
    fn a_table_that_is_cut_off_or_has_room_left() {
        let whole = table(&[row4([0, 0, 0, 0], 80, 4), row4([0, 0, 0, 0], 81, 4)]);
        assert_eq!(listening(&whole[..whole.len() - 1], &IPV4), [(80, 4)]);
        let roomy = [whole.as_slice(), &[0; 100]].concat();
        assert_eq!(listening(&roomy, &IPV4), [(80, 4), (81, 4)]);
        for short in [&[][..], &[1], &[1, 0, 0, 0]] {
            assert!(listening(short, &IPV6).is_empty(), "{short:?}");
        }
    }

    #[test]
    fn a_program_is_named_by_its_file() {
        for (path, name) in [
            (r"C:\Program Files\nodejs\node.exe", "node.exe"),
            (r"\Device\HarddiskVolume3\Windows\System32\svchost.exe", "svchost.exe"),
            ("node.exe", "node.exe"),
        ] {
            assert_eq!(program(path), name, "{path}");
        }
    }
}
