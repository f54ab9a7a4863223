//! A relay that does nothing else: what any program between two connections reaches on this computer at best.
//!
//! An engine whose published port leads through the kernel (Podman with netavark) has no program in between, and needs root to have none. A
//! program of a person cannot do the same; it is held to the best that one can do.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use anyhow::{Context, Result};

/// As much as a busy connection of the keeper takes at a time.
const PIECE: usize = 1024 * 1024;

/// Relays every connection to `target`, as long as this program runs. Answers the local port.
pub(super) fn relay(target: SocketAddr) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for a relay")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            // Whoever is cut off here is counted as failed on the other side.
            let Ok(far) = TcpStream::connect(target) else { continue };
            let (Ok(near_too), Ok(far_too)) = (near.try_clone(), far.try_clone()) else { continue };
            thread::spawn(move || pass(near, far));
            thread::spawn(move || pass(far_too, near_too));
        }
    });
    Ok(port)
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
