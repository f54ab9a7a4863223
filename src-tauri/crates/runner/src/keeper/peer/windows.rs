//! The system's table of connections tells the process at the other end, and the process whom it serves.

use std::net::SocketAddr;

use crate::keeper::channel::serves;
use crate::keeper::local::connected;

/// Whether this user has the connection from `client` to `here`. None where the system does not say.
pub(super) fn may_enter(client: SocketAddr, here: SocketAddr) -> Option<bool> {
    connected(client, here).map(serves)
}
