//! Linux and macOS.

#![allow(
    unsafe_code,
    reason = "the standard library has no type for descriptors that this process was started with"
)]

use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::process::{Child, Command};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::process::ChildStdin;

/// Leaves the terminal of whoever started this process, and the folder, which may be removed.
pub(in crate::keeper) fn detach() {
    let _ = rustix::process::setsid();
    let _ = rustix::process::chdir("/");
}

/// Every connection takes two descriptors; systems allow more than they give.
pub(in crate::keeper) fn allow_many_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let below = |most: &u64| limit.maximum.is_none_or(|maximum| *most < maximum);
    // macOS names no maximum and refuses what is above another one, of which only a question of its own tells.
    let steps = [1 << 20, 1 << 16, 24_576, 10_240].into_iter().filter(below).map(Some);
    for current in std::iter::once(limit.maximum).chain(steps) {
        if setrlimit(Resource::Nofile, Rlimit { current, ..limit }).is_ok() {
            break;
        }
    }
}

/// Comes back when the system, or a person, wants this process to end.
pub(in crate::keeper) async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => return,
            _ = interrupt.recv() => return,
            // The terminal of whoever started it is no concern of its.
            _ = hang_up.recv() => {}
        }
    }
}

/// Starts a process that goes on by itself; it leaves with [`detach`]. Nothing but what the command says is handed on to it: whoever waits for the
/// end of a pipe, or for a lock, of this process' own starter does not wait for that process.
///
/// # Errors
/// When it does not start.
pub(in crate::keeper) fn start(command: &mut Command) -> io::Result<Child> {
    keep_descriptors();
    command.spawn()
}

/// Marks every descriptor that this process was given as its own alone; those that it has opened are.
fn keep_descriptors() {
    let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let open = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let numbers: Vec<RawFd> = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // SAFETY: one that another thread has closed since is told by the system as none, and a mark on one that it has opened since changes nothing.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC);
    }
}

/// Writes a byte to a child and closes the pipe.
pub(in crate::keeper) fn say(pipe: ChildStdin, word: u8) {
    if let Ok(pipe) = pipe.into_owned_fd() {
        let _ = rustix::io::write(&pipe, &[word]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn who_goes_on_holds_nothing_that_its_starter_was_given() {
        let (mut end, given) = io::pipe().unwrap();
        rustix::io::fcntl_setfd(&given, rustix::io::FdFlags::empty()).unwrap();
        let mut child = start(Command::new("sleep").arg("60")).unwrap();
        drop(given);
        let (told, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || told.send(end.read(&mut [0])));
        let ended = ended.recv_timeout(std::time::Duration::from_secs(20));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(matches!(ended, Ok(Ok(0))), "the pipe is still held: {ended:?}");
    }

    #[test]
    fn there_are_as_many_descriptors_as_there_may_be() {
        allow_many_descriptors();
        let limit = getrlimit(Resource::Nofile);
        assert!(
            limit.current == limit.maximum || limit.current.is_some_and(|current| current >= 10_240),
            "{limit:?}"
        );
    }
}
