//! The system's tables, and the names of processes.
#![allow(unsafe_code, reason = "the standard library does not tell who listens and who is connected")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr::null_mut;

use wharf_agent::message::Machine;
use wharf_plan::ports::Holder;
use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_SUCCESS};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, TCP_TABLE_CLASS, TCP_TABLE_OWNER_PID_CONNECTIONS, TCP_TABLE_OWNER_PID_LISTENER,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};
use windows_sys::Win32::System::Threading::{
    OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::table;

/// The process that is the system itself: it has the ports of what serves the web as part of it.
const SYSTEM: u32 = 4;
/// How often a table is asked for that grows meanwhile.
const TRIES: usize = 4;
/// Longest path of a program that is read, in letters.
const LONGEST: usize = 4096;

/// Local ports that somebody listens on, each with its process.
pub(super) fn taken() -> BTreeMap<u16, u64> {
    let mut taken = BTreeMap::new();
    for (family, layout) in [(AF_INET, table::IPV4), (AF_INET6, table::IPV6)] {
        let table = read(u32::from(family), TCP_TABLE_OWNER_PID_LISTENER);
        taken.extend(table::listening(&table, &layout));
    }
    taken
}

/// The process that has the end at `client` of a connection to `here`.
pub(in crate::keeper) fn connected(client: SocketAddr, here: SocketAddr) -> Option<u32> {
    let (family, layout) = if client.is_ipv4() { (AF_INET, table::IPV4) } else { (AF_INET6, table::IPV6) };
    let table = read(u32::from(family), TCP_TABLE_OWNER_PID_CONNECTIONS);
    u32::try_from(table::connected(&table, &layout, client, here)?).ok()
}

/// A table of the system's; empty when it does not tell.
fn read(family: u32, class: TCP_TABLE_CLASS) -> Vec<u8> {
    let mut table = Vec::<u32>::new();
    for _ in 0..TRIES {
        let mut length = (table.len() * size_of::<u32>()) as u32;
        let room = if table.is_empty() { null_mut() } else { table.as_mut_ptr().cast() };
        // SAFETY: the table is written within the room that is told, aligned as its numbers are; the length outlives the call.
        let told = unsafe { GetExtendedTcpTable(room, &raw mut length, 0, family, class, 0) };
        match told {
            ERROR_SUCCESS => return table.into_iter().flat_map(u32::to_le_bytes).collect(),
            // It may be longer when it is asked for again.
            ERROR_INSUFFICIENT_BUFFER => table = vec![0; length as usize / size_of::<u32>() + 64],
            _ => break,
        }
    }
    Vec::new()
}

/// Processes by their ids.
pub(super) fn holders(processes: &BTreeSet<u64>) -> BTreeMap<u64, Holder> {
    processes.iter().filter_map(|process| Some((*process, holder(*process)?))).collect()
}

/// No container runs in the very system.
pub(super) fn machine() -> Machine {
    Machine::default()
}

fn holder(process: u64) -> Option<Holder> {
    let pid = u32::try_from(process).ok()?;
    if pid == SYSTEM {
        return Some(Holder::System);
    }
    // SAFETY: takes plain values; null is told apart below.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
    if handle.is_null() {
        return None;
    }
    // SAFETY: the handle was just opened and is nobody else's.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut path = vec![0_u16; LONGEST];
    let mut length = LONGEST as u32;
    // SAFETY: the path is written within the room that is told, and everything outlives the call.
    let told = unsafe {
        QueryFullProcessImageNameW(
            handle.as_raw_handle(),
            PROCESS_NAME_WIN32,
            path.as_mut_ptr(),
            &raw mut length,
        )
    };
    let path = String::from_utf16_lossy(path.get(..length as usize).filter(|_| told != 0)?);
    Some(Holder::Process { name: table::program(&path).to_owned(), pid })
}
