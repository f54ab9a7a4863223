//! Ports of this computer.

use std::net::{Ipv4Addr, TcpListener};

/// A port on loopback that nobody has just now.
///
/// # Panics
/// When the system gives none.
#[must_use]
pub fn free_port() -> u16 {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()) {
        Ok(address) => address.port(),
        Err(error) => panic!("no port is free: {error}"),
    }
}
