//! Windows.
#![allow(unsafe_code, reason = "the standard library lets every child have what this process was given")]

use std::io::{self, Write as _};
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};

use tokio::process::ChildStdin;
use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW,
};

/// Leaves the folder of whoever started this process, which could not be removed otherwise. The console it has left with its start.
pub(in crate::keeper) fn detach() {
    let root = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\"), PathBuf::from);
    let _ = std::env::set_current_dir(root);
}

/// There is no limit to raise.
pub(in crate::keeper) fn allow_many_descriptors() {}

/// Comes back when the system, or a person, wants this process to end.
pub(in crate::keeper) async fn told_to_end() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    let (Ok(mut interrupt), Ok(mut by_break), Ok(mut close), Ok(mut log_off), Ok(mut shut_down)) =
        (ctrl_c(), ctrl_break(), ctrl_close(), ctrl_logoff(), ctrl_shutdown())
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = by_break.recv() => {}
        _ = close.recv() => {}
        _ = log_off.recv() => {}
        _ = shut_down.recv() => {}
    }
}

/// Starts a process that goes on by itself, out of reach of the console of whoever starts it: it has one of its own that nobody sees, and
/// which what it starts has in common with it, so that no window opens for a program of the command line. It leaves the job of whoever
/// starts it, as far as that lets it, since some end everything in their job with themselves.
///
/// # Errors
/// When it does not start.
pub(in crate::keeper) fn start(command: &mut Command) -> io::Result<Child> {
    // A child is given whatever may be inherited, wanted or not: who reads our output to its end would wait for the keeper's end.
    keep_to_ourselves(&io::stdin());
    keep_to_ourselves(&io::stdout());
    keep_to_ourselves(&io::stderr());
    let apart = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP;
    match command.creation_flags(apart | CREATE_BREAKAWAY_FROM_JOB).spawn() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            command.creation_flags(apart).spawn()
        }
        started => started,
    }
}

/// Has a stream of ours not given to children that are not told to have it.
fn keep_to_ourselves(stream: &impl AsRawHandle) {
    // SAFETY: a stream of this process stays open for as long as it lives; one that is none makes this fail.
    unsafe { SetHandleInformation(stream.as_raw_handle(), HANDLE_FLAG_INHERIT, 0) };
}

/// Writes a byte to a child and closes the pipe.
pub(in crate::keeper) fn say(pipe: ChildStdin, word: u8) {
    if let Ok(pipe) = pipe.into_owned_handle() {
        let _ = std::fs::File::from(pipe).write_all(&[word]);
    }
}
