//! Linux and macOS.

use std::io;
use std::process::{Child, Command};

use tokio::process::ChildStdin;

/// Leaves the terminal of whoever started this process, and the folder, which may be removed.
pub(in crate::keeper) fn detach() {
    let _ = rustix::process::setsid();
    let _ = rustix::process::chdir("/");
}

/// Every connection takes two descriptors; systems allow more than they give.
pub(in crate::keeper) fn allow_many_descriptors() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit);
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

/// Starts a process that goes on by itself; it leaves with [`detach`].
///
/// # Errors
/// When it does not start.
pub(in crate::keeper) fn start(command: &mut Command) -> io::Result<Child> {
    command.spawn()
}

/// Writes a byte to a child and closes the pipe.
pub(in crate::keeper) fn say(pipe: ChildStdin, word: u8) {
    if let Ok(pipe) = pipe.into_owned_fd() {
        let _ = rustix::io::write(&pipe, &[word]);
    }
}
