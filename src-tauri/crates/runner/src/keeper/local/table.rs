//! Windows' tables of what listens and of connections: a number of rows, and the rows, in which ports are told with their process.
//!
//! Who listens everywhere and who listens on loopback do not stand in each other's way on Windows: the second one would simply be given the
//! first one's connections. So a port counts as taken by either, and is not even tried.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How the rows of a table are laid out, in bytes: how long one is, and where what matters stands in it. All else is not looked at.
pub(super) struct Layout {
    row: usize,
    address: usize,
    address_length: usize,
    port: usize,
    far_address: usize,
    far_port: usize,
    process: usize,
}

/// `MIB_TCPROW_OWNER_PID`.
pub(super) const IPV4: Layout =
    Layout { row: 24, address: 4, address_length: 4, port: 8, far_address: 12, far_port: 16, process: 20 };
/// `MIB_TCP6ROW_OWNER_PID`.
pub(super) const IPV6: Layout =
    Layout { row: 56, address: 0, address_length: 16, port: 20, far_address: 24, far_port: 44, process: 52 };

/// The ports and processes of a table of what listens, if they listen where a forward of ours would.
pub(super) fn listening(table: &[u8], layout: &Layout) -> Vec<(u16, u64)> {
    let near = rows(table, layout).filter_map(|row| Some((layout.near(row)?, layout.process(row)?)));
    let ours = near.filter(|(near, _)| {
        let address = near.ip().to_canonical();
        address.is_unspecified() || address.is_loopback()
    });
    ours.map(|(near, process)| (near.port(), process)).collect()
}

/// The process that has the end at `client` of a connection to `here`, in a table of connections.
pub(super) fn connected(table: &[u8], layout: &Layout, client: SocketAddr, here: SocketAddr) -> Option<u64> {
    let mut rows = rows(table, layout);
    let row = rows.find(|row| layout.near(row) == Some(client) && layout.far(row) == Some(here))?;
    layout.process(row)
}

fn rows<'a>(table: &'a [u8], layout: &Layout) -> impl Iterator<Item = &'a [u8]> {
    let (count, rows) = table.split_at_checked(4).unwrap_or_default();
    let count = count.try_into().map_or(0, u32::from_le_bytes) as usize;
    rows.chunks_exact(layout.row).take(count)
}

impl Layout {
    fn near(&self, row: &[u8]) -> Option<SocketAddr> {
        self.end(row, self.address, self.port)
    }

    fn far(&self, row: &[u8]) -> Option<SocketAddr> {
        self.end(row, self.far_address, self.far_port)
    }

    fn end(&self, row: &[u8], address: usize, port: usize) -> Option<SocketAddr> {
        let address = row.get(address..)?.get(..self.address_length)?;
        let address = match <[u8; 4]>::try_from(address) {
            Ok(short) => IpAddr::from(Ipv4Addr::from(short)),
            Err(_) => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?)),
        };
        // As it goes over the network.
        let port = u16::from_be_bytes(row.get(port..)?.get(..2)?.try_into().ok()?);
        Some(SocketAddr::new(address, port))
    }

    fn process(&self, row: &[u8]) -> Option<u64> {
        let process = row.get(self.process..)?.get(..4)?.try_into().ok()?;
        Some(u64::from(u32::from_le_bytes(process)))
    }
}

/// The name of a program by its path.
pub(super) fn program(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row4(address: [u8; 4], port: u16, process: u32) -> Vec<u8> {
        row_of_two((address, port), ([0; 4], 0), process)
    }

    fn row_of_two(near: ([u8; 4], u16), far: ([u8; 4], u16), process: u32) -> Vec<u8> {
        let mut row = vec![2, 0, 0, 0];
        for (address, port) in [near, far] {
            row.extend(address);
            row.extend(port.to_be_bytes());
            // What stands beside a port may be anything.
            row.extend([0xca, 0xfe]);
        }
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
    fn the_process_at_the_other_end_of_a_connection() {
        let near = [127, 0, 0, 1];
        let four = table(&[
            row_of_two((near, 3000), (near, 50_000), 1),
            row_of_two((near, 50_000), (near, 3000), 2),
            row_of_two((near, 50_001), (near, 3000), 3),
        ]);
        let process = |client: &str, here: &str| {
            connected(&four, &IPV4, client.parse().unwrap(), here.parse().unwrap())
        };
        assert_eq!(process("127.0.0.1:50000", "127.0.0.1:3000"), Some(2));
        assert_eq!(process("127.0.0.1:50001", "127.0.0.1:3000"), Some(3));
        assert_eq!(process("127.0.0.1:50000", "127.0.0.1:3001"), None);
        let mut row = row6("::1", 50_000, 4);
        row[24..40].copy_from_slice(&Ipv6Addr::LOCALHOST.octets());
        row[44..46].copy_from_slice(&3000_u16.to_be_bytes());
        let (client, here) = ("[::1]:50000".parse().unwrap(), "[::1]:3000".parse().unwrap());
        assert_eq!(connected(&table(&[row]), &IPV6, client, here), Some(4));
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
