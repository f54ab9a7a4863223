//! Whose a connection to a port of this computer is.
//!
//! A port on loopback is open to every user of the computer, and has no owner that the system would ask. The systems tell who has the other
//! end, each in its own way, so that a forward serves its own user alone.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;
#[cfg(any(target_os = "macos", test))]
mod xnu;

use std::net::{IpAddr, SocketAddr};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

/// Whether who has connected may: this user, or the system's administrator, who may do everything anyway. True where nothing tells.
pub(super) fn may_enter(client: SocketAddr, here: SocketAddr) -> bool {
    system::may_enter(client, here).unwrap_or(true)
}

/// Whether a forward at this address is for its user alone: on the loopback address where every forward is that nobody has chosen another one
/// for.
pub(super) fn is_private(address: IpAddr) -> bool {
    address == std::net::Ipv4Addr::LOCALHOST
}

/// Systems that tell nothing.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod system {
    use std::net::SocketAddr;

    pub(super) fn may_enter(_: SocketAddr, _: SocketAddr) -> Option<bool> {
        None
    }
}
