//! The kernel's list of all connections, with the user of each.
#![allow(unsafe_code, reason = "the standard library does not tell whose a connection is")]

use std::net::SocketAddr;
use std::ptr::null_mut;

use super::xnu;

/// The kernel's list of TCP sockets.
const LIST: &std::ffi::CStr = c"net.inet.tcp.pcblist_n";
/// How often the list is asked for that grows meanwhile.
const TRIES: usize = 4;

/// Whether this user has the socket at `client` that is connected to `here`, or root. None where the kernel does not say.
pub(super) fn may_enter(client: SocketAddr, here: SocketAddr) -> Option<bool> {
    let own = rustix::process::geteuid().as_raw();
    xnu::owner(&list()?, client, here).map(|owner| owner == own || owner == 0)
}

fn list() -> Option<Vec<u8>> {
    for _ in 0..TRIES {
        let mut length = 0;
        // SAFETY: without a place to write to only the length is told, which outlives the call.
        let told = unsafe { libc::sysctlbyname(LIST.as_ptr(), null_mut(), &raw mut length, null_mut(), 0) };
        if told != 0 {
            return None;
        }
        // Some more may connect meanwhile.
        length += length / 8 + 4096;
        let mut list = vec![0_u8; length];
        // SAFETY: the list is written within the length that is told, and both outlive the call.
        let told = unsafe {
            libc::sysctlbyname(LIST.as_ptr(), list.as_mut_ptr().cast(), &raw mut length, null_mut(), 0)
        };
        if told == 0 {
            list.truncate(length);
            return Some(list);
        }
    }
    None
}
