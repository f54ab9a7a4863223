//! How macOS lists its TCP sockets: records behind each other, each with its length and kind, several of them for one socket. Only what tells
//! whose a connection is gets looked at. (`xsocket_n` and `xinpcb_n` of XNU, packed to four bytes.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A record of a socket itself: whose it is.
const SOCKET: u32 = 0x001;
const UID: usize = 64;
/// A record of its addresses: ports in the order of the network, the other side's first; then which protocol, and the addresses.
const ADDRESSES: u32 = 0x010;
const FAR_PORT: usize = 16;
const NEAR_PORT: usize = 18;
const VERSION: usize = 44;
const FAR: usize = 48;
const NEAR: usize = 64;
const IPV4: u8 = 1;
/// Where an address of four bytes stands in the room for sixteen.
const SHORT: usize = 12;
/// Records begin at multiples of this.
const STEP: usize = 8;

/// The user of the socket at `client` that is connected to `here`.
pub(super) fn owner(list: &[u8], client: SocketAddr, here: SocketAddr) -> Option<u32> {
    // A socket's addresses are told first, then the socket itself.
    let mut found = false;
    for (kind, record) in records(list) {
        match kind {
            ADDRESSES => found = addresses(record) == Some((client, here)),
            SOCKET if found => return number(record, UID),
            _ => {}
        }
    }
    None
}

/// The records behind the list's own header, each with its kind.
fn records(list: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = list.get(length(list).unwrap_or(list.len())..).unwrap_or_default();
    std::iter::from_fn(move || {
        let record = rest.get(..number(rest, 0)? as usize)?;
        let kind = number(record, 4)?;
        rest = rest.get(length(rest)?..).unwrap_or_default();
        Some((kind, record))
    })
}

/// What a record takes with the room behind it; at least what its length and kind take, so that there is an end.
fn length(record: &[u8]) -> Option<usize> {
    let length = number(record, 0)? as usize;
    (length >= STEP).then(|| length.next_multiple_of(STEP))
}

/// The near and the far end.
fn addresses(record: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let version = *record.get(VERSION)?;
    let end = |address: usize, port: usize| {
        let address = <[u8; 16]>::try_from(record.get(address..address + 16)?).ok()?;
        let address = if version & IPV4 != 0 {
            IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(&address[SHORT..]).ok()?))
        } else {
            IpAddr::from(Ipv6Addr::from(address))
        };
        let port = u16::from_be_bytes(record.get(port..port + 2)?.try_into().ok()?);
        Some(SocketAddr::new(address, port))
    };
    Some((end(NEAR, NEAR_PORT)?, end(FAR, FAR_PORT)?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of a kind; what it says is put where it belongs, all else is noise.
    fn record(kind: u32, length: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut record = vec![0xcd; length.next_multiple_of(STEP)];
        record[..4].copy_from_slice(&(length as u32).to_le_bytes());
        record[4..8].copy_from_slice(&kind.to_le_bytes());
        for (at, bytes) in parts {
            record[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        record
    }

    fn socket(near: &str, far: &str, user: u32) -> Vec<u8> {
        let (near, far): (SocketAddr, SocketAddr) = (near.parse().unwrap(), far.parse().unwrap());
        let padded = |address: IpAddr| match address {
            IpAddr::V4(address) => [[0; 12].as_slice(), &address.octets()].concat(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let addresses = record(
            ADDRESSES,
            104,
            &[
                (NEAR_PORT, &near.port().to_be_bytes()),
                (FAR_PORT, &far.port().to_be_bytes()),
                (VERSION, &[if near.is_ipv4() { 1 } else { 2 }]),
                (NEAR, &padded(near.ip())),
                (FAR, &padded(far.ip())),
            ],
        );
        // Buffers and statistics stand between them.
        [addresses, record(SOCKET, 76, &[(UID, &user.to_le_bytes())]), record(0x002, 36, &[])].concat()
    }

    fn list(sockets: &[Vec<u8>]) -> Vec<u8> {
        [record(0, 24, &[]), sockets.concat(), record(0, 24, &[])].concat()
    }

    #[test]
    fn the_user_of_the_other_end_and_of_no_other_socket() {
        let list = list(&[
            socket("127.0.0.1:3000", "127.0.0.1:50000", 501),
            socket("127.0.0.1:50000", "127.0.0.1:3000", 502),
            socket("[::1]:50000", "[::1]:3000", 503),
            socket("127.0.0.1:50001", "127.0.0.1:3000", 0),
        ]);
        let owner = |client: &str, here: &str| owner(&list, client.parse().unwrap(), here.parse().unwrap());
        assert_eq!(owner("127.0.0.1:50000", "127.0.0.1:3000"), Some(502));
        assert_eq!(owner("127.0.0.1:3000", "127.0.0.1:50000"), Some(501));
        assert_eq!(owner("[::1]:50000", "[::1]:3000"), Some(503));
        assert_eq!(owner("127.0.0.1:50001", "127.0.0.1:3000"), Some(0));
        assert_eq!(owner("127.0.0.1:50002", "127.0.0.1:3000"), None);
    }

    #[test]
    fn a_list_that_is_cut_off_or_goes_nowhere() {
        let whole = list(&[socket("127.0.0.1:50000", "127.0.0.1:3000", 502)]);
        let (client, here) = ("127.0.0.1:50000".parse().unwrap(), "127.0.0.1:3000".parse().unwrap());
        assert_eq!(owner(&whole, client, here), Some(502));
        for length in 0..24 + 104 + UID {
            assert_eq!(owner(&whole[..length], client, here), None, "{length}");
        }
        for endless in [vec![0; 64], vec![0xff; 64], [record(0, 24, &[]), vec![0; 64]].concat()] {
            assert_eq!(owner(&endless, client, here), None);
        }
    }
}
