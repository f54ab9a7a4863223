//! Agents that an earlier connection of the same keeper has left.
//!
//! A connection that breaks ends its agent, whose input ends then. One engine gives no end when it is killed itself: what it had started
//! goes on, with pipes that nobody will ever close. The keeper that comes back is the one to know that.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::tree;

/// The option that names the keeper.
pub(super) const OPTION: &str = "--keeper";

/// Ends those that were started before this one for the same keeper, with all that they run. Comes back at once where it can.
pub(super) fn end(keeper: String) {
    let name = keeper.clone();
    if thread::Builder::new().spawn(move || end_all(&name)).is_err() {
        // What they have taken up is given back all the sooner.
        end_all(&keeper);
    }
}

fn end_all(keeper: &str) {
    let all = tree::processes();
    let own = std::process::id().cast_signed();
    let Some(since) = all.iter().find(|status| status.identity.pid == own) else { return };
    let elders = all.iter().filter(|status| status.identity.started < since.identity.started);
    for status in elders.filter(|status| serves(status.identity.pid, keeper)) {
        if let Some(pid) = Pid::from_raw(status.identity.pid) {
            // What it runs ends with it.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn serves(pid: i32, keeper: &str) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|command| is_agent_of(&command, keeper))
}

fn is_agent_of(command: &[u8], keeper: &str) -> bool {
    let mut words = command.split(|byte| *byte == 0);
    let program = words.next().map(|word| Path::new(OsStr::from_bytes(word)));
    let name = program.and_then(Path::file_name).map(OsStr::as_bytes).unwrap_or_default();
    name.windows(5).any(|part| part == b"agent")
        && words.next() == Some(OPTION.as_bytes())
        && words.next() == Some(keeper.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_agent_a_process_is() {
        let cases: [(&[u8], bool); 6] = [
            (b"/.wharf/agent-0123\0--keeper\0one\0", true),
            (b"/.wharf/agent-0123\0--keeper\0one", true),
            (b"/.wharf/agent-0123\0--keeper\0other\0", false),
            (b"/.wharf/agent-0123\0", false),
            (b"grep\0--keeper\0one\0", false),
            (b"", false),
        ];
        for (command, expected) in cases {
            assert_eq!(is_agent_of(command, "one"), expected, "{:?}", String::from_utf8_lossy(command));
        }
    }
}
