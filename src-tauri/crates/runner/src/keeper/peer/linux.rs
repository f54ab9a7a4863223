//! The kernel tells who has the other end, asked for that one connection.

use std::net::{IpAddr, SocketAddr};

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

// linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h
const REQUEST: u16 = 1;
const ERROR: u16 = 2;
const BY_FAMILY: u16 = 20;
const HEADER: usize = 16;
const REQUEST_LENGTH: usize = HEADER + 56;
const UID: usize = HEADER + 64;
const INODE: usize = HEADER + 68;
const NO_SUCH_FILE: i32 = 2;
const TCP: u8 = 6;
const IPV4: u8 = 2;
const IPV6: u8 = 10;

/// Who has a socket.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    uid: u32,
    /// No process has it any more: some kernels call it root's then.
    gone: bool,
}

/// Whether this user has the socket at `client` that is connected to `here`, or root. None where the kernel does not say.
pub(super) fn may_enter(client: SocketAddr, here: SocketAddr) -> Option<bool> {
    let own = rustix::process::geteuid().as_raw();
    owner(client, here).map(|owner| owner.uid == own || owner.uid == 0 && !owner.gone)
}

/// The owner of the socket at `client` that is connected to `here`. None where the kernel does not say.
fn owner(client: SocketAddr, here: SocketAddr) -> Option<Owner> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let kernel =
        socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, Some(netlink::SOCK_DIAG)).ok()?;
    send(&kernel, &request(client, here)?, SendFlags::empty()).ok()?;
    let mut answer = [0; 512];
    let (length, _) = recv(&kernel, &mut answer, RecvFlags::empty()).ok()?;
    read(&answer[..length])
}

fn request(client: SocketAddr, here: SocketAddr) -> Option<[u8; REQUEST_LENGTH]> {
    let mut bytes = [0; REQUEST_LENGTH];
    let mut at = 0;
    let mut put = |part: &[u8]| {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    };
    let (family, client_address, own_address) = match (client.ip(), here.ip()) {
        (IpAddr::V4(client), IpAddr::V4(here)) => (IPV4, padded(&client.octets()), padded(&here.octets())),
        (IpAddr::V6(client), IpAddr::V6(here)) => (IPV6, client.octets(), here.octets()),
        _ => return None,
    };
    put(&(REQUEST_LENGTH as u32).to_ne_bytes());
    put(&BY_FAMILY.to_ne_bytes());
    put(&REQUEST.to_ne_bytes());
    put(&1_u32.to_ne_bytes());
    put(&0_u32.to_ne_bytes());
    put(&[family, TCP, 0, 0]);
    // In any state.
    put(&u32::MAX.to_ne_bytes());
    put(&client.port().to_be_bytes());
    put(&here.port().to_be_bytes());
    put(&client_address);
    put(&own_address);
    // On any interface, with no cookie.
    put(&0_u32.to_ne_bytes());
    put(&[0xff; 8]);
    Some(bytes)
}

fn padded(address: &[u8; 4]) -> [u8; 16] {
    let mut padded = [0; 16];
    padded[..4].copy_from_slice(address);
    padded
}

fn read(answer: &[u8]) -> Option<Owner> {
    let number = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    match u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?) {
        BY_FAMILY => Some(Owner { uid: number(UID)?, gone: number(INODE)? == 0 }),
        // There is none: it is gone, and so is whoever would read an answer.
        ERROR if number(HEADER)?.cast_signed() == -NO_SUCH_FILE => Some(Owner { uid: u32::MAX, gone: true }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_kernel_tells_who_has_connected() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let here = listener.local_addr().unwrap();
            let client = TcpStream::connect(here).unwrap();
            let own = rustix::process::geteuid().as_raw();
            let (stream, peer) = listener.accept().unwrap();
            assert_eq!(owner(peer, here), Some(Owner { uid: own, gone: false }), "{address}");
            assert_eq!(may_enter(peer, here), Some(true), "{address}");
            drop(client);
            assert!(owner(peer, here).is_some_and(|owner| owner.gone), "{address}");
            drop(stream);
        }
    }

    #[test]
    fn somebody_whom_nobody_knows() {
        let (client, here) = ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:2".parse().unwrap());
        assert!(owner(client, here).is_none_or(|owner| owner.gone));
        assert!(owner(client, "[::1]:2".parse().unwrap()).is_none());
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0; 30]), None);
    }
}
