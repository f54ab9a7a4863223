//! Listeners that become another process's too.
#![allow(unsafe_code, reason = "the standard library shares no socket with another process")]

use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::windows::io::{AsRawSocket, FromRawSocket as _, RawSocket};

use windows_sys::Win32::Networking::WinSock::{
    FROM_PROTOCOL_INFO, INVALID_SOCKET, SOCKET, WSA_FLAG_NO_HANDLE_INHERIT, WSA_FLAG_OVERLAPPED,
    WSADuplicateSocketW, WSAPROTOCOL_INFOW, WSASocketW,
};

/// Bytes of a ticket.
pub(super) const TICKET: usize = size_of::<WSAPROTOCOL_INFOW>();

/// What another process opens a socket with; good for one process, once, and for as long as the socket is open here.
#[repr(C, align(8))]
pub(super) struct Ticket([u8; TICKET]);

impl From<[u8; TICKET]> for Ticket {
    fn from(bytes: [u8; TICKET]) -> Ticket {
        Ticket(bytes)
    }
}

impl Ticket {
    /// A ticket to this listener, for this process.
    ///
    /// # Errors
    /// When there is no such process, or it is another user's.
    pub(super) fn new(listener: &impl AsRawSocket, process: u32) -> io::Result<Ticket> {
        let mut ticket = Ticket([0; TICKET]);
        // SAFETY: the socket is open; the structure is plain data, for which the ticket has the room and the alignment.
        let failed = unsafe {
            WSADuplicateSocketW(listener.as_raw_socket() as SOCKET, process, ticket.0.as_mut_ptr().cast())
        };
        if failed == 0 { Ok(ticket) } else { Err(io::Error::last_os_error()) }
    }

    /// As it goes to the other process.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Opens the listener in this process.
    ///
    /// # Errors
    /// When the ticket is none for this process.
    pub(super) fn take(&self) -> io::Result<TcpListener> {
        // Who uses a socket of the standard library first makes it start the system's part; this may be the first one here.
        drop(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
        // SAFETY: the structure is plain data, checked by the system, for which the ticket has the room and the alignment.
        let socket = unsafe {
            WSASocketW(
                FROM_PROTOCOL_INFO,
                FROM_PROTOCOL_INFO,
                FROM_PROTOCOL_INFO,
                self.0.as_ptr().cast(),
                0,
                WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT,
            )
        };
        if socket == INVALID_SOCKET {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the socket was just opened and is nobody else's.
        Ok(unsafe { TcpListener::from_raw_socket(socket as RawSocket) })
    }
}
